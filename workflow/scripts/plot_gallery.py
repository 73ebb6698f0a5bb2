"""Draw Figure 1: clusters that the annotator accepted and refused."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run
from cbal.pool.corrections import corrected
from cbal.results.figures.gallery import arrays_of, gallery_figure
from cbal.results.figures.style import save
from cbal.storage.files import metadata_of, open_images, read_table


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, draw the figure, save it."""
    cli = parser(__doc__)
    cli.add_argument("--query", type=Path, required=True)
    cli.add_argument(
        "--annotations",
        type=Path,
        nargs="+",
        required=True,
        help="of this step, then of later ones, which may correct it",
    )
    cli.add_argument("--index", type=Path, required=True, help="for the class names")
    cli.add_argument("--images", type=Path, required=True)
    cli.add_argument("--title", required=True)
    cli.add_argument("--out", type=Path, nargs="+", required=True, help="image files to write")
    arguments = cli.parse_args(argv)

    columns = ["interaction", "size", "label", "accepted"]
    annotations = corrected([read_table(path, columns) for path in arguments.annotations])
    figure = gallery_figure(
        arrays_of(read_table(arguments.query, ["interaction", "sample_id", "score"])),
        arrays_of(annotations[0]),
        open_images(arguments.images),
        metadata_of(read_table(arguments.index))["classes"],
        arguments.title,
    )
    save(figure, arguments.out)


if __name__ == "__main__":
    run(main)

"""Draw Figure 1: clusters that the annotator accepted and refused."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cbal.cli import parser, run
from cbal.data.decoding import rule_in
from cbal.data.showing import Showing
from cbal.data.texts_shown import ShownTexts
from cbal.pool.annotations import groups_of
from cbal.pool.corrections import corrected
from cbal.pool.parts import PARTS, as_answered
from cbal.results.figures.gallery import arrays_of, gallery_figure
from cbal.results.figures.style import save
from cbal.storage.files import metadata_of, open_images, read_table
from cbal.storage.texts import read_texts


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
    cli.add_argument("--images", type=Path, nargs="?", help="pixels, where samples are images")
    cli.add_argument("--samples", type=Path, nargs="?", help="index of samples that are no images")
    cli.add_argument("--originals", type=Path, nargs="?", help="folder of the files that show them")
    cli.add_argument("--texts", type=Path, nargs="?", help="texts, where samples are texts")
    cli.add_argument("--title", required=True)
    cli.add_argument("--out", type=Path, nargs="+", required=True, help="image files to write")
    arguments = cli.parse_args(argv)

    columns = ["interaction", "size", "label", "accepted"]
    files = arguments.annotations
    annotations = corrected([read_table(path, columns, PARTS.names) for path in files])
    query = read_table(arguments.query, ["interaction", "sample_id", "score"])
    query = as_answered(query, annotations[0])
    content = shown(arguments)
    figure = gallery_figure(
        arrays_of(query),
        arrays_of(annotations[0]),
        content,
        metadata_of(read_table(arguments.index))["classes"],
        arguments.title,
        content.telling(groups_of(query)) if isinstance(content, ShownTexts) else None,
    )
    save(figure, arguments.out)


def shown(arguments: argparse.Namespace) -> np.ndarray | Showing | ShownTexts:
    """Return what shows the samples, by `sample_id`."""
    if arguments.images:
        return open_images(arguments.images)
    if arguments.texts:
        return ShownTexts(read_table(arguments.samples, ["source"]), read_texts(arguments.texts))
    index = read_table(arguments.samples, ["source", "file"])
    return Showing(index, arguments.originals, rule_in(metadata_of(index)))


if __name__ == "__main__":
    run(main)

"""Fit the cost model to the seconds that a person took on the page; print it as settings."""

from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run, say
from cbal.results.cost_fit import fit_costs, to_yaml
from cbal.storage.files import atomic, read_table

ANNOTATIONS = ("validation", "*/seed-*/round-*/step-*")


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, read the annotations that are there, fit, write the settings."""
    cli = parser(__doc__)
    cli.add_argument(
        "--folders", type=Path, nargs="+", required=True, help="results of data sets of a person"
    )
    cli.add_argument(
        "--longest", type=float, default=120, help="seconds; longer answers were interrupted"
    )
    cli.add_argument("--out", type=Path, required=True, help="YAML file to write")
    arguments = cli.parse_args(argv)

    files = [
        file
        for folder in arguments.folders
        for pattern in ANNOTATIONS
        for file in sorted(folder.glob(f"{pattern}/annotations.parquet"))
    ]
    say(f"{len(files)} files of annotations")
    text = to_yaml(fit_costs([read_table(file) for file in files], arguments.longest))
    with atomic(arguments.out) as temporary:
        temporary.write_text(text)
    print(text, end="")


if __name__ == "__main__":
    run(main)

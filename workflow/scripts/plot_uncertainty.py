"""Draw how unsure the models are of the unlabeled pool, and why, round by round."""

import json
from collections.abc import Sequence
from pathlib import Path

from cbal.cli import parser, run
from cbal.results.figures.style import save
from cbal.results.figures.uncertainty import means_of, uncertainty_figure


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, draw the figure, save it."""
    cli = parser(__doc__)
    cli.add_argument("--uncertainty", type=Path, nargs="+", required=True, help="of all rounds")
    cli.add_argument("--titles", type=json.loads, required=True, help="of data sets, as JSON")
    cli.add_argument("--out", type=Path, nargs="+", required=True, help="picture files to write")
    arguments = cli.parse_args(argv)
    save(uncertainty_figure(means_of(arguments.uncertainty), arguments.titles), arguments.out)


if __name__ == "__main__":
    run(main)

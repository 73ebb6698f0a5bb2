"""Draw how many files have a right label, and how many are covered, from a sweep's metrics."""

from collections.abc import Sequence

from cbal.cli import run
from cbal.results.figures.command import draw
from cbal.results.figures.take_away import take_away_figure


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, draw the figure, save it."""
    draw(__doc__, take_away_figure, argv)


if __name__ == "__main__":
    run(main)

"""Draw the interactions that scenarios need to reach the goal, from the metrics of a sweep."""

from collections.abc import Sequence

from cbal.cli import run
from cbal.results.figures.command import draw
from cbal.results.figures.forest import forest_figure


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, draw the figure, save it."""
    draw(__doc__, forest_figure, argv)


if __name__ == "__main__":
    run(main)

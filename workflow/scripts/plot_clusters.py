"""Draw Figure 3 from the metrics of a sweep."""

from collections.abc import Sequence

from cbal.cli import run
from cbal.results.figures.budget import clusters_figure
from cbal.results.figures.command import draw


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, draw the figure, save it."""
    draw(__doc__, clusters_figure, argv)


if __name__ == "__main__":
    run(main)

"""The command line of figures that are drawn from a sweep's metrics alone."""

from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from cbal.cli import parser
from cbal.results.figures.style import read_metrics, save


def draw(
    description: str | None, figure: Callable[..., Figure], argv: Sequence[str] | None
) -> None:
    """Parse the command line, draw `figure(metrics, titles)`, save it."""
    cli = parser(description)
    cli.add_argument("--metrics", type=Path, required=True)
    cli.add_argument("--out", type=Path, nargs="+", required=True, help="pictures to write")
    arguments = cli.parse_args(argv)
    save(figure(*read_metrics(arguments.metrics)), arguments.out)

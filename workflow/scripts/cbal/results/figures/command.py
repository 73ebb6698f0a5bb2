"""The command line of figures that need only a sweep's metrics."""

from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from cbal.cli import parser
from cbal.results.budgets import BUDGETS, INTERACTIONS
from cbal.results.figures.style import read_metrics, save


def draw(
    description: str | None, figure: Callable[..., Figure], argv: Sequence[str] | None
) -> None:
    """Parse the command line, draw `figure(metrics, titles, budget)`, and save it."""
    cli = parser(description)
    cli.add_argument("--metrics", type=Path, required=True)
    cli.add_argument("--budget", choices=BUDGETS, default=INTERACTIONS.name)
    cli.add_argument("--out", type=Path, nargs="+", required=True, help="picture files to write")
    arguments = cli.parse_args(argv)
    budget = BUDGETS[arguments.budget]
    save(figure(*read_metrics(arguments.metrics, budget), budget), arguments.out)

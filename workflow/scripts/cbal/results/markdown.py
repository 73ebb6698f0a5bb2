"""Tables as Markdown."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], left: Sequence[str]) -> list[str]:
    """Return the lines of a table.

    Args:
        heads: heads of the columns.
        rows: for each row a cell for each column.
        left: heads of the columns that are aligned to the left; the others are aligned to the
            right, as numbers are.
    """
    rules = ["---" if head in left else "---:" for head in heads]
    return ["| " + " | ".join(map(str, cells)) + " |" for cells in (heads, rules, *rows)]


def sections(parts: dict[str, list[str]]) -> str:
    """Return a text with a section for each part: its title and its lines."""
    return (
        "\n\n".join("\n".join([f"## {title}", "", *lines]) for title, lines in parts.items()) + "\n"
    )


def mean_and_spread(mean: float, spread: float, form: str, seeds: int) -> str:
    """Return a mean with its spread; for one seed the mean alone."""
    return f"{mean:{form}}" + (f" ± {spread:{form}}" if seeds > 1 else "")

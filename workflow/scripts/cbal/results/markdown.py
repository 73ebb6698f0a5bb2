"""Tables as Markdown."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], left: Sequence[str]) -> list[str]:
    """Return the lines of a table.

    Args:
        heads: of the columns.
        rows: a cell for each column.
        left: heads of the columns of words, aligned to the left; numbers go to the right.
    """
    rules = ["---" if head in left else "---:" for head in heads]
    return ["| " + " | ".join(map(str, cells)) + " |" for cells in (heads, rules, *rows)]


def sections(parts: dict[str, list[str]]) -> str:
    """Return a text with a title and some lines for each part."""
    return (
        "\n\n".join("\n".join([f"## {title}", "", *lines]) for title, lines in parts.items()) + "\n"
    )

"""Tables as Markdown."""

import re
from collections.abc import Iterable, Sequence

# Characters that Markdown, or HTML in it, reads as markup: `_` only where no word goes on over it,
# `#` only at the end of a heading.
MARKUP = re.compile(r"[\\`*<|\[\]&$~]|(?<!\w)_|_(?!\w)|#(?=#*$)")


def escaped(text: object) -> str:
    """Return a text, such as a title of a user, in one line that Markdown shows as it is."""
    return MARKUP.sub(r"\\\g<0>", " ".join(str(text).split()))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], left: Sequence[str]) -> list[str]:
    """Return the lines of a table.

    Args:
        heads: heads of the columns.
        rows: for each row a cell for each column.
        left: heads of the columns that are aligned to the left; the others are aligned to the
            right, as numbers are.
    """
    rules = ["---" if head in left else "---:" for head in heads]
    lines = [[escaped(cell) for cell in cells] for cells in (heads, *rows)]
    return ["| " + " | ".join(cells) + " |" for cells in (lines[0], rules, *lines[1:])]


def sections(parts: dict[str, list[str]]) -> str:
    """Return a text with a section for each part: its title and its lines."""
    texts = ("\n".join([f"## {escaped(title)}", "", *lines]) for title, lines in parts.items())
    return "\n\n".join(texts) + "\n"


def mean_and_spread(mean: float, spread: float, form: str, seeds: int) -> str:
    """Return a mean with its spread; for one seed the mean alone."""
    return f"{mean:{form}}" + (f" ± {spread:{form}}" if seeds > 1 else "")

"""Words of messages that depend on numbers, and names that must stay in their line."""

import unicodedata

HIDDEN = {"Cc", "Cs", "Zl", "Zp"}  # control characters, undecodable bytes, ends of lines


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun, such as `1 image` and `2 images`.

    Args:
        n: the number.
        noun: the noun, or words that end in it, for one.
        plural: the same for any other number; with an `s` by default.
    """
    return f"{n} {noun}" if n == 1 else f"{n} {plural or noun + 's'}"


def one_line(message: object) -> str:
    """Return a message as one line: characters that would end it are written as escapes.

    Names of files and classes may have such characters.
    """
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in HIDDEN else c
        for c in str(message)
    )

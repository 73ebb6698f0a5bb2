"""The exception for errors that a person can correct, and lines of a log."""

import unicodedata

HIDDEN = {"Cc", "Cs", "Zl", "Zp"}  # control characters, undecodable bytes, ends of lines


class InputError(Exception):
    """Error that a person can correct: in a setting, a path, a data file, a weights file.

    The message is one line that says what is wrong, where, and what to do.
    """


def one_line(message: object) -> str:
    """Return a message as one line: characters that would end it are written as escapes.

    Names of files and classes may have such characters.
    """
    return "".join(
        c.encode("unicode_escape").decode() if unicodedata.category(c) in HIDDEN else c
        for c in str(message)
    )

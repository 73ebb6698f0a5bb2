"""The exception for errors that a person can correct."""


class InputError(Exception):
    """Error that a person can correct: in a setting, a path, a data file, a weights file.

    The message is one line that says what is wrong, where, and what to do.
    """

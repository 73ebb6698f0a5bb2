"""The one exception for what a person can mend."""


class InputError(Exception):
    """Something a person can mend: a setting, a path, a data file, a weights file.

    The message is one line that says what is wrong, where, and what to do.
    """

"""The exception for mistakes in the settings."""

from cbal.wording import one_line


class SettingsError(Exception):
    """Mistake in the settings. The message is one line, whatever the settings have in them."""

    def __str__(self) -> str:
        """Return the line."""
        return one_line(super().__str__())

"""Mistakes in the settings."""


class SettingsError(Exception):
    """A mistake in the settings, in one line: where, what, and what to do."""

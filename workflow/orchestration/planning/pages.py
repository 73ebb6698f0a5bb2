"""Check where the labeling page is served."""

from typing import Any

from cbal.labeling.web.public import public_of
from orchestration.planning.mistakes import SettingsError


def check_page(labeling: dict[str, Any]) -> None:
    """Check the settings `labeling:`, and write the public address as the page shows it.

    Raises:
        SettingsError: the public address is none that a page can have.
    """
    if labeling["public_url"] is None:
        return
    try:
        labeling["public_url"] = public_of(labeling["public_url"]).url
    except ValueError as error:
        raise SettingsError(
            f"labeling.public_url: {error}; write it as in https://example.org/label/"
        ) from error

"""Check where the labeling page is served."""

from typing import Any

from cbal.labeling.web.public import public_of
from orchestration.planning.mistakes import SettingsError


def check_page(config: dict[str, Any]) -> None:
    """Check the settings `labeling:`, and write the public address as the page shows it.

    Raises:
        SettingsError: the public address is none that a page can have, or two pages would have it.
    """
    labeling, datasets = config["labeling"], config["datasets"]
    if labeling["public_url"] is None:
        return
    sweep = config["sweeps"][config["sweep"]]
    human = [name for name in sweep["datasets"] if datasets[name]["annotator"] == "human"]
    if len(human) > 1:
        raise SettingsError(
            f"labeling.public_url: sweeps.{config['sweep']} has pages of {', '.join(human)}, "
            "and the address leads to one; make a sweep of each, with a public_url of its own"
        )
    try:
        labeling["public_url"] = public_of(labeling["public_url"]).url
    except ValueError as error:
        raise SettingsError(
            f"labeling.public_url: {error}; write it as in https://example.org/label/"
        ) from error

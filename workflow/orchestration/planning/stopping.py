"""Check the rule that ends the runs of a sweep."""

from typing import Any

from cbal.stopping.rules import rule_of
from cbal.wording import counted
from orchestration.planning.mistakes import SettingsError

Config = dict[str, Any]


def complete_stop(where: str, sweep: Config, datasets: dict[str, Config]) -> None:
    """Write the rule of a sweep in full, after a check that it can end a run.

    Raises:
        SettingsError: the first thing that it lacks.
    """
    if sweep["stop"] is None:
        return
    for name in sweep["datasets"]:
        if datasets[name]["annotator"] == "human":
            raise SettingsError(
                f"{where}.stop: a person labels {name}, and decides alone when to stop, by what "
                "the page says; take it out, and make `rounds:` the last round that you answered"
            )
    rule = rule_of(sweep["stop"])
    sweep["stop"] |= {"at": rule.at, "over": rule.over}
    if sweep["rounds"] <= rule.models:
        raise SettingsError(
            f"{where}.stop: {sweep['stop']['rule']} over {rule.over} needs "
            f"{counted(rule.models, 'round')} before it can stop, and one to save, but "
            f"`rounds:` is {sweep['rounds']}; make it larger or `over:` smaller"
        )

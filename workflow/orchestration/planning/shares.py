"""Shares of the steps of a scenario in the interactions of each round."""

from typing import Any

from cbal.remainders import largest_remainders
from orchestration.planning.mistakes import SettingsError
from orchestration.planning.strategies import strategies_of

Config = dict[str, Any]


def shares(
    config: Config, dataset: str, scenario: str, round: int = 1, clusters: bool = True
) -> list[int]:
    """Return the number of interactions of each step of a round; they add up to the round's.

    Rounding is by the largest remainder; see `largest_remainders`.

    Args:
        config: checked settings.
        dataset, scenario: of the run.
        round: of the run.
        clusters: whether steps that show clusters have a share.
    """
    total = config["datasets"][dataset]["interactions"]
    return largest_remainders(total, _weights(config, scenario, round, clusters))


def check_shares(config: Config, dataset: str, scenario: str) -> None:
    """Check that each step of each round has interactions, unless its share is 0.

    Raises:
        SettingsError: the first mistake found.
    """
    settings, total = config["scenarios"][scenario], config["datasets"][dataset]["interactions"]
    by_yield = settings["ask_clusters"] == "while_they_pay"
    for round in _changes(settings["steps"], config["sweeps"][config["sweep"]]["rounds"]):
        for clusters in (True, False) if by_yield and round > 1 else (True,):
            weights = _weights(config, scenario, round, clusters)
            if not any(weights):
                what = "share" if clusters else "share for single images, if clusters do not pay"
                raise SettingsError(
                    f"scenarios.{scenario}.steps: round {round} has no {what}; give a step one"
                )
            parts = shares(config, dataset, scenario, round, clusters)
            if any(weight and not part for weight, part in zip(weights, parts, strict=True)):
                raise SettingsError(
                    f"datasets.{dataset}.interactions: {total} leave a step of {scenario} with "
                    "none; ask for more, or mend the shares"
                )


def _weights(config: Config, scenario: str, round: int, clusters: bool) -> list[float]:
    """Return the share of each step in a round, relative to the others'."""
    steps = config["scenarios"][scenario]["steps"]
    weights = [_share(step["share"], round) for step in steps]
    if clusters:
        return weights
    known = strategies_of(config)
    kinds = [known[step["strategy"]].kind for step in steps]
    return [weight * (kind != "cluster") for weight, kind in zip(weights, kinds, strict=True)]


def _share(share: float | Config, round: int) -> float:
    """Return a share in a round: that of the latest round named, or 0 before the first one."""
    if not isinstance(share, dict):
        return share
    begun = [int(first) for first in share if int(first) <= round]
    return share[str(max(begun))] if begun else 0


def _changes(steps: list[Config], rounds: int) -> list[int]:
    """Return the rounds of a sweep in which a share begins or changes, with the first two."""
    named = {int(first) for s in steps if isinstance(s["share"], dict) for first in s["share"]}
    return sorted(number for number in {1, 2, *named} if number <= rounds)

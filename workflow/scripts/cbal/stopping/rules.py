"""Rules that say when another round is not worth its interactions.

The numbers that they go by need no label of the test split; `cbal.stopping.settling` makes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

MEASURES = ("kappa", "changed", "gain", "uncertainty")
SMALL = 0.005  # half a point of accuracy
ROUNDS = 3  # whose mean an outlook is
ROUNDING = 1e-9  # tolerance of means, far smaller than one image's share of any sample


@dataclass(frozen=True)
class Rule:
    """A rule that stops where a measure is on the right side of a limit.

    Attributes:
        measure: one of `MEASURES`.
        at: the limit; the rule stops at it and beyond.
        over: number of latest rounds whose mean counts.
        compares: whether the measure compares two models, so that round 1 has none.
        rises: whether the measure rises while a model settles; else it falls.
    """

    measure: str
    at: float
    over: int
    compares: bool
    rises: bool = False

    @property
    def models(self) -> int:
        """Number of models that the rule needs before it can stop."""
        return self.over + self.compares

    def stops(self, measured: Sequence[Mapping[str, float | None]]) -> bool:
        """Return whether the rule stops after the latest round.

        Args:
            measured: the measures of each round so far, in their order.
        """
        value = mean_of(self.measure, measured, self.over)
        if value is None:
            return False
        beyond = value - self.at if self.rises else self.at - value
        return beyond >= -ROUNDING


# By the name in the settings. The limits of `kappa` and `uncertainty` are those of small-text's
# KappaAverage (Bloodgood and Vijay-Shanker 2009) and OverallUncertainty (Zhu et al. 2010).
RULES = {
    "kappa": Rule("kappa", at=0.99, over=3, compares=True, rises=True),
    "gain": Rule("gain", at=SMALL, over=3, compares=True),
    "uncertainty": Rule("uncertainty", at=0.05, over=1, compares=False),
}


def rule_of(settings: Mapping[str, Any]) -> Rule:
    """Return the rule that settings describe.

    Args:
        settings: `rule`, and `at` and `over`, where they are given and not None.
    """
    usual = RULES[settings["rule"]]
    at, over = settings.get("at"), settings.get("over")
    return Rule(
        usual.measure,
        usual.at if at is None else at,
        usual.over if over is None else over,
        usual.compares,
        usual.rises,
    )


def mean_of(
    measure: str, measured: Sequence[Mapping[str, float | None]], over: int
) -> float | None:
    """Return the mean of a measure over the latest rounds; None if one of them has none."""
    values = [row[measure] for row in measured[-over:]]
    if len(values) < over or None in values:
        return None
    return fmean(values)


def more(measured: Sequence[Mapping[str, float | None]]) -> str | None:
    """Return in words what another round would bring, by the gain of the latest ones.

    Args:
        measured: the measures of each round so far, in their order.

    Returns:
        None if it is too early to say.
    """
    return in_words(mean_of("gain", measured, ROUNDS))


def in_words(gain: float | None) -> str | None:
    """Return a gain of accuracy in words; None if it is None."""
    if gain is None:
        return None
    if gain < SMALL:
        return "would probably bring less than half a point"
    return f"could bring up to {_points(gain)}"


def sentence(amount: str | None) -> str | None:
    """Return what to tell people of the words that `more` returned; None if it is None."""
    return amount and f"another round {amount} of accuracy"


def _points(gain: float) -> str:
    points = round(100 * gain, 1 if gain < 0.0095 else 0)
    return "1 point" if points == 1 else f"{points:g} points"

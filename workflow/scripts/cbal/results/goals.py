"""Goals: an accuracy that is similar to supervised, and what it takes to reach it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

WITHIN = 0.01  # of the supervised mean, where a sweep does not say
ROUNDING = 1e-9  # of differences of accuracies; far below one image's share of any test split


@dataclass(frozen=True)
class Goal:
    """An accuracy to reach.

    Attributes:
        name: part of the names of columns.
        words: what it is, as in "within 1 sd of supervised".
        accuracy: NaN where there is no supervised baseline.
    """

    name: str
    words: str
    accuracy: float


def goals_of(supervised: pd.Series, within: float = WITHIN) -> tuple[Goal, Goal]:
    """Return the two goals of a data set: a fixed distance from supervised, and the paper's.

    The paper's, one standard deviation, gets easier where the baseline is noisier.

    Args:
        supervised: test accuracies of the baseline, one for each seed; may be empty.
        within: distance from their mean.
    """
    mean = supervised.mean()
    return (
        Goal("within", f"within {within:g} of supervised", mean - within),
        Goal("sd", "within 1 sd of supervised", mean - sd(supervised)),
    )


def reached(interactions: np.ndarray, accuracy: np.ndarray, goal: float) -> float:
    """Return the first budget from which a curve stays at or above a goal to its end.

    A curve that crosses the goal and falls below it again has not reached it there.

    Args:
        interactions: float[n], ascending budgets.
        accuracy: float[n], accuracy at each.
        goal: accuracy.

    Returns:
        NaN where the end of the curve is below the goal.
    """
    below = np.flatnonzero(~(np.asarray(accuracy) >= goal - ROUNDING))
    first = below[-1] + 1 if len(below) else 0
    return float(interactions[first]) if first < len(accuracy) else np.nan


def saved(needed: pd.Series, images: int) -> float:
    """Return the share of interactions that were not needed, as a mean over seeds.

    A seed that did not reach its goal saved nothing. One that needed more interactions than
    there are images counts with a negative share.

    Args:
        needed: interactions of each seed, NaN where it did not reach the goal.
        images: interactions that label every image.
    """
    return float((1 - needed.fillna(images) / images).mean())


def sd(values: pd.Series) -> float:
    """Return the sample standard deviation; 0 of a single value."""
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0

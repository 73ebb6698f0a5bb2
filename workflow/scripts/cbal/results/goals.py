"""Goals: accuracies similar to the supervised one, and the interactions that reach them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

WITHIN = 0.01  # default distance of a goal from the supervised mean
ROUNDING = 1e-9  # tolerance of accuracies, far smaller than one image's share of any test split


@dataclass(frozen=True)
class Goal:
    """An accuracy to reach.

    Attributes:
        name: part of the names of the goal's columns.
        words: the goal in words, such as "within 1 sd of supervised".
        accuracy: the accuracy to reach; NaN where the baseline gives none.
    """

    name: str
    words: str
    accuracy: float


def goals_of(supervised: pd.Series, within: float = WITHIN) -> tuple[Goal, Goal]:
    """Return the two goals of a data set: a fixed distance from supervised, and the paper's.

    The paper's goal, one standard deviation, is easier to reach where the baseline is noisier. A
    baseline of one seed has no standard deviation, and so no such goal (NaN).

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

    A curve that crosses the goal and falls below it later has not reached it at the crossing.

    Args:
        interactions: float[n], ascending budgets.
        accuracy: float[n], accuracy at each.
        goal: accuracy to reach.

    Returns:
        The budget, or NaN where the end of the curve is below the goal.
    """
    below = np.flatnonzero(~(np.asarray(accuracy) >= goal - ROUNDING))
    first = below[-1] + 1 if len(below) else 0
    return float(interactions[first]) if first < len(accuracy) else np.nan


def saved(needed: pd.Series, images: int) -> float:
    """Return the share of interactions that were not needed, as a mean over seeds.

    A seed that did not reach its goal has a share of 0. A seed that needed more interactions than
    there are images has a negative share.

    Args:
        needed: interactions of each seed, NaN where it did not reach the goal.
        images: interactions that label every image.
    """
    return float((1 - needed.fillna(images) / images).mean())


def sd(values: pd.Series) -> float:
    """Return the sample standard deviation; NaN for a single value, which has none."""
    return float(values.std(ddof=1))

"""Fit of the cost model to the seconds that a person took."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from scipy.optimize import nnls

from cbal.errors import InputError
from cbal.pool.costs import NAMES, Costs, seconds_of, work_of
from cbal.wording import counted

FEWEST = 5  # answers of a sort before its seconds are fitted


@dataclass(frozen=True)
class Fit:
    """A fitted cost model.

    Attributes:
        costs: the model; a sort of answer with fewer than `FEWEST` answers keeps its default.
        answers: number of answers that each sort was fitted to, in the order of `Costs`.
        left_out: number of answers that took longer than the limit.
        error: median distance in seconds between what the model says and what was measured.
    """

    costs: Costs
    answers: tuple[int, ...]
    left_out: int
    error: float


def fit_costs(tables: Sequence[pa.Table], longest: float) -> Fit:
    """Return the costs that come nearest to the measured seconds: non-negative least squares.

    Args:
        tables: annotations of a person.
        longest: seconds; an answer that took longer was interrupted, and is left out.

    Raises:
        InputError: no answer has its seconds.
    """
    usual = Costs()
    work = np.concatenate([work_of(table) for table in tables] or [np.zeros((0, len(NAMES)))])
    measured = [s for table in tables for s in table["seconds"].to_pylist()]
    seconds = np.array([np.nan if s is None else s for s in measured], np.float64)
    timed = np.isfinite(seconds)
    if not timed.any():
        raise InputError("no answer of a person with its seconds yet; label some, then try again")
    short = seconds[timed] <= longest
    work, seconds = work[timed][short], seconds[timed][short]
    answers = (work > 0).sum(axis=0)
    enough = answers >= FEWEST
    # What cannot be fitted is taken for its usual cost, so that the others do not pay for it.
    rest = np.maximum(seconds - seconds_of(work * ~enough, usual), 0)
    found = nnls(work[:, enough], rest)[0] if enough.any() else []
    names = [name for name, fitted in zip(NAMES, enough, strict=True) if fitted]
    costs = replace(usual, **dict(zip(names, map(float, found), strict=True)))
    distance = np.abs(seconds - seconds_of(work, costs))
    error = float(np.median(distance)) if len(distance) else np.nan
    return Fit(costs, tuple(map(int, answers)), int((~short).sum()), error)


def to_yaml(fit: Fit) -> str:
    """Return the fitted model as the key `seconds` of the settings."""
    lines = [
        "seconds:",
        f"  # Half of the answers are within {fit.error:.2g} s of this; "
        f"{fit.left_out} were left out as interrupted.",
    ]
    for name, answers in zip(NAMES, fit.answers, strict=True):
        many = counted(answers, "answer")
        said = many if answers >= FEWEST else f"default: {many} only"
        lines.append(f"  {name}: {getattr(fit.costs, name):.4g} # {said}")
    return "\n".join(lines) + "\n"

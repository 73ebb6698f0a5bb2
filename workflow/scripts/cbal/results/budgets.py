"""Budgets: what figures and tables count the annotator's effort in."""

from dataclasses import dataclass

import pandas as pd

from cbal.errors import InputError


@dataclass(frozen=True)
class Budget:
    """A measure of effort.

    Attributes:
        name: of its column in the metrics, and in words.
        axis: its name on an axis.
        form: format of its numbers.
    """

    name: str
    axis: str
    form: str


INTERACTIONS = Budget("interactions", "human interactions", ",.0f")
HOURS = Budget("hours", "hours of the annotator", ",.2f")
BUDGETS = {budget.name: budget for budget in (INTERACTIONS, HOURS)}


def with_budget(metrics: pd.DataFrame, budget: Budget) -> tuple[pd.DataFrame, list[str]]:
    """Return the metrics of the runs whose budget is known in every round, and who are left out.

    Hours are not known of archived runs that came before the cost model.

    Args:
        metrics: of a sweep.
        budget: what the effort is counted in.

    Returns:
        The metrics, and the (data set, scenario) of runs that were left out, in words.

    Raises:
        InputError: no run is left.
    """
    if budget.name not in metrics:
        metrics = metrics.assign(**{budget.name: float("nan")})
    unknown = metrics[budget.name].isna()
    runs = [metrics[name] for name in ("dataset", "scenario", "seed")]
    left_out = unknown.groupby(runs, sort=False).transform("any")
    known, out = metrics[~left_out], metrics[left_out]
    if known.empty and len(metrics):
        raise InputError(
            f"no run of the sweep has {budget.name} (archived ones from before the cost model have "
            "none): write `budget: interactions`, or `archive: null` to compute them again"
        )
    names = out[["dataset", "scenario"]].drop_duplicates()
    return known, [f"{row.scenario} of {row.dataset}" for row in names.itertuples()]

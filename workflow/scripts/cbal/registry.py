"""The query strategies, one line each.

No stage imports this module, so that a new line changes no stage's version:
the workflow looks a strategy up here and hands its address to `query.py`.
"""

from typing import NamedTuple


class Strategy(NamedTuple):
    """Where a strategy is and what it works on.

    Attributes:
        address: module and function, as `cbal.strategies.entropy:select`.
        needs: what it looks at beside the pool: names of fields of `strategies.base.Candidates`.
            All but features are of a trained head, so they are missing in round 1.
        kind: "individual" or "cluster": what one interaction shows.
        settings: keyword settings a step may give it: a type, or all possible values.
    """

    address: str
    needs: tuple[str, ...]
    kind: str
    settings: dict[str, type | tuple] = {}


STRATEGIES = {
    "random": Strategy("cbal.strategies.random_choice:select", (), "individual"),
    "entropy": Strategy("cbal.strategies.entropy:select", ("probabilities",), "individual"),
    "cluster": Strategy(
        "cbal.strategies.cluster:select",
        ("features",),
        "cluster",
        {"iterations": int, "device": ("cpu", "gpu"), "levels": (1, 2)},
    ),
}

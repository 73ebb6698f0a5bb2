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
    "margin": Strategy("cbal.strategies.margin:select", ("probabilities",), "individual"),
    "least_confidence": Strategy(
        "cbal.strategies.least_confidence:select", ("probabilities",), "individual"
    ),
    "bald": Strategy(
        "cbal.strategies.bald:select", ("probabilities", "expected_entropy"), "individual"
    ),
    "variation_ratio": Strategy(
        "cbal.strategies.variation_ratio:select", ("variation_ratio",), "individual"
    ),
    "mean_std": Strategy("cbal.strategies.mean_std:select", ("mean_std",), "individual"),
    "coreset": Strategy(
        "cbal.strategies.coreset:select", ("features", "labeled_features"), "individual"
    ),
    "badge": Strategy("cbal.strategies.badge:select", ("features", "probabilities"), "individual"),
    "typiclust": Strategy(
        "cbal.strategies.typiclust:select",
        ("features", "labeled_features"),
        "individual",
        {"neighbours": int, "max_clusters": int, "min_size": int, "iterations": int},
    ),
    "probcover": Strategy(
        "cbal.strategies.probcover:select",
        ("features", "labeled_features"),
        "individual",
        {"delta": float, "classes": int, "references": int},
    ),
    "maxherding": Strategy(
        "cbal.strategies.maxherding:select",
        ("features", "labeled_features"),
        "individual",
        {"sigma": float, "references": int},
    ),
    "centroid": Strategy(
        "cbal.strategies.centroid:select", ("features",), "individual", {"iterations": int}
    ),
    "cluster": Strategy(
        "cbal.strategies.cluster:select",
        ("features",),
        "cluster",
        {"iterations": int, "device": ("cpu", "gpu"), "levels": (1, 2)},
    ),
}

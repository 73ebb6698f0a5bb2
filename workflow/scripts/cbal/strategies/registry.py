"""Registry of the query strategies, one line each.

No stage imports this module, so that a new line does not change the version of a stage.
The workflow looks up a strategy here and passes its address to `query.py`.
"""

from typing import NamedTuple


class Strategy(NamedTuple):
    """Address of a strategy, its inputs and its settings.

    Attributes:
        address: module and function, such as `cbal.strategies.entropy:select`.
        needs: fields of `strategies.base.Candidates` that it uses, other than `sample_id`.
            Fields that come from a trained head are missing in round 1.
        kind: "individual" or "cluster": whether an interaction shows one image or a cluster.
        settings: keyword settings that a step may have: for each its type, or all allowed values.
        wants: by the value of the setting `space`, further fields that it uses where they are not
            None; in round 1 they may be.
        cold: whether it chooses without a trained head, too; else round 1 has a cold start.
    """

    address: str
    needs: tuple[str, ...]
    kind: str
    settings: dict[str, type | tuple] = {}
    wants: dict[str, tuple[str, ...]] = {}
    cold: bool = False


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
    "verify": Strategy("cbal.strategies.verify:select", ("doubt",), "individual"),
    "cluster": Strategy(
        "cbal.strategies.cluster:select",
        ("features",),
        "cluster",
        {"iterations": int, "device": ("cpu", "gpu"), "levels": (1, 2)}
        | {"space": ("features", "probabilities", "discriminant"), "space_share": float},
        {"probabilities": ("probabilities",), "discriminant": ("labeled_features",)},
    ),
    "gain": Strategy(
        "cbal.strategies.gain:select",
        ("features", "probabilities", "labeled_features", "history"),
        "cluster",
        {"finer": int, "purity": float, "sure": float}
        | {"iterations": int, "device": ("cpu", "gpu"), "levels": (1, 2)},
        cold=True,
    ),
    "divide": Strategy(
        "cbal.strategies.divide:select",
        ("features", "history"),
        "cluster",
        {"parts": int, "iterations": int, "device": ("cpu", "gpu"), "levels": (1, 2)},
        cold=True,
    ),
}

"""Inputs of rules that look for doubtful labels and samples. No rule."""


def hints_of_model(wildcards):
    """Probabilities for the page; none where labels are verified, of samples that may have none."""
    return [] if DOUBT in needs(wildcards) else probabilities(wildcards)


def features_of_passes(wildcards):
    """Probabilities of the unlabeled pool by several passes of the models of the round before."""
    if is_fixed(wildcards):
        return head_probabilities(wildcards)
    return f"{ROUND}/features.parquet".format_map(wildcards)


def in_rounds(setting, name, first=1):
    """A file of each round from the first on, of the runs whose scenario has a setting.

    Archived runs have metrics alone.
    """
    with_it = [scenario for scenario in SWEEP["scenarios"] if SCENARIOS[scenario][setting]]
    return [
        f"{ROUND}/{name}".format(**dict(zip(KEYS, run)), round=number)
        for run in product(SWEEP["datasets"], with_it, SWEEP["seeds"])
        if run not in ARCHIVED
        for number in range(first, SWEEP["rounds"] + 1)
    ]


def suspects_of_sweep(wildcards):
    return in_rounds("suspects", "suspects.parquet")


def uncertainty_of_sweep(wildcards):
    """Uncertainty by the models of the round before, which round 1 has not."""
    return in_rounds("uncertainty", "uncertainty.parquet", first=2)


# Figures of what several passes tell.
OF_PASSES = ["uncertainty"] if in_rounds("uncertainty", "", first=2) else []

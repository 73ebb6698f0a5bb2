"""Inputs of rules that look for doubtful labels. No rule."""


def features_of_labeled(wildcards):
    """Features of all samples with a label, from a network."""
    return [] if is_fixed(wildcards) else features(wildcards)


def encoded_of_labeled(wildcards):
    """Features of all samples, from a fixed encoder."""
    return settled(ENCODED)(wildcards) if is_fixed(wildcards) else []


def hints_of_model(wildcards):
    """Probabilities for the page; none where labels are verified, of samples that may have none."""
    return [] if DOUBT in needs(wildcards) else probabilities(wildcards)


def suspects_of_sweep(wildcards):
    """Suspects of all rounds, where a scenario has them; archived runs have no labels."""
    doubted = [name for name in SWEEP["scenarios"] if SCENARIOS[name]["suspects"]]
    runs = set(product(SWEEP["datasets"], doubted, SWEEP["seeds"])) - ARCHIVED.keys()
    rounds = range(1, SWEEP["rounds"] + 1)
    return [
        f"{ROUND}/suspects.parquet".format(**dict(zip(KEYS, run)), round=number)
        for run, number in product(sorted(runs), rounds)
    ]

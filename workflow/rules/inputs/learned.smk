"""Inputs and settings of the labels that models learn. No rule."""

NEIGHBOURS = f"{paths.ENCODED}/neighbours-{{neighbours}}.parquet"


def learned_in(folder, wildcards):
    """The pool that a round's model learns from: weighed, where the scenario says so."""
    scenario = SCENARIOS[wildcards.scenario]
    weighed = scenario["sieve"] or scenario["label_propagation"]
    return f"{folder}/{'learned' if weighed else 'pool'}.parquet"


def learned(wildcards):
    return learned_in(ROUND.format_map(wildcards), wildcards)


def learned_last(wildcards):
    return learned_in(in_run(wildcards, SWEEP["rounds"]), wildcards)


def sieve(wildcards):
    """Settings of the sieve as JSON, with the penalty of the round's head if it has none."""
    setting = SCENARIOS[wildcards.scenario]["sieve"]
    if not setting:
        return []
    l2 = setting["l2"] or training_of(wildcards)["l2"]
    return json.dumps(setting | {"l2": l2}, sort_keys=True)


def label_propagation(wildcards):
    setting = SCENARIOS[wildcards.scenario]["label_propagation"]
    return json.dumps(setting, sort_keys=True) if setting else []


def neighbours(wildcards):
    """Neighbours along which labels are propagated; a person's pool grows, so rounds find them."""
    setting = SCENARIOS[wildcards.scenario]["label_propagation"]
    if not setting or is_human(wildcards.dataset):
        return []
    return NEIGHBOURS.format(neighbours=setting["neighbours"], **wildcards)

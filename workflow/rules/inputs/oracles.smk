"""How the simulated annotator of a scenario answers. No rule."""


def oracle(name):
    """A setting of the scenario's oracle; nothing where it is null."""

    def value(wildcards):
        setting = SCENARIOS[wildcards.scenario]["oracle"][name]
        return [] if setting is None else setting

    return value


def takes_out(wildcards):
    return "--takes-out" if oracle("takes_out")(wildcards) else ""


def error_rates(wildcards):
    """Share of wrong labels of single images, and of clusters."""
    return list(by_kind(oracle("error_rate")(wildcards)).values())


def confusion(kind):
    """File of the mistakes in a kind of question; none where there is none."""
    return lambda wildcards: by_kind(oracle("confusion")(wildcards))[kind] or []


def if_oracle_splits(files):
    """Files that are needed to split a step's clusters; none where the oracle refuses them."""

    def needed(wildcards):
        splits = oracle("split")(wildcards) and kind(wildcards) == "cluster"
        return files(wildcards) if splits else []

    return needed

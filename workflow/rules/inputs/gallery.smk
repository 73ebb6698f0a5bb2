"""Which clusters the gallery shows. No rule."""


def cluster_step(scenario):
    """Name of a scenario's first step that shows clusters; None if there is none."""
    steps = (
        step for step in step_names(scenario) if STRATEGIES[step.split("-")[1]].kind == "cluster"
    )
    return next(steps, None)


def with_clusters():
    """The sweep's scenarios that show clusters, those with most steps first."""
    names = [name for name in SWEEP["scenarios"] if cluster_step(name)]
    return sorted(names, key=lambda name: -len(SCENARIOS[name]["steps"]))


def gallery_step(wildcards):
    """Keys of the step that the gallery shows.

    Round 2 has the first clusters from a trained model. A sweep of one round shows round 1.
    """
    scenario = with_clusters()[0]
    keys = {"dataset": wildcards.dataset, "scenario": scenario, "seed": SWEEP["seeds"][0]}
    return keys | {"round": min(2, SWEEP["rounds"]), "step": cluster_step(scenario)}


def gallery(name):
    """A file of the gallery's step."""
    return lambda wildcards: f"{STEP.format_map(gallery_step(wildcards))}/{name}"


def gallery_annotations(wildcards):
    """Annotations of the gallery's step, and of later steps, in which a person may correct them."""
    keys = gallery_step(wildcards)
    names = step_names(keys["scenario"])
    last = len(names) if is_human(wildcards.dataset) else names.index(keys["step"]) + 1
    steps = [keys | {"step": name} for name in names[names.index(keys["step"]) : last]]
    return [f"{STEP.format_map(step)}/annotations.parquet" for step in steps]


def class_names(wildcards):
    """The file that has the class names of the gallery's clusters."""
    if is_human(wildcards.dataset):
        return gallery_annotations(wildcards)[-1]
    return f"{DATA.format_map(wildcards)}/index.parquet"


GALLERIES = SWEEP["datasets"] if with_clusters() else []

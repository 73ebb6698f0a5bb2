"""Submissions to Slurm, and resources of jobs. No rule."""

# On a Slurm cluster a round is one submission. A whole run is never one, because the next
# attempt after a failed job repeats its whole group. Local runs have no groups: they would ignore
# them, but a dry run would compare each group with those of all rounds before it.
SUBMITS = workflow.resource_settings.nodes is not None
ONE_ROUND = "round_{dataset}_{scenario}_{seed}_{round}" if SUBMITS else None
FIRST_ROUND = "round_{dataset}_{scenario}_{seed}_1" if SUBMITS else None
# Each member of an ensemble is one submission: together they would ask for a GPU each at once.
ONE_MEMBER = "member_{dataset}_{scenario}_{seed}_{round}_{member}" if SUBMITS else None
# A person's answers are collected on this machine, so a submission ends before them.
BEFORE_ANSWERS, AFTER_ANSWERS = ONE_ROUND, ONE_ROUND


def before_answers(wildcards):
    """A submission that ends with a step's query."""
    step = wildcards.get("step", step_names(wildcards.scenario)[0])
    return "_".join(
        ["round", wildcards.dataset, wildcards.scenario, wildcards.seed]
        + [wildcards.get("round", "1"), step]
    )


if SUBMITS and any(map(is_human, SWEEP["datasets"])):
    FIRST_ROUND, BEFORE_ANSWERS = before_answers, before_answers
    AFTER_ANSWERS = f"{ONE_ROUND}_answered"


def growing(amount):
    """A resource that grows with each attempt: a job may have been ended for lack of it."""
    return lambda wildcards, attempt: amount * attempt


def threads_of(wildcards):
    return model_of(wildcards)["threads"]


def threads_of_query(wildcards):
    """The model's; but one on fixed features, where a sweep has as many runs as there are cores.

    Its other jobs have one thread, and two clusterings side by side take less time than one after
    the other on two threads. What is chosen does not depend on it.
    """
    runs = len(SWEEP["datasets"]) * len(SWEEP["scenarios"]) * len(SWEEP["seeds"])
    filled = runs >= (workflow.cores or 1) and not SUBMITS and not is_human(wildcards.dataset)
    return 1 if filled and is_fixed(wildcards) else threads_of(wildcards)


def jobs_on_gpus(wildcards):
    """How many jobs `--resources gpu=` lets share the GPUs of this machine."""
    limit = workflow.global_resources.get("gpu")
    return (limit and limit.value) or 1

"""The jobs of a run, from Snakemake's objects. Only this module reads Snakemake's internals."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from cbal.storage.paths import BASELINE
from orchestration.operation.progress import TRAINS, Key

# Rules that make folders for people.
MAKE_FOLDERS = ("link_classes", "export_image_folder")


def record_finished(workflow: Any) -> None:
    """Write Snakemake's missing records of files that Slurm jobs made after their run crashed.

    Without a record Snakemake does not notice when the parameters of a file have changed.
    """
    for job in workflow.dag.jobs:
        whole = not workflow.dag.needrun(job) and all(map(os.path.exists, job.output))
        if whole and job.output and not workflow.persistence.has_metadata(job):
            workflow.async_run(workflow.persistence.finished(job))


def run_here(workflow: Any) -> bool:
    """Return whether jobs run on this machine, and in the environment of Snakemake's shell."""
    deployed = workflow.deployment_settings.deployment_method
    return workflow.executor_plugin.name == "local" and not deployed


def submissions(dag: Any) -> list[tuple[str, int, Mapping[str, Any]]]:
    """Return the names of the rules, threads and resources of one submission of each kind."""
    found = {}
    for job in dag.needrun_jobs():
        if not job.is_local:
            whole = dag.get_job_group(job) or job
            rules = {part.rule.name for part in (whole.jobs if whole.is_group() else [job])}
            # The resources depend on the model of the data set, too.
            found[" + ".join(sorted(rules)), job.wildcards.get("dataset", "")] = whole
    return [(name, job.threads, job.resources) for (name, _), job in sorted(found.items())]


def rounds_to_train(dag: Any) -> dict[int, tuple[Key, str]]:
    """Return the data set and scenario, and the metrics file, of each training job, by job id."""
    return {
        dag.jobid(job): (
            (job.wildcards.dataset, job.wildcards.get("scenario", BASELINE)),
            str(job.output.metrics),
        )
        for job in dag.needrun_jobs()
        if job.rule.name in TRAINS
    }


def names_of_jobs(dag: Any) -> dict[int, str]:
    """Return what each job is called, by job id: its rule, and whose files it makes."""
    return {dag.jobid(job): _name(job.rule.name, dict(job.wildcards.items())) for job in dag.jobs}


def _name(rule: str, wildcards: dict[str, str]) -> str:
    """Return a name such as `rule train (digits, random, seed 0, round 1)`."""
    plain = [wildcards.pop(key) for key in ("dataset", "scenario") if key in wildcards]
    parts = plain + [f"{key} {value}" for key, value in wildcards.items() if value]
    return f"rule {rule} ({', '.join(parts)})" if parts else f"rule {rule}"


def folders_to_take_away(dag: Any) -> list[str]:
    """Return the folders that jobs to run make for people, and that no other job reads."""
    made = (job for job in dag.needrun_jobs() if job.rule.name in MAKE_FOLDERS)
    return [str(path) for job in made for path in job.output]


def rules_to_run(dag: Any) -> set[str]:
    """Return the names of the rules of jobs to run."""
    return {job.rule.name for job in dag.needrun_jobs()}


def inputs_there(dag: Any) -> Iterator[str]:
    """Yield the inputs that must exist already: no job of this run makes them. Each comes once."""
    jobs = list(dag.needrun_jobs())
    seen = {str(path) for job in jobs for path in job.output}
    for job in jobs:
        for path in map(str, job.input):
            if path not in seen:
                seen.add(path)
                yield path


def files_to_write(dag: Any) -> Iterator[str]:
    """Yield the outputs, logs and benchmarks of jobs to run."""
    for job in dag.needrun_jobs():
        benchmark = [job.benchmark] if job.benchmark else []
        yield from map(str, (*job.output, *job.log, *benchmark))

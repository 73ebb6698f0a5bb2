"""What Snakemake's own objects say of the jobs of a run; its internals are asked here alone."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

from orchestration.operation.progress import TRAINS, Key


def record_finished(workflow: Any) -> None:
    """Write the records that a dead run could not, of files that its Slurm jobs made without it.

    A file without a record of its parameters would pass for good when they change.
    """
    for job in workflow.dag.jobs:
        whole = not workflow.dag.needrun(job) and all(map(os.path.exists, job.output))
        if whole and job.output and not workflow.persistence.has_metadata(job):
            workflow.async_run(workflow.persistence.finished(job))


def submissions(dag: Any) -> list[tuple[str, int, Mapping[str, Any]]]:
    """Return one submission of each kind: names of its rules, threads and resources."""
    found = {}
    for job in dag.needrun_jobs():
        if not job.is_local:
            whole = dag.get_job_group(job) or job
            rules = {part.rule.name for part in (whole.jobs if whole.is_group() else [job])}
            # What is asked for depends on the data set's model too.
            found[" + ".join(sorted(rules)), job.wildcards.get("dataset", "")] = whole
    return [(name, job.threads, job.resources) for (name, _), job in sorted(found.items())]


def rounds_to_train(dag: Any) -> dict[int, tuple[Key, str]]:
    """Return whose round each job finishes that trains, and the metrics that it writes."""
    return {
        dag.jobid(job): (
            (job.wildcards.dataset, job.wildcards.get("scenario", "supervised")),
            str(job.output.metrics),
        )
        for job in dag.needrun_jobs()
        if job.rule.name in TRAINS
    }


def inputs_there(dag: Any) -> Iterator[str]:
    """Yield the inputs of jobs to run that no job to run makes, each once."""
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

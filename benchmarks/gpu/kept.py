"""What comes back from the GPU machine: one file of small measurements, and a report."""

import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.gpu.choice import trials
from benchmarks.gpu.plan import Ended, Job, Stage
from benchmarks.report import machine
from cbal.results.gathering import gather, metrics_files
from cbal.storage.files import atomic

MEASURED, REPORT = "measured.tar.gz", "report.md"
MOST_ROUNDS = 1000
# Below the repository. Models, features and pools stay behind.
PATTERNS = (
    "results/gpu/*.json",
    "results/**/run.parquet",
    "results/**/metrics.parquet",
    "results/**/timing*.parquet",
    "results/**/annotations.parquet",
    "benchmarks/results/*.parquet",
)


def keep(root: Path, out: Path, archives: Sequence[str]) -> None:
    """Write `measured.tar.gz`, with paths from the repository's root, whole or not at all.

    Args:
        root: folder of the repository.
        out: folder to write to.
        archives: folders of archives, from the root.
    """
    patterns = [*PATTERNS, *(f"{archive}/**/*.*" for archive in archives)]
    files = sorted({file for pattern in patterns for file in root.glob(pattern)})
    with atomic(out / MEASURED) as temporary, tarfile.open(temporary, "w:gz") as archive:
        for file in files:
            archive.add(file, file.relative_to(root))


def accuracy_of(metrics: Path) -> float:
    """Return the accuracy in the metrics of one training."""
    return pq.read_table(metrics, columns=["test_accuracy"])["test_accuracy"][0].as_py()


def report(root: Path, stages: Sequence[Stage], ended: Sequence[Ended]) -> str:
    """Return what the stages printed, and what the jobs measured so far, as Markdown.

    Args:
        root: folder of the repository.
        stages: of the plan.
        ended: how each stage ended that was started.
    """
    lines = [f"On {machine()}.", "", "| stage | end | seconds |", "| --- | --- | ---: |"]
    lines += [f"| {stage.name} | {stage.end} | {stage.seconds:.0f} |" for stage in ended]
    for stage in stages:
        said = "".join(part.said for part in ended if part.name == stage.name).splitlines()
        if stage.module:
            lines += ["", f"## {stage.name}", *(line for line in said if line[:1] in "#|")]
        elif stage.chooses:
            lines += ["", f"## {stage.name}", "", *_of_trials(root, stage)]
    names = dict.fromkeys(job.wildcards["dataset"] for job in _trainings(stages))
    for name in names:
        lines += ["", f"## {name}", "", *_of_rounds(root, name)]
    return "\n".join(lines) + "\n"


def _trainings(stages: Sequence[Stage]) -> list[Job]:
    """Return the jobs of all stages whose metrics are of the test split."""
    return [job for stage in stages for job in stage.jobs if job.rule == "finish_run"]


def _of_trials(root: Path, stage: Stage) -> Iterator[str]:
    """Yield the lines of a table of a calibration."""
    yield "| learning rate | batch size | flip | validation accuracy |"
    yield "| ---: | ---: | --- | ---: |"
    for training, metrics in trials(stage.jobs, root):
        rate, size, flip = (training[name] for name in ("learning_rate", "batch_size", "flip"))
        yield f"| {rate} | {size} | {'yes' if flip else 'no'} | {accuracy_of(metrics):.4f} |"


def _of_rounds(root: Path, dataset: str) -> Iterator[str]:
    """Yield the lines of a table of the test accuracy of each run after each round."""
    yield "| scenario | seed | interactions | images labeled by clusters | test accuracy |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    runs = root.glob(f"results/{dataset}/*/seed-*")
    for run in sorted(run for run in runs if run.parent.name not in ("pretrained", "calibration")):
        files = metrics_files([run], MOST_ROUNDS)
        for row in gather(files).to_pylist() if files else []:
            yield (
                f"| {row['scenario']} | {row['seed']} | {row['interactions'] or 0:,} "
                f"| {row['images_cluster'] or 0:,} | {row['test_accuracy']:.4f} |"
            )

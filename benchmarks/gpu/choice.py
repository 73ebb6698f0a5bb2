"""The training that a calibration finds best, put into the jobs that come after it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.gpu.plan import Job

# Flags of train.py that a calibration varies, and the values of those that have none.
FLAGS = {"learning_rate": "--learning-rate", "batch_size": "--batch-size", "flip": "--flip"}
SWITCHES = {"flip"}
TRIAL = "train_trial"

Training = dict[str, Any]


def training_of(words: Sequence[str]) -> Training:
    """Return the settings of a training from the words of its job."""
    return {
        name: flag in words if name in SWITCHES else json.loads(words[words.index(flag) + 1])
        for name, flag in FLAGS.items()
    }


def trials(jobs: Sequence[Job], root: Path = Path()) -> list[tuple[Training, Path]]:
    """Return the trainings of a calibration that are done, and their metrics below `root`."""
    tried = [(training_of(job.words), root / job.outputs[0]) for job in jobs if job.rule == TRIAL]
    return [(training, metrics) for training, metrics in tried if metrics.exists()]


def best(tried: Sequence[tuple[Training, float]]) -> Training | None:
    """Return the training of the highest accuracy, of equal ones the first; None of none."""
    return max(tried, key=lambda trial: trial[1])[0] if tried else None


def with_training(job: Job, dataset: str, training: Training) -> Job:
    """Return a job with a data set's chosen training, also in the settings that it stores.

    Trials keep their own training.
    """
    words = list(job.words)
    if Path(words[0]).name == "archive_runs.py":
        settings = json.loads(words[words.index("--settings") + 1])
        for made in settings.get(dataset, {}).values():
            made["training"] |= training
        return _with_settings(job, settings)
    if job.wildcards.get("dataset") != dataset or job.rule == TRIAL:
        return job
    if job.rule == "finish_run":
        settings = json.loads(words[words.index("--settings") + 1])
        settings["training"] |= training
        return _with_settings(job, settings)
    if Path(words[0]).name != "train.py":
        return job
    for name, flag in FLAGS.items():
        if name not in SWITCHES:
            words[words.index(flag) + 1] = json.dumps(training[name])
        elif training[name] and flag not in words:
            words.append(flag)
        elif not training[name] and flag in words:
            words.remove(flag)
    return replace(job, words=words)


def _with_settings(job: Job, settings: dict[str, Any]) -> Job:
    words = list(job.words)
    words[words.index("--settings") + 1] = json.dumps(settings, sort_keys=True)
    return replace(job, words=words)

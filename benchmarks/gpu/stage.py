"""Run the jobs of one stage in this process, so that PyTorch starts once and not in every job."""

import argparse
import gc
import importlib
import json
import re
import sys
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path

from benchmarks.gpu.choice import Training, best, trials, with_training
from benchmarks.gpu.kept import accuracy_of, keep
from benchmarks.gpu.plan import STATE, Job, Stage, read_plan
from benchmarks.report import cores
from cbal.errors import InputError

CHOICES = STATE / "choices.json"
LEARNING = Path("benchmarks/results/learning-train.parquet")


def main(argv: Sequence[str] | None = None) -> None:
    """Run a stage, in the root of the repository."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("stage", help="name of a stage of the plan")
    cli.add_argument("--plan", type=Path, required=True)
    cli.add_argument("--out", type=Path, required=True, help="folder of what is kept")
    arguments = cli.parse_args(argv)
    stages = read_plan(arguments.plan)
    (stage,) = [stage for stage in stages if stage.name == arguments.stage]
    archives = [archive_of(stage.archive) for stage in stages if stage.archive]
    run_stage(stage, arguments.out, archives)


def run_stage(stage: Stage, out: Path, archives: Sequence[str]) -> None:
    """Run the jobs that are not done yet; keep what they measured after each training.

    Args:
        stage: of the plan.
        out: folder of what is kept.
        archives: folders of archives, which are kept too.
    """
    chosen = read_choices()
    graphs = ["--cuda-graphs"] if graphs_pay() else []
    for job in stage.jobs:
        if all(Path(file).exists() for file in job.outputs):
            continue
        run_job(prepared(job, chosen, graphs))
        if job.rule == "finish_run" and stage.archive:
            run_job(prepared(stage.archive, chosen, []))
        if job.rule == "finish_run" or job.rule.startswith("train"):
            keep(Path(), out, archives)
        if stage.chooses:
            chosen = chosen | choice_of(stage)
            CHOICES.parent.mkdir(parents=True, exist_ok=True)
            CHOICES.write_text(json.dumps(chosen, indent=1) + "\n")


def read_choices() -> dict[str, Training]:
    """Return the chosen training of each data set that a calibration has chosen for."""
    return json.loads(CHOICES.read_text()) if CHOICES.exists() else {}


def choice_of(stage: Stage) -> dict[str, Training]:
    """Return the best training of those that are done so far."""
    training = best([(training, accuracy_of(path)) for training, path in trials(stage.jobs)])
    return {stage.chooses: training} if training else {}


def graphs_pay() -> bool:
    """Return whether CUDA graphs were faster, in the benchmark of training on this machine."""
    if not LEARNING.exists():
        return False
    import pyarrow.parquet as pq

    rows = pq.read_table(LEARNING, columns=["way", "images/s"]).to_pylist()
    rate = {row["way"]: row["images/s"] for row in rows}
    return rate.get("ours, CUDA graphs", 0) > rate.get("ours", 0)


def prepared(job: Job, chosen: dict[str, Training], graphs: Sequence[str]) -> Job:
    """Return a job with the chosen trainings, and with all threads of this machine."""
    for dataset, training in chosen.items():
        job = with_training(job, dataset, training)
    words = list(job.words)
    if "--threads" in words:
        words[words.index("--threads") + 1] = str(cores())
    return replace(job, words=words + list(graphs) * (Path(words[0]).name == "train.py"))


def run_job(job: Job) -> None:
    """Run a job in this process.

    Raises:
        SystemExit: it failed; its log says the same.
    """
    log, start = Path(job.log), time.perf_counter()
    log.parent.mkdir(parents=True, exist_ok=True)
    script = importlib.import_module(Path(job.words[0]).stem)
    failed = None
    with log.open("w") as file, redirect_stdout(file), redirect_stderr(file):
        try:
            script.main(job.words[1:])
        except InputError as error:
            failed = str(error)
    _free_memory()
    named = " ".join([job.rule, *job.wildcards.values()])
    last = failed or (re.findall(r".*\S", log.read_text()) or [""])[-1]
    print(f"{time.perf_counter() - start:7.1f} s  {named}: {last}", flush=True)
    if failed:
        sys.exit(f"error: {named}: {failed}")


def _free_memory() -> None:
    """Give back the device's memory, and count its peak from here."""
    torch = sys.modules.get("torch")
    gc.collect()
    if torch and torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def archive_of(job: Job) -> str:
    """Return the folder that a job archives runs to."""
    return job.words[job.words.index("--archive") + 1]


if __name__ == "__main__":
    main()

"""Run several training jobs at a time on one GPU, and measure images per second of all.

Jobs are command lines of the workflow, including their start. Each gets the number of jobs that
share the GPU, as from `snakemake --resources gpu=N`.
"""

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import torch

from benchmarks.processes import command, measure
from benchmarks.report import cores, report
from benchmarks.toolkits.data import random_images, write_data
from benchmarks.toolkits.ours import DATASET, SCENARIO


def main() -> None:
    """Run 1, 2 and 3 jobs at a time and print a table."""
    cli = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    cli.add_argument("--jobs", type=int, nargs="+", default=[1, 2, 3])
    cli.add_argument("--images", type=int, default=10_000, help="that each job trains on")
    cli.add_argument("--image-size", type=int, default=224)
    cli.add_argument("--epochs", type=int, default=2)
    cli.add_argument("--cpu", action="store_true", help="try it without a GPU")
    arguments = cli.parse_args()
    if not (torch.cuda.is_available() or arguments.cpu):
        raise SystemExit("error: there is no GPU here; --cpu tries it without one")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        write_data(data, random_images(arguments.images, 1000), arguments.images, 1000)
        rows = [together(arguments, data, jobs) for jobs in arguments.jobs]
    for row in rows:
        row["x one job"] = row["images/s, all"] / rows[0]["images/s, all"]
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    report("sharing", f"Training jobs that share a device ({device})", rows)


def together(arguments: argparse.Namespace, data: Path, jobs: int) -> dict[str, float]:
    """Run as many jobs at a time; return a line of the table."""
    words = [job(arguments, data, seed, jobs) for seed in range(jobs)]
    logs = [data / f"{seed}.log" for seed in range(jobs)]
    start = perf_counter()
    with ThreadPoolExecutor(jobs) as threads:
        usages = list(threads.map(measure, words, logs))
    wall = perf_counter() - start
    images = jobs * arguments.images * arguments.epochs
    return {
        "jobs": jobs,
        "wall, s": wall,
        "images/s, all": images / wall,
        "images/s, each": images / wall / jobs,
        "CPU-seconds": sum(usage.cpu for usage in usages),
    }


def job(arguments: argparse.Namespace, data: Path, seed: int, jobs: int) -> list[str]:
    """Return the command line of one job: training on all labels."""
    return command(
        "train",
        dataset=DATASET,
        scenario=SCENARIO,
        seed=seed,
        round=0,
        index=data / "index.parquet",
        truth=data / "truth.parquet",
        images=data / "images.npy",
        architecture="resnet18",
        image_size=arguments.image_size,
        epochs=arguments.epochs,
        batch_size=32,
        learning_rate=1e-3,
        momentum=0.9,
        weight_decay=5e-4,
        threads=max(1, cores() // jobs),
        gpu_jobs=jobs,
        metrics=data / f"{seed}-metrics.parquet",
        timing=data / f"{seed}-timing.parquet",
        model=data / f"{seed}-model.safetensors",
    )


if __name__ == "__main__":
    main()

"""Command lines of the workflow, as its rules call them."""

from pathlib import Path

from benchmarks.processes import command
from benchmarks.toolkits.task import Task
from cbal.strategies.registry import STRATEGIES

DATASET, SCENARIO = "benchmark", "uncertain"
STEPS = ("query", "annotate", "update_pool")
L2 = 30  # that of `eurosat-head` in config.yaml


def first_labels(data: Path, folder: Path, seed: int, labels: int) -> list[list[str]]:
    """Return the command lines that make `round-1/pool.parquet` with some random labels."""
    start = folder / "round-0" / "pool.parquet"
    init = command(
        "init_pool",
        **_keys(seed),
        index=data / "index.parquet",
        interactions=labels,
        out=start,
    )
    return [init, *_ask(data, folder, seed, 1, "random", labels)]


def one_round(data: Path, folder: Path, task: Task) -> dict[str, list[str]]:
    """Return the command lines of the round that is measured: train on round 1, query round 2."""
    before, now = folder / "round-1", folder / "round-2"
    keys = _keys(task.seed)
    files = {"images": data / "images.npy", "index": data / "index.parquet"}
    train = command(
        "train",
        **keys,
        round=1,
        pool=before / "pool.parquet",
        **files,
        truth=data / "truth.parquet",
        architecture="resnet18",
        weights=task.weights,
        image_size=task.image_size,
        epochs=task.epochs,
        batch_size=task.batch_size,
        learning_rate=task.learning_rate,
        momentum=task.momentum,
        weight_decay=task.weight_decay,
        threads=task.workers,
        metrics=before / "metrics.parquet",
        timing=before / "timing.parquet",
        model=before / "model.safetensors",
    )
    extract = command(
        "extract_features",
        **keys,
        round=2,
        **files,
        pool=before / "pool.parquet",
        model=before / "model.safetensors",
        threads=task.workers,
        out=now / "features.parquet",
        timing=now / "timing-extraction.parquet",
    )
    features = now / "features.parquet"
    steps = _ask(data, folder, task.seed, 2, "entropy", task.query, features)
    return {"train": train, "extract_features": extract, **_named(steps)}


def encoding(data: Path, folder: Path, task: Task) -> list[str]:
    """Return the command line that computes the features of all images, once for all rounds."""
    return command(
        "encode",
        dataset=DATASET,
        images=data / "images.npy",
        index=data / "index.parquet",
        architecture="resnet18",
        weights=task.weights,
        image_size=task.image_size,
        threads=task.workers,
        out=folder / "encoded.npy",
        timing=folder / "timing-encoding.parquet",
    )


def round_of_a_head(data: Path, folder: Path, task: Task) -> dict[str, list[str]]:
    """Return the command lines of the same round where a linear head on fixed features learns."""
    before = folder / "round-1"
    train = command(
        "train_head",
        **_keys(task.seed),
        round=1,
        pool=before / "pool.parquet",
        index=data / "index.parquet",
        truth=data / "truth.parquet",
        encoded=folder / "encoded.npy",
        l2=L2,
        metrics=before / "metrics.parquet",
        timing=before / "timing.parquet",
        model=before / "model.safetensors",
        probabilities=before / "probabilities.parquet",
    )
    probabilities = before / "probabilities.parquet"
    steps = _ask(data, folder, task.seed, 2, "entropy", task.query, probabilities)
    return {"train_head": train, **_named(steps)}


def _keys(seed: int) -> dict[str, object]:
    return {"dataset": DATASET, "scenario": SCENARIO, "seed": seed}


def _named(steps: list[list[str]]) -> dict[str, list[str]]:
    return dict(zip(STEPS, steps))


def _ask(
    data: Path,
    folder: Path,
    seed: int,
    round: int,
    strategy: str,
    n: int,
    features: Path | None = None,
) -> list[list[str]]:
    """Return the command lines of `STEPS`, for a round of one step."""
    now, pool = folder / f"round-{round}", folder / f"round-{round - 1}" / "pool.parquet"
    keys = _keys(seed) | {"round": round}
    step = f"1-{strategy}"
    query, annotations = (
        now / f"step-{step}" / name for name in ("query.parquet", "annotations.parquet")
    )
    how = STRATEGIES[strategy]
    return [
        command(
            "query",
            **keys,
            step=step,
            pool=pool,
            features=features,
            strategy=how.address,
            needs=how.needs,
            kind=how.kind,
            interactions=n,
            out=query,
        ),
        command(
            "annotate",
            **keys,
            step=step,
            query=query,
            truth=data / "truth.parquet",
            purity=0.8,
            out=annotations,
        ),
        command(
            "update_pool",
            **keys,
            pool=pool,
            queries=[query],
            annotations=[annotations],
            out=now / "pool.parquet",
        ),
    ]

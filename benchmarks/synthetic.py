"""Make random pools, for measurements in which only their size matters."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.pool import state as pools
from cbal.storage.feature_files import to_batch, write_features
from cbal.storage.files import write_table

CLASSES = 10
GROUPS = 2000  # similar samples, as among features of real images
PART = 8192


def parts_of(n: int, d: int) -> Iterator[np.ndarray]:
    """Yield float16[PART, d], n rows in all: groups of similar rows, at least 0, as after ReLU."""
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(GROUPS, d)).astype(np.float32)
    for start in range(0, n, PART):
        rows = min(PART, n - start)
        noise = rng.standard_normal((rows, d), np.float32)
        yield np.maximum(centres[rng.integers(GROUPS, size=rows)] + noise, 0).astype(np.float16)


def classified(n: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Return float16[n, d] and their classes, int16[n].

    A few hidden causes make the features correlated, as those of a network are. Classes overlap,
    and 5 in 100 labels are drawn at random, about as many as cluster labels have wrong.
    """
    rng, hidden = np.random.default_rng(0), 48
    label = rng.integers(CLASSES, size=n).astype(np.int16)
    means, mixing = rng.normal(size=(CLASSES, hidden)), rng.normal(size=(hidden, d))
    causes = 0.45 * means[label] + rng.normal(size=(n, hidden))
    x = causes.astype(np.float32) @ mixing.astype(np.float32)
    x += 2 * rng.standard_normal((n, d), np.float32)
    wrong = rng.random(n) < 0.05
    label[wrong] = rng.integers(CLASSES, size=wrong.sum())
    return np.maximum(x, 0).astype(np.float16), label


def features_of(n: int, d: int) -> np.ndarray:
    """Return float16[n, d]."""
    return np.concatenate(list(parts_of(n, d)))


def write_pool(folder: Path, n: int, d: int) -> None:
    """Write the inputs of a query on n samples: features, pool and truth."""
    keys = {"dataset": "synthetic", "scenario": "s", "seed": 0, "round": 1}
    rng = np.random.default_rng(1)

    def batches() -> Iterator[pa.RecordBatch]:
        done = 0
        for feature in parts_of(n, d):
            rows = np.arange(done, done + len(feature))
            probability = rng.dirichlet(np.ones(CLASSES), len(feature)).astype(np.float32)
            yield to_batch(rows, feature, probability, CLASSES)
            done += len(feature)

    write_features(folder / "features.parquet", batches(), **keys)
    table, metadata = pools.to_table(pools.initial(np.arange(n)))
    write_table(folder / "pool.parquet", table, **{**keys, "round": 0}, **metadata)
    truth = {"sample_id": np.arange(n), "label": rng.integers(CLASSES, size=n).astype(np.int16)}
    write_table(
        folder / "truth.parquet",
        pa.table(truth),
        dataset="synthetic",
        classes=[str(label) for label in range(CLASSES)],
    )

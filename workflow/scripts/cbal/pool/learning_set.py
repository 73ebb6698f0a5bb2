"""What a training learns from, and what it is tested on."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cbal.pool.rounds import read_pool
from cbal.pool.state import Pool, supervised
from cbal.storage.files import labels_of, metadata_of, read_table, samples_of


@dataclass(frozen=True)
class LearningSet:
    """The pool of a round, and the labels that its model is measured by.

    Attributes:
        samples: number N of samples of the data set.
        pool: of the round; all training samples with their true labels for the baseline.
        truth: int16[N], labels of all samples, -1 where unknown.
        test: int64[m], held-out samples with a label. A person may have labeled none.
        classes: number of outputs of the model, at least 1.
    """

    samples: int
    pool: Pool
    truth: np.ndarray
    test: np.ndarray
    classes: int


def read_learning_set(pool: Path | None, index: Path, truth: Path, split: str) -> LearningSet:
    """Read the pool and the labels of a training.

    Args:
        pool: `pool.parquet`; None for the supervised baseline.
        index: `index.parquet`.
        truth: `truth.parquet`, or `known.parquet` of a person.
        split: held-out split to test on.

    Raises:
        InputError: a file is missing or damaged.
    """
    samples = read_table(index, ["sample_id", "split"])
    table = read_table(truth, ["label"])
    labels = labels_of(table)
    learned = read_pool(pool) if pool else supervised(samples_of(samples, "train"), labels)
    test = samples_of(samples, split)
    classes = max(len(metadata_of(table)["classes"]), 1)
    return LearningSet(len(samples), learned, labels, test[labels[test] >= 0], classes)

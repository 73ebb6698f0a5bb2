"""Split clusters for the page: into the same parts as the oracle, with the model's guesses."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from cbal.errors import InputError
from cbal.labeling.asking import questions_of
from cbal.labeling.journal import ConflictError
from cbal.labeling.records import Question
from cbal.pool.splitting import split
from cbal.storage.feature_files import read_features

FILES = ("features", "encoded")  # one of them has the features of a step's clusters


class Splitter:
    """Splits clusters of the steps for whose answers a job waits, and of those before in a round.

    All steps of a round are made from the same features.
    """

    def __init__(self, made_from: Callable[[int], Mapping[str, Path]]):
        """Keep where features come from.

        Args:
            made_from: returns the files of a step by their names, some of `FILES` and "guesses".
        """
        self._made_from = made_from

    def can_split(self, step: int) -> bool:
        """Return whether the features are there of the clusters whose answers a job takes."""
        return bool(set(FILES) & self._made_from(step).keys())

    def __call__(self, step: int, samples: np.ndarray, parts: int) -> list[Question]:
        """Return the parts of a cluster as questions.

        Args:
            step: number of the step in the journal whose job waits for the answer.
            samples: int64[n], of the cluster.
            parts: number of parts; there may be fewer.

        Raises:
            ConflictError: the features cannot be read.
        """
        files = self._made_from(step)
        if not set(FILES) & files.keys():
            raise ConflictError("this cluster cannot be split: its features are not there")
        try:
            groups = split(samples, parts, files.get("features"), files.get("encoded"))
            return questions_of(groups, _probability(files.get("guesses"), groups), None)
        except InputError as error:
            raise ConflictError(f"this cluster cannot be split: {error}") from error


def _probability(path: Path | None, groups: list[np.ndarray]) -> np.ndarray | None:
    """Return float32[n, classes] of the samples in the order of `groups`; None without a model."""
    if path is None:
        return None
    known, at = np.unique(np.concatenate(groups), return_inverse=True)
    probability = read_features(path, known, ["probability"])["probability"]
    return None if probability is None else probability[at]

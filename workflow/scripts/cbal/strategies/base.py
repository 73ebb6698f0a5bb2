"""What every query strategy takes and returns."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Candidates:
    """The samples that a strategy may choose from, in the order of their `sample_id`.

    Attributes:
        sample_id: int64[n], ascending.
        features: float16[n, d] or None, the input of the model's head.
        probabilities: float32[n, classes] or None, the model's softmax.
    """

    sample_id: np.ndarray
    features: np.ndarray | None = None
    probabilities: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.sample_id)


@dataclass(frozen=True)
class Selection:
    """What is put before the annotator: m shown samples, in the order they are shown.

    Attributes:
        interaction: int32[m], dense from 0, ascending; one number per interaction.
        sample_id: int64[m].
        score: float32[m], what the strategy ranked by.
    """

    interaction: np.ndarray
    sample_id: np.ndarray
    score: np.ndarray


def one_by_one(sample_id: np.ndarray, score: np.ndarray) -> Selection:
    """Return the selection that shows each sample in an interaction of its own."""
    return Selection(
        interaction=np.arange(len(sample_id), dtype=np.int32),
        sample_id=np.asarray(sample_id, np.int64),
        score=np.asarray(score, np.float32),
    )

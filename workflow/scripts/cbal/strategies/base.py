"""Input and output of every query strategy."""

from dataclasses import dataclass

import numpy as np

from cbal.errors import InputError


@dataclass(frozen=True)
class Candidates:
    """The samples that a strategy may choose from, in the order of their `sample_id`.

    Attributes:
        sample_id: int64[n], ascending.
        features: float16 or float32[n, d] or None, the input of the model's head; float32 where
            half precision would lose the differences between samples (`feature_range.Spread`).
        probabilities: float32[n, classes] or None, the model's softmax; the mean of all passes
            if the scenario has several (Monte-Carlo dropout, an ensemble).
        expected_entropy: float32[n] or None, the mean over passes of the softmax's entropy (nats).
        variation_ratio: float32[n] or None, the share of passes that do not vote for the class
            with most votes.
        mean_std: float32[n] or None, the standard deviation over passes of the probability of a
            class, averaged over classes.
        labeled_features: float16 or float32[m, d] or None, the features of all samples with an
            individual label, in the order of their `sample_id`.
        doubt: float32[n] or None, how much a model that did not learn from the sample's label
            contradicts it (nats, 0 or more). With it the samples are those with a label that is
            not verified, and there are no other fields.
        labels: int16[m] or None, the labels of these samples; there where their features are.
    """

    sample_id: np.ndarray
    features: np.ndarray | None = None
    probabilities: np.ndarray | None = None
    expected_entropy: np.ndarray | None = None
    variation_ratio: np.ndarray | None = None
    mean_std: np.ndarray | None = None
    labeled_features: np.ndarray | None = None
    doubt: np.ndarray | None = None
    labels: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.sample_id)


@dataclass(frozen=True)
class Selection:
    """The m samples that the annotator is shown, in the order in which they are shown.

    Attributes:
        interaction: int32[m], ascending, without gaps from 0: the interaction of each sample.
        sample_id: int64[m].
        score: float32[m], the value by which the strategy ranked the sample.
    """

    interaction: np.ndarray
    sample_id: np.ndarray
    score: np.ndarray


def one_by_one(sample_id: np.ndarray, score: np.ndarray) -> Selection:
    """Return a selection that shows one sample per interaction."""
    return Selection(
        interaction=np.arange(len(sample_id), dtype=np.int32),
        sample_id=np.asarray(sample_id, np.int64),
        score=np.asarray(score, np.float32),
    )


def nothing() -> Selection:
    """Return a selection that shows no sample."""
    return one_by_one(np.zeros(0), np.zeros(0))


def refuse(sample_id: np.ndarray, bad: np.ndarray, what: str) -> None:
    """Raise an error that names the first sample whose values are not finite.

    Args:
        sample_id: int64[n].
        bad: bool[n], the samples with such values.
        what: name of the values: "features" or "probabilities".

    Raises:
        InputError: a sample is bad.
    """
    if bad.any():
        raise InputError(
            f"the {what} of sample {sample_id[bad][0]} are not numbers; retrain its model"
        )

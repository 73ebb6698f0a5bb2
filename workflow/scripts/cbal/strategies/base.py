"""Input and output of every query strategy."""

from dataclasses import dataclass, field

import numpy as np

from cbal.errors import InputError


@dataclass(frozen=True)
class History:
    """The q questions of a run before a step, oldest first, and their answers.

    A question is one interaction; its number counts over the whole run, as in the pool.

    Attributes:
        round: int64[q].
        of_cluster: bool[q], whether a cluster was shown.
        label: int64[q], the label that was given; -1 for a refusal.
        question: int64[m], ascending, the question of each of the m samples shown.
        sample_id: int64[m], the samples of each question.
        excluded: bool[m], whether the annotator took the sample out of a cluster.
        known: int64[l], labels of the samples of `Candidates.labeled_features`, in its order.
        notes: what strategies noted of their questions (`Selection.notes`), by name: float64[q],
            NaN for questions without that note.
        now: the round of the step.
    """

    round: np.ndarray
    of_cluster: np.ndarray
    label: np.ndarray
    question: np.ndarray
    sample_id: np.ndarray
    excluded: np.ndarray
    known: np.ndarray
    notes: dict[str, np.ndarray] = field(default_factory=dict)
    now: int = 1

    def latest(self, sample_id: np.ndarray, among: np.ndarray) -> np.ndarray:
        """Return int64[n], the latest question that showed each sample; -1 for none.

        Args:
            sample_id: int64[n], ascending.
            among: bool[m], the rows of `question` and `sample_id` that count.
        """
        latest = np.full(len(sample_id), -1)
        at = np.searchsorted(sample_id, self.sample_id)
        here = among & (at < len(sample_id))
        here[here] = sample_id[at[here]] == self.sample_id[here]
        np.maximum.at(latest, at[here], self.question[here])
        return latest


def nothing_asked() -> History:
    """Return the history of a run before its first question."""
    no = np.zeros(0, np.int64)
    return History(no, no.astype(bool), no, no, no, no.astype(bool), no)


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
        history: the questions and answers so far, or None.
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
    history: History | None = None

    def __len__(self) -> int:
        return len(self.sample_id)


@dataclass(frozen=True)
class Selection:
    """The m samples that the annotator is shown, in the order in which they are shown.

    Attributes:
        interaction: int32[m], ascending, without gaps from 0: the interaction of each sample.
        sample_id: int64[m].
        score: float32[m], the value by which the strategy ranked the sample.
        notes: what the strategy states of its q questions, by name: int or float[q]. They are
            columns of the query and of its annotations, and later strategies read them in
            `History.notes`.
    """

    interaction: np.ndarray
    sample_id: np.ndarray
    score: np.ndarray
    notes: dict[str, np.ndarray] = field(default_factory=dict)


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

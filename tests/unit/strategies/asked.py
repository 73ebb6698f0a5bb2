"""Histories of questions for the tests."""

import numpy as np

from cbal.strategies.base import History


def history_of(*questions, now=2, known=(), notes=None):
    """Return the history of questions, each a mapping with samples and label (-1: refused).

    Questions show clusters in round 1 unless they say `round` or `single`.
    """
    return History(
        round=np.array([each.get("round", 1) for each in questions], np.int64),
        of_cluster=np.array([not each.get("single") for each in questions], bool),
        label=np.array([each["label"] for each in questions], np.int64),
        question=np.repeat(np.arange(len(questions)), [len(q["samples"]) for q in questions]),
        sample_id=np.array([s for each in questions for s in each["samples"]], np.int64),
        excluded=np.array(
            [s in each.get("excluded", ()) for each in questions for s in each["samples"]], bool
        ),
        known=np.array(known, np.int64),
        notes=notes or {},
        now=now,
    )


def clusters_of(chosen):
    """Return the samples of each interaction of a selection."""
    return [
        chosen.sample_id[chosen.interaction == number].tolist()
        for number in range(len(set(chosen.interaction)))
    ]

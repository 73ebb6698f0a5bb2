"""Actions of the journal's events, and checks of answers before they become events."""

from collections.abc import Sequence

from cbal.pool.annotations import CLUSTER
from cbal.pool.parts import FEWEST, MOST

LABEL, REFUSE, SKIP, UNDO, SPLIT = "label", "refuse", "skip", "undo", "split"
ANSWERS = (LABEL, REFUSE)


def check_answer(
    samples: Sequence[int],
    action: str,
    label: int | None,
    new_class: str | None,
    excluded: Sequence[int],
) -> None:
    """Check that the parts of an answer to a question about `samples` go together.

    Raises:
        ValueError: they do not.
    """
    if action not in (*ANSWERS, SKIP):
        raise ValueError(f"unknown action {action!r}")
    given = (label is not None) + (new_class is not None)
    if given != (action == LABEL) or (excluded and action != LABEL):
        raise ValueError("a label, and samples taken out, go with the action `label` only")
    if not set(excluded) <= set(samples):
        raise ValueError("a sample that is not shown cannot be taken out")
    if len(set(excluded)) == len(samples):
        raise ValueError("every image is taken out: refuse the cluster instead")


def check_parts(kind: str, samples: Sequence[int], parts: Sequence[Sequence[int]]) -> None:
    """Check that a question is a cluster, and that parts are its parts.

    Args:
        kind: of the question.
        samples: that it shows.
        parts: the samples of each part.

    Raises:
        ValueError: it is none, or they are not.
    """
    if kind != CLUSTER:
        raise ValueError("only a cluster can be split")
    together = sorted(sample for part in parts for sample in part)
    if together != sorted(samples) or not all(parts) or not FEWEST <= len(parts) <= MOST:
        raise ValueError("these are not the parts of the cluster")

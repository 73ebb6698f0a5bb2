"""Why the models are unsure of an image, as a hint for the person who is asked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cbal.labeling.records import Question
from cbal.pool.uncertainty import divided

SURE = 0.9  # from this probability on, the likeliest class leaves no doubt worth a word
BOTH = 0.8  # probability of the two likeliest classes together, if there are but two


def with_doubts(
    questions: list[Question], probability: np.ndarray, expected: np.ndarray
) -> list[Question]:
    """Return questions of single images with the hint `doubt`, where there is doubt.

    Its `kind` is "disagree" if the models differ more than each of them is unsure (the epistemic
    part of the uncertainty is the larger one), else "two" or "several", the number of classes that
    the image looks like. With "two" it has their numbers, `classes`, the likelier one first.

    Args:
        questions: n questions.
        probability: float32[n, classes], mean over several passes.
        expected: float32[n], mean over passes of the entropy (nats).
    """
    result = []
    _, aleatoric, epistemic = divided(probability, expected)
    for question, p, disagree in zip(questions, probability, epistemic > aleatoric, strict=True):
        doubt = _doubt(p, bool(disagree))
        result.append(Question(question.samples, question.hints | doubt))
    return result


def _doubt(p: np.ndarray, disagree: bool) -> dict[str, Any]:
    likeliest = np.argsort(-p, kind="stable")[:2]
    if p[likeliest[0]] >= SURE:
        return {}
    if disagree:
        return {"doubt": {"kind": "disagree"}}
    if p[likeliest].sum() >= BOTH:
        return {"doubt": {"kind": "two", "classes": likeliest.tolist()}}
    return {"doubt": {"kind": "several"}}


def words_of(
    doubt: dict[str, Any], classes: Sequence[str], gone: Mapping[int, int | None] | None = None
) -> str | None:
    """Return what the page says of the hint `doubt`; None where two classes are one by now.

    Args:
        doubt: the hint.
        classes: names of all classes.
        gone: classes that were merged into another one, or deleted (None).
    """
    if doubt["kind"] == "disagree":
        return "The models disagree"
    numbers = [(gone or {}).get(number, number) for number in doubt.get("classes", ())]
    if len(set(numbers)) < len(numbers):
        return None
    several = doubt["kind"]  # "two" or "several"
    said = f"Looks like {several} classes at once"
    names = [classes[it] for it in numbers if it is not None and it < len(classes)]
    return f"{said}: {names[0]} or {names[1]}" if len(names) == 2 else said

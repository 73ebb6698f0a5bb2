import numpy as np
import pytest

from cbal.labeling.doubts import with_doubts, words_of
from cbal.labeling.records import Question
from cbal.strategies.support.probabilities import combined, entropy

CLASSES = ["cat", "dog", "bird", "fish"]


@pytest.mark.parametrize(
    ("passes", "words"),
    [
        ([[0.92, 0.05, 0.03, 0], [0.96, 0.02, 0.02, 0]], None),
        ([[0.99, 0, 0.01, 0], [0.01, 0, 0.99, 0]], "The models disagree"),
        (
            [[0.4, 0.02, 0.56, 0.02], [0.42, 0.02, 0.54, 0.02]],
            "Looks like two classes at once: bird or cat",
        ),
        ([[0.3, 0.3, 0.2, 0.2], [0.3, 0.2, 0.3, 0.2]], "Looks like several classes at once"),
    ],
)
def test_the_doubt_of_an_image_in_words(passes, words):
    probability, (expected, _, _) = combined(np.array(passes, np.float32)[:, None])
    before = Question(np.array([7]), {"guess": {"label": 2, "probability": 0.5}})
    (after,) = with_doubts([before], probability, expected)
    assert after.samples is before.samples
    assert after.hints["guess"] == before.hints["guess"]
    said = after.hints.get("doubt")
    assert (said and words_of(said, CLASSES)) == words


def test_a_class_that_has_no_name_yet_is_not_named():
    p = np.array([[0.5, 0, 0.5, 0]], np.float32)
    (question,) = with_doubts([Question(np.array([1]))], p, entropy(p))
    assert question.hints == {"doubt": {"kind": "two", "classes": [0, 2]}}
    assert words_of(question.hints["doubt"], ["cat"]) == "Looks like two classes at once"


def test_classes_that_were_merged_are_no_two():
    classes, hint = ["cat", "dog", "cow (deleted)", "hen"], {"kind": "two", "classes": [1, 3]}
    assert words_of(hint, classes, {1: 0}) == "Looks like two classes at once: cat or hen"
    assert words_of(hint, classes, {1: 3}) is None
    assert words_of(hint | {"classes": [1, 2]}, classes, {2: None}).endswith("at once")

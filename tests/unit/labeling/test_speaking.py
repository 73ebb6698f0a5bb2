"""Words that speak for a guess."""

import numpy as np
import pyarrow as pa

from cbal.labeling.records import Question
from cbal.labeling.speaking import speaking, with_words
from cbal.storage.files import write_table
from cbal.storage.texts import write_texts

POOL = ["lost my card", "card lost", "change my pin", "a pin to change"]
GUESSES = [0, 0, 1, 1]


def test_words_of_the_guessed_class_speak_for_it_by_hand():
    # Of class 0 both texts have `lost` and `card`, of the others none: log(5) - log(0.2).
    # One text of each class has `my`, which speaks for neither; `key` is in none.
    found = speaking(["My lost key and card"], [0], POOL, GUESSES)
    assert found == [["card", "lost"]]
    assert speaking(["my lost key and pin", ""], [1, 1], POOL, GUESSES) == [["pin"], []]
    assert speaking(["lost"], [2], POOL, GUESSES) == [[]]


def test_questions_of_one_text_with_a_guess_get_words(tmp_path):
    write_texts(tmp_path / "texts", POOL)
    table = {"sample_id": range(4), "probability": [[0.9, 0.1]] * 2 + [[0.1, 0.9]] * 2}
    write_table(tmp_path / "features", pa.table(table))
    guess = {"guess": {"label": 1, "probability": 0.9}}
    questions = [Question(np.array([3]), dict(guess)), Question(np.array([3]), {})]
    questions.append(Question(np.array([0, 1]), dict(guess)))
    with_words(questions, tmp_path / "texts", tmp_path / "features")
    assert [each.hints.get("words") for each in questions] == [["change", "pin"], None, None]

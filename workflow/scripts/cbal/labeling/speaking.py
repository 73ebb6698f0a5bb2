"""The words of a text that speak for the model's guess."""

from collections import Counter
from collections.abc import Sequence
from math import log
from pathlib import Path

import numpy as np

from cbal.data.cluster_words import LETTERS
from cbal.data.words import words_of
from cbal.labeling.records import Question
from cbal.storage.files import read_table
from cbal.storage.texts import read_texts

MOST = 6  # words of a text


def with_words(questions: Sequence[Question], texts: Path, features: Path) -> None:
    """Add the hint `words` to questions that show one text and have the hint `guess`.

    Args:
        questions: of a step; their hints change.
        texts: file of the texts.
        features: features with probabilities, of the unlabeled pool.
    """
    table = read_table(features, ["sample_id", "probability"])
    probability = np.asarray(table["probability"].to_pylist())
    if probability.ndim != 2 or not probability.shape[1]:
        return
    column, guesses = read_texts(texts), probability.argmax(axis=1).tolist()
    pool = [column[i].as_py() for i in table["sample_id"].to_pylist()]
    asked = [each for each in questions if len(each.samples) == 1 and "guess" in each.hints]
    shown = [column[int(each.samples[0])].as_py() for each in asked]
    found = speaking(shown, [each.hints["guess"]["label"] for each in asked], pool, guesses)
    for question, words in zip(asked, found):
        question.hints["words"] = words


def speaking(
    shown: Sequence[str], guess: Sequence[int], pool: Sequence[str], guesses: Sequence[int]
) -> list[list[str]]:
    """Return the words of each shown text that speak for its guess, best first.

    They are found by what the model guesses of the pool, whatever the encoder: a word speaks for a
    class if a larger share of the texts that the model takes for it has the word than of the
    others, and two texts at least, unless there is only one. Words are in the order of the
    logarithm of the odds ratio, smoothed by half a text.

    Args:
        shown: texts.
        guess: the model's guess of each of them.
        pool: the texts of the pool.
        guesses: the model's guess of each of those.
    """
    has: dict[int, Counter[str]] = {}
    for text, label in zip(pool, guesses):
        has.setdefault(label, Counter()).update(set(words_of(text[:LETTERS])))
    sizes, total = Counter(guesses), Counter()
    for count in has.values():
        total.update(count)

    def best(text: str, label: int) -> list[str]:
        odds = {}
        for word in set(words_of(text[:LETTERS])):
            inside = has.get(label, Counter())[word]
            if inside < max(min(2, sizes[label]), 1):
                continue
            outside, others = total[word] - inside, len(pool) - sizes[label]
            odds[word] = log((inside + 0.5) / (sizes[label] - inside + 0.5)) - log(
                (outside + 0.5) / (others - outside + 0.5)
            )
        speaks = [word for word in odds if odds[word] > 0]
        return sorted(speaks, key=lambda word: (-odds[word], word))[:MOST]

    return [best(text, label) for text, label in zip(shown, guess)]

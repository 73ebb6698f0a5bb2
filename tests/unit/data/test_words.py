"""Words of texts, and the words of a cluster."""

from math import log

import pytest

from cbal.data.cluster_words import cluster_words
from cbal.data.words import words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't stop: the card's 2nd PIN!", ["don't", "stop", "the", "card's", "2nd", "pin"]),
        ("<b onclick='x'>&amp;</b>", ["b", "onclick", "x", "amp", "b"]),
        ("हिन्दी नमस्ते", ["हिन्दी", "नमस्ते"]),
        ("مُحَمَّد, שָׁלוֹם", ["مُحَمَّد", "שָׁלוֹם"]),
        ("cafe\u0301 Straße", ["cafe\u0301", "strasse"]),
        ("😀 -- ' ...", []),
    ],
)
def test_words_of_several_scripts(text, words):
    assert words_of(text) == words


CLUSTERS = [
    ["my card is lost", "lost card", "the card"],
    ["my pin", "change the pin", "pin"],
    ["my card has a limit", "age limit"],
]


def test_words_of_three_clusters_by_hand():
    """Of 21 words, 7 a cluster, card is in 4 texts, lost in 2, pin in 3, limit in 2."""
    lost, card = 2 * log(1 + 7 / 2), 3 * log(1 + 7 / 4)
    assert card > lost
    # Every cluster has `my` once, and two have `the` once: no word of a single text counts.
    assert cluster_words(CLUSTERS) == [["card", "lost"], ["pin"], ["limit"]]
    assert cluster_words(CLUSTERS, most=1)[0] == ["card"]


def test_a_word_that_all_clusters_share_alike_tells_none():
    assert cluster_words([["a x", "a x"], ["a y", "a y"]]) == [["x"], ["y"]]


def test_a_word_has_to_be_twice_as_frequent_as_in_the_others():
    others = ["a b", "b", "c", "c"]
    assert cluster_words([["a b", "a b"], others]) == [["a", "b"], ["c"]]
    assert cluster_words([["a b", "a b", "c"], others])[0] == ["a"]


def test_one_cluster_one_text_and_none():
    assert cluster_words([["b a", "a b"]]) == [["a", "b"]]  # of equal weight
    assert cluster_words([["only text"], ["b c", "b d"]]) == [["only", "text"], ["b"]]
    assert cluster_words([[], ["", ""]]) == [[], []]
    assert cluster_words([]) == []


def test_a_long_text_does_not_speak_for_its_cluster():
    long = "spam " * 30_000
    assert cluster_words([[long, "a card", "a card"], ["a pin", "a pin"]])[0] == ["card"]

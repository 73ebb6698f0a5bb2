import pytest

from cbal.stopping.rules import MEASURES, RULES, mean_of, more, rule_of, sentence


def rounds(measure, *values):
    return [dict.fromkeys(MEASURES) | {measure: value} for value in values]


@pytest.mark.parametrize(
    ("rule", "values", "stops"),
    [
        ("kappa", [None, 0.99, 0.99, 0.99], True),
        ("kappa", [None, 1, 1, 0.96], False),  # 0.987 on average
        ("kappa", [0.98, 0.99, 1], True),
        ("kappa", [None, 1, 1], False),  # three agreements need four models
        ("kappa", [1, None, 1, 1], False),  # agreement of one class alone says nothing
        ("gain", [None, 0.009, 0.003, 0.003], True),
        ("gain", [None, 0.03, 0.003, 0.003], False),
        ("uncertainty", [0.3, 0.05], True),
        ("uncertainty", [0.01, 0.051], False),
        ("uncertainty", [], False),
    ],
)
def test_each_rule_by_hand(rule, values, stops):
    assert RULES[rule].stops(rounds(RULES[rule].measure, *values)) is stops


def test_settings_replace_what_is_usual():
    assert rule_of({"rule": "kappa"}) == RULES["kappa"]
    assert rule_of({"rule": "kappa", "at": None, "over": None}) == RULES["kappa"]
    strict = rule_of({"rule": "gain", "at": 0, "over": 1})
    assert (strict.at, strict.over, strict.models) == (0, 1, 2)
    assert strict.stops(rounds("gain", 0.1, 0.0))
    assert not strict.stops(rounds("gain", 0.0, 0.1))


@pytest.mark.parametrize(("rule", "models"), [("kappa", 4), ("gain", 4), ("uncertainty", 1)])
def test_a_rule_says_how_many_models_it_needs(rule, models):
    assert RULES[rule].models == models


def test_a_mean_needs_all_its_rounds():
    assert mean_of("gain", rounds("gain", 1.0, 3.0), 2) == 2
    assert mean_of("gain", rounds("gain", 1.0, 3.0), 3) is None


@pytest.mark.parametrize(
    ("gains", "words"),
    [
        ([0.02, 0.01], None),
        ([None, 0.02, 0.01], None),
        ([0.006, 0.003, 0.003], "would probably bring less than half a point"),
        ([0.005, 0.005, 0.005], "could bring up to 0.5 points"),
        ([0.01, 0.01, 0.01], "could bring up to 1 point"),
        ([0.04, 0.02, 0.03], "could bring up to 3 points"),
    ],
)
def test_the_outlook_in_words(gains, words):
    assert more(rounds("gain", *gains)) == words
    assert sentence(words) == (words and f"another round {words} of accuracy")

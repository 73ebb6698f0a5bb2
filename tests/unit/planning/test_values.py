import math

import pytest

from orchestration.planning.mistakes import SettingsError
from orchestration.planning.values import plain


@pytest.mark.parametrize(
    ("written", "is_"),
    [(1.0, "1"), (0.0, "0"), (-2.0, "-2"), (0.05, "0.05"), (1e300, "1e+300"), (True, "True")],
)
def test_equal_numbers_have_the_same_text(written, is_):
    assert str(plain({"a": [{"b": written}]})["a"][0]["b"]) == is_


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_no_finite_number_is_refused_wherever_it_stands(value):
    with pytest.raises(SettingsError, match=r"^a\.b: -?(inf|nan) is not a finite number"):
        plain({"a": {"b": [1, value]}})
    with pytest.raises(SettingsError, match=r"^scenarios\.x\.steps\.settings\.delta: "):
        plain({"scenarios": {"x": {"steps": [{"settings": {"delta": value}}]}}})


@pytest.mark.parametrize("key", ["title", "path", "weights", "archive", "function"])
def test_a_word_that_a_command_would_take_for_an_option_is_refused(key):
    with pytest.raises(SettingsError, match=f"^datasets.x.{key}: '-rf' begins like an option"):
        plain({"datasets": {"x": {key: "-rf"}}})


@pytest.mark.parametrize("key", ["path", "weights", "archive"])
def test_a_path_that_snakemake_would_fill_in_is_refused(key):
    with pytest.raises(SettingsError, match=f"^x.{key}: 'a{{b}}' has braces"):
        plain({"x": {key: "a{b}"}})
    assert plain({"x": {"title": "a{b}"}}) == {"x": {"title": "a{b}"}}


def test_classes_and_a_strategy_s_settings_may_begin_with_a_dash():
    settings = {"classes": ["-rf"], "settings": {"mode": "-x"}, "title": "a-b"}
    assert plain(settings) == settings

"""Flags that say how images are read."""

import argparse

import pytest

from cbal.data.arguments import add_rule_arguments, rule_of
from cbal.data.decoding import Rule


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ([], Rule()),
        (["--values=", "--background", "white"], Rule()),
        (["--values=-1000 2000.5"], Rule(values=(-1000, 2000.5))),
        (["--values=-1e-05 1e+20"], Rule(values=(-1e-5, 1e20))),
        (["--background", "#ff8000", "--pixel-limit", "5"], Rule("#ff8000", pixels=5)),
        (["--row-limit", "6", "--unpacked-limit", "7"], Rule(rows=6, unpacked=7)),
    ],
)
def test_the_rule_is_what_was_said(words, rule):
    cli = argparse.ArgumentParser()
    add_rule_arguments(cli)
    assert rule_of(cli.parse_args(words)) == rule

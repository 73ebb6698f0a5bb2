import os

import numpy as np
import pytest

from cbal.errors import InputError
from cbal.strategies.base import Candidates
from cbal.strategies.support.calls import guarded, load_strategy

HEAD = """import numpy as np
from cbal.strategies.base import Selection, one_by_one
def select(candidates, n, rng, threads=1, power=2.0):
"""
CANDIDATES = Candidates(np.arange(10, 15))


def choose(path, body, kind="individual", head=HEAD, **settings):
    """Return the choice of a strategy with this body, from line 4 on, from 5 candidates."""
    path.write_text(head + "".join(f"    {line}\n" for line in body.splitlines()))
    select = guarded(f"{path}:select", kind)
    return select(CANDIDATES, 2, np.random.default_rng(0), 1, **settings)


def test_a_file_of_the_user_may_contain_all_that_a_module_may(tmp_path):
    (tmp_path / "random.py").write_text(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass\n"
        "@dataclass\n"
        "class Choice:\n"
        "    n: int\n"
        "def select(n):\n"
        "    return Choice(n)\n"
    )
    assert load_strategy(f"{tmp_path}/random.py:select")(3).n == 3


@pytest.mark.parametrize("address", ["nowhere:select", "nowhere/own.py:select"])
def test_an_unknown_strategy_is_named(address):
    with pytest.raises(InputError, match=f"{address}: cannot be loaded"):
        load_strategy(address)


def test_what_a_right_strategy_returns_is_passed_on(tmp_path):
    chosen = choose(tmp_path / "own.py", "return one_by_one(candidates.sample_id[:n], np.ones(n))")
    assert chosen.sample_id.tolist() == [10, 11]
    assert len(choose(tmp_path / "own.py", "return Selection([], [], [])").sample_id) == 0


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("return [1, 2]", 3, "returned list and not a Selection"),
        ("pass", 3, "returned NoneType and not a Selection"),
        ("yield 1", 3, "returned generator and not a Selection"),
        ("return Selection", 3, "returned type and not a Selection"),
        ("return Selection([0], ['a'], [0])", 3, "are not whole numbers"),
        ("return Selection([0], [10.5], [0])", 3, "are not whole numbers"),
        ("return Selection([0], [10], None)", 3, "have not one dimension"),
        ("return Selection([0], [10], [0], [0.5])", 3, "notes that are list and not a dict"),
        ("return Selection([0], [10], [0], {'label': [1]})", 3, "label, which is a column already"),
        (
            "return Selection([0], [10], [0], {'a': [1, 2]})",
            3,
            "one number for each of its 1 quest",
        ),
        ("return Selection([0], [10], [0], {'a': ['b']})", 3, "one number for each of its 1 quest"),
        ("return Selection([0], [10], ['high'])", 3, "something else than arrays of numbers"),
        ("return Selection([0, 1], [10, 11], [0])", 3, "of different lengths"),
        ("return Selection([[0]], [[10]], [[0]])", 3, "have not one dimension"),
        ("return one_by_one([10, 10], [0, 0])", 3, "must return distinct candidates"),
        ("return one_by_one([10, 99], [0, 0])", 3, "must return distinct candidates"),
        ("return one_by_one([10, 11, 12], [0, 0, 0])", 3, "in at most 2 interactions"),
        ("return Selection([1, 2], [10, 11], [0, 0])", 3, "numbered from 0"),
        ("return Selection([0, 0], [10, 11], [0, 0])", 3, "its kind is individual"),
        ("candidates.sample_id[:] += 90\nreturn one_by_one([100], [0])", 3, "distinct candidates"),
        ("n + 1\nreturn 1 / 0", 5, "raised ZeroDivisionError (division by zero)"),
        ("raise ValueError('two\\nlines')", 4, "raised ValueError (two lines)"),
        ("def deep():\n    return {}['key']\nreturn deep()", 5, "raised KeyError ('key')"),
        ("return np.zeros(2).reshape(3)", 4, "raised ValueError (cannot reshape"),
        ("raise SystemExit", 4, "raised SystemExit"),
        ("assert False", 4, "raised AssertionError in"),
    ],
)
def test_what_a_strategy_does_wrong_is_one_line_that_names_it(tmp_path, body, line, words):
    own = tmp_path / "own.py"
    candidates = CANDIDATES.sample_id.copy()
    with pytest.raises(InputError) as caught:
        choose(own, body)
    CANDIDATES.sample_id[:] = candidates
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"strategy {own}:select: ")
    assert words in message
    where = f"{os.path.relpath(own)}, line {line}"
    assert f"({where})" in message or f"in {where};" in message


def test_a_cluster_may_show_several(tmp_path):
    body = "return Selection(np.zeros(2, int), candidates.sample_id[:2], np.zeros(2))"
    assert len(choose(tmp_path / "own.py", body, "cluster").sample_id) == 2


def test_a_setting_that_it_does_not_take_is_named(tmp_path):
    with pytest.raises(InputError, match=r"unexpected keyword argument 'p'.*own.py, line 3; mend"):
        choose(tmp_path / "own.py", "return None", p=1)


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("x = 1\n1 / 0\n", "raised ZeroDivisionError (division by zero) in {own}, line 2; mend it"),
        (
            "x = 1\ny = = 2\n",
            "raised SyntaxError (invalid syntax (own.py, line 2)) in {own}, line 2",
        ),
        ("import no_such_module\n", "cannot be loaded (No module named 'no_such_module')"),
        ("raise SystemExit(0)\n", "raised SystemExit (0) in {own}, line 1"),
        ("select = 3\n", "is not a function"),
    ],
)
def test_a_file_that_cannot_be_run_is_named(tmp_path, head, words):
    own = tmp_path / "own.py"
    with pytest.raises(InputError) as caught:
        choose(own, "", head=head)
    assert str(caught.value).startswith(f"strategy {own}:select: ")
    assert words.format(own=os.path.relpath(own)) in str(caught.value)


def test_what_a_strategy_itself_says_of_its_input_is_left_as_it_is(tmp_path):
    body = "from cbal.errors import InputError\nraise InputError('the features are none')"
    with pytest.raises(InputError, match="^the features are none$"):
        choose(tmp_path / "own.py", body)

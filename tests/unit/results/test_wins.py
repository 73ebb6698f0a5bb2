import pandas as pd
import pytest

from cbal.results.wins import to_markdown, wins


def run(scenario, seed, *accuracy):
    rows = enumerate(accuracy, 1)
    return [
        {"dataset": "d", "scenario": scenario, "seed": seed, "round": r}
        | {"interactions": 10 * r, "test_accuracy": a, "images": 100}
        for r, a in rows
    ]


@pytest.fixture
def table():
    return wins(
        pd.DataFrame(
            run("a", 0, 0.5, 0.7)
            + run("a", 1, 0.4, 0.4)
            + run("b", 0, 0.4, 0.6)
            + run("b", 1, 0.5, 0.5)
            + run("b", 2, 0.9, 0.9)
            + run("c", 0, 0.1, 0.1)
            + run("c", 1, 0.1, 0.1)
            + run("supervised", 0, 1.0)
        )
    ).set_index(["scenario", "other"])


def test_seeds_are_paired(table):
    assert table.loc[("a", "b"), ["wins", "seeds"]].tolist() == [1, 2]
    assert table.loc[("b", "a"), ["wins", "seeds"]].tolist() == [1, 2]
    assert table.loc[("a", "c"), ["wins", "seeds"]].tolist() == [2, 2]
    assert table.loc[("c", "b"), ["wins", "seeds"]].tolist() == [0, 2]
    assert table.loc[("a", "b"), "gap"] == pytest.approx(0)
    assert table.loc[("a", "b"), "gap_sd"] == pytest.approx(0.1 * 2**0.5)


def test_the_baseline_takes_no_part(table):
    assert len(table) == 6


def test_the_matrix_has_the_best_first(table):
    text = to_markdown(table.reset_index(), {"d": "Data"})
    lines = text.splitlines()
    assert lines[0] == "## Data"
    assert lines[2] == "|  | a | b | c | wins |"
    assert lines[4] == "| a |  | 1/2 | 2/2 | 3 |"
    assert lines[6] == "| c | 0/2 | 0/2 |  | 0 |"


def test_a_single_scenario_has_no_rival():
    assert to_markdown(wins(pd.DataFrame(run("a", 0, 0.5))), {}) == "\n"


def test_runs_without_accuracy_are_left_out():
    assert wins(pd.DataFrame(run("a", 0, 0.5) + run("b", 0, None))).empty

import numpy as np
import pytest

from benchmarks import clicks
from cbal.pool.costs import Costs


@pytest.fixture
def files():
    """Return 200 files of ten classes that are far apart; in each place is one of another class."""
    rng = np.random.default_rng(0)
    truth = np.repeat(np.arange(10), 20).astype(np.int16)
    features = 9 * np.eye(10)[truth] + rng.normal(0, 0.1, (200, 10))
    truth[::20] = (truth[::20] + 1) % 10
    return clicks.Files("made", features.astype(np.float32), truth, 1)


def test_the_work_is_what_was_answered(files):
    """Ten clusters with one wrong image each: ten keystrokes and ten clicks."""
    first = next(clicks.rounds_of(files, "cluster once, then uncertain", 0, 10))
    assert first.work.tolist() == [0, 10, 200, 10, 0]
    assert first.wrong is None  # no single image yet
    found = clicks.row("x", "in fact", [first], 200)
    assert (found["keystrokes"], found["clicks"]) == (10, 10)
    costs = Costs()
    seconds = 10 * costs.cluster + 200 * costs.per_shown_image + 10 * costs.per_taken_out
    assert found["minutes"] == pytest.approx(seconds / 60)
    assert found["actions of one by one, %"] == pytest.approx(100 * 20 / 198)
    assert first.right == 190 / 200  # those taken out are predicted as what they look like


def test_a_run_ends_once_the_goal_is_reached_in_fact(files):
    ends = clicks.reached(files, "cluster once, then uncertain", 0, 10)
    rounds = list(clicks.rounds_of(files, "cluster once, then uncertain", 0, 10))
    fact = ends["in fact"]
    assert fact.right >= clicks.GOAL
    before = [after for after in rounds if after.work.sum() < fact.work.sum()]
    assert before and all(after.right < clicks.GOAL for after in before)
    assert rounds[-1].right == 1  # everything was labeled


def test_the_rows_of_a_table(files):
    rows = clicks.rows_of(files, ["uncertain", "random"], seeds=2, questions=40)
    assert [(row["scenario"], row["99 %"]) for row in rows] == [
        ("one by one", "in fact"),
        *[(name, rule) for name in ("uncertain", "random") for rule in clicks.RULES],
    ]
    assert (rows[0]["keystrokes"], rows[0]["minutes of one by one, %"]) == (198, 100)
    for row in rows[1:]:
        assert row["clicks"] == 0
        assert row["least right, %"] <= row["right, %"]
        assert row["99 %"] != "in fact" or row["least right, %"] >= 99

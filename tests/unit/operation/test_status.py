import os

import pytest

from cbal.stopping.rules import rule_of
from orchestration.operation.outlook import outlook_of
from orchestration.operation.standing import duration, runs_of
from orchestration.operation.status import describe, under_way

SWEEP = {"datasets": ["d"], "scenarios": ["a", "b+c"], "seeds": [0, 3], "rounds": 3}
NOW = 1_700_000_000


@pytest.fixture
def root(tmp_path):
    """Seed 0 of `a` has two rounds and trains the third; the baseline of seed 3 is finished."""
    for name, age in (
        ("a/seed-0/round-1", 100),
        ("a/seed-0/round-2", 50),
        ("supervised/seed-3", 9),
    ):
        file = tmp_path / "results" / "d" / name / "metrics.parquet"
        file.parent.mkdir(parents=True)
        file.touch()
        os.utime(file, (NOW - age, NOW - age))
    log = tmp_path / "logs/d/a/seed-0/round-3/train.log"
    log.parent.mkdir(parents=True)
    log.write_text("epoch 1/5: training loss 2.0\nepoch 2/5: training loss 1.0\n")
    os.utime(log, (NOW - 4, NOW - 4))
    return tmp_path


def test_rounds_are_counted_from_files(root):
    runs = runs_of({**SWEEP, "supervised": True}, root)
    assert [(run.scenario, run.seed, run.done) for run in runs if run.done] == [
        ("a", 0, 2),
        ("supervised", 3, 1),
    ]
    text = "\n".join(describe("x", runs, NOW, since=NOW - 60))
    assert "sweep x: 3 of 14 rounds done (21%)" in text
    assert "2/6   seed 0: 2, seed 3: 0" in text
    assert "last round finished 9 s ago" in text
    assert "about 6 min left" in text  # 11 rounds at 2 in 60 s
    assert "left" not in "\n".join(describe("x", runs, NOW))  # no workflow runs


def test_the_time_of_an_archive_is_no_round_s(root):
    """Else a checkout of archived runs would have finished rounds a moment ago."""
    archived = root / "archive/d/b+c/seed-0.parquet"
    archived.parent.mkdir(parents=True)
    archived.touch()
    os.utime(archived, (NOW - 1, NOW - 1))
    runs = runs_of({**SWEEP, "supervised": True, "archive": "archive"}, root)
    text = "\n".join(describe("x", runs, NOW, since=NOW - 60))
    assert "sweep x: 6 of 14 rounds done (43%), 3 of them archived" in text
    assert "last round finished 9 s ago" in text
    assert "about 4 min left" in text  # 8 rounds at 2 in 60 s


def test_a_sweep_of_archived_runs_alone_finished_at_no_known_time(tmp_path):
    archived = tmp_path / "archive/d/a/seed-0.parquet"
    archived.parent.mkdir(parents=True)
    archived.touch()
    sweep = {**SWEEP, "scenarios": ["a"], "seeds": [0], "supervised": False, "archive": "archive"}
    text = "\n".join(describe("x", runs_of(sweep, tmp_path), NOW))
    assert "3 of 3 rounds done (100%), 3 of them archived" in text
    assert "finished" not in text


def test_without_a_baseline_there_is_none(root):
    runs = runs_of({**SWEEP, "supervised": False}, root)
    assert {run.scenario for run in runs} == {"a", "b+c"}


def test_what_trains_is_shown_with_its_last_line(root):
    runs = runs_of({**SWEEP, "supervised": True}, root)
    assert under_way(runs, root, NOW, since=NOW - 60) == [
        "  d a seed 0 round 3: epoch 2/5: training loss 1.0 (4 s ago)"
    ]
    assert under_way(runs, root, NOW, since=NOW - 1) == []


def test_a_sweep_that_has_not_begun(tmp_path):
    assert describe("x", runs_of({**SWEEP, "supervised": True}, tmp_path), NOW)[0] == (
        "sweep x: 0 of 14 rounds done (0%)"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "0 s"),
        (89, "89 s"),
        (90, "2 min"),
        (5399, "90 min"),
        (5400, "1.5 h"),
        (2e5, "2.3 days"),
    ],
)
def test_durations_have_about_two_digits(seconds, words):
    assert duration(seconds) == words


def test_the_status_says_what_another_round_would_bring(root):
    from tests.unit.stopping.test_settling import A, B, put

    runs = runs_of({**SWEEP, "supervised": True, "rounds": 4}, root)
    assert outlook_of(runs, root) is None
    for round, probability in enumerate([A, B, B, B], start=1):
        folder = root / f"results/d/a/seed-3/round-{round}"
        folder.mkdir(parents=True)
        put(folder, round, range(4), probability).rename(folder / "predictions.parquet")
    said = "another round could bring up to 3 points of accuracy"  # 0.1, 0 and 0
    assert outlook_of(runs[:2], root) == said
    rule = rule_of({"rule": "gain", "at": 0, "over": 2})
    assert outlook_of(runs[:2], root, rule) == f"{said}; 1 seed stopped by the rule"
    lines = describe("x", runs, NOW, outlook=lambda group: outlook_of(group, root))
    assert lines[2] == f"    {said}"
    assert len([line for line in lines if "another" in line]) == 1

import os
import sys
from types import SimpleNamespace

import pytest

from orchestration import forks
from orchestration.operation import course, labeling, leftovers, permissions, presence
from orchestration.operation.course import ONCE, Course, follow, resuming
from orchestration.operation.standing import Run

SWEEP = {"datasets": ["d"], "scenarios": ["s"], "seeds": [0], "rounds": 2, "supervised": False}


@pytest.fixture
def said(monkeypatch):
    """All lines on the screen."""
    lines = []
    for level in ("info", "error"):
        monkeypatch.setattr(course.logger, level, lines.append)
    return lines


@pytest.fixture
def begun(tmp_path, monkeypatch):
    """Return a function that makes the course of a run with one job, alone in the folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["snakemake", "--cores", "2"])
    monkeypatch.delenv(ONCE, raising=False)
    monkeypatch.setattr(leftovers, "end_slurm_jobs", lambda folder: 0)
    monkeypatch.setattr(leftovers, "end_processes", lambda folder, before: 0)
    for variable in (leftovers.VARIABLE, labeling.OWNER, forks.ADDRESS):
        monkeypatch.setenv(variable, "")

    made = []

    def make(inputs=(), dryrun=False, executor="local", deployed=(), rule="a"):
        for earlier in made:
            earlier.who.leave()
        files = {"input": inputs, "output": [], "log": [], "benchmark": None}
        job = SimpleNamespace(**files, rule=SimpleNamespace(name=rule))
        run = Course(
            SimpleNamespace(
                is_main_process=True,
                output_settings=SimpleNamespace(dryrun=dryrun),
                dag=SimpleNamespace(needrun_jobs=lambda: [job], jobs=[]),
                dag_settings=SimpleNamespace(force_incomplete=False),
                deployment_settings=SimpleNamespace(deployment_method=frozenset(deployed)),
                executor_plugin=SimpleNamespace(name=executor),
                persistence=SimpleNamespace(unlock=lambda: None),
            ),
            SWEEP,
        )
        made.append(run)
        return run

    yield make
    for run in made:
        run.who.leave()


def test_a_run_announces_itself_and_a_dry_run_does_not(begun, said):
    begun(dryrun=True)
    assert not list(presence.STATE.glob("alive/*"))
    assert not os.environ[labeling.OWNER]
    begun()
    assert os.environ[labeling.OWNER] == str(os.getpid())
    assert len(list(presence.STATE.glob("alive/*"))) == 1


def test_a_run_begins_and_ends(begun, said):
    run = begun()
    run.begin()
    run.end()
    run.fail()
    assert said == ["Nothing finished is lost. To go on: snakemake --cores 2 --rerun-incomplete"]


@pytest.mark.parametrize(
    ("settings", "starts"),
    [({}, True), ({"executor": "dryrun"}, False), ({"deployed": ["conda"]}, False)],
)
def test_jobs_on_this_machine_in_this_environment_may_be_forks(
    begun, monkeypatch, settings, starts
):
    started = []
    monkeypatch.setattr(forks, "start", lambda: started.append(True))
    begun(**settings).begin()
    assert bool(started) == starts


def test_a_review_of_a_sweep_that_nobody_labels_is_one_line(begun):
    with pytest.raises(SystemExit, match="^Error: config.yaml: the sweep has no data set with"):
        begun(rule="review").begin()


def test_after_jobs_of_a_dead_run_were_ended_it_begins_anew_once(begun, said, monkeypatch):
    monkeypatch.setattr(leftovers, "end_processes", lambda folder, before: 2)
    commands = []
    monkeypatch.setattr(os, "execv", lambda *command: commands.append(command))
    run = begun()
    run.begin()
    assert said == ["Ended 2 processes that an earlier run left running here.", "Starting again."]
    assert [program for program, _ in commands] == [sys.executable]
    assert not list(presence.STATE.glob("alive/*"))
    begun().begin()
    assert len(commands) == 1


def test_an_input_of_the_future_stops_a_run(begun, tmp_path):
    late = tmp_path / "late"
    late.touch()
    os.utime(late, (4e9, 4e9))
    with pytest.raises(SystemExit, match="^Error: .*late: dated 2096"):
        begun([str(late)]).begin()


@pytest.mark.parametrize(
    ("module", "function", "error"),
    [
        (leftovers, "end_slurm_jobs", leftovers.StillRunningError),
        (permissions, "check", permissions.ReadOnlyError),
    ],
)
def test_what_a_check_says_is_the_line(begun, monkeypatch, module, function, error):
    def refuse(*arguments):
        raise error("this and that")

    monkeypatch.setattr(module, function, refuse)
    with pytest.raises(SystemExit, match="^Error: this and that$"):
        begun().begin()


def test_a_round_that_is_made_again_does_not_count_as_done(said):
    run = Run("d", "s", 0, [1.0, 2.0, None])
    again = "results/d/s/seed-0/round-2/metrics.parquet"
    ahead = {3: (("d", "s"), again), 4: (("d", "s"), "results/d/s/seed-0/round-3/metrics.parquet")}
    progress = follow([run], ahead)
    progress.close()
    course.logger.removeHandler(progress)
    assert progress.line().startswith("1 of 3 rounds done (33%)")


def test_the_command_to_go_on_with():
    assert (
        resuming(["--cores", "2", "a b"], False) == "snakemake --cores 2 'a b' --rerun-incomplete"
    )
    assert resuming(["--rerun-incomplete"], True) == "snakemake --rerun-incomplete"


def test_nothing_of_snakemake_s_is_left_in_a_folder_to_take_away(begun, tmp_path):
    run = begun()
    (job,) = run.workflow.dag.needrun_jobs()
    job.rule.name, job.output = "link_classes", ["class-folders"]
    run.begin()
    (tmp_path / "class-folders/cat").mkdir(parents=True)
    (tmp_path / "class-folders" / course.TIMESTAMP).touch()
    run.end()
    assert [path.name for path in (tmp_path / "class-folders").iterdir()] == ["cat"]
    run.end()

"""The stages for a GPU machine, rehearsed on the CPU with tiny numbers."""

import json
import os
import shutil
import subprocess
import sys
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from benchmarks.gpu import __main__ as driver
from benchmarks.gpu import stage
from benchmarks.gpu.choice import best, training_of, with_training
from benchmarks.gpu.plan import CARRIED, DONE, PLAN, STATE, Job, Stage, in_order, write_plan
from tests.conftest import ROOT
from tests.project import checkout

PLAIN = {"learning_rate": 0.1, "batch_size": 32, "flip": False}
CHOSEN = {"learning_rate": 0.001, "batch_size": 64, "flip": True}


def job(rule, script, *words, dataset="one"):
    words = [f"workflow/scripts/{script}.py", *words]
    return Job(rule, {"dataset": dataset}, words, [f"{rule}-{dataset}"], "log")


def trained(rule="train", dataset="one"):
    return job(rule, "train", "--learning-rate", "0.1", "--batch-size", "32", dataset=dataset)


# The choice of a training


def test_the_chosen_training_replaces_that_of_later_jobs():
    changed = with_training(trained(), "one", CHOSEN)
    assert training_of(changed.words) == CHOSEN
    assert training_of(with_training(changed, "one", PLAIN).words) == PLAIN
    assert with_training(trained("train_trial"), "one", CHOSEN) == trained("train_trial")
    assert with_training(trained(dataset="two"), "one", CHOSEN) == trained(dataset="two")


def test_the_chosen_training_is_in_the_settings_that_runs_store():
    made = {"training": PLAIN | {"epochs": 8}, "rounds": 10}
    finish = job("finish_run", "finish_run", "--settings", json.dumps(made), "--out", "run")
    stored = json.loads(with_training(finish, "one", CHOSEN).words[2])
    assert stored == {"training": CHOSEN | {"epochs": 8}, "rounds": 10}
    both = json.dumps({"one": {"random": made}, "two": {"random": made}})
    archive = job("archive", "archive_runs", "--settings", both, dataset="")
    stored = json.loads(with_training(archive, "one", CHOSEN).words[2])
    assert stored["one"]["random"]["training"] == CHOSEN | {"epochs": 8}
    assert stored["two"]["random"] == made


def test_the_best_training_is_the_first_of_equal_ones():
    assert best([(PLAIN, 0.9), (CHOSEN, 0.9)]) == PLAIN
    assert best([(PLAIN, 0.9), (CHOSEN, 0.91)]) == CHOSEN
    assert best([]) is None


def test_jobs_come_after_those_that_they_need():
    jobs = [Job("c", {}, [], ["c"], "", ["a", "b"]), Job("b", {}, [], ["b"], "", ["a"])]
    jobs += [Job("a", {}, [], ["a", "a-too"], "", ["of the user"]), Job("not", {}, [], ["d"], "")]
    assert [job.rule for job in in_order(jobs, ["a", "c"])] == ["a", "b", "c"]


# CUDA graphs are used where they were measured to be faster


@pytest.mark.parametrize(("rate", "pays"), [(2.0, True), (0.5, False), (None, False)])
def test_graphs_are_used_if_they_were_faster(tmp_path, monkeypatch, rate, pays):
    rows = [{"way": "ours", "images/s": 1.0}]
    rows += [{"way": "ours, CUDA graphs", "images/s": rate}] if rate else []
    file = tmp_path / "learning.parquet"
    monkeypatch.setattr(stage, "LEARNING", file)
    assert not stage.graphs_pay()
    pq.write_table(pa.Table.from_pylist(rows), file)
    assert stage.graphs_pay() == pays


def test_all_threads_are_for_the_one_job(monkeypatch):
    monkeypatch.setattr(stage, "cores", lambda: 16)
    cluster = job("cluster", "query", "--threads", "1", "--out", "x")
    assert stage.prepared(cluster, {}, ["--cuda-graphs"]).words[1:3] == ["--threads", "16"]
    assert "--cuda-graphs" not in stage.prepared(cluster, {}, ["--cuda-graphs"]).words
    assert "--cuda-graphs" in stage.prepared(trained(), {}, ["--cuda-graphs"]).words


# The whole


@pytest.fixture
def clone(tmp_path):
    """A copy of the project, with its benchmarks."""
    project = checkout(tmp_path / "clone")
    shutil.copytree(
        ROOT / "benchmarks",
        project.path / "benchmarks",
        ignore=shutil.ignore_patterns("__pycache__", "results"),
    )
    return project


def run(clone, module, *words):
    environment = {**os.environ, "PYTHONPATH": f".{os.pathsep}workflow/scripts"}
    command = [sys.executable, "-m", module, *map(str, words)]
    return subprocess.run(
        command, cwd=clone.path, env=environment, capture_output=True, text=True, timeout=1200
    )


def stages_of(clone):
    return {
        part["name"]: part for part in json.loads((clone.path / STATE / "stages.json").read_text())
    }


def test_a_rehearsal_brings_everything_back(clone, tmp_path):
    packed = run(clone, "benchmarks.gpu.pack", "--rehearsal")
    assert packed.returncode == 0, packed.stderr
    out = tmp_path / "out"
    result = run(clone, "benchmarks.gpu", "--cpu", "--minutes", 120, "--out", out)
    assert result.returncode == 0, result.stderr
    ended = stages_of(clone)
    assert {part["end"] for part in ended.values()} == {DONE}, result.stdout
    measured = ["smoke", "learning", "data", "precision", "calibration"]
    assert list(ended) == [*measured, "supervised", "eurosat", "cifar10"]
    assert sorted(file.name for file in out.iterdir()) == ["measured.tar.gz", "report.md"]
    report = (out / "report.md").read_text()
    assert (
        report.count("| cluster+uncertain | 0 | ") == 3
    )  # two rounds of one data set, one of the other
    assert "bfloat16" in report and "x plain" in report

    # The archive is what the workflow itself would have written with the chosen training.
    home = checkout(tmp_path / "home")
    with tarfile.open(out / "measured.tar.gz") as archive:
        archive.extractall(home.path, filter="data")
    chosen = json.loads((home.path / STATE / "choices.json").read_text())["eurosat"]
    tried = [line for line in report.splitlines() if line.startswith(("| 0.05 |", "| 0.01 |"))]
    assert len(tried) == 4
    flip = "yes" if chosen["flip"] else "no"
    accuracy = [float(line.split("|")[4]) for line in tried]
    start = f"| {chosen['learning_rate']} | {chosen['batch_size']} | {flip} |"
    assert tried[accuracy.index(max(accuracy))].startswith(start)
    settings = yaml.safe_load((ROOT / "benchmarks/gpu/rehearsal.yaml").read_text())["settings"]
    eurosat = settings["datasets"]["eurosat"]
    settings["datasets"]["eurosat"] = eurosat | {"training": eurosat["training"] | chosen}
    (home.path / "settings.yaml").write_text(yaml.safe_dump(settings))
    for sweep in ("paper-once", "paper-once-cifar10"):
        words = ["--configfile", "settings.yaml", "--config", f"sweep={sweep}"]
        drawn = home.jobs("results/sweeps/" + sweep + "/metrics.parquet", *words)
        assert drawn == {"collect_metrics": 1}

    again = run(clone, "benchmarks.gpu", "--cpu", "--out", tmp_path / "again")
    assert again.returncode == 0
    assert " s  " not in again.stdout  # nothing is done twice


def test_a_stage_ends_at_its_limit_and_the_next_one_runs(clone, tmp_path):
    (clone.path / "slow.py").write_text(
        "import time\nprint('began', flush=True)\ntime.sleep(600)\n"
    )
    (clone.path / "quick.py").write_text("print('| quick |')\n")
    stages = [Stage("slow", 0.1, "slow"), Stage("broken", 1, "absent"), Stage("quick", 1, "quick")]
    (clone.path / CARRIED).mkdir()
    write_plan(clone.path / CARRIED / PLAN, stages)
    result = run(clone, "benchmarks.gpu", "--cpu", "--out", tmp_path / "out")
    assert result.returncode == 0, result.stderr
    ended = stages_of(clone)
    assert ended["slow"]["end"] == "stopped at its limit"
    assert "began" in ended["slow"]["said"]
    assert ended["broken"]["end"] == "failed (1)"
    assert ended["quick"]["end"] == DONE
    assert "| quick |" in (tmp_path / "out/report.md").read_text()


def test_what_is_missing_is_said_in_one_line(tmp_path, monkeypatch):
    import torch

    with pytest.raises(SystemExit, match="benchmarks.gpu.pack"):
        driver.main(["--carried", str(tmp_path), "--out", str(tmp_path / "out")])
    write_plan(tmp_path / PLAN, [])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    with pytest.raises(SystemExit, match="there is no GPU here"):
        driver.main(["--carried", str(tmp_path), "--out", str(tmp_path / "out")])
    monkeypatch.setattr(driver, "NEEDED", ("torch", "absent_package"))
    with pytest.raises(SystemExit, match="absent_package.*docs/offline.md"):
        driver.main(["--carried", str(tmp_path), "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()

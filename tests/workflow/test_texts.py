"""Data sets of texts, by Snakemake for real."""

import os
import signal
import subprocess
import time

import pytest

from cbal.labeling.journal import Journal
from cbal.labeling.web.lifetime import Home
from cbal.storage.files import read_table
from tests.ports import own_port
from tests.workflow.by_hand import answered_by_name

SCENARIOS = ["random", "uncertain+cluster"]
TEXTS = {"source": "text", "path": "examples/banking-10", "columns": {"label": "category"}}
TEXTS |= {"subset": 60, "test_subset": 40, "model": "tfidf", "interactions": 6}
TEXTS |= {"training": {"l2": 1}}


@pytest.fixture(scope="module")
def sources(fresh, tmp_path_factory):
    """The project with a tiny sweep of texts, and nothing computed."""
    project = fresh.copy(tmp_path_factory.mktemp("texts") / "fresh")
    project.configure(datasets__tiny=TEXTS, sweeps__tiny__scenarios=SCENARIOS)
    return project


@pytest.fixture(scope="module")
def finished(sources, tmp_path_factory):
    """The finished sweep."""
    project = sources.copy(tmp_path_factory.mktemp("texts") / "finished")
    project.run()
    return project


def test_texts_go_from_a_table_to_figures(finished):
    index = read_table(finished.path / "data/tiny/index.parquet")
    assert index["split"].to_pylist() == ["train"] * 60 + ["test"] * 40
    assert not list(finished.path.rglob("images.npy"))
    figures = finished.path / "results/sweeps/tiny/figures"
    assert (figures / "gallery-tiny.png").stat().st_size > 10_000
    assert finished.jobs() == {}


def test_a_killed_sweep_goes_on_to_the_same_bytes(sources, finished, tmp_path):
    project = sources.copy(tmp_path / "project")
    command = ["snakemake", "--cores", "2"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, cwd=project.path, start_new_session=True, **quiet)
    while not (first := list(project.path.glob("results/tiny/*/seed-0/round-1/pool.parquet"))):
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert first
    assert not (project.path / "results/sweeps/tiny/metrics.parquet").exists()
    project.run("--unlock")
    project.run("--rerun-incomplete")
    ours, theirs = project.results(), finished.results()
    compared = {name for name in ours if name.endswith((".parquet", ".npy", ".safetensors"))}
    assert len(compared) > 20
    assert {name: ours[name] for name in compared} == {name: theirs[name] for name in compared}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"datasets__tiny__columns": {"label": "intent"}},
            "no column 'intent' for the label; there are text, category; name it",
        ),
        ({"datasets__tiny__interactions": 1000}, "1000 a round, but the pool has 60"),
        ({"datasets__tiny__model": "convnet"}, "but a text needs a model with `architecture: tf"),
    ],
)
def test_what_is_wrong_ends_in_one_line_before_any_job(sources, tmp_path, changes, words):
    project = sources.copy(tmp_path / "project")
    project.configure(**changes)
    assert words in project.refusal()


def test_a_person_labels_texts_and_sees_the_words_of_a_guess(fresh, tmp_path):
    project = fresh.copy(tmp_path / "project")
    said = ("my card is lost", "change the pin")
    names = [f"{('red', 'blue')[i % 2]}-{i}" for i in range(16)]
    rows = [f'{name},"{said[i % 2]}, number {i}"' for i, name in enumerate(names)]
    (project.path / "tiny.csv").write_text("\n".join(["id,text", *rows]))
    human = {"path": "tiny.csv", "annotator": "human", "columns": None, "subset": None}
    steps = {"datasets": ["tiny"], "scenarios": ["uncertain+cluster"], "seeds": [0], "rounds": 2}
    project.configure(
        datasets__tiny=TEXTS | human | {"test_subset": None, "interactions": 4},
        sweeps__tiny=steps,
        labeling={"port": own_port()},
    )
    assert answered_by_name(project, dataset="tiny") > 0
    labels = read_table(project.path / "results/tiny/uncertain+cluster/seed-0/labels.parquet")
    assert sorted(labels["file"].to_pylist()) == sorted(names)
    assert set(labels["label"].to_pylist()) <= {"red", "blue"}
    journal = Journal(Home(project.path / "results/tiny/labeling").journal)
    (step,) = [
        it for it in journal.run_of("uncertain+cluster", 0) if it.key[2:] == (2, "1-entropy")
    ]
    hints = journal.question(step.id, 0).hints
    journal.close()
    assert set(hints["words"]) <= {*" ".join(said).split(), "number"}
    assert hints["words"]

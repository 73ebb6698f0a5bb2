"""Data sets of embeddings, by Snakemake for real."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cbal.storage.files import labels_of, read_table
from tests.ports import own_port
from tests.workflow.by_hand import answered_by_name
from tests.workflow.conftest import TINY

SCENARIOS = ["committee", "coreset"]
COMPARED = re.compile(
    r".*/((pool|metrics|probabilities|query|annotations)\.parquet|features\.npy|model\.safetensors)"
).fullmatch
EMBEDDINGS = {"source": "embeddings", "path": "tiny.parquet", "model": "embeddings"}
EMBEDDINGS |= {"interactions": 6, "training": {"l2": 1}}


@pytest.fixture(scope="module")
def computed(fresh, tmp_path_factory):
    """A tiny sweep whose features the workflow computed, finished."""
    project = fresh.copy(tmp_path_factory.mktemp("computed") / "project")
    project.configure(
        models__fixed={"architecture": "convnet", "image_size": 8, "trainable": "head"},
        datasets__tiny=TINY["dataset"] | {"model": "fixed", "training": {"l2": 1}},
        scenarios__committee={"steps": ["bald", "cluster"], "members": 3}
        | {"pseudo_labels": {"threshold": 0.5}},
        sweeps__tiny__scenarios=SCENARIOS,
    )
    project.run()
    return project


@pytest.fixture(scope="module")
def brought(computed, fresh, tmp_path_factory):
    """The same sweep from a file with these features, finished."""
    project = fresh.copy(tmp_path_factory.mktemp("brought") / "project")
    (project.path / "config.yaml").write_bytes((computed.path / "config.yaml").read_bytes())
    project.configure(datasets__tiny=EMBEDDINGS)
    data = computed.path / "data/tiny"
    index = read_table(data / "index.parquet")
    features = np.load(computed.path / "results/tiny/encoded/features.npy")
    table = {
        "id": index["source"],
        "vector": pa.FixedSizeListArray.from_arrays(features.ravel(), features.shape[1]),
        "label": labels_of(read_table(data / "truth.parquet")),
        "split": index["split"],
    }
    pq.write_table(pa.table(table), project.path / "tiny.parquet", row_group_size=17)
    project.run()
    return project


def test_features_of_a_file_give_the_same_bytes_as_those_that_the_workflow_computes(
    computed, brought
):
    def compared(project):
        return {name: content for name, content in project.results().items() if COMPARED(name)}

    ours = compared(brought)
    assert len(ours) > 2 * 2 * 6
    assert ours == compared(computed)


def test_no_image_is_stored_and_no_encoder_runs(brought):
    assert not list(brought.path.rglob("images.npy"))
    assert not (brought.path / "logs/tiny/encode.log").exists()
    assert (brought.path / "results/sweeps/tiny/figures/gallery-tiny.png").exists()
    assert brought.jobs() == {}


def test_growing_by_a_round_reads_nothing_again(brought, tmp_path):
    project = brought.copy(tmp_path / "project")
    project.configure(sweeps__tiny__rounds=3)
    jobs = project.jobs()
    assert "prepare_embeddings" not in jobs
    assert jobs["train_head_last"] == len(SCENARIOS)


def test_a_calibration_and_an_archive(brought, tmp_path):
    project = brought.copy(tmp_path / "project")
    grid = {"grid": {"l2": [1, 10]}, "fraction": 0.2}
    project.configure(sweeps__tiny__calibration=grid, sweeps__tiny__archive="kept")
    project.run("calibration", "archive")
    assert "l2" in (project.path / "results/sweeps/tiny/tables/calibration.md").read_text()
    archived = sorted(project.path.glob("kept/tiny/*/seed-0.parquet"))
    assert len(archived) == len(SCENARIOS) + 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"datasets__tiny__columns": {"vector": "embedding"}},
            "no column 'embedding' for the vector; there are id, vector, label, split",
        ),
        ({"datasets__tiny__interactions": 1000}, "1000 a round, but the pool has 60"),
        ({"datasets__tiny__model": "fixed"}, "but an embedding needs a model with `architecture"),
    ],
)
def test_what_is_wrong_ends_in_one_line_before_any_job(brought, tmp_path, changes, words):
    project = brought.copy(tmp_path / "project")
    project.configure(**changes)
    assert words in project.refusal()


def test_a_person_labels_samples_that_texts_and_ids_show(fresh, tmp_path):
    project = fresh.copy(tmp_path / "project")
    (project.path / "notes").mkdir()
    names = [f"{('red', 'blue')[i % 2]}-{i}" for i in range(12)]
    for name in names[:6]:
        (project.path / f"notes/{name}.txt").write_text(f"<b>{name}</b>")
    files = [f"{name}.txt" for name in names[:6]] + [None] * 6
    vectors = [[float(i % 2), i / 100] for i in range(12)]
    table = pa.table({"id": names, "vector": vectors, "file": files})
    pq.write_table(table, project.path / "tiny.parquet")
    project.configure(
        datasets__tiny=EMBEDDINGS | {"annotator": "human", "files": "notes", "interactions": 2},
        sweeps__tiny={"datasets": ["tiny"], "scenarios": ["cluster"], "seeds": [0], "rounds": 1},
        labeling={"port": own_port()},
    )
    assert answered_by_name(project, dataset="tiny") > 0
    labels = read_table(project.path / "results/tiny/cluster/seed-0/labels.parquet").to_pylist()
    assert sorted(row["file"] for row in labels) == sorted(names)
    assert all(row["file"].startswith(row["label"]) for row in labels)
    assert not list(project.path.rglob("images.npy"))
    assert (project.path / "results/sweeps/tiny/figures/gallery-tiny.png").exists()

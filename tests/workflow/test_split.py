"""Mixed clusters are split, run by Snakemake: by the oracle and by a person on the page."""

import subprocess
import time

import numpy as np
import pytest
from sklearn.datasets import load_digits

from cbal.labeling.journal import Journal
from cbal.labeling.web.lifetime import Home
from cbal.storage.files import metadata_of, read_table
from tests.people import Browser, Expert
from tests.ports import own_port
from tests.workflow.conftest import TINY

RUN = "results/tiny/splits/seed-0"
HEAD = {"architecture": "convnet", "image_size": 8, "trainable": "head"}


@pytest.fixture(scope="module", params=["network", "head"])
def split(request, fresh, tmp_path_factory):
    """Two rounds of one cluster of digits each, which is always mixed, in five parts."""
    project = fresh.copy(tmp_path_factory.mktemp(request.param) / "project")
    scenario = {"steps": ["cluster", "random"], "oracle": {"split": 5, "purity": 0.6}}
    project.configure(scenarios__splits=scenario, sweeps__tiny__scenarios=["splits"])
    project.configure(datasets__tiny__interactions=2)
    if request.param == "head":
        head = TINY["dataset"] | {"model": "fixed", "training": {"l2": 1}, "interactions": 2}
        project.configure(models__fixed=HEAD, datasets__tiny=head)
    project.run(f"{RUN}/run.parquet")
    return project


def test_every_round_splits_its_cluster_and_counts_every_part(split):
    asked = 0
    for round in (1, 2):
        folder = split.path / f"{RUN}/round-{round}"
        rows = read_table(folder / "step-1-cluster/annotations.parquet").to_pylist()
        assert [row["split_of"] for row in rows] == [None] + [0] * 5
        asked += len(rows) + 1
        pool = read_table(folder / "pool.parquet")
        assert metadata_of(pool)["interactions_cluster"] == round * len(rows)
        given = sum(row["size"] for row in rows[1:] if row["accepted"])
        assert given <= len(pool) - pool["label"].null_count <= given + round
    run = read_table(split.path / f"{RUN}/run.parquet").to_pylist()
    assert run[-1]["interactions"] == asked
    assert run[-1]["refusals_cluster"] >= 2
    assert run[-1]["hours"] > 0


def test_splitting_into_other_parts_asks_again_and_splits_no_single_images(split):
    split.configure(scenarios__splits__oracle__split=2)
    jobs = split.jobs(f"{RUN}/round-1/pool.parquet")
    assert jobs["annotate"] == 2
    assert "encode" not in jobs
    assert "extract_untrained" not in jobs


class Reader(Expert):
    """Reads digits, and splits what is mixed."""

    parts = 3

    def __init__(self, address, home, index):
        Browser.__init__(self, address)
        self.journal, self.purity = Journal(home.journal), 0.6
        sources = read_table(index, ["source"])["source"].to_pylist()
        self.truth = load_digits().target[np.array(sources, int)]


@pytest.mark.parametrize("model", ["network", "head"])
def test_a_person_splits_in_every_round(fresh, tmp_path, model):
    """The page has the features of each round's clusters: initial ones, later ones, or encoded."""
    project = fresh.copy(tmp_path / "project")
    dataset = {**TINY["dataset"], "annotator": "human", "classes": list("0123456789")}
    dataset |= {"interactions": 2, "test_subset": None}
    if model == "head":
        dataset |= {"model": "fixed", "training": {"l2": 1}}
    project.configure(models__fixed=HEAD, datasets__tiny=dataset, labeling={"port": own_port()})
    project.configure(scenarios__splits={"steps": ["cluster", "random"]})
    project.configure(sweeps__tiny__scenarios=["splits"])
    command = ["snakemake", f"{RUN}/round-2/pool.parquet", "--cores", "2", "--quiet"]
    running = subprocess.Popen(command, cwd=project.path, stderr=subprocess.PIPE, text=True)
    try:
        home, deadline = Home(project.path / "results/tiny/labeling"), time.monotonic() + 200
        while not home.address:
            assert running.poll() is None, running.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.1)
        person = Reader(home.address, home, project.path / "data/tiny/index.parquet")
        person.work(lambda: running.poll() is not None, limit=250)
        person.journal.close()
    finally:
        running.terminate()
        said = running.communicate()[1]
    assert running.returncode == 0, said
    for round in (1, 2):
        rows = read_table(
            project.path / f"{RUN}/round-{round}/step-1-cluster/annotations.parquet"
        ).to_pylist()
        assert [row["split_of"] for row in rows] == [None, 0, 0, 0]


def test_an_oracle_splits_into_two_to_six(fresh, tmp_path):
    project = fresh.copy(tmp_path / "project")
    project.configure(oracle__split=7)
    said = project.snakemake("-n")
    assert said.returncode != 0
    assert "oracle.split" in said.stderr
    assert "7" in said.stderr

"""A person labels a folder of images while the other jobs run on a real Slurm."""

import csv
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from cbal.labeling.web.lifetime import Home
from cbal.storage.files import metadata_of, read_table, write_table
from tests.people import Expert
from tests.ports import own_port
from tests.project import Project, checkout

RUN = "results/photos/uncertain+cluster/seed-0"
CLASSES = ["zero", "one", "two"]
LIMIT = 300  # seconds that the simulated person waits for a question


@pytest.fixture
def project(tmp_path) -> Project:
    """One round of two steps over a nested folder of 60 digits, with validation."""
    project = checkout(tmp_path / "project")
    images, digits = load_digits(n_class=3, return_X_y=True)
    for number, (image, digit) in enumerate(zip(images[:60], digits)):
        file = project.path / f"photos/{number % 4}/{CLASSES[digit]}-{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((image.reshape(8, 8) * 15.9).astype(np.uint8)).save(file)
    sweep = {"datasets": ["photos"], "scenarios": ["uncertain+cluster"], "seeds": [0], "rounds": 1}
    dataset = {"source": "folder", "annotator": "human", "path": "photos", "classes": CLASSES}
    dataset |= {"validation": 3, "model": "convnet", "interactions": 8}
    dataset |= {"training": {"epochs": 2, "learning_rate": 0.05}}
    project.configure(sweep="photos", sweeps__photos=sweep, datasets__photos=dataset)
    project.configure(labeling={"port": own_port()})
    return project


class Refusing(Expert):
    """A person who refuses the first cluster, so that the model predicts some labels."""

    def say(self, step: int, interaction: int) -> dict:
        shown = len(self.journal.question(step, interaction).samples)
        first = interaction == 0 and shown > 1
        return {"action": "refuse"} if first else super().say(step, interaction)


def test_a_person_answers_here_while_slurm_does_the_rest(project, cluster, tmp_path):
    command = ["snakemake", f"{RUN}/labels.csv", "--cores", "8", "--profile", "slurm"]
    screen = tmp_path / "screen"
    with screen.open("w") as file:
        run = subprocess.Popen(
            command,
            cwd=project.path,
            env=cluster.environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        answered = answer(run, project, screen)
        assert run.wait(timeout=LIMIT) == 0, screen.read_text()
    finally:
        if run.poll() is None:  # with the job that waits for a person
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
    said = screen.read_text()

    # A step's query ends a submission; what comes after the answers is in another one.
    assert len(re.findall(r"^localrule annotate_(?:validation|by_hand):", said, re.M)) == 3
    of_this = re.search(r"SLURM run ID: (\S+)", said)[1]
    a_round = "rule_round_photos_uncertain+cluster_0_1"
    assert sorted(job["comment"] for job in cluster.jobs() if job["name"] == of_this) == [
        "rule_extract_untrained_wildcards_photos_0",
        "rule_prepare_unlabeled_wildcards_photos",
        f"{a_round}_1-entropy_init_pool_by_hand_select_uncertain",
        f"{a_round}_2-cluster_cluster",
        f"{a_round}_answered_gather_known_train_last_update_pool",
        "rule_write_labels_wildcards_photos_uncertain+cluster_0",
    ]

    labels = read_table(project.path / f"{RUN}/labels.parquet")
    rows = labels.to_pylist()
    files = {f"{path.parent.name}/{path.name}" for path in project.path.glob("photos/*/*.png")}
    assert {row["file"] for row in rows} == files
    assert metadata_of(labels)["classes"] == CLASSES
    # Each single image has the person's label, a cluster that was refused the model's.
    kinds = [row["kind"] for row in rows]
    assert kinds.count("individual") == 3 + 4
    assert set(kinds) == {"individual", "cluster", "model"}
    assert all(row["label"] == digit(row["file"]) for row in rows if row["kind"] == "individual")
    (metrics,) = read_table(project.path / f"{RUN}/round-1/metrics.parquet").to_pylist()
    assert metrics["interactions"] == answered
    assert 0 <= metrics["test_accuracy"] <= 1
    with (project.path / f"{RUN}/labels.csv").open(newline="") as file:
        told = [(row["file"], row["label"], row["kind"]) for row in csv.DictReader(file)]
    assert told == [(row["file"], row["label"], row["kind"]) for row in rows]


def digit(file: str) -> str:
    """Return the class that a file's name tells."""
    return file.rpartition("/")[2].partition("-")[0]


def answer(run: subprocess.Popen, project: Project, screen: Path) -> int:
    """Answer from the files' names, at the address on the screen; return how many answers."""
    home, deadline = Home(project.path / "results/photos/labeling"), time.monotonic() + LIMIT
    while "wait for you at http" not in screen.read_text():
        assert run.poll() is None and time.monotonic() < deadline, screen.read_text()
        time.sleep(0.2)
    address = screen.read_text().rpartition("wait for you at ")[2].split()[0]
    names = read_table(project.path / "data/photos/index.parquet")["source"].to_pylist()
    truth = [CLASSES.index(digit(name)) for name in names]
    write_table(screen.with_name("truth"), pa.table({"label": pa.array(truth, pa.int16())}))
    expert = Refusing(address, home.folder, screen.with_name("truth"))
    try:
        return expert.work((project.path / f"{RUN}/labels.csv").exists, LIMIT)
    finally:
        expert.journal.close()

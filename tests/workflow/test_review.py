"""Corrections through a real Snakemake: they train nothing again, and reach what is taken away."""

import os
import signal
import time

import pytest
from PIL import Image

from cbal.labeling.review.journal import Reviews
from cbal.labeling.web.lifetime import Home
from cbal.pool.rounds import read_pool
from cbal.storage.files import read_table
from tests.people import CSRF, Browser
from tests.ports import own_port
from tests.project import checkout
from tests.workflow.by_hand import answered_by_name, running, screen_of

RUN = ("cluster", 0)


@pytest.fixture
def project(tmp_path):
    """A folder of red and blue images that are to be labeled by clusters in one round."""
    project = checkout(tmp_path / "project")
    (project.path / "photos").mkdir()
    for i in range(12):
        colour = ("red", "blue")[i % 2]
        Image.new("RGB", (9, 9), colour).save(project.path / f"photos/{colour}-{i}.png")
    sweep = {"datasets": ["mine"], "scenarios": ["cluster"], "seeds": [0], "rounds": 1}
    project.configure(sweep="mine", sweeps__mine=sweep, labeling={"port": own_port()})
    project.configure(datasets__mine__path="photos", datasets__mine__validation=None)
    project.configure(models__fixed={"architecture": "convnet", "image_size": 8})
    project.configure(models__fixed__trainable="head", datasets__mine__model="fixed")
    project.configure(datasets__mine__training={"l2": 1}, datasets__mine__interactions=2)
    return project


def waited(until, run, screen, limit=150):
    deadline = time.monotonic() + limit
    while not until():
        assert run.poll() is None, screen.read_text()
        assert time.monotonic() < deadline, screen.read_text()
        time.sleep(0.2)


def test_a_correction_after_the_last_round_is_in_the_labels_and_then_in_the_next_round(project):
    assert answered_by_name(project) > 0
    assert project.jobs() == {}
    folder = project.path / "results/mine/cluster/seed-0"
    first = {path: path.stat().st_mtime_ns for path in folder.glob("round-1/**/*.parquet")}

    # The workflow has ended: the review serves its page alone, until Ctrl-C.
    home, screen = Home(project.path / "results/mine/labeling"), screen_of(project)
    home.forget_address()
    with running(project, "review", cores=1, forked=False) as review:
        waited(lambda: "can be reviewed at http" in screen.read_text(), review, screen)
        browser = Browser(home.address)
        _, headers, body = browser.request("GET", "/review")
        browser.cookie = headers["set-cookie"].partition(";")[0]
        browser.csrf = CSRF.search(body.decode())[1]
        said = browser.post("/labels")[1]
        assert said["run"] == ["cluster", 0]
        sample = said["sample"][0]
        change = {"samples": [sample], "action": "relabel", "class": "green", "seconds": 4}
        assert browser.post("/correct", **change)[0] == 200
        os.killpg(review.pid, signal.SIGINT)
        review.wait(timeout=60)

    jobs = project.jobs()
    trains = {name for name in jobs if "train" in name or "annotate" in name or "query" in name}
    assert not trains
    assert {"gather_given", "write_labels"} <= jobs.keys()
    project.run()
    rows = read_table(folder / "labels.parquet").to_pylist()
    assert (rows[sample]["label"], rows[sample]["kind"]) == ("green", "individual")
    assert {path: path.stat().st_mtime_ns for path in first} == first
    assert project.jobs() == {}

    # A round that is added begins with the correction, and the rounds before stay as they are.
    project.configure(sweeps__mine__rounds=2)
    start = "results/mine/cluster/seed-0/round-2/start.parquet"
    project.run(start)
    pool = read_pool(project.path / start)
    row = pool.sample_id.tolist().index(sample)
    journal = Reviews(home.journal)
    assert pool.label[row] == journal.classes().index("green")
    journal.close()
    assert not pool.unlabeled[row]
    assert {path: path.stat().st_mtime_ns for path in first} == first


def test_a_sweep_that_nobody_labels_has_no_review(project):
    project.configure(sweeps__mine__datasets=["digits"], sweeps__mine__supervised=False)
    dry = project.snakemake("-n", "review")
    assert dry.returncode
    assert "has no data set with `annotator: human`" in dry.stdout + dry.stderr
    result = project.snakemake("review")
    assert result.returncode
    said = (result.stdout + result.stderr).splitlines()
    (line,) = (line for line in said if "has no data set with `annotator: human`" in line)
    assert line.startswith("Error: config.yaml: ")


def test_the_review_runs_no_job_of_the_loop(project):
    assert project.jobs("review") == {"review": 1}


def test_the_review_is_served_as_the_questions_are(project):
    labeling = {"port": own_port(), "public_url": "https://example.org/label/", "double": 0.25}
    project.configure(labeling=labeling)
    said = project.snakemake("-n", "-p", "review").stdout
    assert "--public-url https://example.org/label/" in said
    assert "--double 0.25" in said

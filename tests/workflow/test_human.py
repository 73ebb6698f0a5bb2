"""The jobs of a data set that a person labels, counted by dry run."""

import json
import re
import shutil
import time
from base64 import b64encode

import numpy as np
import pytest
from PIL import Image

from cbal.labeling.web.lifetime import Home
from cbal.storage.files import metadata_of, read_table
from tests.ports import own_port
from tests.project import checkout
from tests.workflow.by_hand import answered_by_name, label_by_name, running, screen_of


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory):
    """A sweep of two rounds of `uncertain+cluster` over a folder, with validation."""
    project = checkout(tmp_path_factory.mktemp("by-hand") / "project")
    (project.path / "photos").mkdir()
    for i in range(100):  # 50 for the validation, and more than the 40 interactions of a round
        Image.new("RGB", (1, 1)).save(project.path / f"photos/{i}.png")
    project.configure(
        sweep="mine",
        sweeps__mine__rounds=2,
        datasets__mine__path="photos",
        datasets__mine__model="convnet",
        datasets__mine__training=SGD,
    )
    return project


SGD = {"epochs": 8, "learning_rate": 0.001}
ROUND = {"select_uncertain": 1, "cluster": 1, "annotate_by_hand": 2, "update_pool": 1}
ROUND |= {"gather_known": 1}
ONCE = {
    "prepare_unlabeled": 1,
    "annotate_validation": 1,
    "extract_untrained": 1,
    "init_pool_by_hand": 1,
}
ONCE |= {"extract_features": 1, "train": 1, "train_last": 1, "write_labels": 1, "plot_gallery": 1}
ONCE |= {"collect_metrics": 1, "plot_accuracy": 1, "plot_clusters": 1, "tabulate": 1, "all": 1}
ONCE |= {"finish_run": 1, "admit_samples": 1, "gather_given": 1}


def test_a_sweep_from_nothing(by_hand):
    assert by_hand.jobs() == {**{name: 2 * n for name, n in ROUND.items()}, **ONCE}


def test_no_job_reads_or_makes_true_labels(by_hand):
    result = by_hand.snakemake("-n", "class_folders")
    assert result.returncode == 0
    assert "truth.parquet" not in result.stdout + result.stderr
    assert "class-folders" in result.stdout + result.stderr


def test_without_validation_nothing_is_asked_before_round_one(by_hand, tmp_path):
    project = by_hand.copy(tmp_path / "project")
    project.configure(datasets__mine__validation=None)
    assert "annotate_validation" not in project.jobs()


def test_a_person_waits_where_snakemake_was_started(by_hand):
    """Answers come to a local job, so a submission ends before them."""
    local = (by_hand.path / "workflow/rules/label.smk").read_text().partition("localrules:")[2]
    for name in ("annotate_by_hand", "annotate_validation"):
        assert f"    {name}," in local
    command = ["-n", "--cores", "2", "--profile", "slurm"]
    result = by_hand.on_screen(*command, environment=None)
    assert result.returncode == 0, result.stdout
    assert len(re.findall(r"^rule annotate_by_hand:", result.stdout, re.M)) == 4
    grouped = re.findall(r"^    rule (\w+):", result.stdout, re.M)  # indented
    assert {name: grouped.count(name) for name in ROUND if name in grouped} == {
        name: 2 for name in ROUND if name != "annotate_by_hand"
    }


def test_address_port_classes_and_budget_rerun_nothing(by_hand):
    """They are resources, so a change asks no label again and trains nothing."""
    text = (by_hand.path / "workflow/rules/label.smk").read_text()
    params = text.partition("rule annotate_by_hand")[2].partition("params:")[2]
    params = params.partition("shell:")[0]
    words = ("label_host", "label_port", "label_classes", "label_budget", "rounds", "title")
    for word in (*words, "public_url", "double"):
        assert word not in params


def test_a_final_training_is_one_job_more(by_hand, tmp_path):
    project = by_hand.copy(tmp_path / "project")
    project.configure(datasets__mine__final_training={"model": "convnet", "training": SGD})
    jobs = project.jobs()
    assert jobs.pop("train_final") == 1
    assert jobs == by_hand.jobs()


@pytest.mark.parametrize("trainable", ["all", "head", "head, then all"])
def test_a_folder_becomes_class_folders(tmp_path, trainable):
    """Files are nested, of several sizes and formats, one broken; the person names the classes."""
    project = checkout(tmp_path / "project")
    photos = project.path / "photos"
    (photos / "more").mkdir(parents=True)
    for i in range(24):
        colour = ("red", "blue")[i % 2]
        where = photos / "more" if i % 3 else photos
        name = f"{colour}-{i}.{('png', 'jpg', 'webp')[i % 3]}"
        Image.new("RGB", (20 + i, 30), colour).save(where / name)
    (photos / "broken.jpg").write_bytes(b"no image")
    sweep = {"datasets": ["mine"], "scenarios": ["cluster"], "seeds": [0], "rounds": 1}
    project.configure(sweep="mine", sweeps__mine=sweep, labeling={"port": own_port()})
    project.configure(datasets__mine__path="photos", datasets__mine__model="convnet")
    project.configure(datasets__mine__validation=None, datasets__mine__interactions=2)
    project.configure(datasets__mine__training=SGD)
    final = trainable == "head, then all"
    if trainable != "all":
        project.configure(models__fixed={"architecture": "convnet", "image_size": 8})
        project.configure(models__fixed__trainable="head", datasets__mine__model="fixed")
        project.configure(datasets__mine__training={"l2": 1})
    if trainable == "head":
        known = "file,label\nblue-3.png,blue\nmore/red-4.jpg,red\n"
        (project.path / "known.csv").write_text(known)
        project.configure(datasets__mine__labels="known.csv")
    if final:
        last = {"model": "convnet", "training": SGD}
        project.configure(datasets__mine__validation=4, datasets__mine__final_training=last)
    assert answered_by_name(project, "class_folders", "hugging_face") > 0
    assert "broken.jpg" in (project.path / "logs/mine/prepare_unlabeled.log").read_text()
    folders = project.path / "results/mine/cluster/seed-0/class-folders"
    links = [path for path in folders.rglob("*.*") if path.is_symlink()]
    assert len(links) == 24
    metadata = (folders.parent / "image-folder/metadata.csv").read_text()
    assert len(metadata.splitlines()) == 25
    assert not list(folders.parent.rglob(".snakemake*"))
    assert project.jobs("class_folders") == {}
    assert all(link.resolve().parent in (photos, photos / "more") for link in links)
    table = read_table(folders.parent / "labels.parquet")
    labels = table.to_pylist()
    assert all(row["label"] for row in labels)
    by_hand = [row for row in labels if row["kind"] == "cluster"]
    assert by_hand
    assert all(row["file"].split("/")[-1].startswith(row["label"]) for row in by_hand)
    if trainable == "head":
        project.run("label_studio_so_far")
        tasks = json.loads((folders.parent / "so-far/label-studio.json").read_text())
        assert len(tasks) == 24
        imported = {row["file"]: row for row in labels if row["round"] == 0}
        assert {file: row["label"] for file, row in imported.items()} == {
            "blue-3.png": "blue",
            "more/red-4.jpg": "red",
        }
        assert {row["kind"] for row in imported.values()} == {"individual"}
    (metrics,) = read_table(folders.parent / "round-1/metrics.parquet").to_pylist()
    assert (metrics["test_accuracy"] is None) == (not final)
    assert ("predicted_by" in metadata_of(table)) == final


def test_waiting_for_a_person_takes_no_core(tmp_path):
    """On one core two steps wait at once, so other jobs could run beside them."""
    project = checkout(tmp_path / "project")
    (project.path / "photos").mkdir()
    for i in range(8):
        colour = ("red", "blue")[i % 2]
        Image.new("RGB", (9, 9), colour).save(project.path / f"photos/{colour}-{i}.png")
    sweep = {"datasets": ["mine"], "scenarios": ["uncertain"], "seeds": [0, 1], "rounds": 1}
    project.configure(sweep="mine", sweeps__mine=sweep, labeling={"port": own_port()})
    project.configure(datasets__mine__path="photos", datasets__mine__model="convnet")
    project.configure(datasets__mine__validation=None, datasets__mine__interactions=2)
    project.configure(datasets__mine__training=SGD)
    answers = [
        f"results/mine/uncertain/seed-{seed}/round-1/step-1-entropy/annotations.parquet"
        for seed in (0, 1)
    ]
    home = Home(project.path / "results/mine/labeling")
    with running(project, *answers, cores=1) as run:
        deadline = time.monotonic() + 300
        while len(list(home.waiting(0).parent.glob("*"))) < 2:
            assert run.poll() is None, screen_of(project).read_text()
            assert time.monotonic() < deadline, screen_of(project).read_text()
            time.sleep(0.2)
        project.run("labels_so_far")  # beside the run that waits
        runs = project.path / "results/mine/uncertain"
        for seed in (0, 1):
            labels = read_table(runs / f"seed-{seed}/so-far/labels.parquet")
            assert (len(labels), labels["label"].null_count) == (8, 8)
        label_by_name(run, project)
        project.run("labels_so_far")
        labels = read_table(runs / "seed-0/so-far/labels.parquet").to_pylist()
        assert [row["kind"] for row in labels].count("individual") == 2
        assert run.wait(timeout=300) == 0, screen_of(project).read_text()


def test_a_photograph_that_comes_later_joins_the_pool_and_nothing_is_asked_again(tmp_path):
    project = checkout(tmp_path / "project")
    (project.path / "photos").mkdir()
    for i in range(10):
        paint(project, f"{('red', 'blue')[i % 2]}-{i}")
    sweep = {"datasets": ["mine"], "scenarios": ["cluster"], "seeds": [0], "rounds": 1}
    project.configure(sweep="mine", sweeps__mine=sweep, labeling={"port": own_port()})
    project.configure(datasets__mine__path="photos", datasets__mine__model="convnet")
    project.configure(datasets__mine__validation=2, datasets__mine__interactions=2)
    project.configure(datasets__mine__training=SGD)
    run = project.path / "results/mine/cluster/seed-0"
    assert answered_by_name(project) == 4
    first = {path: path.stat().st_mtime_ns for path in run.glob("round-1/**/*.parquet")}
    index = read_table(project.path / "data/mine/index.parquet")["source"].to_pylist()
    pixels = np.load(project.path / "data/mine/images.npy")

    paint(project, "amber-0")  # first by its name
    gone = index[0]
    (project.path / "photos" / gone).unlink()
    project.run("labels_so_far")
    assert (run / "so-far/labels.csv").exists()
    assert not (project.path / "data/mine/index.parquet").read_bytes().count(b"amber")
    project.run()  # there is no person to answer
    labels = {row["file"]: row for row in read_table(run / "labels.parquet").to_pylist()}
    assert labels["amber-0.png"]["kind"] == "model"
    assert gone in labels
    assert (
        f"gone, and kept as it was: {gone}"
        in (project.path / "logs/mine/prepare_unlabeled.log").read_text()
    )

    project.configure(sweeps__mine__rounds=2)
    features = "results/mine/pretrained/seed-0/features.parquet"
    crashed = project.path / ".snakemake/incomplete" / b64encode(features.encode()).decode()
    crashed.parent.mkdir(exist_ok=True)
    crashed.write_text("")
    jobs = project.jobs("--rerun-incomplete")  # the killed job, and all jobs that are missing
    assert {"extract_untrained", "annotate_by_hand", "all"} <= jobs.keys()
    crashed.unlink()
    assert answered_by_name(project) == 2
    assert {path: path.stat().st_mtime_ns for path in first} == first
    shown = read_table(run / "round-2/step-1-cluster/query.parquet")["sample_id"].to_pylist()
    assert 10 in shown
    table = read_table(run / "labels.parquet").to_pylist()
    by_hand = [row for row in table if row["kind"] in ("cluster", "individual")]
    assert all(row["file"].startswith(row["label"]) for row in by_hand)
    assert project.jobs() == {}

    paint(project, "amber-1")
    paint(project, gone.removesuffix(".png"))
    shutil.rmtree(project.path / "data")  # the journal knows which number a file has
    assert answered_by_name(project) == 0
    later = read_table(project.path / "data/mine/index.parquet")["source"].to_pylist()
    assert later == [*index, "amber-0.png", "amber-1.png"]
    assert (np.load(project.path / "data/mine/images.npy")[:10] == pixels).all()
    again = {row["file"]: row for row in read_table(run / "labels.parquet").to_pylist()}
    assert again.pop("amber-1.png")["kind"] == "model"
    said = [(row["file"], row["label"], row["kind"], row["round"]) for row in by_hand]
    assert said == [
        (row["file"], row["label"], row["kind"], row["round"])
        for row in again.values()
        if row["kind"] in ("cluster", "individual")
    ]


def paint(project, name):
    """Make a photograph of the colour that its name begins with."""
    colour = {"amber": "orange"}.get(name.split("-")[0], name.split("-")[0])
    Image.new("RGB", (9, 9), colour).save(project.path / f"photos/{name}.png")

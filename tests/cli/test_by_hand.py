"""Stages of a data set that a person labels, on a tiny pool, by their command lines."""

import os
import re
import stat
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import admit_samples
import annotate_by_hand
import gather_given
import gather_known
import labels_so_far
import link_classes
import plot_gallery
import prepare_unlabeled
import write_labels
from cbal.errors import InputError
from cbal.labeling.asking import annotations_of
from cbal.labeling.given import VALIDATION
from cbal.labeling.records import Answer, Question, Standing
from cbal.labeling.register import Register
from cbal.labeling.web.lifetime import Home
from cbal.storage.files import metadata_of, read_table, write_table
from orchestration.operation import labeling
from tests.cli.test_scripts import CLUSTER, ENTROPY, Run
from tests.conftest import write_class_folders
from tests.people import Expert


class ByHand(Run):
    """A run whose answers a simulated person gives on the page."""

    expert, cookie = Expert, ""

    def annotate(self, keys, asked, answered, earlier):
        home = Home(self.folder / "labeling")
        command = [*keys, "--query", str(asked), "--pool", str(self.pool), *self.labels]
        command += ["--queries", *earlier[0], "--annotations", *earlier[1]]
        features = self.folder / f"features-{keys[keys.index('--round') + 1]}.parquet"
        command += ["--features", *([str(features)] if self.model else [])]
        command += ["--index", self.file("index"), "--images", f"{self.data}/images.npy"]
        command += ["--journal", str(home.folder), "--classes", '["bright", "dark", "medium"]']
        command += ["--title", "Tiny", "--budget", "24", "--rounds", "2", "--port", "18865"]
        command += ["--steps", str(len(earlier[0]) + 1), "2"]
        command += ["--grace", "0.3", "--out", str(answered)]
        job = threading.Thread(target=annotate_by_hand.main, args=(command,))
        job.start()
        while not home.address:
            assert job.is_alive()
        expert = self.expert(home.address, home.folder, self.data / "truth.parquet")
        expert.cookie = self.cookie
        self.answered = expert.work(lambda: not job.is_alive())
        self.cookie = expert.cookie
        expert.journal.close()

    def file(self, name):
        """Training sees no truth, but what a person said."""
        if name != "truth":
            return super().file(name)
        known = self.pool.with_name("known.parquet")
        latest = sorted(self.pool.parent.glob("*/annotations.parquet"))[-1]
        gather_known.main(
            [*self.keys(self.pool.parent.name.split("-")[1]), "--index", self.file("index")]
            + ["--query", "--validation", "--latest", str(latest), "--out", str(known)]
        )
        return str(known)


class Hasty(Expert):
    """Errs in the last answer of the first step, sees it in the second, and mends it."""

    sees = False

    def say(self, step, interaction):
        said = super().say(step, interaction)
        first = self.journal.step(step).key[3].startswith("1")
        if first and interaction == len(self.journal.sizes(step)) - 1 and not self.sees:
            return {"action": "refuse"}
        return said

    def post(self, path, **said):
        status, view = super().post(path, **said)
        if view.get("view") != "question" or self.sees:
            return status, view
        if not self.journal.step(view["step"]).key[3].startswith("2"):
            return status, view
        self.sees = True
        return super().post("/undo", step=view["step"])


class Mended(ByHand):
    expert = Hasty


@pytest.fixture(scope="module")
def runs(prepared, tmp_path_factory):
    """The same two rounds, answered by the oracle and on the page."""
    runs = {}
    for kind in (Run, ByHand):
        runs[kind] = kind(prepared, tmp_path_factory.mktemp(kind.__name__))
        for round in (1, 2):
            runs[kind].round(round, ENTROPY, CLUSTER)
            runs[kind].train(round)
    return runs


def test_a_person_on_the_page_and_the_oracle_give_the_same_bytes(runs):
    """Pools, queries and models: all but what tells how long the person took."""
    oracle, person = (runs[kind].folder for kind in (Run, ByHand))
    same = [f"round-{r}/{f}" for r in (1, 2) for f in ("pool", "1/query", "2/query")]
    for name in same:
        name = f"{name}.parquet"
        assert (oracle / name).read_bytes() == (person / name).read_bytes(), name
    for round in (1, 2):
        name = f"train-{round}/model.safetensors"
        assert (oracle / name).read_bytes() == (person / name).read_bytes(), name


def test_an_answer_mended_in_the_next_step_counts_as_if_it_had_been_right(prepared, tmp_path):
    run = Mended(prepared, tmp_path)
    out = run.round(1, CLUSTER, ENTROPY)
    first, second = (read_table(out / f"{i}/annotations.parquet") for i in (1, 2))
    assert not first["accepted"].to_pylist()[-1]
    (mended,) = metadata_of(second)["corrections"]["1-x"]
    assert mended["accepted"]
    assert (mended["interaction"], mended["seconds"]) == (len(first) - 1, 1.0)
    pool = read_table(run.pool)
    assert metadata_of(pool)["interactions_round"] == len(first) + len(second)
    right = Run(prepared, tmp_path / "oracle")
    right.folder.mkdir()
    right.round(1, CLUSTER, ENTROPY)
    assert pool.equals(read_table(right.pool))


def test_annotations_tell_the_seconds_and_the_classes(runs):
    oracle, person = (
        read_table(runs[kind].folder / "round-2/2/annotations.parquet") for kind in (Run, ByHand)
    )
    columns = ["interaction", "kind", "size", "label", "accepted"]
    assert person.select(columns).equals(oracle.select(columns))
    assert person["seconds"].to_pylist() == [0.5] * len(person)
    assert metadata_of(person)["classes"] == ["bright", "dark", "medium"]


def test_accuracy_is_not_known_without_validation(runs):
    metrics, truth = (
        pq.read_table(runs[kind].folder / "train-2/metrics.parquet").to_pylist()[0]
        for kind in (ByHand, Run)
    )
    assert metrics["test_accuracy"] is metrics["test_loss"] is metrics["cluster_accuracy"] is None
    for name in ("interactions", "images", "images_individual", "images_cluster"):
        assert metrics[name] == truth[name]
    stages = pq.read_table(runs[ByHand].folder / "train-2/timing.parquet")["stage"].to_pylist()
    assert stages == ["training"]


def test_the_journal_answers_a_repeated_job_at_once(runs):
    run = runs[ByHand]
    step = run.folder / "round-2/1"
    keys = [*run.keys(2, "1-x"), "--query", f"{step}/query.parquet", "--pool"]
    before = (step / "annotations.parquet").read_bytes()
    keys += [f"{run.folder}/round-1/pool.parquet", "--index", run.file("index"), "--images", "-"]
    keys += ["--journal", f"{run.folder}/labeling", "--classes", '["bright", "more"]']
    keys += ["--title", "Tiny", "--budget", "99", "--rounds", "9"]
    annotate_by_hand.main([*keys, "--out", f"{step}/annotations.parquet"])
    assert (step / "annotations.parquet").read_bytes() == before


@pytest.mark.parametrize("end", ["gone", "told to end", "the job's shell is gone"])
def test_no_job_waits_past_the_end_of_the_workflow(runs, tmp_path, monkeypatch, end):
    run = runs[ByHand]
    monkeypatch.setenv(annotate_by_hand.OWNER, str(os.getpid()))
    if end == "gone":
        ended = subprocess.Popen(["true"])
        ended.wait()
        monkeypatch.setenv(annotate_by_hand.OWNER, str(ended.pid))
    elif end == "told to end":
        (tmp_path / "labeling").mkdir()
        labeling.end_waiting(Home(tmp_path / "labeling").announcement)
    else:
        parents = iter([os.getppid(), 1])
        monkeypatch.setattr(os, "getppid", lambda: next(parents))
    keys = [*run.keys(1, "1-x"), "--query", f"{run.folder}/round-1/1/query.parquet"]
    keys += ["--index", run.file("index"), "--images", "-", "--journal", f"{tmp_path}/labeling"]
    keys += ["--title", "Tiny", "--budget", "99", "--rounds", "9", "--out", f"{tmp_path}/out"]
    with pytest.raises(InputError, match="the workflow has ended"):
        annotate_by_hand.main(keys)


def test_the_token_is_in_no_file_that_others_may_read(runs, tmp_path, monkeypatch, capsys):
    run, home = runs[ByHand], Home(tmp_path / "labeling")
    workflow = subprocess.Popen(["sleep", "600"])
    monkeypatch.setenv(annotate_by_hand.OWNER, str(workflow.pid))
    keys = [*run.keys(1, "1-x"), "--query", f"{run.folder}/round-1/1/query.parquet"]
    keys += ["--index", run.file("index"), "--images", f"{run.data}/images.npy"]
    keys += ["--journal", str(home.folder), "--title", "Tiny", "--budget", "99", "--rounds", "9"]
    keys += ["--host", "0.0.0.0", "--port", "18965", "--out", f"{tmp_path}/out"]
    with pytest.raises(InputError, match="the workflow has ended"), ThreadPoolExecutor(1) as pool:
        job = pool.submit(annotate_by_hand.main, keys)
        while not home.announcement.exists():
            assert not job.done(), job.result()
            time.sleep(0.05)
        workflow.kill()
        workflow.wait()
        job.result()
    token = home.memory()["token"]
    assert token in home.address
    assert token in home.announcement.read_text()
    said = capsys.readouterr().err
    assert re.search(r"waiting for \d+ answers at http://[^/]+:\d+/$", said, re.M)
    assert token not in said
    for path in tmp_path.rglob("*"):
        if path.is_file() and token.encode() in path.read_bytes():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_labels_of_everything(runs, tmp_path, image_folder):
    run = runs[ByHand]
    annotations = sorted(str(path) for path in run.folder.glob("round-*/*/annotations.parquet"))
    gather_given.main(
        [*run.keys(2)[:6], "--index", run.file("index"), "--journal", f"{run.folder}/labeling"]
        + ["--annotations", *annotations, "--out", f"{tmp_path}/given.parquet"]
    )
    write_labels.main(
        [*run.keys(2), "--given", f"{tmp_path}/given.parquet"]
        + ["--pool", str(run.pool), "--images", f"{run.data}/images.npy"]
        + ["--model", str(run.model), "--out", f"{tmp_path}/labels.parquet"]
        + ["--csv", f"{tmp_path}/labels.csv"]
    )
    table = read_table(tmp_path / "labels.parquet")
    assert table["file"].to_pylist() == read_table(run.file("index"))["source"].to_pylist()
    assert table["label"].null_count == 0
    pool = read_table(run.pool)
    kinds = table["kind"].to_pylist()
    assert kinds[:48] == [kind or "model" for kind in pool["label_kind"].to_pylist()]
    assert kinds[48:] == ["model"] * 12
    confidence = np.array(table["confidence"].to_pylist(), float)
    assert np.isnan(confidence[np.array(kinds) == "individual"]).all()
    assert (confidence[np.array(kinds) == "model"] >= 1 / 3).all()
    assert len((tmp_path / "labels.csv").read_text().splitlines()) == 61
    words = ["--labels", f"{tmp_path}/labels.parquet", "--out", f"{tmp_path}/classes"]
    link_classes.main([*words, "--originals", str(image_folder)])
    links = [path for path in (tmp_path / "classes").rglob("*.png") if path.is_symlink()]
    assert len(links) == 60
    assert all(link.exists() for link in links)
    with pytest.raises(InputError, match="only images of a `folder` are files"):
        link_classes.main(words)


def test_unlabeled_images_and_their_validation(image_folder, tmp_path, capsys):
    words = ["--dataset", "mine", "--source", "folder", "--path", str(image_folder), "--side", "8"]
    words += ["--validation", "10", "--index", f"{tmp_path}/index", "--query", f"{tmp_path}/query"]
    prepare_unlabeled.main([*words, "--images", f"{tmp_path}/images.npy"])
    index, query = read_table(tmp_path / "index"), read_table(tmp_path / "query")
    assert index["split"].to_pylist() == ["train"] * 50 + ["test"] * 10
    assert sorted(query["sample_id"].to_pylist()) == list(range(50, 60))
    assert query["sample_id"].to_pylist() != list(range(50, 60))
    assert query["interaction"].to_pylist() == list(range(10))
    assert set(query["kind"].to_pylist()) == {"individual"}
    assert "50 images to label, 10 to measure by; 0 files left out" in capsys.readouterr().err
    with pytest.raises(InputError, match="51 interactions a round, but only 50 training images"):
        prepare_unlabeled.main([*words, "--images", f"{tmp_path}/other", "--interactions", "51"])


def test_labels_so_far_are_the_journal_s_and_need_no_model(runs, tmp_path):
    run = runs[ByHand]
    words = [*run.keys(2)[:6], "--index", run.file("index"), "--out", f"{tmp_path}/labels.parquet"]
    words += ["--csv", f"{tmp_path}/labels.csv"]
    labels_so_far.main([*words, "--journal", f"{run.folder}/labeling"])
    table = read_table(tmp_path / "labels.parquet").to_pylist()
    pool = read_table(run.pool).to_pylist()
    assert len(table) == 60
    for row, last in zip(table, pool):
        if last["label"] is not None:
            assert (row["kind"], row["round"]) == (last["label_kind"], last["labeled_round"])
    assert {row["kind"] for row in table} <= {"individual", "cluster", "refused", None}
    with pytest.raises(InputError, match="no such file, so nobody labeled data set"):
        labels_so_far.main([*words, "--journal", f"{tmp_path}/nothing"])
    assert not (tmp_path / "nothing").exists()


def test_labels_without_the_journal_s_answers_are_refused(runs, tmp_path):
    run = runs[ByHand]
    words = [*run.keys(2)[:6], "--index", run.file("index"), "--journal", f"{tmp_path}/other"]
    words += ["--annotations", f"{run.folder}/round-1/1/annotations.parquet"]
    with pytest.raises(InputError, match="are not in the journal; put back a copy"):
        gather_given.main([*words, "--out", f"{tmp_path}/given.parquet"])


def test_answers_about_other_files_are_no_labels_of_these(runs, tmp_path):
    run = runs[ByHand]
    index = read_table(run.file("index"))
    names = index["source"].to_pylist()
    index = index.set_column(2, "source", [[names[1], names[0], *names[2:]]])
    write_table(tmp_path / "index", index, classes=[])
    words = [*run.keys(2)[:6], "--index", f"{tmp_path}/index", "--out", f"{tmp_path}/out"]
    words += ["--journal", f"{run.folder}/labeling", "--annotations"]
    words += [f"{run.folder}/round-1/1/annotations.parquet"]
    with pytest.raises(InputError, match="are about other files than .*index names"):
        gather_given.main(words)


def test_a_data_set_with_answers_grows_and_keeps_its_numbers(tmp_path, capsys):
    photos = write_class_folders(tmp_path / "photos", {"b": 5, "c": 5})
    words = ["--dataset", "mine", "--source", "folder", "--path", str(photos), "--side", "8"]
    words += ["--validation", "2", "--journal", f"{tmp_path}/labeling"]
    words += [f"--{name}={tmp_path}/{name}" for name in ("index", "query", "images")]

    def prepare():
        prepare_unlabeled.main(words)
        asked = read_table(tmp_path / "query")["sample_id"].to_pylist()
        return read_table(tmp_path / "index").to_pylist(), asked

    before = prepare()
    write_class_folders(photos, {"a": 1})
    moved = prepare()[0]
    assert moved != before[0]  # nobody has answered yet: as if it was the first time
    register = Register(Home(tmp_path / "labeling").journal)
    asked = prepare()[1][::-1]
    questions = [Question(np.array([sample])) for sample in asked]
    step = register.open_step((*VALIDATION, 0, "validation"), "individual", "d", {}, questions)
    register.add(step.id, 0, "refuse", "ann")
    write_class_folders(photos, {"0": 1})
    (photos / moved[0]["source"]).unlink()
    index, query = prepare()
    assert index[:11] == moved
    assert index[11:] == [{"sample_id": 11, "split": "train", "source": "0/0.png"}]
    assert query == asked
    assert f"gone, and kept as it was: {moved[0]['source']}" in capsys.readouterr().err
    assert prepare() == (index, query)
    register.close()


def test_a_class_of_the_settings_that_collides_with_one_of_the_page_is_told(runs, tmp_path):
    run = runs[ByHand]
    keys = [*run.keys(1, "1-x"), "--query", f"{run.folder}/round-1/1/query.parquet"]
    keys += ["--index", run.file("index"), "--images", "-", "--journal", f"{tmp_path}/labeling"]
    keys += ["--title", "T", "--budget", "9", "--rounds", "9", "--classes", '["cat", "Cat"]']
    with pytest.raises(InputError, match="`classes:`: .* would be one folder"):
        annotate_by_hand.main([*keys, "--out", f"{tmp_path}/out"])


def test_a_gallery_of_clusters_with_images_taken_out(runs, tmp_path):
    run = runs[ByHand]
    annotations = read_table(run.folder / "round-2/2/annotations.parquet")
    some = [[1, 2], None, [3]] + [None] * (len(annotations) - 3)
    column = annotations.column_names.index("excluded")
    annotations = annotations.set_column(column, "excluded", [some])
    write_table(tmp_path / "annotations", annotations, classes=["bright", "dark", "medium"])
    plot_gallery.main(
        ["--query", f"{run.folder}/round-2/2/query.parquet", "--title", "Tiny"]
        + ["--annotations", f"{tmp_path}/annotations", "--index", f"{tmp_path}/annotations"]
        + ["--images", f"{run.data}/images.npy", "--out", f"{tmp_path}/gallery.png"]
    )
    assert (tmp_path / "gallery.png").stat().st_size > 1000


class TestValidation:
    @pytest.fixture
    def answers(self, tmp_path):
        """Annotations of 3 validation images; the last one was refused."""
        given = {i: Answer(label, (), "ann", 0.0) for i, label in enumerate([1, 0, None])}
        standing = Standing(given, {}, dict.fromkeys(given, 1.0))
        table = annotations_of("individual", [1, 1, 1], standing)
        write_table(tmp_path / "answers", table, classes=["a", "b"])
        query = {"interaction": [0, 1, 2], "sample_id": [59, 50, 51]}
        write_table(tmp_path / "query", pa.table(query))
        return tmp_path

    def test_its_labels_are_known_and_the_rest_is_not(self, prepared, answers):
        gather_known.main(
            ["--dataset", "d", "--scenario", "s", "--seed", "0", "--round", "1"]
            + ["--index", f"{prepared}/index.parquet", "--query", f"{answers}/query"]
            + ["--validation", f"{answers}/answers", "--latest", f"{answers}/answers"]
            + ["--out", f"{answers}/known"]
        )
        known = read_table(answers / "known")
        labels = known["label"].to_pylist()
        assert (labels[59], labels[50], labels[51]) == (1, 0, None)
        assert known["label"].null_count == 58
        assert metadata_of(known)["classes"] == ["a", "b"]

    def test_it_is_counted_as_interactions(self, prepared, answers):
        admit_samples.main(
            ["--dataset", "d", "--scenario", "s", "--seed", "0", "--round", "1"]
            + ["--interactions", "6", "--journal", f"{answers}/labeling"]
            + ["--index", f"{prepared}/index.parquet", "--validation", f"{answers}/answers"]
            + ["--out", f"{answers}/pool"]
        )
        assert metadata_of(read_table(answers / "pool"))["interactions_individual"] == 3

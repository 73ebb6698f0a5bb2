"""Command lines of the stages with a person, on a tiny pool."""

import os
import re
import stat
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pyarrow.parquet as pq
import pytest

import annotate_by_hand
import plot_gallery
import query
from cbal.errors import InputError
from cbal.labeling.web.lifetime import Home
from cbal.storage.files import metadata_of, read_table, write_table
from orchestration.operation import labeling
from tests.cli.by_hand import ByHand, Mended
from tests.cli.stages import CLUSTER, ENTROPY, Run
from tests.ports import own_port


def test_a_person_on_the_page_and_the_oracle_give_the_same_bytes(runs):
    """Pools, queries and models are equal; the seconds of answers are not."""
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


def test_a_step_that_asks_nothing_does_not_wait_for_a_person(prepared, tmp_path):
    """As clusters after round 1, in a scenario that asks for them first and never again."""
    run = Run(prepared, tmp_path)
    asked, answered = tmp_path / "query.parquet", tmp_path / "annotations.parquet"
    keys = [*run.keys(1, "1-x"), "--pool", str(run.pool)]
    features = ["--features", *run.extract(1)]
    query.main([*keys, *CLUSTER, *features, "--interactions", "0", "--out", str(asked)])
    home = Home(tmp_path / "labeling")
    annotate_by_hand.main(
        [*keys, "--query", str(asked), "--index", run.file("index"), "--journal", str(home.folder)]
        + ["--title", "Tiny", "--budget", "12", "--rounds", "2", "--out", str(answered)]
    )
    assert len(read_table(answered)) == 0
    assert not home.address  # no page was started


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
    keys += ["--host", "0.0.0.0", "--port", str(own_port()), "--out", f"{tmp_path}/out"]
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

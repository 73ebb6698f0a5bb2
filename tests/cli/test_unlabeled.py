"""The scripts that prepare images without labels, with a validation."""

import numpy as np
import pyarrow as pa
import pytest

import admit_samples
import gather_known
import prepare_unlabeled
from cbal.errors import InputError
from cbal.labeling.asking import annotations_of
from cbal.labeling.given import VALIDATION
from cbal.labeling.records import Answer, Question, Standing
from cbal.labeling.register import Register
from cbal.labeling.web.lifetime import Home
from cbal.storage.files import metadata_of, read_table, write_table
from tests.conftest import write_class_folders


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
    assert moved != before[0]  # there are no answers yet, so the images are prepared from scratch
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


def test_imported_labels_are_in_the_first_pool_and_cost_no_interaction(prepared, tmp_path):
    index = read_table(prepared / "index.parquet").to_pylist()
    lines = [f"{index[i]['source']},{label}" for i, label in ((3, "new"), (5, "b"), (59, "a"))]
    (tmp_path / "labels.csv").write_text("\n".join(["file,label", *lines]))
    for _ in range(2):  # one job for each run
        admit_samples.main(
            ["--dataset", "d", "--scenario", "s", "--seed", "0", "--round", "1"]
            + ["--interactions", "6", "--journal", f"{tmp_path}/labeling"]
            + ["--index", f"{prepared}/index.parquet", "--labels", f"{tmp_path}/labels.csv"]
            + ["--classes", '["a", "b"]', "--out", f"{tmp_path}/pool"]
        )
    pool = read_table(tmp_path / "pool")
    train = [row["sample_id"] for row in index if row["split"] == "train"]
    labels = {row["sample_id"]: row for row in pool.to_pylist() if row["label"] is not None}
    assert {i: row["label"] for i, row in labels.items()} == {
        i: number for i, number in ((3, 2), (5, 1), (59, 0)) if i in train
    }
    assert all(
        (row["label_kind"], row["labeled_round"], row["interaction"]) == ("individual", 0, None)
        for row in labels.values()
    )
    assert metadata_of(pool)["interactions_individual"] == 0

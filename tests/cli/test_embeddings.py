"""Preparation of embeddings, by its command lines."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import count_embeddings
import prepare_embeddings
import prepare_embeddings_by_hand
from cbal.errors import InputError
from cbal.labeling.given import VALIDATION
from cbal.labeling.records import Question
from cbal.labeling.register import Register
from cbal.labeling.web.lifetime import Home
from cbal.storage.files import labels_of, metadata_of, read_table

X = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)


def write(path, rows=range(60), **columns):
    """Write embeddings of two classes with these row numbers, whose ids are s-{row}."""
    rows = list(rows)
    usual = {"id": [f"s-{i}" for i in rows], "vector": [X[i] for i in rows]}
    usual |= {"label": ["even" if i % 2 == 0 else "odd" for i in rows]}
    pq.write_table(pa.table({**usual, **columns}), path)
    return path


def prepare(folder, *more):
    """Prepare `e.parquet`; return index, true labels and features."""
    names = [f"--{name}={folder}/{name}" for name in ("index", "truth", "encoded")]
    prepare_embeddings.main(["--dataset", "d", "--path", f"{folder}/e.parquet", *names, *more])
    index, truth = read_table(folder / "index"), read_table(folder / "truth")
    return index, truth, np.load(folder / "encoded")


def test_labels_splits_and_features_belong_to_the_same_samples(tmp_path, capsys):
    write(tmp_path / "e.parquet")
    index, truth, encoded = prepare(tmp_path, "--subset", "20", "--test-fraction", "0.25")
    assert index["split"].to_pylist() == ["train"] * 20 + ["test"] * 15
    rows = [int(name.split("-")[1]) for name in index["source"].to_pylist()]
    assert labels_of(truth).tolist() == [row % 2 for row in rows]
    np.testing.assert_allclose(encoded, X[rows], atol=1e-2)
    assert index["file"].null_count == 35
    assert metadata_of(index)["classes"] == ["even", "odd"]
    assert metadata_of(index)["images"] == {"train": 20, "test": 15, "validation": 0}
    assert "no published split" in capsys.readouterr().err


def test_a_published_split_and_other_columns(tmp_path):
    split = ["train"] * 40 + ["validation"] * 10 + ["test"] * 10
    write(tmp_path / "e.parquet", split=split, key=list(range(100, 160)))
    index, _, _ = prepare(tmp_path, "--columns", json.dumps({"id": "key"}))
    assert index["split"].to_pylist() == split[:40] + split[50:] + split[40:50]
    assert index["source"].to_pylist()[-1] == "149"
    assert metadata_of(index)["published_splits"] == ["train", "test", "validation"]


def test_nothing_is_written_of_vectors_that_are_all_equal(tmp_path):
    write(tmp_path / "e.parquet", vector=[[1.0, 2.0]] * 60)
    with pytest.raises(InputError, match=r"e\.parquet: all vectors are equal"):
        prepare(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["e.parquet"]


def test_embeddings_are_counted_by_annotator(tmp_path, capsys):
    path = write(tmp_path / "e.parquet")
    count_embeddings.main(["--path", str(path)])
    count_embeddings.main(["--path", str(path), "--annotator", "human"])
    assert capsys.readouterr().out.split() == ["48", "60"]


@pytest.fixture
def by_hand(tmp_path):
    """Prepare `e.parquet` for a person; return index, order of the validation and features."""

    def prepare(*more):
        names = [f"--{name}={tmp_path}/{name}" for name in ("index", "query", "encoded")]
        words = ["--dataset", "mine", "--path", f"{tmp_path}/e.parquet", "--validation", "5"]
        words += ["--journal", f"{tmp_path}/labeling", *names, *more]
        prepare_embeddings_by_hand.main(words)
        asked = read_table(tmp_path / "query")["sample_id"].to_pylist()
        index = read_table(tmp_path / "index").to_pylist()
        return index, asked, np.load(tmp_path / "encoded")

    return prepare


def test_a_person_s_embeddings_have_no_labels(by_hand, tmp_path, capsys):
    (tmp_path / "a.txt").touch()
    write(tmp_path / "e.parquet", label=[None] * 60, file=["a.txt"] + [None] * 59)
    index, asked, encoded = by_hand()
    assert [row["split"] for row in index] == ["train"] * 55 + ["test"] * 5
    assert sorted(asked) == list(range(55, 60))
    rows = [int(row["source"].split("-")[1]) for row in index]
    np.testing.assert_allclose(encoded, X[rows], atol=1e-2)
    assert {row["source"] for row in index if row["file"]} == {"s-0"}
    assert "55 samples to label, 5 to measure by" in capsys.readouterr().err
    with pytest.raises(InputError, match="56 interactions a round, but only 55 training"):
        by_hand("--interactions", "56")


def test_a_data_set_with_answers_grows_and_keeps_numbers_and_vectors(by_hand, tmp_path, capsys):
    write(tmp_path / "e.parquet", range(1, 50))
    by_hand()
    write(tmp_path / "e.parquet", range(50))
    before, asked, vectors = by_hand()  # nobody has answered yet: as if it was the first time
    assert len(before) == 50
    register = Register(Home(tmp_path / "labeling").journal)
    questions = [Question(np.array([sample])) for sample in asked[::-1]]
    step = register.open_step((*VALIDATION, 0, "validation"), "individual", "d", {}, questions)
    register.add(step.id, 0, "refuse", "ann")

    write(tmp_path / "e.parquet", range(59, 0, -1))  # s-0 is gone, ten are new, in another order
    index, again, encoded = by_hand()
    assert index[:50] == before
    assert [row["source"] for row in index[50:]] == [f"s-{i}" for i in range(59, 49, -1)]
    assert again == asked[::-1]
    np.testing.assert_array_equal(encoded[:50], vectors)
    np.testing.assert_allclose(encoded[50:], X[59:49:-1], atol=1e-2)
    assert "gone, and kept as it was: s-0" in capsys.readouterr().err
    assert by_hand()[:2] == (index, again)

    (tmp_path / "encoded").unlink()
    with pytest.raises(InputError, match="1 samples with answers are gone .the first is s-0"):
        by_hand()
    register.close()

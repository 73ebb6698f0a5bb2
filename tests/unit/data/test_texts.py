"""The reader of texts."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cbal.data.decoding import Rule
from cbal.data.text_files import TextColumns
from cbal.data.texts import texts
from cbal.errors import InputError

TEXTS = ["plain", 'with "quotes", and\na newline', "שלום 😀", "", "plain", "x" * 3_000_000]
LABELS = ["b", "a", "b", "a", "b", "a"]


def csv_of(delimiter=","):
    def quoted(value):
        return '"' + value.replace('"', '""') + '"'

    rows = [("text", "label"), *zip(TEXTS, LABELS)]
    return "".join(delimiter.join(map(quoted, row)) + "\r\n" for row in rows)


def jsonl():
    return "\n\n".join(json.dumps({"text": t, "label": n}) for t, n in zip(TEXTS, LABELS))


def write(path, content, encoding="utf-8"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode(encoding))
    return path


def error(*arguments, **named):
    with pytest.raises(InputError) as caught:
        listing = texts(*arguments, **named)
        list(listing.read(range(len(listing.source))))
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize(
    ("name", "content"),
    [("t.csv", csv_of()), ("t.tsv", csv_of("\t")), ("t.jsonl", jsonl()), ("t.JSON", jsonl())],
)
def test_tables_of_any_form_have_the_same_texts(tmp_path, name, content, encoding):
    listing = texts(write(tmp_path / name, content, encoding))
    assert list(listing.read(range(6))) == TEXTS
    assert listing.source == [f"{name}/{i}" for i in range(6)]
    assert listing.classes == ["a", "b"]
    assert listing.label.tolist() == [1, 0, 1, 0, 1, 0]
    assert listing.split is None


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), "dictionary"])
def test_parquet_with_class_names_an_id_and_a_split(tmp_path, kind):
    column = pa.array(TEXTS)
    column = column.dictionary_encode() if kind == "dictionary" else column.cast(kind)
    table = {"sentence": column, "label": [0, 1] * 3, "id": range(10, 16)}
    table["split"] = ["train"] * 4 + ["test"] * 2
    metadata = {"classes": json.dumps(["no", "yes"])}
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table(table).replace_schema_metadata(metadata), path)
    listing = texts(path, TextColumns(text="sentence"))
    assert list(listing.read([1, 5])) == [TEXTS[1], TEXTS[5]]
    assert listing.source == [str(i) for i in range(10, 16)]
    assert listing.classes == ["no", "yes"]
    assert listing.split.tolist() == table["split"]
    unnamed = TextColumns(id=None, text="sentence", split=None)
    listing = texts(path, unnamed)
    assert listing.source[0] == "t.parquet/0"
    assert listing.split is None


def test_files_of_a_folder_are_the_published_split(tmp_path):
    write(tmp_path / "train.csv", "text,category\none,a\ntwo,b\n")
    write(tmp_path / "test.csv", "text,category\nthree,b\n")
    write(tmp_path / "README.md", "not a table")
    listing = texts(tmp_path, TextColumns(label="category"))
    assert listing.source == ["test.csv/0", "train.csv/0", "train.csv/1"]
    assert listing.split.tolist() == ["test", "train", "train"]
    assert listing.label.tolist() == [1, 0, 1]
    assert listing.left_out == {".md files": ["README.md"]}
    assert list(listing.read([2, 0])) == ["two", "three"]


def test_class_folders_of_files_below_splits(tmp_path):
    for name in ("train/pos/2.txt", "train/pos/10.txt", "train/neg/1.txt", "test/pos/1.txt"):
        write(tmp_path / name, f"{name}\r\n", "utf-8-sig")
    listing = texts(tmp_path)
    assert listing.source == ["test/pos/1.txt", "train/neg/1.txt"] + [
        f"train/pos/{i}.txt" for i in (2, 10)
    ]
    assert list(listing.read(range(4))) == listing.source
    assert listing.classes == ["neg", "pos"]
    assert listing.label.tolist() == [1, 0, 1, 1]
    assert listing.split.tolist() == ["test", "train", "train", "train"]


def test_a_person_needs_no_labels_and_no_class_folders(tmp_path):
    write(tmp_path / "a.txt", "first")
    write(tmp_path / "deep/b.txt", "second")
    listing = texts(tmp_path, labeled=False)
    assert listing.source == ["a.txt", "deep/b.txt"]
    assert listing.label.tolist() == [-1, -1]
    write(tmp_path / "t.csv", "text\nonly\n")
    assert texts(tmp_path / "t.csv", labeled=False).classes == []


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("t.csv", "body,label\na,b\n", "no column 'text' for the text; there are body, label"),
        ("t.csv", "text,text,label\na,b,c\n", "2 columns are named 'text'"),
        ("t.csv", "text\na\n", "no column 'label' for the label; there are text; name it"),
        ("t.csv", "text,label\n", "no row in it"),
        ("t.csv", "text,label\na,\n", "row 0 has no label"),
        ("t.csv", "text,label\na\n", "cannot be read as CSV"),
        ("t.csv", "", "cannot be read as CSV"),
        ("t.csv", "text,id,label\na,1,x\nb,1,y\n", "rows 0 and 1 have the same id '1'"),
        ("t.csv", "text,split,label\na,train,x\nb,middle,y\n", "'middle' in the column `split`"),
        ("t.jsonl", '{"text": "a", "label": "b"}\n{"text": null, "label": "b"}', "row 1 has no te"),
        ("t.jsonl", '{"text": 7, "label": "b"}', "column text holds int64, not text"),
        ("t.jsonl", '{"text": "a", "label": "b"}\n{"text": 7}', "values that are not all text"),
        ("t.jsonl", '{"text": "\\ud800", "label": "b"}', "values that are not all text"),
        ("t.jsonl", '{"text": "a"', "line 1 is not JSON"),
        ("t.json", "[1]", "line 1 is no object"),
        ("a.txt", "x", "a.txt is in no class folder"),
        ("a.rtf", "x", "no text in it; it should hold Parquet"),
    ],
)
def test_what_cannot_be_read_ends_in_one_line(tmp_path, name, content, words):
    path = write(tmp_path / name, content)
    assert words in error(tmp_path if name.startswith("a.") else path)


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("name", ["t.csv", "t.jsonl"])
def test_another_encoding_is_refused(tmp_path, name, encoding):
    content = "text,label\nÄrger,a\n" if name == "t.csv" else '{"text": "Ärger", "label": "a"}'
    assert "save it as UTF-8" in error(write(tmp_path / name, content, encoding))


def test_a_file_of_another_encoding_is_refused_when_it_is_read(tmp_path):
    write(tmp_path / "a/1.txt", "Ärger", "latin-1")
    write(tmp_path / "b/1.txt", "x")
    assert "1.txt: not text in UTF-8" in error(tmp_path)


def test_a_damaged_parquet_file_and_one_that_is_not_there(tmp_path):
    assert "not a whole Parquet file" in error(write(tmp_path / "t.parquet", "PAR1"))
    assert "no such file or folder" in error(tmp_path / "none.csv")


def test_there_is_a_limit_of_rows(tmp_path):
    path = write(tmp_path / "t.csv", "text,label\na,b\nc,d\n")
    assert "over the limit of 1" in error(path, rule=Rule(rows=1))


def test_labels_are_numbers_of_classes(tmp_path):
    listing = texts(write(tmp_path / "t.csv", "text,label\na,10\nb,2\nc,10\n"))
    assert listing.classes == ["2", "10"]
    assert listing.label.dtype == np.int16

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cbal.data.decoding import Rule
from cbal.data.embedding_files import Columns
from cbal.data.embeddings import embeddings
from cbal.errors import InputError

X = np.arange(12).reshape(4, 3)


def table(**columns):
    """Four embeddings of two classes; None takes a column out."""
    usual = {"id": ["a", "b", "c", "d"], "vector": X.tolist(), "label": ["x", "y", "x", "y"]}
    return pa.table({k: v for k, v in {**usual, **columns}.items() if v is not None})


def write(path, **columns):
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table(**columns), path, row_group_size=3)
    return path


def write_numpy(path, csv, array=X):
    np.save(path, array)
    path.with_suffix(".csv").write_bytes(csv.encode())
    return path


def vectors_of(listing):
    return np.stack(list(listing.read(range(len(listing.source)))))


def refused(path, **how):
    """Return the error, once all vectors are read."""
    with pytest.raises(InputError) as caught:
        list(embeddings(path, **how).read(range(4)))
    assert "\n" not in str(caught.value)
    return str(caught.value)


NUMBERS = [pa.float16(), pa.float32(), pa.float64(), pa.int8(), pa.uint16(), pa.int64()]
LISTS = [pa.list_, pa.large_list, lambda kind: pa.list_(kind, 3)]


@pytest.mark.parametrize("number", NUMBERS, ids=str)
@pytest.mark.parametrize("kind", LISTS, ids=["list", "large_list", "fixed"])
def test_lists_of_all_kinds_of_numbers_are_read(tmp_path, number, kind):
    values = [row.astype(np.float16) for row in X] if number == pa.float16() else X.tolist()
    listing = embeddings(write(tmp_path / "e.parquet", vector=pa.array(values, kind(number))))
    read = vectors_of(listing)
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, X)
    assert listing.source == ["a", "b", "c", "d"]
    assert (listing.label.tolist(), listing.classes) == ([0, 1, 0, 1], ["x", "y"])
    assert listing.split is None
    assert listing.files == [None] * 4


def test_some_vectors_are_read_in_ascending_order(tmp_path):
    listing = embeddings(write(tmp_path / "e.parquet"))
    np.testing.assert_array_equal(np.stack(list(listing.read([1, 3]))), X[[1, 3]])


def test_columns_have_other_names_and_ids_are_numbers(tmp_path):
    path = tmp_path / "e.parquet"
    told = {"key": [3, 2, 1, 0], "fold": ["Trn", "dev", "test", "Trn"], "class": [0, 1, 1, 0]}
    write(path, id=None, vector=None, label=None, emb=X.tolist(), **told)
    listing = embeddings(path, Columns("key", "emb", "class", "fold", None))
    assert listing.source == ["3", "2", "1", "0"]
    assert listing.split.tolist() == ["train", "validation", "test", "train"]
    assert listing.classes == ["0", "1"]


def test_shards_follow_one_another_and_their_names_are_splits(tmp_path):
    write(tmp_path / "train-00000-of-00002.parquet")
    write(tmp_path / "train-00001-of-00002.parquet", id=["e", "f", "g", "h"])
    write(tmp_path / "test.parquet", id=["i", "j", "k", "l"], vector=(X + 100).tolist())
    listing = embeddings(tmp_path)
    assert "".join(listing.source) == "ijklabcdefgh"
    assert listing.split.tolist() == ["test"] * 4 + ["train"] * 8
    np.testing.assert_array_equal(vectors_of(listing), np.concatenate([X + 100, X, X]))
    write(tmp_path / "test.parquet", id=["i", "j", "k", "l"], vector=X[:, :2].tolist())
    assert "'a' has 3 numbers, but others have 2" in refused(tmp_path)
    write(tmp_path / "test.parquet", split=["test"] * 4)
    assert "a column for the split is either here or in" in refused(tmp_path)


def test_numpy_with_a_csv_beside_it(tmp_path):
    csv = '\ufeffid,label,split,file\r\n1,"x, y",train,\r\n2,"a\nb",train,\r\n'
    csv += "3,é,test,\r\n4,é,test,\r\n"
    for dtype in (np.float16, np.float64, np.int8):
        path = write_numpy(tmp_path / "e.npy", csv, X.astype(dtype))
        listing = embeddings(path)
        np.testing.assert_array_equal(vectors_of(listing), X)
    assert listing.source == ["1", "2", "3", "4"]
    assert [listing.classes[i] for i in listing.label] == ["x, y", "a\nb", "é", "é"]
    assert listing.split.tolist() == ["train", "train", "test", "test"]
    assert listing.files == [None] * 4


def test_a_person_needs_no_labels(tmp_path):
    path = write(tmp_path / "e.parquet", label=None)
    assert embeddings(path, labeled=False).classes == []
    said = refused(path)
    assert "no column 'label' for the label; there are id, vector" in said
    assert "annotator: human" in said


def test_files_are_found_beside_the_embeddings_or_in_their_folder(tmp_path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more/a.txt").write_text("a")
    path = write(tmp_path / "e.parquet", file=["more/a.txt", None, "", None])
    assert embeddings(path).files == ["more/a.txt", None, None, None]
    write(path, file=["a.txt", None, None, None])
    assert "'a.txt' of id 'a' is not in" in refused(path)
    assert embeddings(path, root=tmp_path / "more").files[0] == "a.txt"
    assert embeddings(path, Columns(file=None)).files == [None] * 4
    for name in ("/etc/hostname", "../e.parquet", "https://somewhere/a.png"):
        write(path, file=[name, None, None, None])
        assert f"has the file {name!r}" in refused(path)
    write(path, file=[1, 2, 3, 4])
    assert "holds int64, not paths of files" in refused(path)


BAD = {
    "vector": [
        ([[1.0, float("nan")], [0, 1]] * 2, "number 1 of the vector of id 'a' is nan"),
        ([[0.0, 1], [float("-inf"), 0]] * 2, "number 0 of the vector of id 'b' is -inf"),
        ([[0.0, 1], [1e300, 0]] * 2, "number 0 of the vector of id 'b' is inf"),
        ([[0, 1], [2]] * 2, "the vector of id 'b' has 1 numbers, but others have 2"),
        ([[0, 1], None] * 2, "id 'b' has no vector"),
        ([[0, 1], [0, None]] * 2, "the vector of id 'b' lacks a number"),
        ([[]] * 4, "holds list<element: null>, not lists of numbers"),
        (pa.array([[]] * 4, pa.list_(pa.float32())), "the vectors have no numbers"),
        ([["a"]] * 4, "column vector holds list<element: string>, not lists of numbers"),
        ([1.0] * 4, "column vector holds double, not lists of numbers"),
        (None, "no column 'vector' for the vector; there are id, label"),
    ],
    "id": [
        (["a", "b", "a", "c"], "rows 0 and 2 have the same id 'a'"),
        (["a", None, "b", "c"], "row 1 has no id"),
        (["a", "", "b", "c"], "row 1 has no id"),
        ([0.5, 1, 2, 3], "the ids are double"),
        (None, "no column 'id' for the id; there are vector, label"),
    ],
    "label": [
        (["x", None, "x", "y"], "row 1 has no label"),
        (["x", " ", "x", "y"], "row 1 has no label"),
        ([0.5, 1, 2, 3], "the labels are double"),
    ],
    "split": [
        (["train", "other", "train", "test"], "'other' in the column `split`"),
        (["test"] * 4, "no training split"),
    ],
}


@pytest.mark.parametrize(
    ("column", "values", "words"), [(k, *case) for k, cases in BAD.items() for case in cases]
)
def test_what_cannot_be_read_is_refused_in_one_line(tmp_path, column, values, words):
    assert words in refused(write(tmp_path / "e.parquet", **{column: values}))


@pytest.mark.parametrize(
    ("array", "csv", "words"),
    [
        (X[0], "id,label\n1,x\n", "an array of 3 values of int64; make it a table"),
        (X[None], "id,label\n1,x\n", "an array of 1 x 4 x 3 values"),
        (X.astype(str), "id,label\n1,x\n", "values of <U"),
        (X, "id,label\n1,x\n2,y\n", "2 rows, but e.npy has 4 vectors"),
        (X, "key,label\n1,x\n", "no column 'id' for the id; there are key, label"),
        (X, "id,label\n1,x\n2\n", "cannot be read as CSV"),
        (X, "", "cannot be read as CSV"),
        (
            X + [0, 0, np.inf],
            "id,label\n1,x\n2,y\n3,x\n4,y\n",
            "number 2 of the vector of id '1' is inf",
        ),
    ],
)
def test_numpy_files_that_cannot_be_read(tmp_path, array, csv, words):
    assert words in refused(write_numpy(tmp_path / "e.npy", csv, array))


def test_files_that_are_missing_or_damaged(tmp_path):
    assert "no such file or folder" in refused(tmp_path / "none.parquet")
    assert "no Parquet file in it" in refused(tmp_path)
    (tmp_path / "e.parquet").write_bytes(b"no")
    assert "not a whole Parquet file" in refused(tmp_path / "e.parquet")
    (tmp_path / "e.npy").write_bytes(b"no")
    assert "not a whole NumPy file" in refused(tmp_path / "e.npy")
    np.save(tmp_path / "e.npy", X)
    assert "e.csv: no such file; it has the ids" in refused(tmp_path / "e.npy")
    np.save(tmp_path / "e.npy", np.array([{}]))
    assert "not a whole NumPy file" in refused(tmp_path / "e.npy")


def test_too_many_rows(tmp_path):
    rule = Rule(rows=3)
    assert "over the limit of 3" in refused(write(tmp_path / "e.parquet"), rule=rule)
    path = write_numpy(tmp_path / "e.npy", "id,label\n")
    assert "over the limit of 3" in refused(path, rule=rule)


def test_both_ways_to_tell_a_split_at_once(tmp_path):
    write(tmp_path / "train.parquet", split=["train"] * 4)
    assert "named after splits, and have a column `split` too" in refused(tmp_path)


def test_a_file_is_read_row_group_by_row_group(tmp_path):
    x = np.random.default_rng(0).random((1 << 16, 64), np.float32)  # 16 MB in 16 groups
    vector = pa.FixedSizeListArray.from_arrays(x.ravel(), 64)
    table = pa.table({"id": np.arange(len(x)), "vector": vector, "label": np.arange(len(x)) % 2})
    pq.write_table(table, tmp_path / "e.parquet", row_group_size=1 << 12)
    listing = embeddings(tmp_path / "e.parquet")
    before, most = pa.total_allocated_bytes(), 0
    for _ in listing.read(range(0, len(x), 1 << 8)):
        most = max(most, pa.total_allocated_bytes() - before)
    assert 0 < most < 8e6

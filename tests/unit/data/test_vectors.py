import numpy as np
import pytest

from cbal.data import vectors
from cbal.data.vectors import at, write_vectors
from cbal.errors import InputError
from cbal.storage.encoded import write_encoded

X = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float16).astype(np.float32)


def read(indices):
    return at(indices, (X[start : start + 6] for start in range(0, 20, 6)))


def test_rows_of_all_parts_are_found():
    for wanted in ([], [0, 5, 6, 19], range(20)):
        np.testing.assert_array_equal(np.array(list(read(wanted))).reshape(-1, 5), X[list(wanted)])


def test_vectors_are_written_by_sample_as_an_encoder_writes_them(tmp_path, monkeypatch):
    monkeypatch.setattr(vectors, "ROWS", 4)
    rows = np.random.default_rng(1).permutation(20)[:13]
    write_vectors(tmp_path / "a.npy", read, rows, "file")
    write_encoded(tmp_path / "b.npy", 13, [X[rows]])
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    assert np.load(tmp_path / "a.npy").dtype == np.float16
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npy", "b.npy"]


def test_samples_that_are_gone_keep_their_vectors(tmp_path):
    before = np.full((2, 5), 7, np.float16)
    write_vectors(tmp_path / "a.npy", read, np.array([3, -1, 0]), "file", before)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), [X[3], before[1], X[0]])
    with pytest.raises(InputError, match="have 5 numbers, but those of samples .* had 4"):
        write_vectors(tmp_path / "a.npy", read, np.array([3, -1]), "file", before[:, :4])


def test_equal_vectors_are_refused(tmp_path):
    def same(indices):
        return iter(np.ones((len(indices), 5), np.float32))

    with pytest.raises(InputError, match="^file: all vectors are equal"):
        write_vectors(tmp_path / "a.npy", same, np.arange(3), "file")
    assert not list(tmp_path.iterdir())

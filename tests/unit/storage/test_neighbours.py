import numpy as np

from cbal.storage.neighbours import read_neighbours, write_neighbours


def test_neighbours_come_back_as_rows_of_the_pool(tmp_path):
    sample_id = np.array([3, 5, 9])
    found, cosine = np.array([[1, 2], [2, 0], [1, 0]]), np.arange(6, dtype=np.float32).reshape(3, 2)
    write_neighbours(tmp_path / "n.parquet", sample_id, found, cosine, dataset="d")
    rows, values = read_neighbours(tmp_path / "n.parquet", sample_id)
    np.testing.assert_array_equal(rows, found)
    np.testing.assert_array_equal(values, cosine)


def test_those_of_other_samples_are_not_taken(tmp_path):
    few = np.zeros((3, 1), int), np.zeros((3, 1), np.float32)
    write_neighbours(tmp_path / "n.parquet", np.array([3, 5, 9]), *few)
    assert read_neighbours(tmp_path / "n.parquet", np.array([3, 5, 9, 10])) is None
    assert read_neighbours(tmp_path / "n.parquet", np.array([3, 5, 8])) is None

import numpy as np
import pyarrow.parquet as pq
import pytest

from cbal.errors import InputError
from cbal.storage import feature_files
from cbal.storage.feature_files import read_features, schema, to_batch, write_features


def batches(n=1000, size=64, trained=True):
    rng = np.random.default_rng(0)
    for start in range(0, n, size):
        rows = 2 * np.arange(start, min(start + size, n))  # every other sample
        feature = rng.normal(size=(len(rows), 5)).astype(np.float16)
        probability = rng.dirichlet(np.ones(3), len(rows)).astype(np.float32)
        yield to_batch(rows, feature, probability if trained else None, 3)


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(feature_files, "ROWS", 256)
    write_features(tmp_path / "features.parquet", batches(), round=2)
    return tmp_path / "features.parquet"


def test_rows_are_written_in_groups_as_they_come(path):
    file = pq.ParquetFile(path)
    groups = [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
    assert groups == [256, 256, 256, 232]
    assert file.schema_arrow.remove_metadata() == schema(5, 3)


def test_wanted_samples_come_in_their_order(path):
    whole = pq.read_table(path)
    wanted = np.array([0, 2, 500, 1026, 1998])
    columns = read_features(path, wanted, ["feature", "probability"])
    rows = wanted // 2
    assert columns["feature"].dtype == np.float16
    assert columns["feature"].tolist() == [whole["feature"][int(r)].as_py() for r in rows]
    assert columns["probability"].tolist() == [whole["probability"][int(r)].as_py() for r in rows]


@pytest.mark.parametrize("wanted", [[1], [0, 2, 3], [5000]])
def test_a_sample_that_is_not_there_is_refused(path, wanted):
    with pytest.raises(InputError, match="features.parquet: it lacks samples"):
        read_features(path, np.array(wanted), ["feature"])


def test_probabilities_without_a_trained_head_are_none(tmp_path):
    write_features(tmp_path / "f.parquet", batches(trained=False))
    columns = read_features(tmp_path / "f.parquet", np.array([0, 4]), ["feature", "probability"])
    assert columns["probability"] is None
    assert columns["feature"].shape == (2, 5)


def test_no_batch_makes_an_empty_file(tmp_path):
    write_features(tmp_path / "f.parquet", [], seed=1)
    assert pq.read_table(tmp_path / "f.parquet").num_rows == 0
    with pytest.raises(InputError, match="lacks samples"):
        read_features(tmp_path / "f.parquet", np.array([0]), ["feature"])


def test_damage_and_missing_columns_are_named(path):
    with pytest.raises(InputError, match="column variance is missing"):
        read_features(path, np.array([0]), ["variance"])
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match="not a whole Parquet file"):
        read_features(path, np.array([0]), ["feature"])

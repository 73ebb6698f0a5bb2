import numpy as np
import pytest

from cbal.errors import InputError
from cbal.storage.encoded import open_encoded, write_encoded


def test_features_are_read_as_they_were_written(tmp_path):
    features = np.random.default_rng(0).normal(size=(10, 3)).astype(np.float16)
    write_encoded(tmp_path / "features.npy", 10, (features[i : i + 4] for i in range(0, 10, 4)))
    read = open_encoded(tmp_path / "features.npy", 10)
    assert isinstance(read, np.memmap)
    np.testing.assert_array_equal(read, features)


@pytest.mark.parametrize(
    ("features", "said"),
    [
        (np.ones((4, 2), np.float16), "all samples the same features"),
        (np.full((4, 2), np.nan, np.float16), "sample 0 are not finite numbers"),
        (np.array([[1, 2], [3, np.inf]], np.float16), "sample 1 are not finite numbers"),
    ],
)
def test_features_without_information_leave_no_file(tmp_path, features, said):
    path = tmp_path / "features.npy"
    with pytest.raises(InputError, match=said):
        write_encoded(path, len(features), [features])
    assert not path.exists()


def test_features_of_fewer_samples_are_refused(tmp_path):
    write_encoded(tmp_path / "features.npy", 2, [np.eye(2, dtype=np.float16)])
    with pytest.raises(InputError, match="lacks samples"):
        open_encoded(tmp_path / "features.npy", 3)


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "features.npy").write_bytes(b"nothing")
    with pytest.raises(InputError, match="features.npy: cannot be read"):
        open_encoded(tmp_path / "features.npy", 1)

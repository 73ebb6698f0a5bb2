import shutil
from collections import namedtuple

import numpy as np
import pytest

from cbal.errors import InputError
from cbal.storage.activations import write_activations
from cbal.storage.files import open_images

RNG = np.random.default_rng(0)


def written(path, rows):
    """Write rows in parts of 4, and return the file's rows and how often they were computed."""
    calls = []

    def parts():
        calls.append(1)
        return (rows[i : i + 4] for i in range(0, len(rows), 4))

    write_activations(path, len(rows), parts)
    return open_images(path), len(calls)


@pytest.mark.parametrize("shape", [(10, 2, 2, 3), (10, 5, 4), (10, 6)])
def test_they_are_mapped_in_half_precision(tmp_path, shape, capsys):
    rows = RNG.normal(size=shape).astype(np.float32)
    read, calls = written(tmp_path / "new/activations.npy", rows)
    assert isinstance(read, np.memmap)
    assert read.dtype == np.float16
    assert calls == 1
    np.testing.assert_array_equal(read, rows.astype(np.float16))
    said = capsys.readouterr().err
    assert f"activations {' x '.join(map(str, shape))}, float16: 0.0 MB, to be kept in" in said


@pytest.mark.parametrize("rows", [1e6 + RNG.normal(size=(10, 3)), 1000 + RNG.random((10, 3))])
def test_what_half_precision_cannot_hold_is_float32(tmp_path, rows, capsys):
    rows = rows.astype(np.float32)
    rows[:4] = RNG.normal(size=(4, 3)) if rows[0, 0] > 1e5 else rows[:4]
    read, calls = written(tmp_path / "activations.npy", rows)
    assert (read.dtype, calls) == (np.float32, 2)
    np.testing.assert_array_equal(read, rows)
    assert "again for float32" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (np.ones((4, 2)), "all samples have the same activations"),
        (np.array([[1, 2], [3, np.nan]]), "not a finite number"),
    ],
)
def test_activations_without_information_leave_no_file(tmp_path, rows, said):
    with pytest.raises(InputError, match=said):
        written(tmp_path / "activations.npy", rows.astype(np.float32))
    assert not list(tmp_path.iterdir())


def test_a_disk_too_small_is_told_before_anything_is_written(tmp_path, monkeypatch, capsys):
    usage = namedtuple("usage", "free")  # noqa: PYI024
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(39_999))
    rows = RNG.normal(size=(10, 2000)).astype(np.float32)
    with pytest.raises(InputError, match="activations.npy: the activations take 0 MB and the disk"):
        written(tmp_path / "activations.npy", rows)
    assert not list(tmp_path.iterdir())
    assert "the disk has 0 MB free" in capsys.readouterr().err
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(40_000))
    assert len(written(tmp_path / "activations.npy", rows)[0]) == 10


def test_a_disk_that_fills_up_leaves_no_file(tmp_path):
    def parts():
        yield RNG.normal(size=(4, 2)).astype(np.float32)
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"cannot be written \(No space left"):
        write_activations(tmp_path / "activations.npy", 8, parts)
    assert not list(tmp_path.iterdir())

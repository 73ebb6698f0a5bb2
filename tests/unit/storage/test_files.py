import os
from pathlib import Path

import pyarrow as pa
import pytest

from cbal.errors import InputError
from cbal.storage.files import atomic, metadata_of, read_table, whole_folder, write_table
from tests.plain_user import plain_user


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sub" / "t.parquet"
    write_table(path, pa.table({"a": list(range(1000))}), dataset="d", round=3)
    return path


def test_a_table_comes_back_with_its_keys(path):
    table = read_table(path, ["a"])
    assert table["a"].to_pylist() == list(range(1000))
    assert metadata_of(table) == {"dataset": "d", "round": 3}


def test_same_table_same_bytes(path, tmp_path):
    other = tmp_path / "u.parquet"
    write_table(other, read_table(path), round=3, dataset="d")
    assert other.read_bytes() == path.read_bytes()


def test_a_truncated_file_is_named(path):
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match=r"t\.parquet: not a whole Parquet file .* delete it"):
        read_table(path)


def test_a_flipped_bit_in_the_data_is_noticed(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 4] ^= 0x10
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"t\.parquet"):
        read_table(path)


def test_a_missing_file_and_a_missing_column_are_named(path, tmp_path):
    with pytest.raises(InputError, match="nowhere.parquet: no such file"):
        read_table(tmp_path / "nowhere.parquet")
    with pytest.raises(InputError, match="column b is missing"):
        read_table(path, ["a", "b"])


def test_a_failure_leaves_the_old_file_and_no_other(path):
    before = path.read_bytes()
    with pytest.raises(RuntimeError), atomic(path) as temporary:
        temporary.write_bytes(b"half")
        raise RuntimeError
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_what_a_killed_job_left_goes_with_the_next_attempt(path):
    left = path.with_name(f".{path.name}.0123abcd.tmp")
    other = path.with_name(f".{path.name}x.0123abcd.tmp")
    for file in (left, other):
        file.write_bytes(b"half")
    with atomic(path) as temporary:
        assert not left.exists()
        temporary.write_bytes(b"whole")
    assert other.exists()


def test_a_full_disk_is_an_error_of_one_line(tmp_path):
    with (
        pytest.raises(InputError, match="cannot be written .*No space left"),
        atomic(tmp_path / "x"),
    ):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("moment", ["before", "new folder", "left over", "while it writes"])
def test_a_folder_that_becomes_read_only_is_one_line(tmp_path, moment):
    folder = tmp_path / "round"
    folder.mkdir()
    if moment == "left over":
        (folder / ".pool.parquet.1a2b.tmp").touch()
    path = Path("round/new/pool.parquet" if moment == "new folder" else "round/pool.parquet")
    with plain_user(tmp_path):
        if moment != "while it writes":
            os.chmod("round", 0o555)
        with pytest.raises(InputError) as caught, atomic(path) as temporary:
            temporary.write_text("half")
            os.chmod("round", 0o555)
        os.chmod("round", 0o755)
    message = str(caught.value)
    assert message.startswith(f"{path}: cannot be written (Permission denied); ")
    assert "mend the permissions" in message


def test_an_error_of_another_file_is_not_taken_for_the_written_one_s(tmp_path):
    with pytest.raises(FileNotFoundError, match="other"), atomic(tmp_path / "a"):
        (tmp_path / "other").read_text()


def test_a_folder_takes_its_place_when_it_is_whole(tmp_path):
    out = tmp_path / "folder"
    with pytest.raises(RuntimeError), whole_folder(out) as building:
        (building / "half").touch()
        raise RuntimeError
    assert not out.exists()
    with whole_folder(out) as building:
        (building / "first").touch()
        assert not out.exists()
    with whole_folder(out) as building:
        (building / "second").touch()
    assert [path.name for path in out.iterdir()] == ["second"]
    assert list(tmp_path.iterdir()) == [out]

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file

from cbal.errors import InputError
from cbal.models.model import read_safetensors, write_safetensors
from cbal.storage.files import read_table, write_table
from cbal.storage.seals import damage, seal


def parquet(folder):
    write_table(folder / "t.parquet", pa.table({"a": [1, 2, None], "b": ["x", "y", "z"]}), seed=3)
    return folder / "t.parquet"


def safetensors(folder):
    write_safetensors(folder / "t.safetensors", {"w": torch.arange(6.0)}, spec="{}", a="1", b="2")
    return folder / "t.safetensors"


@pytest.mark.parametrize("write", [parquet, safetensors])
def test_a_flipped_bit_is_noticed_wherever_it_is(write, tmp_path):
    path = write(tmp_path)
    whole = path.read_bytes()
    assert damage(path) is None
    for i in range(len(whole)):
        damaged = bytearray(whole)
        damaged[i] ^= 1 << i % 8
        path.write_bytes(damaged)
        assert damage(path), f"byte {i} of {len(whole)}"
    path.write_bytes(whole)
    assert damage(path) is None


@pytest.mark.parametrize("write", [parquet, safetensors])
def test_a_file_cut_short_or_grown_is_noticed(write, tmp_path):
    path = write(tmp_path)
    whole = path.read_bytes()
    for damaged in (*(whole[:n] for n in range(len(whole))), whole + b"\0", b"\0" + whole):
        path.write_bytes(damaged)
        assert damage(path)


def test_other_readers_see_an_ordinary_file(tmp_path):
    assert pq.read_table(parquet(tmp_path)).to_pydict() == {"a": [1, 2, None], "b": [*"xyz"]}
    assert load_file(safetensors(tmp_path))["w"].tolist() == [0, 1, 2, 3, 4, 5]


def test_a_damaged_file_is_named_with_what_to_do(tmp_path):
    for path, read in ((parquet(tmp_path), read_table), (safetensors(tmp_path), read_safetensors)):
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(InputError, match=rf"{path.name}: not a whole .* file .*; delete it"):
            read(path)


def test_what_has_no_blank_seal_cannot_be_sealed(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"something else")
    with pytest.raises(ValueError, match="no seal"):
        seal(path)


@pytest.mark.parametrize("write", [parquet, safetensors])
def test_same_content_same_bytes(write, tmp_path):
    written = {write(tmp_path).read_bytes() for _ in range(20)}
    assert len(written) == 1

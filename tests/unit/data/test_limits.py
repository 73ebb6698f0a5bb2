"""Limits, before anything is unpacked."""

import zipfile
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from cbal.data import folders, parquet
from cbal.data.decoding import USUAL
from cbal.data.sources import open_path
from cbal.errors import InputError
from tests.conftest import write_class_folders
from tests.unit.data.pictures import encoded

PNG = encoded(Image.new("RGB", (4, 4)))


@pytest.fixture
def many_rows(tmp_path):
    """A file of about 100 kB with 12 million rows."""
    kind = pa.struct([("bytes", pa.binary())])
    image = pa.nulls(1_000_000, kind)
    label = pa.nulls(1_000_000, pa.int8())
    table = pa.table({"image": image, "label": label})
    with pq.ParquetWriter(tmp_path / "x.parquet", table.schema) as writer:
        for _ in range(12):
            writer.write_table(table)
    return tmp_path / "x.parquet"


def test_rows_of_parquet_are_counted_before_any_is_read(many_rows, monkeypatch):
    monkeypatch.setattr(parquet, "_labels", lambda *_: pytest.fail("read the labels"))
    with pytest.raises(InputError, match=r"12,000,000 images, over the limit of 10,000,000; raise"):
        open_path(many_rows)


def test_bytes_of_parquet_are_counted_before_any_is_read(tmp_path, monkeypatch):
    images = [{"bytes": bytes(10**6)}] * 3
    pq.write_table(pa.table({"image": images, "label": [0, 1, 0]}), tmp_path / "x.parquet")
    monkeypatch.setattr(parquet, "_labels", lambda *_: pytest.fail("read the labels"))
    with pytest.raises(InputError, match="bytes when unpacked, over the limit of 1,000; raise"):
        open_path(tmp_path / "x.parquet", replace(USUAL, unpacked=1000))


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (replace(USUAL, rows=3), "4 images, over the limit of 3; raise `row_limit:`"),
        (replace(USUAL, unpacked=9), "bytes when unpacked, over the limit of 9; raise `unpacked"),
    ],
)
def test_a_zip_is_measured_before_it_is_unpacked(tmp_path, rule, said, monkeypatch):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for name in ("a/1.png", "a/2.png", "b/1.png", "b/2.png"):
            archive.writestr(name, PNG)
    monkeypatch.setattr(folders, "in_archive", lambda *_: pytest.fail("looked into it"))
    with pytest.raises(InputError, match=said):
        open_path(tmp_path / "x.zip", rule)


def test_an_entry_too_large_for_an_image_is_not_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a/1.png", "b/1.png"):
            archive.writestr(name, bytes(17_000_000))
    listing = open_path(tmp_path / "x.zip", replace(USUAL, pixels=1000))
    with pytest.raises(InputError, match=r"a/1\.png: 17,000,000 bytes are too many for one image"):
        list(listing.read([0]))


def test_files_of_a_folder_are_counted(tmp_path):
    write_class_folders(tmp_path, {"a": 3, "b": 2})
    with pytest.raises(InputError, match="5 images, over the limit of 4"):
        open_path(tmp_path, replace(USUAL, rows=4))

import pytest

from cbal.data import sources
from cbal.errors import InputError
from tests.conftest import write_class_folders
from tests.unit.data.shards import write_shards


class TestBadInput:
    def test_what_is_missing_or_of_no_known_kind(self, tmp_path):
        with pytest.raises(InputError, match="no such file or folder"):
            sources.open_path(tmp_path / "nowhere")
        (tmp_path / "x.txt").write_text("")
        with pytest.raises(InputError, match="neither Parquet"):
            sources.open_path(tmp_path / "x.txt")

    @pytest.mark.parametrize("name", ["x.zip", "x.parquet"])
    def test_a_file_that_is_not_whole_is_named(self, tmp_path, name):
        (tmp_path / name).write_bytes(b"PK nonsense")
        with pytest.raises(InputError, match=f"{name}: not a whole"):
            sources.open_path(tmp_path / name)

    def test_parquet_files_beside_images(self, tmp_path):
        write_class_folders(tmp_path, {"a": 1, "b": 1})
        write_shards(tmp_path, {"labels.parquet": [0, 1]})
        with pytest.raises(InputError, match=r"Parquet files and images \(a/0.png\) in one folder"):
            sources.open_path(tmp_path)

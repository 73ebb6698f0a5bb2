import subprocess

import numpy as np
import pytest

from orchestration.planning import counting
from orchestration.planning.counting import pool_size
from orchestration.planning.settings import SettingsError
from tests.conftest import write_class_folders
from tests.unit.data.shards import write_shards


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch, tmp_path):
    """Run in a folder without remembered counts."""
    monkeypatch.chdir(tmp_path)


def dataset(source="folder", path=None, **settings):
    defaults = {"annotator": "oracle", "subset": None, "validation": None, "test_fraction": 0.2}
    defaults |= {"row_limit": 100, "unpacked_limit": 10**6}
    return {**defaults, "source": source, "path": path and str(path), **settings}


@pytest.mark.parametrize(
    ("settings", "size"),
    [
        ({"source": "digits"}, 1438),
        ({"source": "eurosat"}, 21_600),
        ({"source": "cifar10"}, 50_000),
        ({"source": "cifar10", "subset": 300}, 300),
        ({"source": "digits", "annotator": "human", "validation": 7}, 1790),
        ({"source": "cifar10", "annotator": "human"}, None),
    ],
)
def test_public_data_sets_are_known(settings, size):
    assert pool_size("datasets.d", dataset(**settings)) == size


def test_folders_are_counted_by_annotator(tmp_path):
    folder = write_class_folders(tmp_path / "x", {"a": 6, "b": 4})
    assert pool_size("d", dataset(path=folder)) == 8
    assert pool_size("d", dataset(path=folder, subset=3)) == 3
    human = dataset(path=folder, annotator="human", validation=4)
    assert pool_size("d", human) == 6
    assert pool_size("d", {**human, "subset": 5}) == 1


def test_a_validation_that_is_all_there_is(tmp_path):
    folder = write_class_folders(tmp_path / "x", {"a": 6})
    human = dataset(path=folder, annotator="human", validation=6)
    with pytest.raises(SettingsError, match="d.validation: 6 of 6 images leave none to label"):
        pool_size("d", human)


def test_a_person_s_folder_without_images(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(SettingsError, match="d.path: .*x: no image in it"):
        pool_size("d", dataset(path=tmp_path / "x", annotator="human"))


def test_rows_of_parquet_files_are_counted(tmp_path):
    files = {"train-0.parquet": [0, 1] * 5, "test-0.parquet": [0, 1]}
    folder = write_shards(tmp_path / "x", files)
    assert pool_size("d", dataset("cifar10", folder)) == 10
    assert pool_size("d", dataset("cifar10", folder / "train-0.parquet")) == 8


def test_a_data_set_is_looked_through_once_until_it_changes(tmp_path, monkeypatch):
    folder = write_class_folders(tmp_path / "x", {"a": 6, "b": 4})
    assert pool_size("d", dataset(path=folder)) == 8
    with monkeypatch.context() as never:
        never.setattr(subprocess, "run", lambda *_, **__: pytest.fail("counted again"))
        assert pool_size("d", dataset(path=folder)) == 8
    write_class_folders(folder, {"c": 10})
    assert pool_size("d", dataset(path=folder)) == 16


def test_links_that_lead_nowhere_are_no_mistake(tmp_path):
    folder = write_class_folders(tmp_path / "x", {"a": 6, "b": 4})
    (folder / "itself").symlink_to("itself")
    (folder / "gone").symlink_to("nowhere")
    assert pool_size("d", dataset(path=folder)) == 8


def test_a_layout_that_is_not_understood_is_refused_each_time(tmp_path):
    folder = write_class_folders(tmp_path / "x", {"train/a": 1, "test/a": 1, "more/a": 1})
    for _ in range(2):
        with pytest.raises(SettingsError, match=r"d\.path: .*splits, but not .*: more") as caught:
            pool_size("d", dataset(path=folder))
        assert "\n" not in str(caught.value)


def test_what_takes_too_long_is_left_to_the_job(tmp_path, monkeypatch):
    def slow(command, timeout, **_):
        raise subprocess.TimeoutExpired(command, timeout)

    folder = write_class_folders(tmp_path / "x", {"a": 6, "b": 4})
    with monkeypatch.context() as late:
        late.setattr(subprocess, "run", slow)
        assert pool_size("d", dataset(path=folder)) is None
        assert pool_size("d", dataset(path=folder, subset=3)) == 3
    assert pool_size("d", dataset(path=folder)) is None  # the second time without waiting


def test_a_count_that_breaks_is_no_mistake_of_the_user(tmp_path, monkeypatch):
    broken = tmp_path / "broken.py"
    broken.write_text("raise RuntimeError('a bug')")
    monkeypatch.setattr(counting, "COUNT", {"image": (broken, ())})
    folder = write_class_folders(tmp_path / "x", {"a": 6, "b": 4})
    assert pool_size("d", dataset(path=folder)) is None


def test_embeddings_are_counted_again_when_the_file_beside_them_changes(tmp_path):
    np.save(tmp_path / "e.npy", np.arange(20).reshape(10, 2))
    csv = tmp_path / "e.csv"
    csv.write_text("key,label\n" + "".join(f"{i},{i % 2}\n" for i in range(10)))
    settings = {"source": "embeddings", "path": tmp_path / "e.npy", "files": None}
    columns = {"id": "key", "vector": "vector", "label": "label", "split": "split", "file": None}
    assert pool_size("d", dataset(**settings, columns=columns)) == 8
    with pytest.raises(SettingsError, match=r"d.path: .*e.csv: no column 'id' for the id"):
        pool_size("d", dataset(**settings, columns=None))
    csv.write_text("id,label\n" + "".join(f"{i},{i % 2}\n" for i in range(9)))
    with pytest.raises(SettingsError, match=r"e.csv: 9 rows, but e.npy has 10 vectors"):
        pool_size("d", dataset(**settings, columns=None))

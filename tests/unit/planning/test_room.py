import shutil
from collections import namedtuple

import pytest

from orchestration.planning.mistakes import SettingsError
from orchestration.planning.room import check_room

DATASET = {"path": None, "source": "folder", "subset": 1000, "annotator": "oracle"}


@pytest.fixture(autouse=True)
def one_megabyte_is_free(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    usage = namedtuple("usage", "free")  # noqa: PYI024
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage(10**6))
    monkeypatch.setattr("orchestration.planning.room.pool_size", lambda *_: 1000)


def test_room_is_needed_until_the_activations_are_there(tmp_path):
    path = tmp_path / "activations.npy"
    check_room("datasets.d", DATASET, path, 1000)
    with pytest.raises(SettingsError, match="take 2 MB or more and the disk has 1 MB free; make"):
        check_room("datasets.d", DATASET, path, 2000)
    path.touch()
    check_room("datasets.d", DATASET, path, 2000)


def test_no_room_is_needed_where_nothing_is_kept_or_the_number_of_images_is_not_known(
    monkeypatch, tmp_path
):
    check_room("datasets.d", DATASET, tmp_path / "activations.npy", 0)
    monkeypatch.setattr("orchestration.planning.room.pool_size", lambda *_: None)
    check_room("datasets.d", DATASET, tmp_path / "activations.npy", 10**12)

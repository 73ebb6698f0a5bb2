"""A published split, through Snakemake."""

import pytest

from tests.conftest import write_class_folders
from tests.project import Project


@pytest.fixture
def split_project(fresh, tmp_path) -> Project:
    """The sweep `tiny` on folders of 24 training, 8 validation and 4 test images."""
    sizes = {"Train": 12, "Val": 4, "Test": 2}
    classes = {f"{s}/{c}": n for s, n in sizes.items() for c in ("a", "b")}
    folder = write_class_folders(tmp_path / "images", classes)
    project = fresh.copy(tmp_path / "project")
    changes = {"source": "folder", "path": str(folder), "subset": None, "test_subset": None}
    project.configure(**{f"datasets__tiny__{key}": value for key, value in changes.items()})
    return project


def test_a_calibration_trains_and_measures_on_the_published_splits(split_project):
    split_project.configure(sweeps__tiny__calibration={"grid": {"epochs": [1]}})
    split_project.run("calibration")
    said = (split_project.path / "logs/tiny/prepare_data.log").read_text()
    assert "images: 24 train, 4 test, 8 validation" in said
    (log,) = split_project.path.glob("logs/tiny/calibration/*/seed-0/train.log")
    assert "24 labeled images" in log.read_text()
    said = (split_project.path / "logs/tiny/calibration/carve_validation.log").read_text()
    assert "8 images" in said


def test_a_budget_beyond_the_pool_ends_in_one_line_before_any_job(split_project):
    split_project.configure(datasets__tiny__interactions=25)
    result = split_project.snakemake("-n")
    assert result.returncode != 0
    lines = [line for line in result.stderr.splitlines() if "datasets.tiny" in line]
    assert lines == [
        "config.yaml: datasets.tiny.interactions: 25 a round, but the pool has 24 images; "
        "ask for fewer"
    ]

"""Tests of versions that are remembered: never an old one, never an error because of the file."""

import json
import shutil

import pytest

from orchestration.planning import remembered, versions


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """The stages whose version was computed, in a folder where none is known."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "train.py").write_text("x = 1\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(versions, "SCRIPTS", tmp_path / "scripts")
    computed = []

    def version(*stage):
        computed.append(stage)
        return f"version {len(computed)}"

    monkeypatch.setattr(versions, "version", version)
    forget()
    yield computed
    forget()


def forget():
    """Begin a new parse."""
    remembered.version.cache_clear()
    remembered._known.cache_clear()


def again(*stage):
    forget()
    return remembered.version(*stage)


def test_the_next_parse_computes_nothing(asked):
    assert again("train.py") == again("train.py") == "version 1"
    assert again("train.py", "cbal.strategies.cluster") == "version 2"
    assert again("train.py") == "version 1"
    assert len(asked) == 2


def test_a_copy_of_the_project_computes_nothing(asked, tmp_path, monkeypatch):
    def work_in(folder):
        monkeypatch.chdir(folder)
        monkeypatch.setattr(versions, "SCRIPTS", folder / "scripts")
        monkeypatch.setattr(versions, "__file__", str(folder / "versions.py"))

    (tmp_path / "versions.py").write_text("z = 1\n")
    work_in(tmp_path)
    again("train.py")
    copy = tmp_path.with_name("copy")
    work_in(shutil.copytree(tmp_path, copy))
    assert again("train.py") == "version 1"
    (copy / "scripts/train.py").rename(copy / "scripts/other.py")
    assert again("train.py") == "version 2"


def test_any_changed_source_computes_all_again(asked, tmp_path):
    again("train.py")
    (tmp_path / "scripts" / "other.py").write_text("y = 1\n")
    assert again("train.py") == "version 2"


def test_a_changed_file_of_the_user_computes_again(asked, tmp_path):
    own = tmp_path / "own.py"
    own.write_text("a = 1\n")
    assert again("train.py", str(own)) == again("train.py", str(own))
    own.write_text("a = 2\n")
    assert again("train.py", str(own)) == "version 2"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"": "other"}'])
def test_a_damaged_or_foreign_file_is_replaced(asked, text):
    again("train.py")
    remembered.FILE.write_text(text)
    assert again("train.py") == "version 2"
    assert "version 2" in json.loads(remembered.FILE.read_text()).values()


def test_a_folder_that_cannot_be_written_costs_time_alone(asked, tmp_path):
    (tmp_path / ".snakemake").write_text("no folder")
    assert (again("train.py"), again("train.py")) == ("version 1", "version 2")


def test_the_versions_are_the_computed_ones():
    forget()
    assert remembered.version("annotate.py") == versions.version("annotate.py")

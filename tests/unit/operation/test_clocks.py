import os
import subprocess
import time

import pytest

from orchestration.operation.clocks import TOLERANCE, ClockError, check, cure

NOW = int(time.time())
LATER = NOW + 100 * TOLERANCE


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with files of jobs and of the user, of several dates."""
    monkeypatch.chdir(tmp_path)
    for name, date in (
        ("results/d/old.parquet", NOW - 10),
        ("results/d/first.parquet", LATER),
        ("results/d/second.parquet", LATER + 5),
        ("data/d/index.parquet", LATER),
        ("mine/it's one", LATER),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (date, date))
    return tmp_path


def dates(folder):
    return {path.name: int(path.stat().st_mtime) for path in folder.rglob("*") if path.is_file()}


def test_the_past_and_clocks_that_differ_a_little_are_fine(folder):
    os.utime("results/d/first.parquet", (NOW + TOLERANCE - 1,) * 2)
    check(["results/d/old.parquet", "results/d/first.parquet", "no/where"], NOW)


@pytest.mark.parametrize("path", ["results/d/first.parquet", "mine/it's one", "link"])
def test_the_future_is_named_with_a_command_that_mends_it(folder, path):
    os.symlink("mine/it's one", "link")
    os.utime("link", (LATER, LATER), follow_symlinks=False)
    with pytest.raises(ClockError) as caught:
        check(["results/d/old.parquet", path, "results/d/second.parquet"], NOW)
    message = str(caught.value)
    assert message.startswith(f"{path} and 1 more: dated ")
    assert "\n" not in message
    subprocess.run(message.rpartition("change the files' date: ")[2], shell=True, check=True)
    check(["results/d/old.parquet", path, "results/d/second.parquet"], NOW)


def test_of_files_made_from_one_another_none_becomes_older(folder):
    subprocess.run(cure(["mine/it's one"], NOW), shell=True, check=True)
    assert dates(folder) == {
        "old.parquet": NOW - 10,
        **dict.fromkeys(["first.parquet", "second.parquet", "index.parquet", "it's one"], NOW),
    }


def test_without_results_only_the_input_is_dated_anew(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cure(["-a b"], NOW) == f"touch -d @{NOW} -- '-a b'"

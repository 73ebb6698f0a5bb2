"""The Slurm profile without Slurm; `tests/slurm` uses a real one."""

import os
import re
import subprocess

import pytest

from tests.conftest import ROOT
from tests.project import Project


@pytest.fixture(params=["clone", "archive"])
def copy(request, tmp_path) -> Project:
    """The project as users get it: cloned, or as an unpacked source archive."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: nothing to clone")
    # The checkout may belong to another user, which git refuses by default.
    settings = tmp_path / "gitconfig"
    settings.write_text("[safe]\n\tdirectory = *\n")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": str(settings)}
    path = tmp_path / "copy"
    if request.param == "clone":
        command = ["git", "clone", "--quiet", f"file://{ROOT}", path]
        subprocess.run(command, check=True, env=environment)
    else:
        path.mkdir()
        command = ["git", "-C", ROOT, "archive", "--format=tar", "HEAD"]
        archive = subprocess.run(command, check=True, env=environment, capture_output=True)
        subprocess.run(["tar", "-x", "-C", path], check=True, input=archive.stdout)
    return Project(path)


def test_the_link_survives_and_the_command_works_as_typed(copy):
    assert os.readlink(copy.path / "slurm") == "profiles/slurm"
    result = copy.snakemake("-n", "--profile", "slurm", cores=8)
    assert result.returncode == 0, result.stderr
    assert "slurm_partition=gpu" in result.stdout + result.stderr


def test_each_key_of_the_profile_has_a_comment():
    lines = (ROOT / "profiles/slurm/config.yaml").read_text().splitlines()
    for above, line in zip(["", *lines], lines):
        key = re.match(r" *[\w-]+:", line)
        assert not key or "#" in line or above.lstrip().startswith("#"), line


def test_a_site_edits_partitions_and_account_alone():
    text = (ROOT / "profiles/slurm/config.yaml").read_text()
    edited = re.findall(r"^ *(?:# )?(\w+): .*# EDIT", text, re.M)
    assert edited == ["slurm_partition", "slurm_account", "slurm_partition"]

"""A copy of the project that Snakemake runs in."""

import re
import shutil
import subprocess
from pathlib import Path

import yaml

from benchmarks.checkouts import copy_sources
from orchestration.planning import remembered
from orchestration.planning.reading import LOADER
from tests import forks
from tests.conftest import ROOT  # with it jobs find the `python` of the tests, in drills too

DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Project:
    """A copy of the project that Snakemake runs in."""

    def __init__(self, path: Path):
        self.path = path

    def copy(self, path: Path) -> "Project":
        """Return a copy with all its results and their times."""
        shutil.copytree(self.path, path, symlinks=True)
        return Project(path)

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.path / file).read_text()
        assert old in text
        (self.path / file).write_text(text.replace(old, new))

    def configure(self, **changes) -> None:
        """Change settings; keys name them as in `sweeps__tiny__rounds`."""
        config = yaml.load((self.path / "config.yaml").read_text(), LOADER)
        for name, value in changes.items():
            *above, key = name.split("__")
            part = config
            for step in above:
                part = part[step]
            part[key] = value
        text = yaml.dump(config, Dumper=DUMPER, sort_keys=False)
        (self.path / "config.yaml").write_text(text)

    def snakemake(self, *arguments: str, cores: int = 2) -> subprocess.CompletedProcess:
        """Run Snakemake, and its jobs of one thread, as forks of one process (`tests.forks`)."""
        command = ["snakemake", "--cores", str(cores), *arguments]
        environment = forks.environment()
        return subprocess.run(
            command, cwd=self.path, env=environment, capture_output=True, text=True
        )

    def on_screen(
        self, *arguments: str, environment: dict[str, str] | None
    ) -> subprocess.CompletedProcess:
        """Run a command line as given, in an environment; `stdout` has all it printed.

        It and its jobs are processes of their own, unless the environment is that of forks.
        """
        return subprocess.run(
            ["snakemake", *arguments],
            cwd=self.path,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> None:
        result = self.snakemake(*arguments)
        assert result.returncode == 0, result.stderr

    def jobs(self, *arguments: str) -> dict[str, int]:
        """Return the number of jobs of each rule that a dry run names."""
        result = self.snakemake("-n", *arguments)
        assert result.returncode == 0, result.stderr
        text = result.stdout + result.stderr
        table = text.partition("Job stats:")[2].partition("\n\n")[0]
        found = {name: int(n) for name, n in re.findall(r"^(\w+) +(\d+)$", table, re.M)}
        assert found or "Nothing to be done" in text
        found.pop("total", None)
        return found

    def refusal(self) -> str:
        """Return the one line in which a dry run refuses the settings."""
        result = self.snakemake("-n")
        assert result.returncode == 1
        (line,) = [line for line in result.stderr.splitlines() if "config.yaml:" in line]
        return line

    def lose_and_make_again(self, folder: str) -> None:
        """Delete a folder of results, and check that they come back byte for byte."""
        lost = {name: it for name, it in self.results().items() if name.startswith(folder)}
        assert lost
        shutil.rmtree(self.path / folder)
        self.run()
        assert lost == {name: it for name, it in self.results().items() if name in lost}

    def results(self) -> dict[str, bytes]:
        """Return the bytes of all results but for times."""
        return {
            str(file.relative_to(self.path)): file.read_bytes()
            for folder in ("results", "data")
            for file in sorted((self.path / folder).rglob("*"))
            if file.is_file() and not file.name.startswith("timing")
        }


def checkout(path: Path) -> Project:
    """Return a copy of the project's sources, as a fresh checkout has them.

    Versions of stages that the checkout of the tests remembers need not be computed again.
    """
    copy_sources(path)
    if (ROOT / remembered.FILE).exists():
        (path / remembered.FILE).parent.mkdir()
        shutil.copy2(ROOT / remembered.FILE, path / remembered.FILE)
    return Project(path)

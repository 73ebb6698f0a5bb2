"""A bench for fault drills: a small sweep, its results without faults, and ways to disturb it."""

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import psutil

from orchestration.forks import SERVER
from orchestration.operation.leftovers import VARIABLE
from tests import forks
from tests.conftest import ROOT
from tests.project import Project, checkout
from tests.slurm.cluster import Cluster

TARGET = "results/sweeps/small/metrics.parquet"
# The README's commands for resuming.
LOCAL = ["--cores", "2", "--rerun-incomplete"]
SLURM = ["--cores", "8", "--profile", "slurm"]

SCENARIO = "uncertain+cluster"
SWEEP = {"datasets": ["small"], "scenarios": [SCENARIO], "seeds": [0], "rounds": 2}
DATASET = {"source": "digits", "subset": 60, "test_subset": 40, "model": "convnet"}
DATASET |= {"interactions": 6, "training": {"epochs": 1, "learning_rate": 0.05}}


class Bench:
    """Make projects to disturb, and compare them with the undisturbed one."""

    def __init__(self, folder: Path, cluster: Cluster | None = None, seed: int = 0):
        """Run the sweep once, undisturbed and on this machine.

        Args:
            folder: for the projects.
            cluster: where jobs run; without it on this machine.
            seed: of the random moments.
        """
        self.folder, self.cluster = folder, cluster
        self.random = random.Random(seed)
        self.environment = cluster.environment if cluster else dict(os.environ)
        self.options = SLURM if cluster else LOCAL
        self.fresh = checkout(folder / "fresh")
        self.fresh.configure(
            sweep="small",
            sweeps__small={**SWEEP, "supervised": False},
            datasets__small=DATASET,
        )
        whole = self.fresh.copy(folder / "undisturbed")
        start = time.monotonic()
        # Moments here are of a sweep whose processes are real, as those that drills disturb.
        environment = forks.environment() if cluster else self.environment
        result = whole.on_screen(TARGET, *LOCAL, environment=environment)
        assert result.returncode == 0, result.stdout
        self.seconds = time.monotonic() - start
        self.expected = whole.results()
        self.projects = 0

    def project(self) -> Project:
        """Return a new project in which nothing is computed."""
        self.projects += 1
        return self.fresh.copy(self.folder / f"project-{self.projects}")

    @cached_property
    def kept(self) -> Project:
        """A project in which everything is computed and temporary files are kept."""
        project = self.project()
        assert self.run(project, "--notemp").returncode == 0
        return project

    def finished(self) -> Project:
        """Return a copy of `kept`."""
        kept = self.kept
        self.projects += 1
        return kept.copy(self.folder / f"project-{self.projects}")

    @contextmanager
    def running(self, project: Project, *arguments: str) -> Iterator[subprocess.Popen]:
        """Start the sweep; at the end of the context, end its Snakemake if it still runs."""
        log = (project.path / "screen.log").open("a")
        process = subprocess.Popen(
            ["snakemake", TARGET, *self.options, *arguments],
            cwd=project.path,
            env=self.environment,
            start_new_session=True,
            # A shell makes background processes ignore Ctrl-C, and their children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def run(
        self, project: Project, *arguments: str, target: str = TARGET
    ) -> subprocess.CompletedProcess:
        """Run the sweep until it ends or fails; `stdout` has all its output.

        On this machine it and its jobs are forks; those that a drill disturbs never are.
        """
        environment = self.environment if self.cluster else forks.environment()
        return project.on_screen(target, *self.options, *arguments, environment=environment)

    def resume(self, project: Project) -> str:
        """Resume as the README says, and return the output.

        Raises:
            AssertionError: it fails, or the results differ from the undisturbed ones.
        """
        result = self.run(project)
        assert result.returncode == 0, f"resuming failed:\n{result.stdout}"
        same(project.results(), self.expected)
        return result.stdout

    def moment(self) -> float:
        """Return a random moment of a sweep that runs on this machine, in seconds."""
        return self.random.uniform(0.3, self.seconds)


def same(found: dict[str, bytes], expected: dict[str, bytes]) -> None:
    """Check that two projects have the same results, byte for byte.

    Raises:
        AssertionError: the results differ.
    """
    names = sorted(found.keys() ^ expected.keys())
    assert not names, f"files too few or too many: {names}"
    differ = [name for name, content in found.items() if content != expected[name]]
    assert not differ, f"files differ from the undisturbed ones: {differ}"


def wait_for(condition: Callable[[], object], what: str, seconds: float = 180) -> object:
    """Wait until a condition holds and return its value.

    Raises:
        AssertionError: the time is over.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)
    return value


class Stage(NamedTuple):
    """A running stage: its script's name and its process, which asks for a fork or computes."""

    name: str
    process: psutil.Process


def stages(project: Project, name: str | None = None) -> list[Stage]:
    """Return the project's running stages (not Snakemake, not the shell), all or of a name."""
    found = []
    for process in _works_for(project):
        with suppress(psutil.Error):
            script = next(
                (word for word in process.cmdline()[1:4] if word.startswith("workflow/scripts/")),
                None,
            )
            if script:
                found.append(Stage(Path(script).stem, process))
    return [stage for stage in found if name in (None, stage.name)]


def forking(project: Project) -> list[psutil.Process]:
    """Return the process that forks for jobs of the project, and then its forks."""
    found = []
    for process in _works_for(project):
        with suppress(psutil.Error):
            if str(SERVER.relative_to(ROOT)) in " ".join(process.cmdline()):
                found.append(process)
    return sorted(found, key=lambda process: process.create_time())


def _works_for(project: Project) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(VARIABLE) == str(project.path.resolve()):
                yield process


def interrupt(process: subprocess.Popen) -> None:
    """Do what a terminal does on Ctrl-C: SIGINT to the whole process group."""
    os.killpg(process.pid, signal.SIGINT)

"""Finished rounds of a sweep by data set and scenario, found from the result files."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cbal.storage.archives import run_file
from cbal.storage.paths import BASELINE, METRICS, RESULTS, ROUND_FOLDER, RUN_FOLDER


@dataclass
class Run:
    """A (dataset, scenario, seed) of the sweep; the supervised baseline has one round.

    Attributes:
        finished: for each round, the POSIX time of its metrics file; None if it does not exist.
            Of an archived run it is the time of the archive's file, which is no round's.
        is_archived: whether the archive has the run.
    """

    dataset: str
    scenario: str
    seed: int
    finished: list[float | None] = field(default_factory=list)
    is_archived: bool = False

    @property
    def whose(self) -> tuple[str, str]:
        """Data set and scenario of the run."""
        return self.dataset, self.scenario

    @property
    def is_baseline(self) -> bool:
        """Whether the run is the supervised baseline, which has no folders of rounds."""
        return self.scenario == BASELINE

    @property
    def done(self) -> int:
        """Number of rounds that have a metrics file."""
        return sum(time is not None for time in self.finished)

    def present(self) -> list[str]:
        """Return the paths of the existing metrics files, relative to the project folder."""
        rounds = (n for n, time in enumerate(self.finished, start=1) if time is not None)
        return [f"{RESULTS}/{self.folder(n)}/{METRICS}" for n in rounds]

    def folder(self, round: int | None = None) -> str:
        """Return the folder of the run, or of one of its rounds, below `results/` and `logs/`."""
        whole = RUN_FOLDER.format(dataset=self.dataset, scenario=self.scenario, seed=self.seed)
        one_folder = round is None or self.is_baseline
        return whole if one_folder else f"{whole}/{ROUND_FOLDER.format(round=round)}"


def runs_of(sweep: dict[str, Any], root: Path = Path()) -> list[Run]:
    """Return the runs of a sweep with their finished rounds, in the order of the settings.

    Args:
        sweep: an entry of `sweeps` in the settings, checked.
        root: the folder that has `results/`.
    """
    runs = []
    for dataset in sweep["datasets"]:
        scenarios = [*sweep["scenarios"], *([BASELINE] if sweep["supervised"] else [])]
        for scenario in scenarios:
            rounds = 1 if scenario == BASELINE else sweep["rounds"]
            for seed in sweep["seeds"]:
                run = Run(dataset, scenario, seed)
                metrics = (
                    root / RESULTS / run.folder(round) / METRICS for round in range(1, rounds + 1)
                )
                archived = _archived(sweep, root, run)
                run.is_archived = archived is not None
                run.finished = [archived or _time_of(path) for path in metrics]
                runs.append(run)
    return runs


def duration(seconds: float) -> str:
    """Return a time span in words, such as `45 s` or `3.2 h`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 36 * 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 86400:.1f} days"


def _archived(sweep: dict[str, Any], root: Path, run: Run) -> float | None:
    """Return the POSIX time at which a run was archived; None if it was not."""
    archive = sweep.get("archive")
    if archive is None:
        return None
    return _time_of(run_file(root / archive, run.dataset, run.scenario, run.seed))


def _time_of(path: Path) -> float | None:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return None

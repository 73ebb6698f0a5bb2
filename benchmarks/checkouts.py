"""Make folders to measure Snakemake in: our workflow, and a bare one of the same shape."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from benchmarks.processes import ROOT

PARTS = ("Snakefile", "config.yaml", "workflow", "profiles", "envs", "slurm", "examples")
HERE = Path(__file__).parent
JOBS_A_ROUND = 28  # of a seed, for the five scenarios of the demo


@dataclass(frozen=True)
class Shape:
    """Seeds and rounds of a sweep of the five scenarios."""

    seeds: int
    rounds: int

    @classmethod
    def of(cls, jobs: int) -> "Shape":
        """Return the deepest of the shapes whose number of jobs is nearest."""
        a_seed = {rounds: JOBS_A_ROUND * rounds for rounds in range(18, 1, -1)}
        shapes = [cls(max(1, round(jobs / n)), rounds) for rounds, n in a_seed.items()]
        return min(shapes, key=lambda it: abs(it.seeds * a_seed[it.rounds] - jobs))


def copy_sources(folder: Path) -> None:
    """Copy the files that Snakemake needs to a new folder, as in a fresh checkout."""
    folder.mkdir(parents=True)
    for part in PARTS:
        if (ROOT / part).is_dir() and not (ROOT / part).is_symlink():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / part, folder / part, symlinks=True, ignore=ignored)
        else:
            shutil.copy2(ROOT / part, folder / part, follow_symlinks=False)


def ours(folder: Path, **changes: Any) -> Path:
    """Make a checkout whose sweep is the demo with some changes.

    Args:
        folder: to be made.
        changes: keys of the sweep, as in `config.yaml`.
    """
    copy_sources(folder)
    shutil.copy2(HERE / "finished.smk", folder)
    config = yaml.safe_load((folder / "config.yaml").read_text())
    config["sweep"] = "demo"
    config["sweeps"]["demo"] |= changes
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    return folder


def bare(folder: Path, shape: Shape) -> Path:
    """Make a folder with a workflow of our shape whose jobs only touch files."""
    folder.mkdir()
    shutil.copy2(HERE / "finished.smk", folder)
    sizes = f"SEEDS = range({shape.seeds})\nROUNDS = {shape.rounds}\n"
    (folder / "Snakefile").write_text(sizes + (HERE / "bare.smk").read_text())
    return folder

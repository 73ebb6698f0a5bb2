"""How long a person waits: seconds from the last answer of a step or round to the next question."""

import argparse
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np
import yaml
from PIL import Image

from benchmarks.checkouts import copy_sources
from benchmarks.report import cores, report
from cbal.labeling.journal import Journal
from cbal.labeling.web.lifetime import Home
from cbal.storage.files import read_table
from tests.people import Browser

SIDE = 8  # pixels: an encoder this small takes seconds, and rounds do not ask what it is
CLASSES = ("dark", "medium", "bright")
PURE = 0.8  # share of a class in a cluster that gets its label
LOOK = 0.05  # seconds between two looks for the next question
STEPS = 2  # of a round of `SCENARIO`
SCENARIO = "uncertain+cluster"  # asks in two steps, in every round


def main() -> None:
    """Measure and print a table."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--sizes", type=int, nargs="+", default=[2000, 100_000], help="of the pool")
    cli.add_argument(
        "--photos", type=Path, help="a folder of images for each class, for resnet18-head"
    )
    cli.add_argument("--interactions", type=int, default=40, help="a round")
    cli.add_argument("--rounds", type=int, default=5)
    cli.add_argument("--cores", type=int, default=cores())
    cli.add_argument("--port", type=int, default=19765)
    arguments = cli.parse_args()
    rows = []
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder, "project")
            make_project(project, size, arguments)
            rows += rows_of(size, waits(project, arguments))
    report("waiting", f"From a person's last answer to the next question, {cores()} cores", rows)


def make_project(project: Path, size: int, arguments: argparse.Namespace) -> None:
    """Make a checkout with a folder of images, whose names tell their classes."""
    copy_sources(project)
    photos = project / "photos"
    photos.mkdir()
    if arguments.photos:
        copy_photos(arguments.photos, photos, size)
    else:
        draw_images(photos, size)
    config = yaml.safe_load((project / "config.yaml").read_text())
    config["sweep"] = "mine"
    config["sweeps"]["mine"] |= {"rounds": arguments.rounds, "scenarios": [SCENARIO]}
    config["models"]["small"] = {"architecture": "convnet", "image_size": SIDE}
    config["models"]["small"] |= {"trainable": "head"}
    model = "resnet18-head" if arguments.photos else "small"
    mine = {"path": "photos", "model": model, "interactions": arguments.interactions}
    config["datasets"]["mine"] |= mine | {"validation": None}
    config["labeling"] = {"port": arguments.port}
    (project / "config.yaml").write_text(yaml.safe_dump(config))


def draw_images(folder: Path, size: int) -> None:
    """Write images whose brightness tells their classes."""
    rng = np.random.default_rng(0)
    for number in range(size):
        of_class = number % len(CLASSES)
        pixels = rng.integers(0, 90, (SIDE, SIDE, 3)) + 80 * of_class
        image = Image.fromarray(pixels.astype(np.uint8))
        image.save(folder / f"{CLASSES[of_class]}-{number}.png")


def copy_photos(source: Path, folder: Path, size: int) -> None:
    """Copy as many photos of each class, under names that begin with it.

    Raises:
        SystemExit: there are too few.
    """
    classes = sorted(file for file in source.iterdir() if file.is_dir())
    each = size // len(classes)
    for of_class in classes:
        files = sorted(of_class.iterdir())[:each]
        if len(files) < each:
            raise SystemExit(f"{of_class}: fewer than {each} images")
        for file in files:
            shutil.copy(file, folder / f"{of_class.name}-{file.name}")


def waits(project: Path, arguments: argparse.Namespace) -> list[tuple[bool, float]]:
    """Run the sweep and answer by the files' names, as fast as the page takes it.

    Returns:
        For each wait whether it was between two rounds, and its seconds.
    """
    with labeling(project, arguments.cores) as (run, home):
        return answered(run, project, home, STEPS * arguments.rounds - 1)


@contextmanager
def labeling(project: Path, cores: int) -> Iterator[tuple[subprocess.Popen, Home]]:
    """Run the sweep until its page is served; end it with the context."""
    home = Home(project / "results/mine/labeling")
    with (project.parent / "screen").open("w") as screen:
        run = subprocess.Popen(
            ["snakemake", "--cores", str(cores)],
            cwd=project,
            stdout=screen,
            stderr=screen,
            start_new_session=True,
        )
    try:
        while not home.address:
            pause(run, project)
        yield run, home
    finally:
        if run.poll() is None:  # what is left are labels and figures
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()


def pause(run: subprocess.Popen, project: Path) -> None:
    """Wait a moment while the workflow runs."""
    if run.poll() is not None:
        raise SystemExit(f"the workflow has ended: {(project.parent / 'screen').read_text()}")
    time.sleep(LOOK)


def answered(
    run: subprocess.Popen, project: Path, home: Home, wanted: int
) -> list[tuple[bool, float]]:
    """Answer questions until there were as many waits as wanted; return them."""
    names = read_table(project / "data/mine/index.parquet")["source"].to_pylist()
    browser, journal = Browser(home.address), Journal(home.journal)
    browser.open()
    view, found, before, since = browser.post("/next")[1], [], None, 0.0
    while len(found) < wanted:
        if view["view"] != "question":
            pause(run, project)
            view = browser.post("/next")[1]
            continue
        key = journal.step(view["step"]).key
        if before and key != before:
            found.append((key[2] != before[2], time.monotonic() - since))
        where = {"step": view["step"], "interaction": view["interaction"]}
        classes = [names[it].split("-")[0] for it in journal.question(**where).samples.tolist()]
        status, view = browser.post("/answer", **where, **answer_to(classes), seconds=1)
        assert status == 200, view
        before, since = key, time.monotonic()
    journal.close()
    return found


def answer_to(classes: Sequence[str]) -> dict[str, str]:
    """Return the answer to a question whose images are of these classes."""
    modal = max(classes, key=classes.count)
    pure = classes.count(modal) >= PURE * len(classes)
    return {"action": "label", "class": modal} if pure else {"action": "refuse"}


def rows_of(size: int, found: Sequence[tuple[bool, float]]) -> list[dict[str, object]]:
    """Return a row for the waits between the steps of a round, and one for those between rounds."""
    what = {False: "the next step of the round", True: "the next round"}
    seconds = {between: [s for is_round, s in found if is_round == between] for between in what}
    return [
        {
            "pool": size,
            "until": words,
            "median s": median(seconds[between]),
            "largest s": max(seconds[between]),
            "times": len(seconds[between]),
        }
        for between, words in what.items()
        if seconds[between]
    ]


if __name__ == "__main__":
    main()

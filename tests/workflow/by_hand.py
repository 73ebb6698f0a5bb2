"""Runs of Snakemake that a simulated person answers, by the names of the files."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cbal.labeling.journal import Journal
from cbal.labeling.web.lifetime import Home
from cbal.storage.files import read_table
from tests import forks
from tests.people import Browser
from tests.project import Project


def screen_of(project: Project) -> Path:
    """Return the file with what a run beside the test has printed."""
    return project.path.with_name("screen")


@contextmanager
def running(
    project: Project, *words: str, cores: int = 2, forked: bool = True
) -> Iterator[subprocess.Popen]:
    """Run Snakemake beside the test; end it, and jobs that wait for a person, with the context."""
    with screen_of(project).open("w") as screen:
        run = subprocess.Popen(
            ["snakemake", *words, "--cores", str(cores)],
            cwd=project.path,
            env=forks.environment() if forked else None,
            stdout=screen,
            stderr=screen,
            start_new_session=True,
            # A shell makes background processes ignore Ctrl-C, and their children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
    try:
        yield run
    finally:
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()


def answered_by_name(project: Project, *words: str, dataset: str = "mine") -> int:
    """Run Snakemake to its end and answer its questions; return how many there were."""
    home = Home(project.path / f"results/{dataset}/labeling")
    home.forget_address()
    with running(project, *words) as run:
        answered = label_by_name(run, project, dataset)
        assert run.wait(timeout=300) == 0, screen_of(project).read_text()
    return answered


def label_by_name(run: subprocess.Popen, project: Project, dataset: str = "mine") -> int:
    """Label pure clusters by the files' names and take the rarer colour out of others.

    Returns:
        The number of answers.
    """
    home = Home(project.path / f"results/{dataset}/labeling")
    deadline = time.monotonic() + 300
    while not home.address:
        if run.poll() == 0:
            return 0  # nothing was asked
        assert run.poll() is None, screen_of(project).read_text()
        assert time.monotonic() < deadline
        time.sleep(0.2)
    index = read_table(project.path / f"data/{dataset}/index.parquet")["source"].to_pylist()
    browser, journal = Browser(home.address), Journal(home.journal)
    browser.open()
    answered, view = 0, browser.post("/next")[1]
    while run.poll() is None and view["view"] != "ended":
        if view["view"] != "question":
            time.sleep(0.1)
            with suppress(OSError):  # the page may be gone with the workflow
                view = browser.post("/next")[1]
            continue
        where = {"step": view["step"], "interaction": view["interaction"]}
        samples = journal.question(**where).samples.tolist()
        colours = {sample: index[sample].split("/")[-1].split("-")[0] for sample in samples}
        name = max(set(colours.values()), key=list(colours.values()).count)
        others = [sample for sample, colour in colours.items() if colour != name]
        said = {"action": "label", "class": name, "excluded": others, "seconds": 1}
        status, view = browser.post("/answer", **where, **said)
        assert status == 200, view
        answered += 1
    journal.close()
    return answered

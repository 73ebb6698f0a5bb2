"""A person labels digits in a real browser while a real Snakemake runs."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from sklearn.datasets import load_digits

from cbal.storage.files import metadata_of, read_table
from tests.browser.conftest import READY, heading
from tests.ports import own_port
from tests.project import Project, checkout

RUN = "results/hand/cluster/seed-0"
DIGITS = load_digits().target
TARGET = f"{RUN}/labels.csv"
ASKED = "document.body.dataset.view + document.body.dataset.question"
COMMAND = ["snakemake", TARGET, "--cores", "2", "--rerun-incomplete"]


class Workflow:
    """A Snakemake process that runs beside the browser."""

    def __init__(self, project: Project):
        self.project, self.process = project, None

    def start(self) -> None:
        with (self.project.path / "screen").open("w") as screen:
            self.process = subprocess.Popen(
                COMMAND,
                cwd=self.project.path,
                stdout=screen,
                stderr=screen,
                start_new_session=True,
            )

    def screen(self) -> str:
        return (self.project.path / "screen").read_text()

    def kill(self) -> None:
        """End it, its jobs and the server at once, as a crash of the machine would."""
        for process in self.servers():
            process.kill()
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def servers(self) -> list[psutil.Process]:
        """Return the processes that serve the page."""
        found = []
        for process in psutil.process_iter(["cmdline", "cwd"]):
            words, folder = process.info["cmdline"] or [], process.info["cwd"]
            if folder == str(self.project.path) and any("serve_labels.py" in w for w in words):
                found.append(process)
        return found

    def wait(self, until: Callable[[], object], limit: float = 100) -> None:
        deadline = time.monotonic() + limit
        while not until():
            assert time.monotonic() < deadline, self.screen()
            assert self.process.poll() in (None, 0), self.screen()
            time.sleep(0.1)

    def address(self) -> str:
        """Wait until the output has the page's address, and return it."""
        self.wait(lambda: "wait for you at http" in self.screen())
        return self.screen().rpartition("wait for you at ")[2].split()[0]


@pytest.fixture
def workflow(tmp_path):
    project = checkout(tmp_path / "project")
    sweep = {"datasets": ["hand"], "scenarios": ["cluster"], "seeds": [0], "rounds": 2}
    dataset = {"source": "digits", "annotator": "human", "subset": 150, "validation": 2}
    dataset |= {"model": "convnet", "interactions": 5, "classes": list("01234")}
    dataset |= {"training": {"epochs": 1, "learning_rate": 0.05}}
    project.configure(sweep="hand", sweeps__hand=sweep, datasets__hand=dataset)
    project.configure(labeling={"port": own_port()})
    workflow = Workflow(project)
    yield workflow
    workflow.kill()


def shown(page) -> list[int]:
    """Return the digits on the page; file names are numbers of images in the source."""
    names = page.evaluate(
        "[...document.querySelectorAll('.tile, figcaption')].map((it) => it.title || it.innerText)"
    )
    return DIGITS[[int(name) for name in names]].tolist()


def asked(page) -> str:
    return page.evaluate(ASKED)


def answer(page, key: str) -> None:
    """Press a key and wait for the next view."""
    before = asked(page)
    page.wait_for_function(READY)
    page.keyboard.press(key)
    page.wait_for_function(f"(before) => {ASKED} !== before", arg=before)


def label(page) -> None:
    """Answer as a person who knows digits, from the keyboard alone."""
    digits = shown(page)
    modal = max(set(digits), key=digits.count)
    if digits.count(modal) < 0.8 * len(digits):
        answer(page, "-")
    elif page.locator(f'.class[data-name="{modal}"]').count():
        answer(page, str(modal))
    else:  # a class that the configuration does not name
        page.locator("#find").focus()
        page.keyboard.type(str(modal))
        page.keyboard.press("Enter")
        answer(page, "Enter")


def answer_until(workflow: Workflow, page, done: Callable[[], object]) -> None:
    def look() -> object:
        question = asked(page)
        if done():
            return True
        # Not a view that came after `done` was called.
        if question.startswith("question") and asked(page) == question:
            label(page)
        return False

    workflow.wait(look)


def test_two_rounds_by_hand(workflow, open_page):
    """Label to the end: keyboard, an outlier, a refusal, undo, a new class, two kills."""
    path: Path = workflow.project.path
    workflow.start()
    page = open_page(workflow.address())
    heading(page, "Which class? Used to measure only")
    answer_until(workflow, page, lambda: page.query_selector("#grid"))

    # An outlier is taken out, a cluster refused, and undone, and refused again.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    sample = int(page.get_attribute(".tile", "data-sample"))
    answer(page, "1")
    answer(page, "-")
    answer(page, "Backspace")

    # The server is killed: its job starts another one, and the page goes on.
    (server,) = workflow.servers()
    question = asked(page)
    server.kill()
    workflow.wait(lambda: [it for it in workflow.servers() if it.pid != server.pid])
    page.wait_for_function("() => document.getElementById('trouble').hidden")
    assert asked(page) == question
    answer(page, "-")

    # Everything is killed: the same command comes back at the same question.
    question = asked(page)
    workflow.kill()
    page.wait_for_selector("#trouble:not([hidden])")
    workflow.start()
    page.wait_for_selector("#trouble", state="hidden", timeout=60_000)
    page.wait_for_function("() => document.body.dataset.view === 'question'", timeout=60_000)
    assert asked(page) == question
    answer_until(workflow, page, lambda: "Round 2 of 2" in page.inner_text("#status"))
    annotations = read_table(path / RUN / "round-1/step-1-cluster/annotations.parquet")
    rows = annotations.to_pylist()
    assert (rows[0]["label"], rows[0]["excluded"]) == (1, [sample])
    assert not rows[1]["accepted"]
    assert all(row["seconds"] > 0 for row in rows)
    pool = read_table(path / RUN / "round-1/pool.parquet").to_pylist()
    assert pool[sample]["label"] is None

    # Round 2 has a model's guess; then the labels of everything are written.
    assert "The model's guess" in page.inner_text(".hints")
    answer_until(workflow, page, lambda: workflow.process.poll() == 0)
    heading(page, "The workflow has ended")
    labels = read_table(path / RUN / "labels.parquet")
    assert labels["label"].null_count == 0
    assert metadata_of(labels)["classes"][:5] == list("01234")
    assert len(metadata_of(labels)["classes"]) > 5
    files = [path / RUN / f"round-{round}/metrics.parquet" for round in (1, 2)]
    metrics = [read_table(file).to_pylist()[0] for file in files]
    assert [row["interactions"] for row in metrics] == [7, 12]
    assert all(0 <= row["test_accuracy"] <= 1 for row in metrics)
    assert not (path / "data/hand/truth.parquet").exists()
    workflow.wait(lambda: not workflow.servers(), limit=20)
    assert "Nothing to be done" in workflow.project.snakemake("-n", TARGET).stdout

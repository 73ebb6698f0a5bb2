"""Measure the review of labels: time until it is open, and frames a second while it is scrolled."""

import argparse
import json
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks.labeling import CLUSTER, window, write_photos
from benchmarks.report import report
from cbal.labeling.review.journal import Reviews
from cbal.labeling.review.predicted import Predicted
from cbal.labeling.review.shelf import Shelf
from cbal.storage.feature_files import to_batch, write_features
from cbal.storage.paths import PREDICTIONS, ROUND_FOLDER
from tests.people import CSRF, Browser
from tests.served import Served

CLASSES = [f"class {number}" for number in range(10)]
RUN = ("s", 0)
ALONE = 4  # one of so many labels was given to a single image
PACK = 100  # pictures in a request
# Milliseconds from asking for the page until all tiles in view have their picture and are painted.
OPEN = """
() => new Promise((done) => {
  const look = () => {
    const bottom = document.getElementById('viewport')?.getBoundingClientRect().bottom;
    const seen = [...document.querySelectorAll('#sheet .tile')]
      .filter((tile) => tile.getBoundingClientRect().top < bottom)
      .map((tile) => tile.querySelector('img'));
    const whole = seen.length && seen.every((image) => image?.complete && image.naturalWidth);
    if (!whole) return requestAnimationFrame(look);
    requestAnimationFrame(() => done(performance.now())); // the frame before is painted
  };
  look();
})
"""
# Scroll for some seconds, and return the milliseconds of each frame and the tiles in the document.
SCROLL = """
([seconds, pixels]) => new Promise((done) => {
  const viewport = document.getElementById('viewport');
  const frames = [];
  let most = 0;
  let before = performance.now();
  const start = before;
  const step = (now) => {
    frames.push(now - before);
    before = now;
    viewport.scrollTop += pixels;
    most = Math.max(most, document.querySelectorAll('#sheet .tile').length);
    if (now - start < 1000 * seconds) requestAnimationFrame(step);
    else done([frames.slice(1), most]);
  };
  requestAnimationFrame(step);
})
"""


def main() -> None:
    """Measure and print the table."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--labels", type=int, default=20_000)
    cli.add_argument("--windows", type=int, default=7, help="to measure")
    cli.add_argument("--seconds", type=float, default=5, help="of scrolling")
    cli.add_argument("--speed", type=int, default=40, help="pixels a frame")
    cli.add_argument("--size", type=int, nargs=2, default=[320, 240], help="of a photo, pixels")
    arguments = cli.parse_args()
    rows = measured(
        arguments.labels,
        arguments.windows,
        arguments.seconds,
        arguments.speed,
        tuple(arguments.size),
    )
    report("review", f"The review of {arguments.labels} labels", rows)


def measured(
    labels: int, windows: int, seconds: float, speed: int, size: tuple[int, int]
) -> list[dict[str, object]]:
    """Return a row for the opening, the scrolling, and a correction of one image."""
    with labeled(labels, size) as served, sync_playwright() as driver:
        order = made_ahead(served)
        cold, warm = gathering(served)
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        opened = []
        for _ in range(windows):
            page = window(browser)
            opened.append(opening(page, served.home.address))
            page.context.close()
        page = window(browser)
        opening(page, served.home.address)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = thread_time(session)
        frames, most = page.evaluate(SCROLL, [seconds, speed])
        busy = 1000 * (thread_time(session) - before) / len(frames)
        corrected = [correction(page) for _ in range(windows)]
        browser.close()
    rate = 1000 * len(frames) / sum(frames)
    slow = sorted(frames)[int(0.99 * len(frames))]
    return [
        _row("address to painted grid, ms", median(opened), max(opened), len(opened), "500"),
        _row("frames a second while scrolling", rate, 1000 / slow, len(frames), "50"),
        # What other programs on the machine do does not count in these.
        _row("CPU of the server for all labels, ms", warm, cold, 1, ""),
        _row("CPU of the page's thread for a frame, ms", busy, busy, len(frames), "20"),
        _row("tiles in the document", most, most, len(order), ""),
        _row("key to corrected label, ms", median(corrected), max(corrected), len(corrected), ""),
    ]


def _row(what: str, usual: float, worst: float, times: int, goal: str) -> dict[str, object]:
    return {"what": what, "usual": usual, "worst": worst, "times": times, "goal": goal}


def gathering(served: Served) -> tuple[float, float]:
    """Return CPU-milliseconds to gather all labels: the first time, and after a correction."""
    journal = Reviews(served.home.journal)
    predicted = Predicted(served.folder, served.n)
    shelf, times = Shelf(journal, served.files, predicted), []
    for change in (False, True):
        if change:
            journal.correct(RUN, [0], "ann", label=0, round=2)
        start = time.process_time()
        json.dumps(shelf.page(RUN, "ann"))
        times.append(1000 * (time.process_time() - start))
    journal.close()
    return times[0], times[1]


def opening(page: Page, address: str) -> float:
    """Return milliseconds from asking for the review to its painted grid."""
    page.set_viewport_size({"width": 1100, "height": 750})
    page.goto(f"{address}review", wait_until="commit")
    return page.evaluate(OPEN)


def thread_time(session: CDPSession) -> float:
    """Return the CPU-seconds that a page's main thread has worked since they are counted."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(each["value"] for each in metrics if each["name"] == "TaskDuration")


def correction(page: Page) -> float:
    """Return milliseconds from the key that corrects a chosen image to the labels after it."""
    page.evaluate("document.getElementById('viewport').scrollTop = 0")
    page.wait_for_timeout(500)
    page.locator("#sheet .tile").first.click()
    before = page.inner_text("#work")
    start = time.perf_counter()
    page.keyboard.press("1")
    page.wait_for_function(
        "before => document.getElementById('work').textContent !== before", arg=before
    )
    return 1000 * (time.perf_counter() - start)


def made_ahead(served: Served) -> list[int]:
    """Let the server make the pictures that are looked at, as questions have; return the order."""
    browser = Browser(served.home.address)
    _, headers, body = browser.request("GET", "/review")
    browser.cookie = headers["set-cookie"].partition(";")[0]
    browser.csrf = CSRF.search(body.decode())[1]
    version = re.search('name="pictures" content="(.+?)"', body.decode())[1]
    order = browser.post("/labels")[1]["sample"]
    for start in range(0, min(len(order), 3000), PACK):
        part = ",".join(map(str, order[start : start + PACK]))
        browser.request("GET", f"/images/{version}?samples={part}")
    return order


@contextmanager
def labeled(labels: int, size: tuple[int, int]) -> Iterator[Served]:
    """Yield a data set whose images all have a label, most by clusters, and a model's opinion."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        folder.mkdir()
        files = [f"{i}.jpg" for i in range(labels)]
        served = Served(folder, files, write_photos(Path(name) / "photos", files, size))
        for class_ in CLASSES:
            served.journal.add_class(class_)
        rng = np.random.default_rng(0)
        alone, rest = np.split(rng.permutation(labels), [labels // ALONE])
        answer(served, np.array_split(rest, max(len(rest) // CLUSTER, 1)), "cluster", (1, 2), rng)
        answer(served, [[sample] for sample in alone], "individual", (2, 2), rng)
        served.ask([[0]], round=2)
        round_ = folder.parent / "data" / "s" / "seed-0" / ROUND_FOLDER.format(round=1)
        sure = rng.dirichlet(np.full(len(CLASSES), 0.2), labels).astype(np.float32)
        batch = to_batch(np.arange(labels), None, sure, len(CLASSES))
        write_features(round_ / PREDICTIONS, [batch], round=1)
        served.start()
        try:
            yield served
        finally:
            served.close()


def answer(
    served: Served,
    groups: Sequence[Sequence[int]],
    kind: str,
    steps: tuple[int, int],
    rng: np.random.Generator,
) -> None:
    """Ask about groups of images and label them all; together, since each answer is synced."""
    step = served.ask(groups, kind, steps=steps, budget=len(groups)).id
    journal = served.journal
    with journal._change():
        for interaction, label in enumerate(rng.integers(0, len(CLASSES), len(groups)).tolist()):
            said = (step, interaction, "label", label, (), 1.0, "ann", None)
            journal._insert_event(*said)
    journal.close_step(step, grace=0)


if __name__ == "__main__":
    main()

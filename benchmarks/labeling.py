"""Measure the labeling page: how long grids and large pictures take, and the server's memory."""

import argparse
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from PIL import Image
from playwright.sync_api import Browser as ChromiumBrowser
from playwright.sync_api import Page, sync_playwright
from sklearn.datasets import load_sample_images

from benchmarks.report import report
from cbal.labeling.leases import LASTS
from cbal.labeling.web.names import COOKIE
from tests.people import Browser
from tests.served import Served

CLUSTER = 100  # images
DIFFERENT = 200  # image files; the others are links to them
# Milliseconds until all visible images of a question are loaded and painted.
PAINTED = """
const bottom = () => document.getElementById('answers').getBoundingClientRect().top;
window.painted = (start, before) => new Promise((done) => {
  const look = () => {
    const { view, question: asked } = document.body?.dataset ?? {}; // the page comes later
    const question = view === 'question' && asked;
    const seen = !question ? [] : [...document.querySelectorAll('.tile')]
      .filter((tile) => tile.getBoundingClientRect().top < bottom())
      .map((tile) => tile.querySelector('img'));
    const whole = question && question !== before && seen.length &&
      seen.every((image) => image?.complete && image.naturalWidth);
    if (!whole) return requestAnimationFrame(look);
    requestAnimationFrame(() => done(performance.now() - start)); // the frame before is painted
  };
  look();
});
document.addEventListener('keydown', (event) => {
  window.measured = window.painted(event.timeStamp, document.body.dataset.question);
}, true);
"""
# Milliseconds from the moment the place of a large picture opens until the picture is painted.
LARGE = """
() => {
  const box = document.getElementById('closer');
  const image = box.querySelector('img');
  delete image.dataset.size;
  window.large = new Promise((done) => {
    let start = 0;
    const look = () => {
      if (!start && box.matches(':popover-open')) start = performance.now();
      if (!start || image.dataset.size !== 'whole' || !image.complete) {
        return requestAnimationFrame(look);
      }
      requestAnimationFrame(() => done(performance.now() - start));
    };
    look();
  });
}
"""


def main() -> None:
    """Measure and print the tables."""
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--images", type=int, default=10_000, help="in the pool, for times")
    cli.add_argument("--many", type=int, default=100_000, help="in the pool, for memory")
    cli.add_argument("--windows", type=int, default=9, help="to measure")
    cli.add_argument("--answers", type=int, default=15, help="to measure")
    cli.add_argument("--pictures", type=int, default=20, help="large ones, to measure")
    cli.add_argument("--size", type=int, nargs=2, default=[1600, 1200], help="of a photo, pixels")
    arguments = cli.parse_args()
    width, height = arguments.size
    counts = (arguments.windows, arguments.answers, arguments.pictures)
    rows = times(arguments.images, *counts, (width, height))
    title = f"The page, {arguments.images} JPEG files of {width} x {height}, {CLUSTER} a cluster"
    report("labeling-times", title, rows)
    report("labeling-memory", "Memory of the page's server", memory(arguments.many))


def times(
    images: int, windows: int, answers: int, pictures: int, size: tuple[int, int]
) -> list[dict[str, object]]:
    """Return a row for each time that a person waits, and for the work in the background."""
    with pool(images, size) as served, sync_playwright() as driver:
        path = shutil.which("chromium")
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        made = pictures_made(served, min((answers + 2) * CLUSTER, images))
        first = []
        for _ in range(windows):
            page = window(browser)
            first.append(first_grid(page, served.home.address))
            page.context.close()
            time.sleep(LASTS + 1)  # the closed page's claim
        page = window(browser)
        first_grid(page, served.home.address)
        keys = [next_grid(page) for _ in range(answers)]
        large = [large_picture(page, number) for number in range(pictures)]
        browser.close()
    return [
        _row("to make a picture, ahead of its use", [made], None),
        _row("address to first grid", first, 300),
        _row("keystroke to next grid", keys, 100),
        _row("to a large picture that nobody saw yet", large, 150),
    ]


def _row(what: str, milliseconds: Sequence[float], goal: int | None) -> dict[str, object]:
    return {
        "what": what,
        "median ms": median(milliseconds),
        "largest ms": max(milliseconds),
        "times": len(milliseconds),
        "goal ms": str(goal or ""),
    }


def pictures_made(served: Served, wanted: int) -> float:
    """Wait until the first pictures are made; return milliseconds for each."""
    start = time.perf_counter()
    while (made := len(list(served.home.thumbnails.rglob("*.webp")))) < wanted:
        time.sleep(0.5)
    return 1000 * (time.perf_counter() - start) / made


def window(browser: ChromiumBrowser) -> Page:
    """Return an open window with an empty cache. A new window is busy with pages of the browser."""
    page = browser.new_page()
    page.wait_for_timeout(3000)
    return page


def first_grid(page: Page, address: str) -> float:
    """Return milliseconds from asking for the page to its painted grid."""
    page.set_viewport_size({"width": 1100, "height": 750})
    page.context.add_cookies([{"name": COOKIE, "value": "", "url": address}])  # it asks no name
    page.add_init_script(PAINTED)
    page.goto(address, wait_until="commit")
    return page.evaluate("() => window.painted(0, '')")


def next_grid(page: Page) -> float:
    """Return milliseconds from a keystroke to the painted grid of the next cluster."""
    page.wait_for_timeout(1000)  # a person looks, and the page fetches ahead
    page.keyboard.press("1")
    return page.evaluate("() => window.measured")


def large_picture(page: Page, number: int) -> float:
    """Return milliseconds until an image of the cluster is shown large, while Space is held."""
    page.wait_for_timeout(1000)
    page.evaluate(LARGE)
    page.locator("#grid .tile").nth(number).focus()
    page.keyboard.down("Space")
    milliseconds = page.evaluate("() => window.large")
    page.keyboard.up("Space")
    return milliseconds


@contextmanager
def pool(images: int, size: tuple[int, int] | None) -> Iterator[Served]:
    """Yield a data set that is being labeled, with image files of a size, or without files."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [f"{i}.jpg" for i in range(images)]
        originals = write_photos(folder / "photos", files, size) if size else None
        served = Served(folder, files, originals)
        served.journal.add_class("cat")
        shown = min(images, 5000)  # as many as have stored pixels
        order = np.random.default_rng(0).permutation(shown)
        served.ask(np.array_split(order, max(shown // CLUSTER, 1)), budget=1000)
        served.start()
        try:
            yield served
        finally:
            served.close()


def write_photos(folder: Path, files: Sequence[str], size: tuple[int, int]) -> Path:
    """Write image files, most of them links to the first ones.

    They are parts of scikit-learn's two photographs: noise takes several times longer to decode.
    """
    folder.mkdir()
    rng = np.random.default_rng(0)
    photos = [Image.fromarray(pixels) for pixels in load_sample_images().images]
    for i, name in enumerate(files):
        if i < DIFFERENT:
            whole = photos[i % len(photos)]
            width = int(rng.integers(whole.width // 2, whole.width))
            height = width * whole.height // whole.width
            left = int(rng.integers(whole.width - width))
            top = int(rng.integers(whole.height - height))
            part = (left, top, left + width, top + height)
            photo = whole.resize(size, Image.Resampling.BICUBIC, part)
            photo.save(folder / name, quality=90)
        else:
            os.link(folder / files[i % DIFFERENT], folder / name)
    return folder


def memory(images: int) -> list[dict[str, object]]:
    """Return the memory of a server after it has shown and taken many answers."""
    with pool(images, None) as served:
        process = psutil.Process(served.pid)
        before = process.memory_info().rss
        browser = Browser(served.home.address)
        version = re.search('name="pictures" content="(.+?)"', browser.open())[1]
        view = browser.post("/next")[1]
        answered = 0
        while view["view"] == "question":
            for start in range(0, len(view["ahead"]), 30):
                part = ",".join(map(str, view["ahead"][start : start + 30]))
                browser.request("GET", f"/images/{version}?samples={part}")
            said = {"step": view["step"], "interaction": view["interaction"], "label": 0}
            view = browser.post("/answer", action="label", **said)[1]
            answered += 1
        after = process.memory_info().rss
    return [
        {
            "images": images,
            "MiB at the start": before / 2**20,
            "MiB after the answers": after / 2**20,
            "answers": answered,
            "goal MiB": 300,
        }
    ]


if __name__ == "__main__":
    main()

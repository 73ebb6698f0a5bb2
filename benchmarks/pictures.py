"""Draw the pictures of the page for the documentation: a real sweep, photos and a model's guesses.

PYTHONPATH=workflow/scripts python -m benchmarks.pictures PHOTOS

PHOTOS has a folder of images for each class; 200 of each of EuroSAT were taken for docs/. A
simulated person answers by the names of the folders, up to the questions that the pictures show.
The page does not see these names.
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from PIL import Image
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

from benchmarks.checkouts import copy_sources
from benchmarks.processes import ROOT
from benchmarks.report import cores
from benchmarks.waiting import PURE, answer_to, labeling, pause
from cbal.labeling.journal import Journal
from cbal.labeling.leases import LASTS
from cbal.labeling.web.lifetime import Home
from cbal.labeling.web.names import COOKIE
from cbal.storage.files import read_table
from tests.people import Browser

DESK = {"viewport": {"width": 1100, "height": 720}}
PHONE = {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2}
Wanted = Callable[[dict[str, Any], list[str]], bool]  # of a question and its images' classes
Shoot = Callable[[Page, str], None]  # writes a picture of a page under a name


class Person(Browser):
    """Answers by the folders that the images lie in, until a question is wanted."""

    def __init__(self, address: str, project: Path, run: subprocess.Popen, known: dict[str, str]):
        """Open the page; the class of each file is known."""
        super().__init__(address)
        self.project, self.run = project, run
        self.journal = Journal(Home(project / "results/mine/labeling").journal)
        names = read_table(project / "data/mine/index.parquet")["source"].to_pylist()
        self.truth = [known[name] for name in names]
        self.open()

    def classes_of(self, view: dict[str, Any]) -> list[str]:
        """Return the true class of each image of a question."""
        question = self.journal.question(view["step"], view["interaction"])
        return [self.truth[sample] for sample in question.samples.tolist()]

    def answer_until(self, wanted: Wanted) -> list[str]:
        """Answer questions until one is wanted; return its images' classes."""
        view = self.post("/next")[1]
        while True:
            if view["view"] != "question":
                pause(self.run, self.project)
                view = self.post("/next")[1]
                continue
            classes = self.classes_of(view)
            if wanted({**view, "round": self.journal.step(view["step"]).key[2]}, classes):
                time.sleep(LASTS + 1)  # this tab's claim on the question
                return classes
            where = {"step": view["step"], "interaction": view["interaction"]}
            status, view = self.post("/answer", **where, **answer_to(classes), seconds=4)
            assert status == 200, view


def main() -> None:
    """Run the sweep and write the pictures."""
    cli = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    cli.add_argument("photos", type=Path, help="a folder of images for each class")
    cli.add_argument("--title", default="EuroSAT")
    cli.add_argument("--port", type=int, default=19766)
    cli.add_argument("--out", type=Path, default=ROOT / "docs/figures")
    arguments = cli.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as driver:
        project = Path(folder, "project")
        known = make_project(project, arguments)
        path = shutil.which("chromium")
        chromium = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        with labeling(project, cores()) as (run, home):
            draw(chromium, Person(home.address, project, run, known), arguments.out)
        chromium.close()


def make_project(project: Path, arguments: argparse.Namespace) -> dict[str, str]:
    """Make a checkout whose sweep asks about the photos; return the class of each."""
    copy_sources(project)
    photos = project / "photos"
    photos.mkdir()
    files = sorted(arguments.photos.glob("*/*"), key=lambda file: (file.stem, file))
    known = {f"{number:04}{file.suffix}": file for number, file in enumerate(files)}
    for name, file in known.items():
        shutil.copy(file, photos / name)
    config = yaml.safe_load((project / "config.yaml").read_text())
    config["sweep"] = "mine"
    config["sweeps"]["mine"] |= {"rounds": 3, "scenarios": ["uncertain+cluster"]}
    mine = {"path": "photos", "title": arguments.title}
    config["datasets"]["mine"] |= mine | {"interactions": 40, "validation": None}
    config["labeling"] = {"port": arguments.port}
    (project / "config.yaml").write_text(yaml.safe_dump(config))
    return {name: file.parent.name for name, file in known.items()}


def draw(chromium: Chromium, person: Person, out: Path) -> None:
    """Write all pictures."""
    address = person.address.geturl()

    def shoot(page: Page, name: str) -> None:
        page.wait_for_timeout(1000)
        file = out / f"labeling-{name}.png"
        page.screenshot(path=file)
        Image.open(file).convert("RGB").quantize(256).save(file, optimize=True)  # half the bytes

    draw_questions(chromium, address, person, shoot)
    draw_review(chromium, f"{address}review", shoot)


def draw_questions(chromium: Chromium, address: str, person: Person, shoot: Shoot) -> None:
    """Take pictures of a single image, of a cluster and of one that is split, from round 2."""

    def is_large(view: dict[str, Any], classes: list[str]) -> bool:
        return view["round"] > 1 and view["kind"] == "cluster" and len(classes) >= 40

    person.answer_until(lambda view, _: view["round"] > 1 and view["kind"] == "individual")
    with opened(chromium, address, DESK) as page:
        shoot(page, "single")
    classes = person.answer_until(
        lambda view, classes: is_large(view, classes) and PURE < share(classes) < 1
    )
    usual = Counter(classes).most_common(1)[0][0]
    wrong = max(place for place, name in enumerate(classes) if name != usual)
    with opened(chromium, address, DESK) as page:
        page.locator(f'.tile[data-number="{wrong + 1}"]').first.click()
        page.mouse.move(550, 30)  # so that no image is under the mouse
        shoot(page, "cluster")
        page.emulate_media(color_scheme="dark")
        shoot(page, "dark")
    with opened(chromium, address, PHONE) as page:
        shoot(page, "phone")
    person.answer_until(lambda view, classes: is_large(view, classes) and share(classes) < PURE)
    with opened(chromium, address, DESK) as page:
        for key in (",", ",", "Enter"):  # in two groups, in three, and the first gets its label
            page.keyboard.press(key)
            page.wait_for_timeout(1500)
        shoot(page, "split")


def draw_review(chromium: Chromium, address: str, shoot: Shoot) -> None:
    """Take pictures of the review of the labels so far."""
    with opened(chromium, address, DESK) as page:
        page.wait_for_selector("#sheet[aria-busy=false] .tile img")
        for place in (0, 2):
            page.locator("#sheet .tile").nth(place).click()
        page.mouse.move(550, 30)
        shoot(page, "review")
        page.keyboard.press("Escape")
        page.emulate_media(color_scheme="dark")
        page.locator(".shelf").nth(4).click()
        shoot(page, "review-dark")
    with opened(chromium, address, PHONE) as page:
        page.wait_for_selector("#sheet[aria-busy=false] .tile img")
        shoot(page, "review-phone")


@contextmanager
def opened(chromium: Chromium, address: str, window: dict[str, Any]) -> Iterator[Page]:
    """Yield the page in a new window, opened by somebody who gave no name."""
    context = chromium.new_context(**window)
    context.add_cookies([{"name": COOKIE, "value": "", "url": address}])
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(".tile, #picture")
    page.wait_for_timeout(1000)
    yield page
    context.close()
    time.sleep(LASTS + 1)  # its claim on the question


def share(classes: list[str]) -> float:
    """Return the share of the most frequent class."""
    return Counter(classes).most_common(1)[0][1] / len(classes)


if __name__ == "__main__":
    main()

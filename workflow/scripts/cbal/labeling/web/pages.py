"""Render the page's HTML; names of files and classes are escaped."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cbal.data.showing import Showing
from cbal.data.texts_shown import ShownTexts
from cbal.labeling.desk import View
from cbal.labeling.doubts import words_of
from cbal.labeling.web.cards import marked, no_words
from cbal.labeling.web.groups import fingerprint, groups_of, said_of, ways_of

HERE = Path(__file__).parent
WITH_PAGE = 60  # pictures inside the HTML of a page that is opened: enough for one window
AT_ONCE = 120  # images of a cluster in the first response; scrolling loads the others
IN_SIGHT = 40  # a larger cluster has the images of its other end beside it
STRIP = 10  # how many of them
# Characters of a text that are shown at first, by kind of question.
FIRST = {"cluster": 240, "individual": 2000}
Ready = Callable[[str, int], bytes | None]  # returns the picture of (size, sample) if it exists
DIGITS = "1234567890"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
# The files in `static/styles/` are served as one, so that one request is all that a page waits for.
# The last one has the rules for narrow windows, which must come after those that they change.
STYLES = ("page.css", "questions.css", "texts.css", "split.css", "answers.css", "narrow.css")
STYLE = "labeling.css"
# Names of the static files and their media types.
STATIC = {
    path.name: KINDS[path.suffix]
    for path in sorted((HERE / "static").iterdir())
    if path.suffix in KINDS
} | {STYLE: KINDS[".css"]}
MODULES = [name for name in STATIC if name.endswith(".js")]


@dataclass(frozen=True)
class Taste:
    """How a person likes to see questions.

    Attributes:
        turned: whether the least typical images of a cluster come first.
        used: whether the most used classes come first.
    """

    turned: bool = False
    used: bool = False

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Taste":
        """Return what a request says; what it does not say is as usual."""
        return cls(bool(said.get("turned")), bool(said.get("used")))


AS_USUAL = Taste()


def keys_of(classes: Sequence[str]) -> list[str]:
    """Return the key of each class: a digit, or "" when no digit is left.

    A class whose name is a digit gets that digit.
    """
    keys = [name if len(name) == 1 and name in DIGITS else "" for name in classes]
    free = iter([digit for digit in DIGITS if digit not in keys])
    return [key or next(free, "") for key in keys]


def by_use(classes: Sequence[str], uses: Mapping[int, int]) -> list[tuple[int, str, str]]:
    """Return number, name and key of each class, the most used first; keys stay with a class."""
    all_ = list(zip(range(len(classes)), classes, keys_of(classes)))
    return sorted(all_, key=lambda each: -uses.get(each[0], 0))


def arranged(samples: Sequence[int], turned: bool, strip: bool) -> tuple[list[int], list[int]]:
    """Return the images of a cluster as the page shows them: the grid, and the strip beside it.

    Args:
        samples: the most typical first.
        turned: whether the least typical are to come first.
        strip: whether a large cluster has a strip, with the images that the grid would end with.
    """
    order = list(reversed(samples)) if turned else list(samples)
    if not strip or len(order) <= IN_SIGHT:
        return order, []
    return order[:-STRIP], order[: -STRIP - 1 : -1]


class Pages:
    """Render the HTML that the server sends."""

    def __init__(
        self,
        title: str,
        showing: Showing | ShownTexts,
        pictures: str,
        telling: Callable[[int, int], list[str]] = no_words,
    ):
        """Load templates and static files.

        Args:
            title: title of the data set.
            showing: what shows each sample, by `sample_id`.
            pictures: version of the data set's pictures.
            telling: returns the words of the cluster that a step's interaction shows.
        """
        self._showing, self._telling = showing, telling
        files = HERE / "static"
        self.static = {name: (files / name).read_bytes() for name in STATIC if name != STYLE}
        self.static[STYLE] = b"\n".join((files / "styles" / name).read_bytes() for name in STYLES)
        self.version = hashlib.sha256(b"".join(self.static.values())).hexdigest()[:12]
        self._env = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.globals.update(
            title=title,
            version=self.version,
            pictures=pictures,
            modules=MODULES,
            noun=showing.noun,
        )
        for name in self._env.list_templates():
            self._env.get_template(name)  # compile all templates before the first request

    def whole(self, csrf: str, first: dict[str, Any] | None = None) -> str:
        """Return the HTML of the whole page.

        Args:
            csrf: token that the page's requests must have.
            first: first view of the page, with the name of the page; None for an empty page.
        """
        said = {"html": "", "status": "", **(first or {})}
        html, status = said.pop("html"), said.pop("status")
        template = self._env.get_template("page.html")
        return template.render(csrf=csrf, html=html, status=status, first=said)

    def view(
        self,
        view: View,
        classes: Sequence[str],
        ready: Ready | None = None,
        taste: Taste = AS_USUAL,
    ) -> dict[str, Any]:
        """Return a view as JSON for the page's script, with its HTML.

        Args:
            view: the view.
            classes: names of all classes.
            ready: returns pictures to put into the HTML; None if the page loads all pictures.
            taste: how the person likes to see it.
        """
        result = {"view": view.name, "status": self.status(view)}
        if view.name != "question":
            step = view.step.id if view.step else None
            html = self._env.get_template("waiting.html").render(view=view, status=view.status)
            return {**result, "step": step, "html": html}
        samples, size = view.question.samples.tolist(), len(view.question.samples)
        words = self.words(view.step.kind, view.step.id, view.interaction)
        words = words or view.question.hints.get("words", [])
        grid, strip = arranged(samples, taste.turned, self._has_strip)
        grid_ahead, strip_ahead = arranged(view.ahead, taste.turned, self._has_strip)
        ahead = strip_ahead + grid_ahead[:AT_ONCE]
        groups = self._groups(view, classes, ready, taste)
        html = self._env.get_template("question.html").render(
            groups=groups,
            ways=ways_of(view, groups),
            kind=view.step.kind,
            status=view.status,
            tiles=[] if groups else self._tiles(grid[:AT_ONCE], range(1, size + 1), ready, words),
            strip=[] if groups else self._tiles(strip, range(size, 0, -1), ready),
            turned=taste.turned,
            telling=words,
            text=self._text(samples[0], words) if view.step.kind == "individual" else None,
            size=size,
            hints=self._hints(view.question.hints, classes),
            classes=by_use(classes, view.uses if taste.used else {}),
        )
        return {
            **result,
            "step": view.step.id,
            "interaction": view.interaction,
            "kind": view.step.kind,
            "size": size,
            "groups": said_of(groups),
            "fingerprint": fingerprint(view.question.samples, len(groups)),
            "ahead": [sample for sample in ahead if self._has_picture(sample)],
            "html": html,
        }

    def _groups(
        self, view: View, classes: Sequence[str], ready: Ready | None, taste: Taste
    ) -> list[dict[str, Any]]:
        """Return what the template shows of the parts of a split cluster."""

        def tiles(samples: list[int], number: int, n: int) -> list[dict[str, Any]]:
            shown, _ = arranged(samples, taste.turned, strip=False)
            words = self.words(view.step.kind, view.step.id, number)
            return self._tiles(shown[:n], range(1, n + 1), ready, words)

        groups = groups_of(view, classes, tiles)
        for group in groups:
            group["telling"] = self.words(view.step.kind, view.step.id, group["interaction"])
            hints = self._hints(view.split.parts[group["interaction"]].hints, classes)
            group["guess"] = hints["guess"]
        return groups

    def status(self, view: View) -> str:
        """Return the HTML of the numbers that the page always shows."""
        return self._env.get_template("status.html").render(status=view.status)

    def tiles(
        self,
        samples: Sequence[int],
        start: int,
        taste: Taste,
        words: Sequence[str] = (),
        part: bool = False,
    ) -> str:
        """Return the HTML of more images of a cluster's grid, from the one at `start`.

        The `part` of a split cluster has no strip.
        """
        grid, _ = arranged(samples, taste.turned, self._has_strip and not part)
        more = grid[start : start + AT_ONCE]
        tiles = self._tiles(more, range(start + 1, start + 1 + len(more)), words=words)
        return self._env.get_template("tiles.html").render(tiles=tiles, size=len(samples))

    def words(self, kind: str, step: int, interaction: int) -> list[str]:
        """Return the words that tell the cluster of a question from the others, if it is one."""
        return self._telling(step, interaction) if kind == "cluster" else []

    def text(self, sample: int) -> str | None:
        """Return the whole text of a sample; None where a picture shows it.

        Raises:
            IndexError: there is no such sample.
        """
        return self._showing.words(sample)

    def _tiles(
        self,
        samples: Sequence[int],
        numbers: Sequence[int],
        ready: Ready | None = None,
        words: Sequence[str] = (),
    ) -> list[dict[str, Any]]:
        """Return what the templates show of images, each with its place in the order."""
        tiles = [self._tile(*each, words) for each in zip(numbers, samples)]
        for tile in tiles[:WITH_PAGE] if ready else ():
            if tile["words"] is not None:
                continue
            picture = ready("small", tile["sample"])
            tile["picture"] = picture and base64.b64encode(picture).decode()
        return tiles

    @property
    def _has_strip(self) -> bool:
        """Whether clusters have a strip: pictures do, words are too long for it."""
        return self._showing.noun == "image"

    def _tile(self, number: int, sample: int, words: Sequence[str]) -> dict[str, Any]:
        """Return what the template needs of a sample of a cluster, without its picture."""
        beginning = self._showing.words(sample, FIRST["cluster"])
        return {
            "sample": sample,
            "file": self._showing.names[sample],
            "number": number,
            "picture": None,
            "words": beginning,
            "parts": marked(beginning or "", words),
            "has_more": beginning is not None and len(beginning) == FIRST["cluster"],
        }

    def _has_picture(self, sample: int) -> bool:
        return self._showing.pictures[sample] is not None

    def _text(self, sample: int, words: Sequence[str]) -> dict[str, Any] | None:
        """Return the beginning of a sample's text and the whole; None where a picture shows it."""
        whole = self._showing.words(sample)
        if whole is None:
            return None
        first = whole[: FIRST["individual"]]
        whole = whole if len(whole) > len(first) else ""
        return {"first": marked(first, words), "whole": whole}

    def _hints(self, hints: dict[str, Any], classes: Sequence[str]) -> dict[str, Any]:
        """Return the hints, with the names of their classes added."""
        known = {"guess": None, "earlier": None, "doubt": None}
        for name in known.keys() & hints.keys():
            hint = hints[name]
            if name == "doubt":
                known[name] = words_of(hint, classes)
            elif hint["label"] < len(classes):
                usual = {"alone": False, "doubted": False}
                known[name] = usual | hint | {"name": classes[hint["label"]]}
        return known

"""Render the page's HTML; names of files and classes are escaped."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cbal.data.showing import Showing
from cbal.data.texts_shown import ShownTexts
from cbal.labeling.desk import View
from cbal.labeling.doubts import words_of
from cbal.labeling.web.assets import MODULES, OF_REVIEW, SHARED, read_assets
from cbal.labeling.web.cards import marked, no_words
from cbal.labeling.web.groups import fingerprint, groups_of, said_of, ways_of
from cbal.labeling.web.taste import AS_USUAL, Taste, arranged, by_use

HERE = Path(__file__).parent
WITH_PAGE = 60  # pictures inside the HTML of a page that is opened: enough for one window
AT_ONCE = 120  # images of a cluster in the first response; scrolling loads the others
# Characters of a text that are shown at first, by kind of question.
FIRST = {"cluster": 240, "individual": 2000}
Ready = Callable[[str, int], bytes | None]  # returns the picture of (size, sample) if it exists


class Pages:
    """Render the HTML that the server sends."""

    def __init__(
        self,
        title: str,
        showing: Showing | ShownTexts,
        pictures: str,
        telling: Callable[[int, int], list[str]] = no_words,
        base: str = "",
    ):
        """Load templates and static files.

        Args:
            title: title of the data set.
            showing: what shows each sample, by `sample_id`.
            pictures: version of the data set's pictures.
            telling: returns the words of the cluster that a step's interaction shows.
            base: path of the page behind a proxy, without its last slash.
        """
        self._showing, self._telling = showing, telling
        self.static = read_assets()
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
            modules_of_review=OF_REVIEW + SHARED,
            noun=showing.noun,
            base=base,
        )
        for name in self._env.list_templates():
            self._env.get_template(name)  # compile all templates before the first request

    def whole(
        self, csrf: str, first: dict[str, Any] | None = None, annotator: str | None = None
    ) -> str:
        """Return the HTML of the whole page.

        Args:
            csrf: token that the page's requests must have.
            first: first view of the page, with the name of the page; None for an empty page.
            annotator: name of who labels; None if the page is to ask for it.
        """
        said = {"html": "", "status": "", **(first or {})}
        html, status = said.pop("html"), said.pop("status")
        template = self._env.get_template("page.html")
        about = {"csrf": csrf, "annotator": annotator}
        return template.render(html=html, status=status, first=said, **about)

    def review(self, csrf: str, labels: dict[str, Any], ready: Ready) -> str:
        """Return the HTML of the review's page; its script asks for the labels that it lacks.

        Args:
            csrf: token that the page's requests must have.
            labels: the first labels, see `Shelf.page`.
            ready: returns pictures to put into the HTML.
        """
        told = []
        for sample in labels["sample"][:WITH_PAGE]:
            name, words = self.told(sample)
            told.append([name, words, self._picture(sample, ready)])
        first = {"labels": labels, "told": told}
        return self._env.get_template("review.html").render(csrf=csrf, first=first)

    def told(self, sample: int) -> list[str | None]:
        """Return the name of a sample, and the beginning of its words if no picture shows it."""
        return [self._showing.names[sample], self._showing.words(sample, FIRST["cluster"])]

    def view(
        self,
        view: View,
        classes: Sequence[str],
        ready: Ready | None = None,
        taste: Taste = AS_USUAL,
        gone: Mapping[int, int | None] | None = None,
    ) -> dict[str, Any]:
        """Return a view as JSON for the page's script, with its HTML.

        Args:
            view: the view.
            classes: names of all classes.
            ready: returns pictures to put into the HTML; None if the page loads all pictures.
            taste: how the person likes to see it.
            gone: classes that were merged into another one, or deleted (None).
        """
        gone = gone or {}
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
        groups = self._groups(view, classes, ready, taste, gone)
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
            hints=self._hints(view.question.hints, classes, gone),
            second=view.second,
            classes=by_use(classes, view.uses if taste.used else {}, gone),
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
        self,
        view: View,
        classes: Sequence[str],
        ready: Ready | None,
        taste: Taste,
        gone: Mapping[int, int | None],
    ) -> list[dict[str, Any]]:
        """Return what the template shows of the parts of a split cluster."""

        def tiles(samples: list[int], number: int, n: int) -> list[dict[str, Any]]:
            shown, _ = arranged(samples, taste.turned, strip=False)
            words = self.words(view.step.kind, view.step.id, number)
            return self._tiles(shown[:n], range(1, n + 1), ready, words)

        groups = groups_of(view, classes, tiles, gone)
        for group in groups:
            group["telling"] = self.words(view.step.kind, view.step.id, group["interaction"])
            hints = self._hints(view.split.parts[group["interaction"]].hints, classes, gone)
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
            if tile["words"] is None:
                tile["picture"] = self._picture(tile["sample"], ready)
        return tiles

    def _picture(self, sample: int, ready: Ready) -> str | None:
        """Return a sample's small picture for the HTML, if it has one and it is made."""
        picture = ready("small", sample) if self._has_picture(sample) else None
        return picture and base64.b64encode(picture).decode()

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

    def _hints(
        self, hints: dict[str, Any], classes: Sequence[str], gone: Mapping[int, int | None]
    ) -> dict[str, Any]:
        """Return the hints, with the names of their classes added; none about a deleted class."""
        known = {"guess": None, "earlier": None, "doubt": None}
        for name in known.keys() & hints.keys():
            hint = hints[name]
            if name == "doubt":
                known[name] = words_of(hint, classes, gone)
                continue
            label = gone.get(hint["label"], hint["label"])
            if label is not None and label < len(classes):
                usual = {"alone": False, "doubted": False}
                known[name] = usual | hint | {"label": label, "name": classes[label]}
        return known

"""What the page shows of texts: a cluster's own words, and where they are in a text."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse

from cbal.data.words import WORD

Part = tuple[str, bool]  # a part of a text, and whether it is marked


class Telling:
    """The words that tell the clusters of a step from one another, by interaction."""

    def __init__(
        self,
        telling: Callable[[Sequence[np.ndarray]], list[list[str]]],
        groups: Callable[[int], list[np.ndarray]],
        siblings: Callable[[int, int], dict[int, np.ndarray]],
    ):
        """Keep where words come from.

        Args:
            telling: returns the words of each of several clusters of samples.
            groups: returns the samples of each question of a step.
            siblings: returns the samples of the parts of a split cluster, given a step and a part.
        """
        self._telling, self._groups, self._siblings = telling, groups, siblings
        self._known: dict[int, dict[int, list[str]]] = {}

    def __call__(self, step: int, interaction: int) -> list[str]:
        """Return the words of a cluster, or of a part among the other parts of its cluster.

        Neither clusters nor parts ever change, so words are cached.
        """
        if step not in self._known:
            self._known[step] = dict(enumerate(self._telling(self._groups(step))))
        known = self._known[step]
        if interaction not in known:
            parts = self._siblings(step, interaction)
            known |= zip(parts, self._telling(list(parts.values())), strict=True)
        return known[interaction]


def no_words(step: int, interaction: int) -> list[str]:
    """Return no words: samples that are no texts have none."""
    return []


def marked(text: str, words: Collection[str]) -> list[Part]:
    """Return a text in parts, of which those that are one of the words are marked."""
    parts, start = [], 0
    for match in WORD.finditer(text) if words else ():
        if match[0].casefold() in words:
            parts += [(text[start : match.start()], False), (match[0], True)]
            start = match.end()
    return [part for part in (*parts, (text[start:], False)) if part[0]]


def whole_text(text: Callable[[int], str | None], sample: int) -> PlainTextResponse:
    """Return the whole text of a sample.

    Raises:
        HTTPException: there is no such sample, or a picture shows it.
    """
    try:
        whole = text(sample)
    except IndexError as error:
        raise HTTPException(404) from error
    if whole is None:
        raise HTTPException(404)
    return PlainTextResponse(whole)

"""Claims of pages on questions, so that two pages do not answer the same question."""

import time
from collections.abc import Callable

LASTS = 8  # seconds until a claim ends; an open page prolongs its claim every 2 seconds

Key = tuple[int, int]  # step, interaction


class Claims:
    """Claims of pages on questions. They are not stored: after a restart pages claim again.

    A page that is loaded again keeps its name and counts its loads. Its requests may arrive in
    another order than they were sent, so that the goodbye of an earlier load comes after the
    first request of the next one: it ends no claim of a later load.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        """Start without claims.

        Args:
            clock: function that returns a time in seconds.
        """
        self._clock = clock
        self._held: dict[Key, tuple[str, float, int]] = {}

    def holder(self, key: Key) -> str | None:
        """Return the page that has a question now; None if no page has it."""
        page, until, _ = self._held.get(key, ("", 0.0, 0))
        return page if until > self._clock() else None

    def any(self) -> bool:
        """Return whether any page has a question now."""
        return any(self.holder(key) for key in self._held)

    def take(self, key: Key, page: str, load: int = 0) -> bool:
        """Claim a question for a page, or prolong its claim; return whether the page has it.

        Args:
            key: the question.
            page, load: the page, and how many times it was loaded.
        """
        if self.holder(key) not in (None, page):
            return False
        latest = max((claim[2] for claim in self._held.values() if claim[0] == page), default=0)
        self.release(page)
        self._held[key] = (page, self._clock() + LASTS, max(load, latest))
        return True

    def release(self, page: str, load: int | None = None) -> None:
        """Delete the claims of a page, and all claims that have ended.

        Args:
            page: the page.
            load: delete claims of this load and earlier ones alone.
        """
        now = self._clock()
        self._held = {
            key: (holder, until, of_load)
            for key, (holder, until, of_load) in self._held.items()
            if until > now and (holder != page or (load is not None and of_load > load))
        }

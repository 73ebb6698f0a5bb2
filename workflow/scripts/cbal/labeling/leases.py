"""Claims of pages on questions, so that two pages do not answer the same question."""

import time
from collections.abc import Callable

LASTS = 8  # seconds until a claim ends; an open page prolongs its claim every 2 seconds

Key = tuple[int, int]  # step, interaction


class Claims:
    """Claims of pages on questions. They are not stored: after a restart pages claim again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        """Start without claims.

        Args:
            clock: function that returns a time in seconds.
        """
        self._clock = clock
        self._held: dict[Key, tuple[str, float]] = {}

    def holder(self, key: Key) -> str | None:
        """Return the page that has a question now; None if no page has it."""
        page, until = self._held.get(key, ("", 0.0))
        return page if until > self._clock() else None

    def any(self) -> bool:
        """Return whether any page has a question now."""
        return any(self.holder(key) for key in self._held)

    def take(self, key: Key, page: str) -> bool:
        """Claim a question for a page, or prolong its claim; return whether the page has it."""
        if self.holder(key) not in (None, page):
            return False
        self.release(page)
        self._held[key] = (page, self._clock() + LASTS)
        return True

    def release(self, page: str) -> None:
        """Delete the claims of a page, and all claims that have ended."""
        now = self._clock()
        self._held = {
            key: claim for key, claim in self._held.items() if claim[0] != page and claim[1] > now
        }

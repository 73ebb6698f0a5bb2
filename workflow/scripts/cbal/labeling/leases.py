"""Claims: which page has which question, so that two do not answer the same one."""

import time
from collections.abc import Callable

LASTS = 8  # seconds after the page's last sign of life; pages give one every 2

Key = tuple[int, int]  # step, interaction


class Claims:
    """Short-lived claims of pages on questions. Lost with the server: pages claim again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        """Begin with no claim.

        Args:
            clock: returns seconds.
        """
        self._clock = clock
        self._held: dict[Key, tuple[str, float]] = {}

    def holder(self, key: Key) -> str | None:
        """Return the page that holds a question now."""
        page, until = self._held.get(key, ("", 0.0))
        return page if until > self._clock() else None

    def any(self) -> bool:
        """Return whether a page holds a question now."""
        return any(self.holder(key) for key in self._held)

    def take(self, key: Key, page: str) -> bool:
        """Claim a question, or claim it on; return whether the page has it."""
        if self.holder(key) not in (None, page):
            return False
        self.release(page)
        self._held[key] = (page, self._clock() + LASTS)
        return True

    def release(self, page: str) -> None:
        """Give up what a page holds, and forget what has run out."""
        now = self._clock()
        self._held = {
            key: claim for key, claim in self._held.items() if claim[0] != page and claim[1] > now
        }

"""Close connections that send no request, or send it too slowly."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 15.0  # seconds to wait for the head of a request, and for its body


class Connection(H11Protocol):
    """A connection that must send the head of each request within `PATIENCE` seconds."""

    _wait: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Wait for the first request."""
        super().connection_made(transport)
        self._expect()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting for a request."""
        if self._wait:
            self._wait.cancel()
        super().connection_lost(exc)

    def _expect(self) -> None:
        if self._wait:
            self._wait.cancel()
        self._wait = self.loop.call_later(PATIENCE, self._close_idle)

    def _close_idle(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()

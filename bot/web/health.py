"""``/healthz``: the process answers. ``/readyz``: deliveries can be stored and work is done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_PATIENCE = 2.0


class Health:
    def __init__(self, ready: Callable[[], Awaitable[bool]]) -> None:
        self._ready = ready

    async def alive(self, request: Request) -> Response:
        del request
        return _plain("ok\n", 200)

    async def ready(self, request: Request) -> Response:
        """503 where the answer is no, or does not come within two seconds."""
        del request
        try:
            async with asyncio.timeout(_PATIENCE):
                ready = await self._ready()
        except TimeoutError:
            ready = False
        return _plain("ready\n", 200) if ready else _plain("not ready\n", 503)


def _plain(text: str, status: int) -> Response:
    return PlainTextResponse(text, status, headers={"Cache-Control": "no-store"})

"""``POST /github/webhooks``: a signed delivery onto disk, then 202; nothing else is done while GitHub waits.

GitHub gives up after ten seconds and does not try again by itself, so what cannot be stored is answered with 503,
which marks the delivery as failed and lets it be redelivered.
https://docs.github.com/en/webhooks/using-webhooks/best-practices-for-using-webhooks
"""

from __future__ import annotations

import asyncio
import logging
import re

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.flows.ports import Delivery, StoreUnavailable
from bot.web.services import WebServices

log = logging.getLogger(__name__)

_HASHED_IN_PLACE = 64 * 1024
"""Larger bodies are hashed in a thread: 5 MB would hold up every other delivery for milliseconds."""

_GUID = re.compile(r"[0-9A-Za-z-]{1,64}")
_EVENT = re.compile(r"[a-z_]{1,64}")


class Webhooks:
    """The route, as a plain Starlette endpoint: FastAPI's own would cost twice the time of all the rest."""

    def __init__(self, services: WebServices) -> None:
        self._services = services

    async def receive(self, request: Request) -> Response:
        """202 once the delivery is on disk or known to concern nothing; 401 where GitHub did not sign it, whatever
        else is wrong with it; 400 without the headers that name it; 503 where it cannot be stored now.
        """
        body = await request.body()
        if not await self._is_signed(body, _only(request.headers, "X-Hub-Signature-256")):
            return PlainTextResponse("signature\n", 401)
        event = _only(request.headers, "X-GitHub-Event")
        guid = _only(request.headers, "X-GitHub-Delivery")
        if event is None or guid is None or not _EVENT.fullmatch(event) or not _GUID.fullmatch(guid):
            return PlainTextResponse("X-GitHub-Event and X-GitHub-Delivery are needed\n", 400)
        if event not in self._services.events:
            return PlainTextResponse("nothing to do\n", 202)
        return await self._accept(Delivery(id=guid, event=event, body=body, received_at=self._services.clock.now()))

    async def _is_signed(self, body: bytes, header: str | None) -> bool:
        if len(body) <= _HASHED_IN_PLACE:
            return self._services.verify(body, header)
        return await asyncio.to_thread(self._services.verify, body, header)

    async def _accept(self, delivery: Delivery) -> Response:
        try:
            await self._services.inbox.accept(delivery)
        except StoreUnavailable as error:
            log.error("delivery %s (%s) could not be stored: %s", delivery.id, delivery.event, error)  # noqa: TRY400 -- no bug
            return PlainTextResponse("cannot store\n", 503)
        await self._services.on_accepted()
        return PlainTextResponse("accepted\n", 202)


def _only(headers: Headers, name: str) -> str | None:
    """The header's value; ``None`` where it is absent or given twice."""
    values = headers.getlist(name)
    return values[0] if len(values) == 1 else None

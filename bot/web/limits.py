"""What one request may cost: bytes of body, seconds, and how much all bodies together may hold in memory.

uvicorn accepts a body of any size at any speed (300 MiB were measured), so every request passes here first.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """*body* is GitHub's own bound on a delivery: https://docs.github.com/en/webhooks/webhook-events-and-payloads

    *body_seconds* bounds the arrival of a whole body, *head_seconds* that of a request's line and headers (at most
    *head* bytes), *request_seconds* a whole request, *write_seconds* how long a client may leave an answer unread.
    *bodies* bounds the bodies in memory at one time. *connections* may be open at once.
    """

    body: int = 25 * _MIB
    bodies: int = 256 * _MIB
    head: int = 64 * 1024
    head_seconds: float = 10.0
    body_seconds: float = 10.0
    request_seconds: float = 30.0
    write_seconds: float = 30.0
    idle_seconds: int = 10
    connections: int = 4096


class BodyLimits:
    """ASGI middleware: refuses with 413 a body that is too large, with 408 one that is too slow, with 503 any while
    too much is held already. What was refused is read no further, but for a short while after the answer, so that
    the client gets to see it.
    """

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(scope, receive, send, self)
        try:
            async with asyncio.timeout(self._limits.request_seconds):
                await self._app(scope, body.receive, body.send)
        finally:
            self._held -= body.size

    def hold(self, size: int) -> None:
        """Count *size* more bytes in memory. Raises 503 where that is too much."""
        if self._held + size > self._limits.bodies:
            raise _refused(503)
        self._held += size

    @property
    def limits(self) -> Limits:
        return self._limits


class _Body:
    """The body of one request as its route reads it."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, keeper: BodyLimits) -> None:
        self._receive = receive
        self._send = send
        self._keeper = keeper
        self._declared = _declared(scope)
        self._deadline: float | None = None
        self._whole = False
        self._over = False
        self.size = 0

    async def receive(self) -> Message:
        if self._whole:
            return await self._receive()  # waits for the client to go away
        if self._declared > self._keeper.limits.body:
            self._over = True
            raise _refused(413)
        loop = asyncio.get_running_loop()
        self._deadline = self._deadline or loop.time() + self._keeper.limits.body_seconds
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise _refused(408) from None
        self._count(message)
        return message

    def _count(self, message: Message) -> None:
        size = len(message.get("body", b""))
        if self.size + size > self._keeper.limits.body:
            self._over = True
            raise _refused(413)
        self._keeper.hold(size)
        self.size += size
        self._whole = not message.get("more_body", False)

    async def send(self, message: Message) -> None:
        """Passes the answer on. After a 413 the rest of the body is read and dropped for a second: closing at once
        would make the client's machine discard the answer.
        """
        last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if not (self._over and last):
            await self._send(message)
            return
        await self._send({**message, "more_body": True})
        try:
            async with asyncio.timeout(1):
                while (await self._receive()).get("more_body", False):
                    pass
        except TimeoutError:
            pass
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})


def _declared(scope: Scope) -> int:
    """The body's length as its header has it, 0 where it has none that is a number."""
    value: bytes = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(value[:20]) if value.isdigit() else 0


def _refused(status: int) -> HTTPException:
    return HTTPException(status, headers={"Connection": "close"})

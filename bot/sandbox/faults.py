"""What goes wrong at GitHub or on the way, by script: which requests, how often, and what happens to them.

``github.faults.on("POST", "/repos/{owner}/{repo}/check-runs").commit_then(502)`` reads: the next such request is
carried out and answered 502. The first fault that matches a request takes it.
"""

from __future__ import annotations

import asyncio
import fnmatch
import gzip
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from bot.sandbox.clock import Clock
from bot.sandbox.replies import Answer

SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again. "
    "If you reach out to GitHub Support for help, please include the request ID."
)
PRIMARY = "API rate limit exceeded for installation ID 1."
FOREVER = 10**9


class Wire:
    """The connection below HTTP, for faults that HTTP servers do not make by themselves."""

    def __init__(self, transport: asyncio.Transport, closed: Callable[[], Awaitable[object]]) -> None:
        self._transport = transport
        self._closed = closed

    def write(self, data: bytes) -> bool:
        """Send *data* as it is; false if the other side has gone."""
        if self._transport.is_closing():
            return False
        self._transport.write(data)
        return True

    async def close(self) -> None:
        """End the connection in order, and wait until it is ended."""
        self._transport.close()
        await self._closed()

    async def reset(self) -> None:
        """End the connection by RST: the other side reads ``ECONNRESET``."""
        handle: socket.socket = self._transport.get_extra_info("socket")
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
        await self._closed()

    async def wait(self, seconds: float) -> None:
        """Let *seconds* pass, less if the other side goes."""
        try:
            await asyncio.wait_for(self._closed(), seconds)
        except TimeoutError:
            return


Play = Callable[[Wire, Answer], Awaitable[Answer | None]]
"""What a fault does with the true answer (an empty one if the request was not carried out): another answer to send,
or ``None`` when it has dealt with the connection itself.
"""


@dataclass(slots=True)
class Fault:
    """A fault on *method* and *path*: a template (``/repos/{owner}/{repo}/pulls``), or a glob of real paths, ``*`` for
    all. After *skip* requests went well, it takes *times*; *hits* says how many it has taken.
    """

    method: str
    path: str
    times: int
    skip: int
    clock: Clock
    carried_out: bool = False
    play: Play | None = None
    hits: int = 0

    def takes(self, method: str, template: str, path: str) -> bool:
        """Whether this request is the fault's, and count it."""
        if self.play is None or self.times <= 0 or self.method not in ("*", method):
            return False
        if self.path != template and not fnmatch.fnmatchcase(path, self.path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        self.hits += 1
        return True

    # --- answers without the request being carried out ---

    def answer(self, status: int, message: str | None = None, headers: Mapping[str, str] | None = None) -> Fault:
        """Answer *status* instead, in GitHub's form."""
        text = message if message is not None else HTTPStatus(status).phrase
        body = {"message": text, "documentation_url": "https://docs.github.com/rest", "status": str(status)}
        return self._replace(Answer(status=status, json=body, headers=dict(headers or {})))

    def secondary_limit(self, *, retry_after: int | str | None = None, status: int = 403) -> Fault:
        """The secondary rate limit, which may say so in its text alone: no *retry_after*, requests remaining."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return self.answer(status, SECONDARY, headers)

    def primary_limit(self, *, resets_in: float | None = None, reset: str | None = None, status: int = 403) -> Fault:
        """The hourly limit: nothing remains until *resets_in* seconds from now, or until *reset* as it is given."""
        at = reset if reset is not None else str(int(self.clock.now().timestamp() + (resets_in or 0)))
        return self.answer(status, PRIMARY, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": at})

    def html(self, status: int = 502) -> Fault:
        """A page of a proxy's where JSON is due."""
        page = b"<html><head><title>Unicorn!</title></head><body>This page is taking too long to load.</body></html>"
        return self._replace(Answer(status=status, content=page, media="text/html; charset=utf-8"))

    def redirect(self, location: str, status: int = 302) -> Fault:
        """Elsewhere; to the same address it is endless."""
        return self._replace(Answer(status=status, headers={"Location": location}))

    def hang(self, seconds: float) -> Fault:
        """Say nothing for *seconds*, then close."""

        async def play(wire: Wire, _: Answer) -> None:
            await wire.wait(seconds)
            await wire.close()

        return self._by(play, carried_out=False)

    def reset(self) -> Fault:
        """Break the connection before anything is done."""
        return self._by(_reset, carried_out=False)

    # --- answers after the request was carried out ---

    def slow(self, seconds: float) -> Fault:
        """The right answer, *seconds* late."""

        async def play(wire: Wire, answer: Answer) -> Answer:
            await wire.wait(seconds)
            return answer

        return self._by(play, carried_out=True)

    def drip(self, seconds: float = 1.0, *, headers: bool = False) -> Fault:
        """The right answer, a byte of its body every *seconds*, or of its *headers* already."""

        async def play(wire: Wire, answer: Answer) -> None:
            whole = _raw(answer)
            at_once = 0 if headers else whole.index(b"\r\n\r\n") + 4
            wire.write(whole[:at_once])
            rest = iter(whole[at_once:])
            while (byte := next(rest, None)) is not None and wire.write(bytes([byte])):
                await wire.wait(seconds)
            await wire.close()

        return self._by(play, carried_out=True)

    def truncate(self, *, with_length: bool = True) -> Fault:
        """The right answer, half of its body; *with_length* the header tells the whole."""

        async def play(wire: Wire, answer: Answer) -> None:
            whole = _raw(answer, with_length=with_length)
            wire.write(whole[: len(whole) - max(1, len(answer.body()) // 2)])
            await wire.close()

        return self._by(play, carried_out=True)

    def commit_then(self, status: int) -> Fault:
        """Carry the request out and answer *status*."""
        self.answer(status)
        self.carried_out = True
        return self

    def commit_then_reset(self) -> Fault:
        """Carry the request out and break the connection."""
        return self._by(_reset, carried_out=True)

    def bomb(self, mebibytes: int) -> Fault:
        """An answer that is small on the wire and unpacks to so many MiB of zeros in a JSON text."""

        async def play(_: Wire, __: Answer) -> Answer:
            packed = gzip.compress(b'{"x":"' + b"0" * (mebibytes << 20) + b'"}', compresslevel=1)
            return Answer(content=packed, headers={"Content-Encoding": "gzip"})

        return self._by(play, carried_out=False)

    def many_headers(self, count: int) -> Fault:
        """The right answer under *count* more headers."""

        async def play(wire: Wire, answer: Answer) -> None:
            answer.headers |= {f"X-Padding-{n}": "x" for n in range(count)}
            wire.write(_raw(answer))
            await wire.close()

        return self._by(play, carried_out=True)

    def body(self, content: bytes, media: str = "application/json; charset=utf-8") -> Fault:
        """Status 200 with *content*, whatever it is."""
        return self._replace(Answer(content=content, media=media))

    def _replace(self, other: Answer) -> Fault:
        async def play(_: Wire, __: Answer) -> Answer:
            return Answer(
                status=other.status,
                json=other.json,
                content=other.content,
                media=other.media,
                headers=dict(other.headers),
            )

        return self._by(play, carried_out=False)

    def _by(self, play: Play, *, carried_out: bool) -> Fault:
        self.play, self.carried_out = play, carried_out
        return self


class Faults:
    """The script."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def on(self, method: str = "*", path: str = "*", *, times: int = 1, skip: int = 0) -> Fault:
        """A fault on requests by *method* and *path* (a template or a glob); say what happens by calling on it."""
        fault = Fault(method, path, times, skip, self._clock)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """All is well again."""
        with self._lock:
            self._faults.clear()

    def take(self, method: str, template: str, path: str) -> Fault | None:
        """The fault for a request, if one takes it."""
        with self._lock:
            return next((fault for fault in self._faults if fault.takes(method, template, path)), None)


async def _reset(wire: Wire, _: Answer) -> None:
    await wire.reset()


def _raw(answer: Answer, *, with_length: bool = True) -> bytes:
    """*answer* as bytes of HTTP/1.1; without a length the end of the connection is the end of the body."""
    body = answer.body()
    headers = {"Content-Type": answer.media, **answer.headers, "Connection": "close"}
    if with_length:
        headers["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{head}\r\n".encode() + body

"""The two origins on 127.0.0.1, API and blob store, served by uvicorn's HTTP protocol from a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from bot.sandbox.api import Api, Asked
from bot.sandbox.blobs import Blobs
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults, Wire
from bot.sandbox.replies import Answer
from bot.sandbox.traffic import Request, Requests

if TYPE_CHECKING:
    from bot.sandbox.pages import Pages

BODY_LIMIT = 32 * 1024 * 1024
KEEP_ALIVE = 75  # seconds, as GitHub's

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class _Connection(HttpToolsProtocol):
    """uvicorn's HTTP/1.1, which hands the transport to the application for faults below HTTP."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self.app_state = {"transport": transport}
        self.access_log = False


class Origin:
    """An ASGI application that answers by *answer*, unless a fault comes between."""

    def __init__(
        self,
        *,
        template: Callable[[str, str], str],
        answer: Callable[[Asked], tuple[Answer, str]],
        faults: Faults,
        requests: Requests,
        pool: ThreadPoolExecutor,
        clock: Clock,
    ) -> None:
        self._template = template
        self._answer = answer
        self._faults = faults
        self._requests = requests
        self._pool = pool
        self._clock = clock

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        self._requests.begin()
        try:
            await self._exchange(scope, receive, send)
        finally:
            self._requests.end()

    async def _exchange(self, scope: Message, receive: Receive, send: Send) -> None:
        asked = Asked(
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            body=await _body(receive),
        )
        template = self._template(asked.method, asked.path)
        fault = self._faults.take(asked.method, template, asked.path)
        answer, actor = Answer(), "refused"
        if fault is None or fault.carried_out:
            loop = asyncio.get_running_loop()
            answer, actor = await loop.run_in_executor(self._pool, self._answer, asked)
        request = Request(
            method=asked.method,
            template=template,
            path=asked.path,
            actor=actor,
            at=self._clock.now(),
            fault=fault is not None,
            body=asked.body,
        )
        self._requests.note(request)
        final: Answer | None = answer
        if fault is not None and fault.play is not None:
            final = await fault.play(Wire(scope["state"]["transport"], _until_closed(receive)), answer)
        if final is not None:
            request.status = final.status
            await _send(final, send)


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(body)
        body += message["body"]
        if not message["more_body"] or len(body) > BODY_LIMIT:
            return bytes(body)


def _until_closed(receive: Receive) -> Callable[[], Awaitable[object]]:
    async def closed() -> None:
        message: Message = {"type": ""}
        while message["type"] != "http.disconnect":
            message = await receive()

    return closed


async def _send(answer: Answer, send: Send) -> None:
    body = answer.body()
    headers = {"content-type": answer.media} if body else {}
    headers |= answer.headers
    if answer.status not in (204, 304):
        headers["content-length"] = str(len(body))
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": answer.status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


class Server:
    """Both origins, listening on free ports of 127.0.0.1 from ``start`` to ``stop``. *pages* are served beside the API,
    at addresses that it has no use for.
    """

    def __init__(
        self, api: Api, blobs: Blobs, faults: Faults, requests: Requests, clock: Clock, *, pages: Pages | None = None
    ) -> None:
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="sandbox")
        shared: Mapping[str, Any] = {"faults": faults, "requests": requests, "pool": self._pool, "clock": clock}

        def template(method: str, path: str) -> str:
            return pages.template if pages and pages.serves(method, path) else api.template(method, path)

        def from_api(asked: Asked) -> tuple[Answer, str]:
            if pages and pages.serves(asked.method, asked.path):
                return pages.answer(asked), "anonymous"
            return api.answer(asked, in_flight=requests.in_flight)

        def from_blobs(asked: Asked) -> tuple[Answer, str]:
            return blobs.answer(asked.method, asked.path, asked.query, asked.headers), "anonymous"

        self._origins = (
            Origin(template=template, answer=from_api, **shared),
            Origin(template=blobs.template, answer=from_blobs, **shared),
        )
        self._ports: list[int] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="sandbox-server", daemon=True)

    def start(self) -> tuple[str, str]:
        """The addresses of the API and of the blob store, both answering."""
        self._thread.start()
        self._ready.wait()
        api, blobs = self._ports
        return f"http://127.0.0.1:{api}", f"http://127.0.0.1:{blobs}"

    def stop(self) -> None:
        """Break all connections and end."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(timeout=10)
        self._pool.shutdown(wait=True)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        state = ServerState()
        servers = [await self._listen(origin, state) for origin in self._origins]
        self._ports = [server.sockets[0].getsockname()[1] for server in servers]
        self._ready.set()
        await self._end.wait()
        for server in servers:
            server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        await asyncio.gather(*state.tasks, return_exceptions=True)

    async def _listen(self, origin: Origin, state: ServerState) -> asyncio.Server:
        config = Config(
            cast("Any", origin),
            http=_Connection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            proxy_headers=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=KEEP_ALIVE,
        )
        config.load()
        loop = asyncio.get_running_loop()
        return await loop.create_server(
            lambda: _Connection(config=config, server_state=state, app_state={}, _loop=loop), "127.0.0.1", 0
        )

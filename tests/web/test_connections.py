"""R18: on real sockets, connections that give nothing are closed, and others do not notice."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest
import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.app import create_app
from bot.web.connections import serving
from bot.web.limits import Limits
from bot.web.services import WebServices

HASTY = Limits(body=1_000_000, head_seconds=0.4, body_seconds=0.4, write_seconds=0.4, request_seconds=2, idle_seconds=1)
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /github/webhooks HTTP/1.1\r\nHost: x\r\n"


@asynccontextmanager
async def listening(app: ASGIApp, limits: Limits = HASTY) -> AsyncGenerator[uvicorn.Server]:
    """A server on loopback."""
    server = uvicorn.Server(serving(app, host="127.0.0.1", port=0, limits=limits))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn tells it by a flag
        await asyncio.sleep(0.01)
    try:
        yield server
    finally:
        server.should_exit = True
        await task


def port_of(server: uvicorn.Server) -> int:
    return server.servers[0].sockets[0].getsockname()[1]


@pytest.fixture
async def port(services: WebServices) -> AsyncGenerator[int]:
    async with listening(create_app(replace(services, limits=HASTY))) as server:
        yield port_of(server)


async def until_closed(reader: asyncio.StreamReader, *, within: float = 3) -> bytes:
    """What came before the server closed; a reset is a close."""
    received = b""
    async with asyncio.timeout(within):
        try:
            while piece := await reader.read(65536):
                received += piece
        except ConnectionError:
            pass
    return received


@pytest.mark.parametrize(
    "opening",
    [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n", b"\r\n\r\n", HEALTH + b"GET"],
    ids=["nothing", "a letter", "half the headers", "blank lines", "half of a second request"],
)
async def test_R18_a_request_that_does_not_come_is_not_waited_for(port: int, opening: bytes):
    """Closed at the deadline, whatever the first bytes were."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.monotonic()
    writer.write(opening)
    await until_closed(reader)
    assert time.monotonic() - began < 1.5
    writer.close()


async def test_R18_headers_that_drip_are_cut_off(port: int):
    """A line now and then does not move the deadline."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n")
    closed = asyncio.create_task(until_closed(reader))
    began = time.monotonic()
    while not closed.done():
        writer.write(b"X-A: b\r\n")
        await asyncio.sleep(0.05)
    assert time.monotonic() - began < 1.5
    writer.close()


async def test_R18_headers_without_end_are_refused(port: int):
    """400 after 64 KiB of them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\n" + b"X-A: " + b"b" * 80_000)
    answer = await until_closed(reader)
    assert answer == b"" or b" 400 " in answer.partition(b"\r\n")[0]
    writer.close()


async def test_R18_a_body_that_drips_is_cut_off(port: int):
    """408 at the deadline, and the connection closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(POST + b"Content-Length: 1000\r\n\r\nx")
    began = time.monotonic()
    answer = await until_closed(reader)
    assert b" 408 " in answer.partition(b"\r\n")[0]
    assert time.monotonic() - began < 1.5
    writer.close()


async def test_R18_a_declared_body_over_the_limit_is_refused_unread(port: int):
    """413 on the length's word: 300 MiB are never sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(POST + b"Content-Length: 314572800\r\n\r\n")
    answer = await until_closed(reader)
    assert b" 413 " in answer.partition(b"\r\n")[0]
    writer.close()


async def test_R18_a_chunked_body_over_the_limit_is_refused_while_it_comes(port: int):
    """413 as soon as it is over, seen by a client that is still sending."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(POST + b"Transfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    for _ in range(20):
        writer.write(chunk)
        await writer.drain()
    answer = await until_closed(reader)
    assert b" 413 " in answer.partition(b"\r\n")[0]
    writer.close()


async def test_R18_an_answer_that_nobody_reads_is_dropped():
    """The client's window is full; the rest of the answer is not kept for it."""
    sent = asyncio.Event()

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await Response(bytes(50_000_000))(scope, receive, send)
            sent.set()

    async with listening(large) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server), limit=1024)
        writer.write(HEALTH)
        await sent.wait()
        assert len(server.server_state.connections) == 1
        await asyncio.sleep(0.8)
        assert not server.server_state.connections
        assert len(await until_closed(reader)) < 50_000_000
        writer.close()


async def test_a_slow_reader_gets_the_whole_answer():
    """As long as it reads at all."""

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await Response(bytes(8_000_000), headers={"Connection": "close"})(scope, receive, send)

    async with listening(large) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server), limit=65536)
        writer.write(HEALTH)
        size = 0
        while piece := await reader.read(400_000):
            size += len(piece)
            await asyncio.sleep(0.005)
        assert size > 8_000_000
        writer.close()


async def test_R18_good_clients_do_not_notice_a_crowd_that_gives_nothing(port: int):
    """Two hundred half-open connections; the health of the service is told in a quarter of a second all the same."""
    crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(200)]
    for _, writer in crowd:
        writer.write(b"GET / HTTP/1.1\r\nHost:")
    times: list[float] = []
    async with httpx.AsyncClient() as client:
        for _ in range(100):
            began = time.perf_counter()
            assert (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
            times.append(time.perf_counter() - began)
    assert sorted(times)[98] < 0.25
    await asyncio.gather(*(until_closed(reader) for reader, _ in crowd))
    for _, writer in crowd:
        writer.close()


async def test_more_connections_than_allowed_are_told_to_come_back(services: WebServices):
    """503, not a place in an endless queue."""
    async with listening(create_app(services), replace(HASTY, connections=3)) as server:
        port = port_of(server)
        idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"http://127.0.0.1:{port}/healthz")).status_code == 503
        for _, writer in idle:
            writer.close()


async def test_one_connection_serves_many_requests(port: int):
    """In a row, and sent ahead of the answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(3):
        writer.write(HEALTH * 2)
        for _ in range(2):
            answer = await reader.readuntil(b"ok\n")
            assert answer.startswith(b"HTTP/1.1 200")
        await asyncio.sleep(0.3)  # three pauses are longer together than one deadline
    writer.close()


async def test_a_delivery_over_a_real_socket(port: int, headers: Callable[..., dict[str, str]]):
    """The whole way through uvicorn."""
    body = b'{"ref": "refs/heads/main"}'
    async with httpx.AsyncClient() as client:
        response = await client.post(f"http://127.0.0.1:{port}/github/webhooks", content=body, headers=headers(body))
    assert response.status_code == 202
    assert "server" not in response.headers


async def test_T40_the_public_port_has_no_metrics(port: int):
    """They are an operator's, on a port of their own."""
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/metrics")).status_code == 404

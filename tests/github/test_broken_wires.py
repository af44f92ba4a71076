"""R09: a server that is slow, cut off, or hostile on a real socket costs bounded time and bounded memory."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
import tracemalloc
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.core.model.commit import Repo
from bot.flows.ports import TooLarge, Unavailable
from bot.github.forge import LARGEST_ANSWER, AppAccess, GitHubForge
from bot.github.wire import Patience

TOKEN = json.dumps({"token": "t", "expires_at": "2999-01-01T00:00:00Z"}).encode()


def http(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", "Connection: close", *headers]
    head += [f"Content-Length: {size}"] if size >= 0 else []
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(talk: Talk, access: AppAccess, **patience: float):
    """A forge whose GitHub mints tokens and answers everything else by *talk(writer)*."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        try:
            if b"/access_tokens" in request:
                writer.write(http(TOKEN, status="201 Created"))
            else:
                await talk(writer)
            await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    limits = Patience(**{"answer": 1.0, "silence": 0.5, "archive": 1.0} | patience)
    patient = replace(access, api_url=url, patience=limits)
    async with server, GitHubForge(patient, sleep=lambda _: asyncio.sleep(0)) as forge:
        yield forge


async def drip(writer: asyncio.StreamWriter):
    writer.write(http(b"", length=100_000))
    for _ in range(100):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.1)


async def nothing(_writer: asyncio.StreamWriter):
    await asyncio.sleep(5)


async def reset(writer: asyncio.StreamWriter):
    writer.transport.abort()


@pytest.mark.parametrize("talk", [drip, nothing])
async def test_a_slow_answer_is_given_up_at_the_deadline(access: AppAccess, repo: Repo, talk: Talk):
    """One byte a tenth of a second keeps a read timeout content for ever; the deadline counts the whole answer, all
    tries together.
    """
    async with serving(talk, access) as forge:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            await forge.comment(repo, 5)
        assert time.monotonic() - began < 1.0 * 1.1


@pytest.mark.parametrize(
    "sent",
    [
        http(b'{"id": 5, "body"', length=500),  # truncated, and the length tells
        http(b'{"id": 5, "body"', length=-1),  # truncated, and nothing tells
        http(b"<html>maintenance</html>", "Content-Type: text/html"),
        http(b"{}", "Content-Encoding: gzip"),
        http(gzip.compress(b'{"id": 5}')[:-12], "Content-Encoding: gzip"),
        http(b"{}", *(f"X-{n}: {n}" for n in range(100_000))),
        http(b"{}", status="299 " + "x" * 500_000),
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"",
    ],
    ids=["cut", "cut-unsaid", "html", "no-gzip", "half-gzip", "1e5-headers", "long-status", "ssh", "nothing"],
)
async def test_a_broken_answer_is_no_answer(access: AppAccess, repo: Repo, sent: bytes):
    """Whatever comes, it is classified as worth another try later."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(sent)

    async with serving(talk, access, answer=10) as forge:
        with pytest.raises(Unavailable):
            await forge.comment(repo, 5)


async def test_a_reset_connection_is_no_answer(access: AppAccess, repo: Repo):
    """RST in the middle of a request."""
    async with serving(reset, access) as forge:
        with pytest.raises(Unavailable):
            await forge.comment(repo, 5)


async def test_a_gzip_bomb_is_stopped_at_the_limit(access: AppAccess, repo: Repo):
    """64 KB that unpack to 64 MiB: refused after 32 MiB of it, and no more than that held."""
    bomb = gzip.compress(bytes(64 * 1024 * 1024), 9)

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(http(bomb, "Content-Encoding: gzip"))

    async with serving(talk, access, answer=20) as forge:
        tracemalloc.start()
        with pytest.raises(TooLarge):
            await forge.diff(repo, "b", "a")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 64 * 1024 * 1024


async def test_an_endless_answer_is_stopped_at_the_limit(access: AppAccess, repo: Repo):
    """No length, no end: refused after the limit."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(http(b"", length=-1))
        for _ in range(LARGEST_ANSWER // 65536 + 2):
            writer.write(bytes(65536))
            await writer.drain()

    async with serving(talk, access, answer=20) as forge:
        with pytest.raises(TooLarge):
            await forge.diff(repo, "b", "a")


async def test_a_packed_answer_is_read(access: AppAccess, repo: Repo):
    """Honest gzip is undone."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(http(gzip.compress(b"diff --git a/x b/x\n" * 100_000), "Content-Encoding: gzip"))

    async with serving(talk, access) as forge:
        assert await forge.diff(repo, "b", "a") == b"diff --git a/x b/x\n" * 100_000

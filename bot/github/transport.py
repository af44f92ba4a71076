"""The wire below githubkit: one pool of connections, and no answer larger than it may be.

githubkit keeps its HTTP client in a context variable, so a task that did not open it gets a new client for every
request, with a new TLS handshake. Handing it one transport whose life we own makes those clients cheap and shares
the pool. httpx decompresses without a bound (1 MB on the wire became 1 GiB); this transport counts decoded bytes.
"""

from __future__ import annotations

import ssl
import zlib
from collections.abc import AsyncIterator

import httpx

_LEAST_ROOM = 1024 * 1024


class OverLimit(Exception):
    """The answer is larger than the limit; nothing beyond it was read."""


class SharedTransport(httpx.AsyncBaseTransport):
    """Passes requests on to *inner*, which outlives the clients that use it. Belongs to one event loop."""

    def __init__(self, inner: httpx.AsyncBaseTransport, *, limit: int) -> None:
        self._inner = inner
        self._limit = limit

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["Accept-Encoding"] = "gzip"  # the one encoding that is undone here, under the limit
        response = await self._inner.handle_async_request(request)
        body = response.stream
        if not isinstance(body, httpx.AsyncByteStream):
            raise httpx.RemoteProtocolError("the answer cannot be read asynchronously")
        zipped = response.headers.get("Content-Encoding", "identity").lower() == "gzip"
        headers = response.headers.copy()
        if zipped:
            del headers["Content-Encoding"]
            headers.pop("Content-Length", None)
        bounded = _Bounded(body, zipped=zipped, limit=self._limit)
        return httpx.Response(response.status_code, headers=headers, stream=bounded, extensions=response.extensions)

    async def aclose(self) -> None:
        """Does nothing: the client of one request does not own the pool. ``shut`` ends it."""

    async def shut(self) -> None:
        await self._inner.aclose()


class _Bounded(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, *, zipped: bool, limit: int) -> None:
        self._stream = stream
        self._zipped = zipped
        self._limit = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        room = self._limit
        async for piece in _unzipped(self._stream, self._limit) if self._zipped else self._stream:
            room -= len(piece)
            if room < 0:
                raise OverLimit(f"more than {self._limit} bytes")
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _unzipped(stream: httpx.AsyncByteStream, limit: int) -> AsyncIterator[bytes]:
    """Decoded pieces of at most a MiB, however well they were packed; one more than *limit* bytes in all at most."""
    gunzip = zlib.decompressobj(wbits=31)
    left = limit + 1
    async for packed in stream:
        rest = packed
        while rest and left > 0 and not gunzip.eof:
            try:
                piece = gunzip.decompress(rest, min(left, _LEAST_ROOM))
            except zlib.error as error:
                raise httpx.DecodingError(f"the answer is not gzip: {error}") from error
            rest = gunzip.unconsumed_tail
            left -= len(piece)
            yield piece
    if not gunzip.eof and left > 0:
        raise httpx.RemoteProtocolError("the answer ends in the middle of its gzip stream")


def trust(ca_bundle: str | None) -> ssl.SSLContext:
    """Trusts *ca_bundle*, the system's certificates without one. Reading those takes 40 ms: one serves every pool."""
    return ssl.create_default_context(cafile=ca_bundle)


def pool(context: ssl.SSLContext, *, proxy: str | None = None) -> httpx.AsyncHTTPTransport:
    """A connection pool that trusts what *context* does and heeds no environment."""
    limits = httpx.Limits(max_connections=20, max_keepalive_connections=10, keepalive_expiry=30)
    return httpx.AsyncHTTPTransport(verify=context, proxy=proxy, limits=limits, trust_env=False)

"""An artifact's bytes: from the API to its blob store to a file, counted, hashed, and with no credentials on the way.

GitHub answers with an address at another host that holds for a minute. Our token must not go there: blob stores
refuse it, and it is none of their business. https://docs.github.com/en/rest/actions/artifacts#download-an-artifact
"""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import AsyncExitStack
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import httpx

from bot.core.model.commit import Repo
from bot.flows.ports import Artifact, NotFound, TooLarge, Unavailable
from bot.github.client import Client
from bot.github.wire import Patience


class Archives:
    """Downloads artifacts over *transport*, which it owns. For one event loop."""

    def __init__(
        self, client: Client, transport: httpx.AsyncBaseTransport, *, api_url: str, patience: Patience
    ) -> None:
        self._client = client
        self._api_scheme = urlsplit(api_url).scheme
        self._patience = patience
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=httpx.Timeout(patience.silence),
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": "covgate", "Accept-Encoding": "identity"},
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def download(self, repo: Repo, artifact: Artifact, to: Path, *, limit: int) -> None:
        """Write the artifact's zip to *to*; nothing is left there after an error. Raises ``TooLarge`` over *limit*
        bytes, ``NotFound`` for one that has expired, ``Unavailable`` for bytes that are not those GitHub has.
        """
        if artifact.size > limit:
            raise TooLarge(f"artifact {artifact.name} is over {limit} bytes")
        answer = await self._client.get(repo, f"/actions/artifacts/{artifact.id}/zip")
        url = answer.headers.get("location", "")
        if answer.status != 302 or urlsplit(url).scheme not in ("https", self._api_scheme):
            raise Unavailable(f"{answer.asked}: GitHub names no address for the artifact")
        try:
            await self._fetch(artifact, url, to, limit)
        except BaseException:
            _discard(to)
            raise

    async def _fetch(self, artifact: Artifact, url: str, to: Path, limit: int) -> None:
        what = f"artifact {artifact.name} ({artifact.id})"
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(asyncio.timeout(self._patience.archive))
                response = await stack.enter_async_context(self._http.stream("GET", url))
                _refuse(what, response)
                sink = stack.enter_context(to.open("wb"))
                digest = await _copy(what, response, sink, limit)
        except TimeoutError as error:
            raise Unavailable(f"{what}: not whole within {self._patience.archive:g} seconds") from error
        except httpx.HTTPError as error:
            raise Unavailable(f"{what}: {type(error).__name__}") from error
        if artifact.digest is not None and artifact.digest != f"sha256:{digest}":
            raise Unavailable(f"{what}: the bytes are not those that GitHub has the digest of")


def _discard(path: Path) -> None:
    path.unlink(missing_ok=True)


def _refuse(what: str, response: httpx.Response) -> None:
    if response.status_code in (404, 410):
        raise NotFound(f"{what}: gone")
    if response.status_code != 200 or response.headers.get("Content-Encoding", "identity") != "identity":
        raise Unavailable(f"{what}: the blob store answers {response.status_code}")


async def _copy(what: str, response: httpx.Response, sink: BinaryIO, limit: int) -> str:
    """Write the body to *sink*; gives its SHA-256. Raises ``TooLarge`` as soon as it is over *limit* bytes."""
    digest = hashlib.sha256()
    size = 0
    async for piece in response.aiter_raw():
        size += len(piece)
        if size > limit:
            raise TooLarge(f"{what} is over {limit} bytes")
        digest.update(piece)
        sink.write(piece)
    return digest.hexdigest()

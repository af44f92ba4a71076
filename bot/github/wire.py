"""One request to GitHub and its answer, as the App or with a token; githubkit signs, addresses and sends it.

githubkit is held to what was measured of it: no cache of its own (it grows without end), no retries (it sends a POST
again), no redirects followed blindly, a timeout (it has none), and its own token store for this one host.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import httpx

from bot.flows.ports import TooLarge, Unavailable
from bot.github.refusals import Answer
from bot.github.transport import OverLimit, SharedTransport

if TYPE_CHECKING:
    from githubkit import AppAuthStrategy, GitHub, UnauthAuthStrategy

API_VERSION = "2022-11-28"
"""Known to github.com until 2028 at least and to every GitHub Enterprise Server since 3.9; what we read is the same in
both: https://docs.github.com/en/rest/about-the-rest-api/api-versions
"""

JSON = "application/vnd.github+json"
DIFF = "application/vnd.github.diff"

_MOST_HOPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one call may take, in seconds: *answer* from GitHub's API, all tries together; *archive* for an
    artifact's bytes; *silence* between two pieces of either.
    """

    answer: float = 15.0
    archive: float = 120.0
    silence: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What to ask. *path* starts with a slash and is percent-encoded; *body* is sent as JSON."""

    method: str
    path: str
    params: Mapping[str, str | int] | None = None
    body: Mapping[str, Any] | None = None
    accept: str = JSON
    etag: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Wire:
    """The App's connection to one GitHub host. For one event loop; ``close`` it at the end."""

    def __init__(
        self, *, api_url: str, app_id: int, private_key: str, transport: SharedTransport, patience: Patience
    ) -> None:
        self.api_url = api_url.rstrip("/")
        self.patience = patience
        self._transport = transport
        self._as_app, self._with_token = _githubs(self.api_url, app_id, private_key, transport, patience.silence)

    async def as_app(self, request: Request) -> Answer:
        """Ask as the App itself. Raises ``Unavailable`` or ``TooLarge``; refusals are answers."""
        return await self._send(self._as_app, request, {}, self.patience.answer)

    async def with_token(self, request: Request, token: str, *, within: float) -> Answer:
        """Ask with an installation's *token* and wait *within* seconds for the whole answer. Raises as ``as_app``."""
        return await self._send(self._with_token, request, {"Authorization": f"Bearer {token}"}, within)

    async def close(self) -> None:
        await self._transport.shut()

    async def _send(
        self,
        github: GitHub[AppAuthStrategy] | GitHub[UnauthAuthStrategy],
        request: Request,
        secret: Mapping[str, str],
        within: float,
    ) -> Answer:
        headers = {"Accept": request.accept, "X-GitHub-Api-Version": API_VERSION, **secret}
        if request.etag is not None:
            headers["If-None-Match"] = request.etag
        try:
            async with asyncio.timeout(within), github.get_async_client() as http:
                return await self._follow(http, request, headers)
        except OverLimit as error:
            raise TooLarge(f"{request}: the answer holds {error}") from error
        except TimeoutError as error:
            raise Unavailable(f"{request}: no whole answer within {within:.0f} seconds") from error
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise Unavailable(f"{request}: {type(error).__name__}") from error

    async def _follow(self, http: httpx.AsyncClient, request: Request, headers: Mapping[str, str]) -> Answer:
        """Send, and go where GitHub says that a renamed repository is now: same host, same method, few hops.

        https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
        """
        url = self.api_url + request.path
        for _ in range(_MOST_HOPS):
            response = await http.request(
                request.method, url, params=request.params, json=request.body, headers=dict(headers)
            )
            target = urljoin(url, response.headers.get("Location", ""))
            moved = response.status_code in (301, 307, 308) and _same_host(target, self.api_url)
            if not moved or (response.status_code == 301 and request.method != "GET"):
                return _answer(request, response)
            url = target
        raise Unavailable(f"{request}: GitHub redirects in a circle")


def _githubs(
    api_url: str, app_id: int, private_key: str, transport: SharedTransport, silence: float
) -> tuple[GitHub[AppAuthStrategy], GitHub[UnauthAuthStrategy]]:
    """GitHub as the App, and without credentials. Imported here, since githubkit costs every start 0.2 s."""
    from githubkit import AppAuthStrategy, GitHub
    from githubkit.cache import MemCacheStrategy
    from githubkit.config import get_config

    config = get_config(
        base_url=api_url,
        user_agent="covgate",
        follow_redirects=False,
        timeout=httpx.Timeout(silence),
        trust_env=False,
        async_transport=transport,
        cache_strategy=MemCacheStrategy(),
        http_cache=False,
        auto_retry=False,
        rest_api_validate_body=False,
    )
    return GitHub(AppAuthStrategy(app_id, private_key), config=config), GitHub(config=config)


def _same_host(url: str, api_url: str) -> bool:
    there, here = urlsplit(url), urlsplit(api_url)
    return (there.scheme, there.netloc) == (here.scheme, here.netloc)


def _answer(request: Request, response: httpx.Response) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status=response.status_code, headers=headers, content=response.content, asked=str(request))

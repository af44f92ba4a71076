"""A scripted GitHub below the forge: what it answers is written in the test, what it was asked is kept."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

APP = 4711

Reply = httpx.Response | Exception | Callable[[httpx.Request], Awaitable[httpx.Response]]


def answer(status: int = 200, body: Any = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body, headers=named)


class ScriptedGitHub(httpx.AsyncBaseTransport):
    """Answers each (method, path) with what was scripted for it, the last answer for ever; tokens it always mints."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self._script: dict[str, list[Reply]] = defaultdict(list)
        self.slept: list[float] = []
        self.minted = 0

    def on(self, call: str, *replies: Reply) -> None:
        """*call* is ``GET /repos/octo/shop/pulls/7``, without the query."""
        self._script[call] += replies

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        call = f"{request.method} {request.url.raw_path.decode().partition('?')[0]}"
        replies = self._script.get(call)
        if replies is None:
            return self._default(request)
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, httpx.Response):
            return httpx.Response(reply.status_code, headers=reply.headers, stream=httpx.ByteStream(reply.content))
        return await reply(request)

    def _default(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/access_tokens"):
            return answer(404, {"message": "Not Found"})
        self.minted += 1
        return a_token(f"token-{self.minted}")

    def asked(self, method: str | None = None) -> list[str]:
        """What was asked, tokens apart: ``GET /repos/octo/shop/pulls/7``."""
        return [
            f"{request.method} {request.url.path}"
            for request in self.requests
            if not request.url.path.endswith("/access_tokens") and method in (None, request.method)
        ]

    def bodies(self, method: str) -> list[Any]:
        """The JSON bodies sent with *method*, tokens apart."""
        return [
            json.loads(request.content)
            for request in self.requests
            if request.method == method and not request.url.path.endswith("/access_tokens")
        ]

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def a_token(value: str, expires_at: str = "2026-11-22T13:00:00Z") -> httpx.Response:
    return answer(201, {"token": value, "expires_at": expires_at, "permissions": {"checks": "write"}})


def pull(number: int = 7, **changes: Any) -> dict[str, Any]:
    """A pull request as GitHub's API tells it, in the fields that matter."""
    pull: dict[str, Any] = {
        "number": number,
        "state": "open",
        "draft": False,
        "user": {"login": "alice"},
        "head": {"ref": "feature", "sha": "a" * 40, "repo": {"id": 99, "owner": {"login": "octo"}}},
        "base": {"ref": "main", "sha": "b" * 40, "repo": {"id": 99, "owner": {"login": "octo"}}},
        "merge_commit_sha": "c" * 40,
        "comments": 2,
    }
    return pull | changes

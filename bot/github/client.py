"""Calls on one repository: token, pace, deadline, and what is tried again.

What is tried again is decided by what GitHub may have done. A refused token did nothing, so the call goes out again
with a better one, whatever its method. A 5xx or a broken connection may have done it: a GET is repeated, a write
never; its job looks up what is there before it writes again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from bot.core.model.commit import Repo
from bot.flows.ports import RateLimited, TooLarge, Unavailable
from bot.github.auth import Token, Tokens
from bot.github.pace import Pace
from bot.github.refusals import Answer, limited, pause_of, refusal
from bot.github.wire import JSON, Request, Wire

Model = TypeVar("Model", bound=BaseModel)

_BACKOFF = (0.2, 0.8)
_PAGE = 100


class Client:
    """GitHub's REST API for the repositories of one App."""

    def __init__(
        self,
        *,
        wire: Wire,
        tokens: Tokens,
        pace: Pace,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._wire = wire
        self._tokens = tokens
        self._pace = pace
        self._now = now
        self._sleep = sleep
        self._clock = monotonic

    async def get(
        self,
        repo: Repo,
        path: str,
        *,
        params: dict[str, str | int] | None = None,
        accept: str = JSON,
        etag: str | None = None,
    ) -> Answer:
        """What is at *path* below *repo*: a 2xx, a 304 where *etag* still holds, or a redirect to another host."""
        request = Request(method="GET", path=below(repo, path), params=params, accept=accept, etag=etag)
        return await self._insist(repo, request)

    async def write(self, repo: Repo, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        """Send *body* to *path* below *repo*, once. ``Unavailable`` leaves open whether GitHub did it."""
        return await self._insist(repo, Request(method=method, path=below(repo, path), body=body))

    async def pages(
        self,
        repo: Repo,
        path: str,
        kind: type[Model],
        *,
        params: dict[str, str | int] | None = None,
        key: str | None = None,
        most: int = 100,
    ) -> list[Model]:
        """The items of every page; *key* names the list in answers that wrap it. Raises ``TooLarge`` for more than
        *most* pages: a part is not taken for the whole.
        """
        found: list[Model] = []
        for page in range(1, most + 1):
            answer = await self.get(repo, path, params={**(params or {}), "per_page": _PAGE, "page": page})
            found += items(answer, kind, key=key)
            if 'rel="next"' not in answer.headers.get("link", ""):
                return found
        raise TooLarge(f"GET {below(repo, path)}: more than {most * _PAGE} items")

    async def _insist(self, repo: Repo, request: Request) -> Answer:
        """Send *request*, again where that is safe and may help. Gives an answer that is no refusal, or raises."""
        call = _Call(left=self._wire.patience.answer, broken=list(_BACKOFF) if request.method == "GET" else [])
        while True:
            try:
                token = await self._tokens.of(repo)
                answer = await self._once(repo, request, token, call)
            except Unavailable:
                if not call.broken or call.left <= 0:
                    raise
                await self._sleep(call.broken.pop(0))
                continue
            if answer.status in (401, 403) and call.fresh and self._tokens.is_fresh(token):
                await self._sleep(call.fresh.pop(0))
            elif answer.status == 401 and not call.renewed:
                self._tokens.drop(repo, token)
                call.renewed = True
            else:
                return _accepted(answer)

    async def _once(self, repo: Repo, request: Request, token: Token, call: _Call) -> Answer:
        """One request. Raises ``Unavailable`` for a 5xx, and ``RateLimited`` after pausing the installation."""
        async with self._pace.turn(repo.installation, write=request.method != "GET"):
            began = self._clock()
            try:
                answer = await self._wire.with_token(request, token.value, within=call.left)
            finally:
                call.left -= self._clock() - began
        if limited(answer):
            settled = self._pace.pause(repo.installation, pause_of(answer, self._now()))
            raise RateLimited(f"{request}: GitHub asked for a pause", retry_after=settled)
        if answer.status >= 500:
            raise refusal(answer)
        self._pace.answered(repo.installation)
        return answer


@dataclass(slots=True)
class _Call:
    """What is left of one call: seconds to wait for GitHub, and the pauses before each further try."""

    left: float
    broken: list[float]
    fresh: list[float] = field(default_factory=lambda: [1.0, 2.0, 4.0])
    renewed: bool = False


def _accepted(answer: Answer) -> Answer:
    redirected = answer.status == 302  # an artifact's address at its blob store
    if answer.status < 300 or answer.status == 304 or redirected:
        return answer
    raise refusal(answer)


def below(repo: Repo, path: str) -> str:
    """The address of *path* (percent-encoded, with a leading slash) in *repo*."""
    return f"/repos/{quote(repo.owner, safe='')}/{quote(repo.name, safe='')}{path}"


def item(answer: Answer, kind: type[Model]) -> Model:
    """The answer as a *kind*. Raises ``Unavailable`` where GitHub's answer has another shape."""
    try:
        return kind.model_validate(answer.json())
    except ValidationError as error:
        raise _misshapen(answer, error) from error


def items(answer: Answer, kind: type[Model], *, key: str | None = None) -> Sequence[Model]:
    """The answer's list, or that under *key*. Raises as ``item``."""
    body = answer.json()
    try:
        listed = _List.model_validate({"items": body[key] if key else body})
        return [kind.model_validate(one) for one in listed.items]
    except (ValidationError, KeyError, TypeError) as error:
        raise _misshapen(answer, error) from error


class _List(BaseModel):
    items: list[Any]


def _misshapen(answer: Answer, error: ValidationError | KeyError | TypeError) -> Unavailable:
    where = ".".join(str(part) for part in error.errors()[0]["loc"]) if isinstance(error, ValidationError) else ""
    return Unavailable(f"{answer.asked}: GitHub's answer is not as described at {where or 'its top'}")

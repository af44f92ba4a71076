"""Installation tokens: for one repository each, with the least that covgate needs, fetched once however many ask.

githubkit would fetch them itself, but fifty first calls at once fetch fifty tokens, and a token that GitHub has not
copied everywhere yet is taken for a refusal. https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from pydantic import BaseModel, ValidationError

from bot.core.model.commit import Repo
from bot.flows.ports import Forbidden, RateLimited, Unavailable
from bot.github.pace import Pace
from bot.github.refusals import Answer, date_of, limited, pause_of, refusal
from bot.github.wire import Request, Wire

PERMISSIONS: Mapping[str, str] = {
    "actions": "read",
    "checks": "write",
    "contents": "read",
    "metadata": "read",
    "pull_requests": "write",
}
"""All that covgate does at GitHub needs no more; the App's manifest asks for the same."""

FRESH = 5.0
"""Seconds in which GitHub may refuse a new token because not all of it has heard of it."""

_EARLY = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A repository's token. *minted* is on the monotonic clock, *lasts* in seconds from there: a machine whose clock
    is wrong takes no token for expired, and none for good.
    """

    value: str
    minted: float
    lasts: float

    def __repr__(self) -> str:
        return "Token(...)"


class _Minted(BaseModel):
    token: str
    expires_at: datetime


class Tokens:
    """The tokens of one App, in memory only."""

    def __init__(
        self, wire: Wire, pace: Pace, *, clock: Callable[[], float] = monotonic, now: Callable[[], datetime]
    ) -> None:
        self._wire = wire
        self._pace = pace
        self._clock = clock
        self._now = now
        self._tokens: dict[tuple[int, int], Token] = {}
        self._minting: dict[int, asyncio.Lock] = {}

    async def of(self, repo: Repo) -> Token:
        """A token for *repo* that is good for five minutes at least. Raises ``Forbidden`` where the App may not act
        there (uninstalled, suspended, a permission not granted), and what every call may raise.
        """
        async with self._minting.setdefault(repo.installation, asyncio.Lock()):
            token = self._tokens.get((repo.installation, repo.id))
            if token is None or self._left(token) < _EARLY:
                token = await self._mint(repo)
                self._tokens = {key: kept for key, kept in self._tokens.items() if self._left(kept) > 0}
                self._tokens[repo.installation, repo.id] = token
            return token

    def _left(self, token: Token) -> float:
        return token.minted + token.lasts - self._clock()

    def is_fresh(self, token: Token) -> bool:
        return self._clock() - token.minted < FRESH

    def drop(self, repo: Repo, token: Token) -> None:
        """Forget *token*, which GitHub no longer takes, unless a newer one has replaced it."""
        if self._tokens.get((repo.installation, repo.id)) is token:
            del self._tokens[repo.installation, repo.id]

    async def _mint(self, repo: Repo) -> Token:
        request = Request(
            method="POST",
            path=f"/app/installations/{repo.installation}/access_tokens",
            body={"repository_ids": [repo.id], "permissions": dict(PERMISSIONS)},
        )
        async with self._pace.turn(repo.installation, write=False):
            answer = await self._wire.as_app(request)
        if answer.status != 201:
            raise self._refused(repo, answer)
        try:
            minted = _Minted.model_validate(answer.json())
        except ValidationError as error:
            raise Unavailable(f"{request}: GitHub's answer is not a token") from error
        expires = minted.expires_at if minted.expires_at.tzinfo else minted.expires_at.replace(tzinfo=UTC)
        lasts = (expires - date_of(answer, self._now())).total_seconds()
        return Token(value=minted.token, minted=self._clock(), lasts=lasts)

    def _refused(self, repo: Repo, answer: Answer) -> Exception:
        """404: uninstalled; 403: suspended; 422: a permission that was not granted; 401: not the App's key."""
        if limited(answer):
            settled = self._pace.pause(repo.installation, pause_of(answer, self._now()))
            return RateLimited(f"{answer.asked}: GitHub asked for a pause", retry_after=settled)
        error = refusal(answer)
        return error if error.retryable else Forbidden(f"no token for {repo.full_name}: {error}")

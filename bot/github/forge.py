"""GitHub as the flows see it: ``GitHubForge`` is the ``Forge`` port over a GitHub App."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import httpx

from bot.core.model.commit import PullRequest, Repo
from bot.core.model.evidence import Job
from bot.flows.ports import Artifact, CheckRun, Comment, Commit, File, PatchFiles, Run, Unchanged
from bot.github import comments, commits, deliveries, patches, pulls, repositories, runs
from bot.github.archives import Archives
from bot.github.auth import Tokens
from bot.github.checks import Checks, find_check
from bot.github.client import Client
from bot.github.pace import Pace
from bot.github.transport import SharedTransport, pool, trust
from bot.github.wire import Patience, Wire

LARGEST_ANSWER = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAccess:
    """Which App covgate is, at which GitHub, and how it gets there. *private_key* is PEM text."""

    app_id: int
    private_key: str = field(repr=False)
    api_url: str = "https://api.github.com"
    proxy: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None
    patience: Patience = field(default_factory=Patience)
    write_interval: float = 1.0


class GitHubForge:
    """``bot.flows.ports.Forge`` at GitHub. Everything it does, it does on the event loop that first calls it; close
    it there. *api* and *blobs* are the ways to GitHub and to its blob store, where they are not the network.
    """

    def __init__(
        self,
        access: AppAccess,
        *,
        api: httpx.AsyncBaseTransport | None = None,
        blobs: httpx.AsyncBaseTransport | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._app_id = access.app_id
        if api is None or blobs is None:
            context = trust(access.ca_bundle)
            api = api or pool(context, proxy=access.proxy)
            blobs = blobs or pool(context, proxy=access.proxy)
        self._wire = Wire(
            api_url=access.api_url,
            app_id=access.app_id,
            private_key=access.private_key,
            transport=SharedTransport(api, limit=LARGEST_ANSWER),
            patience=access.patience,
        )
        pace = Pace(interval=access.write_interval, sleep=sleep)
        tokens = Tokens(self._wire, pace, now=now)
        self._client = Client(wire=self._wire, tokens=tokens, pace=pace, now=now, sleep=sleep)
        self._checks = Checks(self._client)
        self._archives = Archives(self._client, blobs, api_url=access.api_url, patience=access.patience)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._archives.close()
        await self._wire.close()

    async def repository(self, repo: Repo) -> Repo:
        return await repositories.repository(self._client, repo)

    async def pull_request(self, repo: Repo, number: int) -> PullRequest:
        return await pulls.pull_request(self._client, repo, number)

    async def pull_requests(self, repo: Repo, *, head_owner: str, head_ref: str) -> list[PullRequest]:
        return await pulls.open_pulls_of(self._client, repo, head_owner=head_owner, head_ref=head_ref)

    async def runs(self, repo: Repo, head_sha: str) -> list[Run]:
        return await runs.runs(self._client, repo, head_sha)

    async def jobs(self, repo: Repo, run: Run) -> list[Job]:
        return await runs.jobs(self._client, repo, run)

    async def artifacts(self, repo: Repo, run_id: int) -> list[Artifact]:
        return await runs.artifacts(self._client, repo, run_id)

    async def download(self, repo: Repo, artifact: Artifact, to: Path, *, limit: int) -> None:
        await self._archives.download(repo, artifact, to, limit=limit)

    async def commit(self, repo: Repo, sha: str) -> Commit:
        return await commits.commit(self._client, repo, sha)

    async def merge_base(self, repo: Repo, base: str, head: str) -> str:
        return await commits.merge_base(self._client, repo, base, head)

    async def ancestors(self, repo: Repo, sha: str, *, limit: int) -> list[str]:
        return await commits.ancestors(self._client, repo, sha, limit=limit)

    async def diff(self, repo: Repo, base: str, head: str) -> bytes:
        return await commits.diff(self._client, repo, base, head)

    async def files(self, repo: Repo, sha: str) -> frozenset[str] | None:
        return await commits.files(self._client, repo, sha)

    async def patch_files(self, repo: Repo, number: int) -> PatchFiles:
        return patches.assemble(await pulls.files_of(self._client, repo, number))

    async def file(self, repo: Repo, path: str, ref: str, *, etag: str | None = None) -> File | Unchanged | None:
        return await commits.file(self._client, repo, path, ref, etag=etag)

    async def find_check(self, repo: Repo, head_sha: str, name: str) -> int | None:
        return await find_check(self._client, repo, head_sha, name, app_id=self._app_id)

    async def create_check(self, repo: Repo, check: CheckRun) -> int:
        return await self._checks.create(repo, check)

    async def update_check(self, repo: Repo, check_id: int, check: CheckRun) -> int:
        return await self._checks.update(repo, check_id, check)

    async def comment(self, repo: Repo, comment_id: int) -> Comment:
        return await comments.comment(self._client, repo, comment_id)

    async def own_comments(self, repo: Repo, number: int) -> list[Comment]:
        return await comments.comments_by(self._client, repo, number, app_id=self._app_id)

    async def create_comment(self, repo: Repo, number: int, body: str) -> int:
        return await comments.create_comment(self._client, repo, number, body)

    async def update_comment(self, repo: Repo, comment_id: int, body: str) -> None:
        await comments.update_comment(self._client, repo, comment_id, body)

    async def delete_comment(self, repo: Repo, comment_id: int) -> None:
        await comments.delete_comment(self._client, repo, comment_id)

    async def permission(self, repo: Repo, user: str) -> str:
        return await pulls.permission(self._client, repo, user)

    async def react(self, repo: Repo, comment_id: int, content: str) -> None:
        await comments.react(self._client, repo, comment_id, content)

    async def lost_deliveries(self, *, since: datetime) -> list[int]:
        return await deliveries.lost_deliveries(self._wire, since=since)

    async def redeliver(self, delivery_id: int) -> None:
        await deliveries.redeliver(self._wire, delivery_id)

"""The policy in force: the file at the tip of the base branch, never the pull request's own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from bot.core.model.commit import Repo
from bot.core.model.errors import PolicyError, Problem
from bot.core.model.policy import Policy
from bot.core.parse.policy import parse_policy
from bot.flows.edges import Edges
from bot.flows.ports import CachedPolicy, TooLarge, Unchanged

POLICY_PATH = ".github/covgate.yml"

FRESH = timedelta(minutes=10)
"""How long a policy is believed without asking; a push to its branch ends that at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """*policy* as it judges, or the *problem* that keeps it from judging. *exists* tells a file from the default."""

    policy: Policy
    problem: Problem | None = None
    sha256: str | None = None
    commit: str | None = None
    exists: bool = True


async def rules_of(edges: Edges, repo: Repo, ref: str) -> Rules:
    """What judges changes to the branch *ref*."""
    cached = await edges.history.policy(repo.id, ref)
    if cached is None or edges.clock.now() - cached.read_at >= FRESH:
        try:
            cached = await _read(edges, repo, ref, cached)
        except TooLarge as error:
            return Rules(policy=Policy(), problem=Problem(path=POLICY_PATH, reason=str(error)))
        await edges.history.keep_policy(repo.id, ref, cached)
    return _parsed(cached.content, cached.commit, default=Policy(mode=edges.default_mode))


async def preview(edges: Edges, repo: Repo, head_sha: str) -> Rules | None:
    """The policy that a change would bring, for a repository that has none yet; ``None`` where it brings none."""
    file = await edges.forge.file(repo, POLICY_PATH, head_sha)
    if file is None or isinstance(file, Unchanged):
        return None
    return _parsed(file.content, file.blob_sha, default=Policy())


async def _read(edges: Edges, repo: Repo, ref: str, cached: CachedPolicy | None) -> CachedPolicy:
    now = edges.clock.now()
    file = await edges.forge.file(repo, POLICY_PATH, ref, etag=cached.etag if cached else None)
    if isinstance(file, Unchanged) and cached is not None:
        return CachedPolicy(content=cached.content, etag=cached.etag, commit=cached.commit, read_at=now)
    if file is None or isinstance(file, Unchanged):
        return CachedPolicy(content=None, etag=None, commit=None, read_at=now)
    return CachedPolicy(content=file.content, etag=file.etag, commit=file.blob_sha, read_at=now)


def _parsed(content: bytes | None, commit: str | None, *, default: Policy) -> Rules:
    if content is None:
        return Rules(policy=default, exists=False)
    digest = hashlib.sha256(content).hexdigest()
    try:
        return Rules(policy=parse_policy(content), sha256=digest, commit=commit)
    except PolicyError as error:
        return Rules(policy=Policy(), problem=error.at(POLICY_PATH), sha256=digest, commit=commit)

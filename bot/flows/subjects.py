"""Whom a head commit concerns, asked of the forge now: open pull requests with that head, and base branches it was
pushed to. A delivery's word is only where to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.model.commit import PullRequest, Repo
from bot.flows.edges import Edges
from bot.flows.ports import NotFound, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A pull request, or (*pull* is ``None``) a push to the base branch *base_ref*."""

    base_ref: str
    pull: PullRequest | None = None


async def subjects(edges: Edges, repo: Repo, head_sha: str, runs: Sequence[Run]) -> list[Subject]:
    """Every subject of *head_sha*; the strictest of their verdicts stands on the commit."""
    pulls = await _pulls(edges, repo, head_sha, runs)
    found = [Subject(base_ref=pull.base_ref, pull=pull) for pull in pulls]
    for branch in sorted({run.head_branch for run in runs if _is_own_push(run, repo)}):
        base = branch == repo.default_branch or bool(await edges.history.pulls_onto(repo.id, branch))
        found += [Subject(base_ref=branch)] if base else []
    return found


def _is_own_push(run: Run, repo: Repo) -> bool:
    """A fork may name its branch ``main`` and push there: the head repository's id tells them apart."""
    return run.event == "push" and run.head_repo_id == repo.id


async def _pulls(edges: Edges, repo: Repo, head_sha: str, runs: Sequence[Run]) -> list[PullRequest]:
    """Open pull requests whose head is *head_sha* at this moment, each read from the forge by its number."""
    found: dict[int, PullRequest] = {}
    for tracked in await edges.history.pulls(repo.id, head_sha):
        try:
            found[tracked.number] = await edges.forge.pull_request(repo, tracked.number)
        except NotFound:
            continue
    if not found:
        for owner, branch in sorted({(run.head_owner, run.head_branch) for run in runs if run.head_owner is not None}):
            if owner and branch and not (owner == repo.owner and branch == repo.default_branch):
                pulls = await edges.forge.pull_requests(repo, head_owner=owner, head_ref=branch)
                found |= {pull.number: pull for pull in pulls}
    current = [pull for pull in found.values() if pull.open and pull.head_sha == head_sha]
    return sorted(current, key=lambda pull: pull.number)

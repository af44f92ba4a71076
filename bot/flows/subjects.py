"""Whom a head commit concerns, asked of the forge now: open pull requests with that head, and base branches it was
pushed to. A delivery's word is only where to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.model.commit import PullRequest, Repo
from bot.flows.edges import Edges
from bot.flows.ports import NotFound, Run, TrackedPull
from bot.flows.receive import check_job


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Something to judge a head for, onto *base_ref*: a pull request, or, where *pull* is ``None``, a push to that
    branch or a merge group on its way there. *event* is what its workflow runs are started by.
    """

    base_ref: str
    event: str
    pull: PullRequest | None = None

    @property
    def is_push(self) -> bool:
        return self.event == "push"


async def subjects(edges: Edges, repo: Repo, head_sha: str, runs: Sequence[Run]) -> list[Subject]:
    """Every subject of *head_sha*; the strictest of their verdicts stands on the commit.

    A branch that pull requests are stacked on is a base branch too, but its own pull request judges it.
    """
    pulls = await _pulls(edges, repo, head_sha, runs)
    found = [Subject(base_ref=pull.base_ref, event="pull_request", pull=pull) for pull in pulls]
    for branch in sorted({run.head_branch for run in runs if _is_own(run, repo, "push")}):
        stacked = not pulls and bool(await edges.history.pulls_onto(repo.id, branch))
        if branch == repo.default_branch or stacked:
            found.append(Subject(base_ref=branch, event="push"))
    queued = {_queued_onto(run.head_branch) for run in runs if _is_own(run, repo, "merge_group")} - {None}
    return found + [Subject(base_ref=branch, event="merge_group") for branch in sorted(filter(None, queued))]


def _queued_onto(branch: str) -> str | None:
    """The base branch of ``gh-readonly-queue/BASE/pr-N-SHA``; BASE may hold slashes."""
    prefix, _, rest = branch.partition("/")
    base, _, group = rest.rpartition("/")
    return base if prefix == "gh-readonly-queue" and group.startswith("pr-") and base else None


def _is_own(run: Run, repo: Repo, event: str) -> bool:
    """A fork may name its branch ``main`` and push there: the head repository's id tells them apart."""
    return run.event == event and run.head_repo_id == repo.id


async def _pulls(edges: Edges, repo: Repo, head_sha: str, runs: Sequence[Run]) -> list[PullRequest]:
    """Open pull requests whose head is *head_sha* at this moment, each read from the forge by its number."""
    found: dict[int, PullRequest] = {}
    for tracked in await edges.history.pulls(repo.id, head_sha):
        try:
            found[tracked.number] = await edges.forge.pull_request(repo, tracked.number)
        except NotFound:
            continue
        await _corrected(edges, repo, tracked, found[tracked.number])
    if not found:
        for owner, branch in sorted({(run.head_owner, run.head_branch) for run in runs if run.head_owner is not None}):
            if owner and branch and not (owner == repo.owner and branch == repo.default_branch):
                pulls = await edges.forge.pull_requests(repo, head_owner=owner, head_ref=branch)
                found |= {pull.number: pull for pull in pulls}
    current = [pull for pull in found.values() if pull.open and pull.head_sha == head_sha]
    return sorted(current, key=lambda pull: pull.number)


async def _corrected(edges: Edges, repo: Repo, tracked: TrackedPull, pull: PullRequest) -> None:
    """A late delivery may have told of an older head: the index follows the forge, and the newer head is judged."""
    if pull.head_sha == tracked.head_sha and pull.open == tracked.open and pull.base_ref == tracked.base_ref:
        return
    now = TrackedPull(number=pull.number, head_sha=pull.head_sha, base_ref=pull.base_ref, open=pull.open)
    await edges.history.remember_pull(repo.id, now)
    if pull.open and pull.head_sha != tracked.head_sha:
        await edges.jobs.want([check_job(repo.id, pull.head_sha)])

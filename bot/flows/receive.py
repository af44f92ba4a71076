"""A delivery was accepted: which heads does it touch? Deliveries leave the inbox in the same transaction that asks
for the work, so none is lost between the two.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bot.core.model.commit import EMPTY_SHA
from bot.flows.edges import Edges
from bot.flows.failpoints import failpoint
from bot.flows.hints import (
    BranchPushed,
    CommandGiven,
    HeadTouched,
    Hint,
    InstallationGone,
    Nothing,
    RepoChanged,
    RepoGone,
)
from bot.flows.ports import Delivery, JobKey
from bot.flows.publish import say_again
from bot.flows.repositories import Repositories

log = logging.getLogger(__name__)

BATCH = 64


async def receive(edges: Edges) -> int:
    """Understand what waits in the inbox and ask for its work. Gives how many deliveries were handled."""
    deliveries = await edges.inbox.pending(limit=BATCH)
    if not deliveries:
        return 0
    wanted: dict[JobKey, None] = {}
    repositories = Repositories(edges)
    for delivery in deliveries:
        for hint in _hints(edges, delivery):
            wanted.update(dict.fromkeys(await _note(edges, repositories, hint)))
    failpoint("receive.understood")
    await edges.jobs.want(list(wanted), handled=[delivery.id for delivery in deliveries])
    return len(deliveries)


def _hints(edges: Edges, delivery: Delivery) -> Sequence[Hint]:
    """A delivery that makes no sense is dropped with a line in the log: GitHub signed it, so it is no attack to
    report, and keeping it would stop all that follow.
    """
    try:
        return edges.understand(delivery)
    except ValueError as error:
        log.warning("delivery %s (%s) was not understood: %s", delivery.id, delivery.event, error)
        return ()


async def _note(edges: Edges, repositories: Repositories, hint: Hint) -> list[JobKey]:
    """Keep what *hint* tells of names and pull requests; give the jobs that it asks for."""
    match hint:
        case HeadTouched():
            await repositories.heard_of(hint.repo)
            if hint.pull is not None:
                await edges.history.remember_pull(hint.repo.id, hint.pull)
            if hint.again:
                await say_again(edges, hint.repo, hint.head_sha)
            return [check_job(hint.repo.id, hint.head_sha)]
        case CommandGiven():
            await repositories.heard_of(hint.repo)
            return [JobKey(kind="command", repo_id=hint.repo.id, subject=f"{hint.number}:{hint.comment_id}")]
        case BranchPushed():
            await repositories.heard_of(hint.repo)
            await edges.history.drop_policy(hint.repo.id, hint.branch)
            gone = hint.deleted or hint.after == EMPTY_SHA
            return [] if gone else [check_job(hint.repo.id, hint.after)]
        case RepoChanged():
            await repositories.changed(hint.repo)
        case RepoGone():
            await edges.history.forget_repo(hint.repo_id)
        case InstallationGone():
            await edges.history.forget_installation(hint.installation)
        case Nothing():
            log.debug("nothing to do: %s", hint.reason)
    return []


def check_job(repo_id: int, head_sha: str) -> JobKey:
    """The one job that judges *head_sha*."""
    return JobKey(kind="check", repo_id=repo_id, subject=head_sha)

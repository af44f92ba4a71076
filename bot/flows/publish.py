"""Say it once: every effect has a stable key and is looked up before it is created.

After a crash anywhere there is one check run and one comment. Creating has no idempotency key at GitHub, so "once"
is "converge to one": a comment that slipped in twice is removed on the next pass.
"""

from __future__ import annotations

import hashlib
import hmac

import msgspec

from bot.core.model.commit import PullRequest, Repo
from bot.flows.edges import Edges
from bot.flows.failpoints import failpoint
from bot.flows.ports import CheckRun, Comment, NotFound

CHECK_NAME = "covgate"


async def publish_check(edges: Edges, repo: Repo, check: CheckRun) -> None:
    """Make the check run of ``check.head_sha`` say *check*; nothing is sent where it says so already."""
    key = f"check:{repo.id}:{check.head_sha}:{check.name}"
    digest = hashlib.sha256(msgspec.json.encode(check)).hexdigest()
    effect = await edges.outbox.effect(key)
    if effect is not None and effect.digest == digest:
        return
    known = effect.remote_id if effect else None
    if effect is not None and known is None:
        known = await edges.forge.find_check(repo, check.head_sha, check.name)
    if known is None:
        await edges.outbox.begin(key)
        failpoint("publish.check_begun")
        known = await edges.forge.create_check(repo, check)
    else:
        known = await edges.forge.update_check(repo, known, check)
    failpoint("publish.check_sent")
    await edges.outbox.done(key, remote_id=known, digest=digest)
    failpoint("publish.check_done")


def marker(edges: Edges, repo: Repo, number: int) -> str:
    """The hidden line by which our comment on a pull request is known; nobody else can make it."""
    signed = f"comment:{repo.id}:{number}".encode()
    return f"<!-- covgate:{hmac.new(edges.marker_key, signed, hashlib.sha256).hexdigest()[:40]} -->"


def comment_key(repo: Repo, number: int) -> str:
    return f"comment:{repo.id}:{number}"


async def has_comment(edges: Edges, repo: Repo, number: int) -> bool:
    """Whether covgate has spoken on this pull request before."""
    return await edges.outbox.effect(comment_key(repo, number)) is not None


async def publish_comment(edges: Edges, repo: Repo, pull: PullRequest, body: str) -> None:
    """Make our one comment on *pull* say *body*, which holds the marker."""
    key = comment_key(repo, pull.number)
    digest = hashlib.sha256(body.encode()).hexdigest()
    effect = await edges.outbox.effect(key)
    if effect is not None and effect.digest == digest:
        return
    known = effect.remote_id if effect else None
    if known is not None and not await _update(edges, repo, known, body):
        known = None  # a person deleted it: written once more
    elif known is None:
        known = await _found(edges, repo, pull, body, first=effect is None)
    if known is None:
        await edges.outbox.begin(key)
        failpoint("publish.comment_begun")
        known = await edges.forge.create_comment(repo, pull.number, body)
    failpoint("publish.comment_sent")
    await edges.outbox.done(key, remote_id=known, digest=digest)
    failpoint("publish.comment_done")


async def _found(edges: Edges, repo: Repo, pull: PullRequest, body: str, *, first: bool) -> int | None:
    """Our comment from before a crash or a lost database, updated; later twins of it are deleted."""
    if first and pull.comments == 0:
        return None  # the pull request has no comment at all: nothing to look for
    ours = await _ours(edges, repo, pull.number)
    for twin in ours[1:]:
        await edges.forge.delete_comment(repo, twin.id)
    return ours[0].id if ours and await _update(edges, repo, ours[0].id, body) else None


async def _ours(edges: Edges, repo: Repo, number: int) -> list[Comment]:
    mark = marker(edges, repo, number)
    comments = await edges.forge.own_comments(repo, number)
    return sorted((comment for comment in comments if mark in comment.body), key=lambda comment: comment.id)


async def _update(edges: Edges, repo: Repo, comment_id: int, body: str) -> bool:
    try:
        await edges.forge.update_comment(repo, comment_id, body)
    except NotFound:
        return False
    return True


async def say_again(edges: Edges, repo: Repo, head_sha: str, number: int | None = None) -> None:
    """Forget what the check run of *head_sha* and the comment on pull request *number* said last, so that the next
    answer is sent whatever it is: a person asked, or GitHub reset them.
    """
    keys = [f"check:{repo.id}:{head_sha}:{CHECK_NAME}"]
    if number is not None:
        keys.append(comment_key(repo, number))
    for key in keys:
        await edges.outbox.forget(key)

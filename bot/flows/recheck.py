"""A person said something on a pull request: who may, and what then."""

from __future__ import annotations

import logging

from bot.core.model.command import Accept, Command, Help, IncompleteCommand, Override, Recheck, UnknownCommand
from bot.core.model.commit import PullRequest, Repo
from bot.core.parse.command import parse_commands
from bot.core.render.sentences import help_text, incomplete_command, unknown_command, unserved_command
from bot.flows.edges import Edges
from bot.flows.ports import Comment, ForgeError, NotFound, TrackedPull
from bot.flows.publish import say_again
from bot.flows.receive import check_job

log = logging.getLogger(__name__)

MAY_RECHECK = frozenset({"triage", "write", "maintain", "admin"})


async def command(edges: Edges, repo_id: int, subject: str) -> None:
    """Do what the comment ``number:comment_id`` asks, or refuse it visibly."""
    repo = await edges.history.repo(repo_id)
    if repo is None:
        return
    number, comment_id = (int(part) for part in subject.split(":"))
    try:
        comment = await edges.forge.comment(repo, comment_id)
        pull = await edges.forge.pull_request(repo, number)
    except NotFound:
        return  # deleted since
    if comment.app_id is not None or not pull.open:
        return
    asked = parse_commands(comment.body)
    if asked and not await _may_ask(edges, repo, pull, comment.author):
        await _react(edges, repo, comment, "confused")
        return
    for one in asked:
        await _obey(edges, repo, pull, comment, one)


async def _obey(edges: Edges, repo: Repo, pull: PullRequest, comment: Comment, asked: Command) -> None:
    match asked:
        case Recheck():
            await _recheck(edges, repo, pull, comment)
        case Help():
            await _reply(edges, repo, pull, comment, help_text())
        case UnknownCommand():
            await _reply(edges, repo, pull, comment, unknown_command(asked.name))
        case IncompleteCommand():
            await _reply(edges, repo, pull, comment, incomplete_command(asked.name, asked.missing))
        case Override():
            await _reply(edges, repo, pull, comment, unserved_command("override"))
        case Accept():
            await _reply(edges, repo, pull, comment, unserved_command("accept"))


async def _recheck(edges: Edges, repo: Repo, pull: PullRequest, comment: Comment) -> None:
    """Ask again, reading the policy anew and saying the answer even where it is the same."""
    await _react(edges, repo, comment, "eyes")
    await edges.history.drop_policy(repo.id, pull.base_ref)
    await edges.history.remember_pull(
        repo.id, TrackedPull(number=pull.number, head_sha=pull.head_sha, base_ref=pull.base_ref, open=True)
    )
    await say_again(edges, repo, pull.head_sha, pull.number)
    await edges.jobs.want([check_job(repo.id, pull.head_sha)])
    await _react(edges, repo, comment, "+1")


async def _may_ask(edges: Edges, repo: Repo, pull: PullRequest, author: str) -> bool:
    """The author of the pull request, or a collaborator who may triage. When that cannot be learnt: no."""
    if author == pull.author:
        return True
    try:
        return await edges.forge.permission(repo, author) in MAY_RECHECK
    except ForgeError as error:
        if error.retryable:
            raise
        return False


async def _reply(edges: Edges, repo: Repo, pull: PullRequest, comment: Comment, text: str) -> None:
    """Answer a comment once, however often its job runs."""
    key = f"reply:{repo.id}:{comment.id}"
    if await edges.outbox.effect(key) is not None:
        return
    await edges.outbox.begin(key)
    answer = await edges.forge.create_comment(repo, pull.number, text)
    await edges.outbox.done(key, remote_id=answer, digest="")


async def _react(edges: Edges, repo: Repo, comment: Comment, content: str) -> None:
    """A reaction is a courtesy: failing to place it stops nothing."""
    try:
        await edges.forge.react(repo, comment.id, content)
    except ForgeError as error:
        log.info("no reaction on comment %d: %s", comment.id, error)

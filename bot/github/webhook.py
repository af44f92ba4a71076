"""Deliveries: is it GitHub's, and what does it hint at?

The signature covers the body alone: neither the event's name nor the delivery's id can be believed, and an old body
can be sent again. So a delivery only says where to look; what is true is then asked of GitHub.
https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from bot.core.model.commit import EMPTY_SHA, Repo
from bot.core.model.errors import CovgateError
from bot.core.parse.command import parse_commands
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
from bot.flows.ports import Delivery, TrackedPull
from bot.github.payloads import (
    CheckRunEvent,
    CheckSuiteEvent,
    InstallationEvent,
    InstallationRepositoriesEvent,
    IssueCommentEvent,
    MergeGroupEvent,
    PullRequestEvent,
    PushEvent,
    RepositoryEvent,
    RepositoryScoped,
    WorkflowRunEvent,
)

_SIGNATURE = re.compile(r"sha256=(?P<digest>[0-9a-f]{64})", re.ASCII)
_BRANCH = "refs/heads/"


class Misunderstood(CovgateError, ValueError):
    """A delivery whose body is not what its event's name says."""


def verify(secrets: Sequence[bytes], body: bytes, header: str | None) -> bool:
    """Whether *header*, the one ``X-Hub-Signature-256``, is the SHA-256 signature of *body* under one of *secrets*
    (two while they are being changed). SHA-1 is not taken.
    """
    match = _SIGNATURE.fullmatch(header) if header is not None else None
    if match is None:
        return False
    digests = [hmac.new(secret, body, hashlib.sha256).hexdigest() for secret in secrets]
    return any([hmac.compare_digest(digest, match["digest"]) for digest in digests])  # noqa: C419 - all, in equal time


def understand(delivery: Delivery) -> list[Hint]:
    """What *delivery* hints at. Raises ``Misunderstood`` for a body that does not belong to its event."""
    reader = _READERS.get(delivery.event)
    if reader is None:
        return [Nothing(reason=f"{delivery.event} concerns nothing here")]
    try:
        body = json.loads(delivery.body)
    except (ValueError, RecursionError) as error:
        form = delivery.body.startswith(b"payload=")
        reason = "a form; set the webhook's content type to application/json" if form else "no JSON"
        raise Misunderstood(f"the body is {reason}") from error
    try:
        return reader(body)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise Misunderstood(f"the body is no {delivery.event} event: see its {where or 'top'}") from error


def _pull_request(body: Any) -> list[Hint]:
    event = PullRequestEvent.model_validate(body)
    retargeted = event.action == "edited" and "base" in event.changes
    if event.action not in _PULL_ACTIONS and not retargeted:
        return [_uninteresting("pull_request", event.action)]
    pull = TrackedPull(
        number=event.pull_request.number,
        head_sha=event.pull_request.head.sha,
        base_ref=event.pull_request.base.ref,
        open=event.pull_request.state == "open",
    )
    return _of_repo(event, lambda repo: HeadTouched(repo=repo, head_sha=pull.head_sha, pull=pull))


_PULL_ACTIONS = frozenset({"opened", "synchronize", "reopened", "ready_for_review", "converted_to_draft", "closed"})


def _workflow_run(body: Any) -> list[Hint]:
    event = WorkflowRunEvent.model_validate(body)
    return _of_repo(event, lambda repo: HeadTouched(repo=repo, head_sha=event.workflow_run.head_sha))


def _check_run(body: Any) -> list[Hint]:
    """Only the App that made a check run is sent ``rerequested`` and ``requested_action`` of it."""
    event = CheckRunEvent.model_validate(body)
    if event.action not in ("rerequested", "requested_action"):
        return [_uninteresting("check_run", event.action)]
    return _of_repo(event, lambda repo: HeadTouched(repo=repo, head_sha=event.check_run.head_sha, again=True))


def _check_suite(body: Any) -> list[Hint]:
    event = CheckSuiteEvent.model_validate(body)
    if event.action != "rerequested":
        return [_uninteresting("check_suite", event.action)]
    return _of_repo(event, lambda repo: HeadTouched(repo=repo, head_sha=event.check_suite.head_sha, again=True))


def _merge_group(body: Any) -> list[Hint]:
    event = MergeGroupEvent.model_validate(body)
    if event.action != "checks_requested":
        return [_uninteresting("merge_group", event.action)]
    return _of_repo(event, lambda repo: HeadTouched(repo=repo, head_sha=event.merge_group.head_sha))


def _issue_comment(body: Any) -> list[Hint]:
    """A command counts when it is written, by a person, on an open pull request; an edit or another bot gives none."""
    event = IssueCommentEvent.model_validate(body)
    author = event.comment.user
    if event.action != "created":
        return [_uninteresting("issue_comment", event.action)]
    if event.issue.pull_request is None or event.issue.state != "open":
        return [Nothing(reason="a comment on no open pull request")]
    if author is None or author.type != "User" or author.login.endswith("[bot]"):
        return [Nothing(reason="a comment by no person")]
    if not parse_commands(event.comment.body or ""):
        return [Nothing(reason="a comment without a command")]
    return _of_repo(
        event,
        lambda repo: CommandGiven(
            repo=repo, number=event.issue.number, comment_id=event.comment.id, author=author.login
        ),
    )


def _push(body: Any) -> list[Hint]:
    event = PushEvent.model_validate(body)
    if not event.ref.startswith(_BRANCH):
        return [Nothing(reason="a push of no branch")]
    deleted = event.deleted or event.after.startswith(EMPTY_SHA)
    return _of_repo(
        event,
        lambda repo: BranchPushed(
            repo=repo,
            branch=event.ref.removeprefix(_BRANCH),
            before=event.before,
            after=event.after,
            deleted=deleted,
        ),
    )


def _repository(body: Any) -> list[Hint]:
    event = RepositoryEvent.model_validate(body)
    if event.action == "deleted":
        return [RepoGone(repo_id=event.repository.id)]
    return _of_repo(event, lambda repo: RepoChanged(repo=repo))


def _installation(body: Any) -> list[Hint]:
    event = InstallationEvent.model_validate(body)
    if event.action in ("deleted", "suspend"):
        return [InstallationGone(installation=event.installation.id)]
    return [Nothing(reason="an installation's repositories are learnt from their own events")]


def _installation_repositories(body: Any) -> list[Hint]:
    event = InstallationRepositoriesEvent.model_validate(body)
    gone: list[Hint] = [RepoGone(repo_id=repository.id) for repository in event.repositories_removed]
    return gone or [Nothing(reason="added repositories are learnt from their own events")]


def _of_repo(event: RepositoryScoped, hint: Callable[[Repo], Hint]) -> list[Hint]:
    """*hint* for the event's repository. Without an installation nothing can be asked about it: such a delivery came
    from a repository's own webhook, not from the App's.
    """
    if event.installation is None:
        return [Nothing(reason="the delivery names no installation of the App")]
    repository = event.repository
    repo = Repo(
        id=repository.id,
        owner=repository.owner.login,
        name=repository.name,
        private=repository.private,
        default_branch=repository.default_branch,
        installation=event.installation.id,
    )
    return [hint(repo)]


def _uninteresting(event: str, action: str) -> Nothing:
    return Nothing(reason=f"{event}.{action[:40]} changes no verdict")


_READERS: Mapping[str, Callable[[Any], list[Hint]]] = {
    "check_run": _check_run,
    "check_suite": _check_suite,
    "installation": _installation,
    "installation_repositories": _installation_repositories,
    "issue_comment": _issue_comment,
    "merge_group": _merge_group,
    "pull_request": _pull_request,
    "push": _push,
    "repository": _repository,
    "workflow_run": _workflow_run,
}

EVENTS = frozenset(_READERS)
"""The events that the App subscribes to, or is always sent; a delivery of any other is not kept."""

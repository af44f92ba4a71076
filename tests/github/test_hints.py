"""What deliveries hint at, on GitHub's own payloads and on bodies that are not what they are called."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.core.model.commit import Repo
from bot.flows.hints import (
    BranchPushed,
    CommandGiven,
    HeadTouched,
    InstallationGone,
    Nothing,
    RepoChanged,
    RepoGone,
)
from bot.flows.ports import Delivery, TrackedPull
from bot.github.webhook import EVENTS, Misunderstood, understand

REPO = Repo(id=99, owner="octo", name="shop", private=True, default_branch="main", installation=7)
HEAD, BASE = "a" * 40, "b" * 40


def hints(event: str, body: str):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return understand(Delivery(id="guid", event=event, body=raw, received_at=datetime.now(UTC)))


def payload(action: str | None = None, **parts: Any):
    body = {
        "repository": {
            "id": 99,
            "name": "shop",
            "full_name": "octo/shop",
            "owner": {"login": "octo", "type": "Organization"},
            "private": True,
            "default_branch": "main",
        },
        "installation": {"id": 7},
        "sender": {"login": "alice", "type": "User"},
    }
    return body | ({"action": action} if action else {}) | parts


def pull_request(**changes: Any):
    return {"number": 7, "state": "open", "head": {"sha": HEAD}, "base": {"ref": "main"}} | changes


def comment(body: str = "/recheck", login: str = "alice", kind: str = "User"):
    return {"id": 5, "body": body, "user": {"login": login, "type": kind}}


ON_PULL = {"number": 7, "state": "open", "pull_request": {"url": "x"}}
TRACKED = TrackedPull(number=7, head_sha=HEAD, base_ref="main", open=True)


@pytest.mark.parametrize(
    "action", ["opened", "synchronize", "reopened", "ready_for_review", "converted_to_draft", "closed"]
)
def test_a_pull_request_that_moves_touches_its_head(action: str):
    """Its number, head and base are noted, to be asked for again."""
    (hint,) = hints("pull_request", payload(action, pull_request=pull_request()))
    assert hint == HeadTouched(repo=REPO, head_sha=HEAD, pull=TRACKED)


def test_T06_a_retargeted_pull_request_touches_its_head_and_a_new_title_does_not():
    """Another base branch is another policy; another title is nothing."""
    retargeted = payload("edited", pull_request=pull_request(base={"ref": "lax"}), changes={"base": {"ref": {}}})
    (hint,) = hints("pull_request", retargeted)
    assert isinstance(hint, HeadTouched)
    assert hint.pull is not None
    assert hint.pull.base_ref == "lax"
    (hint,) = hints("pull_request", payload("edited", pull_request=pull_request(), changes={"title": {"from": "x"}}))
    assert isinstance(hint, Nothing)


@pytest.mark.parametrize("action", ["requested", "in_progress", "completed"])
def test_a_run_touches_the_head_that_github_names(action: str):
    """Whatever its conclusion; which pull requests it belongs to is asked, not read."""
    (hint,) = hints("workflow_run", payload(action, workflow_run={"head_sha": HEAD, "pull_requests": []}))
    assert hint == HeadTouched(repo=REPO, head_sha=HEAD)


@pytest.mark.parametrize(
    ("event", "action"),
    [("check_run", "rerequested"), ("check_run", "requested_action"), ("check_suite", "rerequested")],
)
def test_asking_again_is_heard(event: str, action: str):
    """A click on "Re-run" at a check or at all of them: the answer is wanted even where it is the same."""
    (hint,) = hints(event, payload(action, **{event: {"head_sha": HEAD}}))
    assert hint == HeadTouched(repo=REPO, head_sha=HEAD, again=True)


@pytest.mark.parametrize("action", ["created", "completed"])
def test_our_own_check_runs_come_back_as_nothing(action: str):
    """Else each answer would ask for the next."""
    (hint,) = hints("check_run", payload(action, check_run={"head_sha": HEAD}))
    assert isinstance(hint, Nothing)


def test_a_merge_queue_asks_about_its_own_head():
    """The group's commit is no pull request's."""
    (hint,) = hints("merge_group", payload("checks_requested", merge_group={"head_sha": HEAD}))
    assert hint == HeadTouched(repo=REPO, head_sha=HEAD)


def test_a_command_of_a_person_on_an_open_pull_request():
    """Who wrote it and where; what it says is read again later."""
    (hint,) = hints("issue_comment", payload("created", issue=ON_PULL, comment=comment()))
    assert hint == CommandGiven(repo=REPO, number=7, comment_id=5, author="alice")


@pytest.mark.parametrize(
    "parts",
    [
        {"action": "edited", "issue": ON_PULL, "comment": comment()},
        {"action": "deleted", "issue": ON_PULL, "comment": comment()},
        {"action": "created", "issue": ON_PULL, "comment": comment(login="dependabot[bot]", kind="Bot")},
        {"action": "created", "issue": ON_PULL, "comment": comment(login="covgate[bot]")},
        {"action": "created", "issue": ON_PULL | {"state": "closed"}, "comment": comment()},
        {"action": "created", "issue": {"number": 7, "state": "open"}, "comment": comment()},
        {"action": "created", "issue": ON_PULL, "comment": comment("> /recheck")},
        {"action": "created", "issue": ON_PULL, "comment": comment("looks good")},
        {"action": "created", "issue": ON_PULL, "comment": comment() | {"user": None}},
        {"action": "created", "issue": ON_PULL, "comment": comment() | {"body": None}},
    ],
)
def test_T18_everything_else_said_is_no_command(parts: dict[str, Any]):
    """Edited, deleted, by a bot, on a closed one, on an issue, quoted, without one, by nobody, empty."""
    (hint,) = hints("issue_comment", payload(**parts))
    assert isinstance(hint, Nothing)


def test_pushes_move_branches_and_tags_do_not():
    """A deleted branch is told as such."""
    push = payload(ref="refs/heads/release/1.0", before=BASE, after=HEAD)
    assert hints("push", push) == [BranchPushed(repo=REPO, branch="release/1.0", before=BASE, after=HEAD)]
    (hint,) = hints("push", payload(ref="refs/heads/x", before=BASE, after="0" * 40, deleted=True))
    assert isinstance(hint, BranchPushed)
    assert hint.deleted
    (hint,) = hints("push", payload(ref="refs/tags/v1", before=BASE, after=HEAD))
    assert isinstance(hint, Nothing)


@pytest.mark.parametrize("action", ["renamed", "transferred", "privatized", "publicized", "edited", "archived"])
def test_a_repository_that_changed_is_remembered_anew(action: str):
    """Its name and whether everybody may see it."""
    assert hints("repository", payload(action)) == [RepoChanged(repo=REPO)]


def test_what_is_gone_is_forgotten():
    """Deleted or taken out of the installation; uninstalled or suspended."""
    assert hints("repository", payload("deleted")) == [RepoGone(repo_id=99)]
    removed = {"action": "removed", "installation": {"id": 7}, "repositories_removed": [{"id": 1}, {"id": 2}]}
    assert hints("installation_repositories", removed) == [RepoGone(repo_id=1), RepoGone(repo_id=2)]
    for action in ("deleted", "suspend"):
        gone = {"action": action, "installation": {"id": 7}}
        assert hints("installation", gone) == [InstallationGone(installation=7)]


def test_T22_a_delivery_without_an_installation_asks_for_nothing():
    """It is a repository's own webhook: there is no token to ask anything with."""
    body = payload("completed", workflow_run={"head_sha": HEAD})
    del body["installation"]
    (hint,) = hints("workflow_run", body)
    assert isinstance(hint, Nothing)


BODIES = {
    "pull_request": payload("opened", pull_request=pull_request()),
    "workflow_run": payload("completed", workflow_run={"head_sha": HEAD}),
    "check_run": payload("rerequested", check_run={"head_sha": HEAD}),
    "check_suite": payload("rerequested", check_suite={"head_sha": HEAD}),
    "merge_group": payload("checks_requested", merge_group={"head_sha": HEAD}),
    "issue_comment": payload("created", issue=ON_PULL, comment=comment()),
    "push": payload(ref="refs/heads/main", before=BASE, after=HEAD),
}


@pytest.mark.parametrize("called", BODIES)
@pytest.mark.parametrize("real", BODIES)
def test_T21_a_body_under_another_events_name_is_refused(called: str, real: str):
    """The name is not signed: a captured body sent under another name is understood as neither."""
    if called == real:
        assert not isinstance(hints(called, BODIES[real])[0], Nothing)
    else:
        with pytest.raises(Misunderstood, match=f"is no {called} event"):
            hints(called, BODIES[real])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "no JSON"),
        (b"{", "no JSON"),
        (b"\xff\xfe", "no JSON"),
        (b"[" * 200_000, "no JSON"),
        (b"payload=%7B%7D", "content type"),
        (b"[]", "no push event"),
        (b"null", "no push event"),
        (b'{"ref": "refs/heads/x", "before": "HEAD", "after": "x"}', "no push event"),
        (json.dumps(payload(ref="r", before=BASE, after=HEAD, repository=None)).encode(), "see its repository"),
        (json.dumps(payload(ref="r", before=BASE, after=HEAD) | {"installation": {"id": True}}).encode(), "installat"),
        (json.dumps(payload(ref="r", before=BASE, after="../" + HEAD[3:])).encode(), "see its after"),
    ],
)
def test_T21_a_body_that_makes_no_sense_is_refused_with_its_place(body: str, reason: str):
    """Never an exception of another kind, never a value in the message."""
    with pytest.raises(Misunderstood, match=reason) as caught:
        hints("push", body)
    assert isinstance(caught.value, ValueError)


def test_half_a_character_in_a_field_nobody_reads_loses_no_delivery():
    """A commit message cut in the middle of an emoji reaches us as a lone surrogate."""
    raw = json.dumps(BODIES["push"] | {"head_commit": {"message": "\ud83d"}}).encode()
    assert isinstance(hints("push", raw)[0], BranchPushed)


def test_other_events_are_nothing():
    """Subscribed by mistake, or new."""
    assert isinstance(hints("watch", b"not even json")[0], Nothing)
    assert "watch" not in EVENTS


def corpus():
    folder = os.environ.get("COVGATE_CORPUS")
    return sorted(Path(folder, "webhooks").glob("[a-z]*.json")) if folder else []


@pytest.mark.skipif(not corpus(), reason="COVGATE_CORPUS names no folder with webhooks/")
def test_every_real_payload_is_understood():
    """GitHub's published examples, of github.com and of older servers: each gives hints, none an error."""
    kinds = Counter(type(hint) for path in corpus() for hint in hints(path.name.split(".")[0], path.read_bytes()))
    assert kinds[HeadTouched] >= 15
    assert {BranchPushed, RepoChanged, RepoGone, InstallationGone, Nothing} <= kinds.keys()

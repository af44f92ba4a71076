"""What GitHub tells the App of: one function an event, payloads as its JSON Schema for webhooks has them.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.sandbox.clock import iso
from bot.sandbox.git import NO_SHA
from bot.sandbox.records import APP_EVENTS, Check, Installation, Pull, Repo, StoredComment, Suite, User, WorkflowRun
from bot.sandbox.shapes import accounts, actions, checks, commits, pulls, repositories
from bot.sandbox.world import World

LISTED_COMMITS = 20  # a push names no more


def _listening(repo: Repo) -> Installation | None:
    """Where the App hears of *repo*: nowhere of forks elsewhere, nor while it is suspended."""
    installation = repo.installation
    return installation if installation is not None and installation.suspended_at is None else None


def _send(
    world: World, installation: Installation, event: str, repo: Repo, sender: User, payload: dict[str, Any]
) -> None:
    whole = payload | {
        "repository": repositories.repository(world, repo),
        "sender": accounts.user(world, sender),
        "installation": {"id": installation.id, "node_id": f"IN_{installation.id}"},
    }
    if repo.owner.kind == "Organization":
        whole["organization"] = accounts.organization(world, repo.owner)
    world.emit(event, repo, whole)


def pull_request(world: World, pull: Pull, action: str, sender: User, **more: Any) -> None:
    """opened, synchronize (before, after), edited (changes), reopened, ready_for_review, converted_to_draft, closed."""
    installation = _listening(pull.repo)
    if installation is None:
        return
    shape = pulls.full(world, pull, merge_known=False)
    payload = {"action": action, "number": pull.number, "pull_request": shape, **more}
    _send(world, installation, "pull_request", pull.repo, sender, payload)


def repository(world: World, repo: Repo, action: str, sender: User, **more: Any) -> None:
    """privatized, publicized, renamed and transferred (both with changes), deleted."""
    installation = _listening(repo)
    if installation is not None:
        _send(world, installation, "repository", repo, sender, {"action": action, **more})


def workflow_run(world: World, run: WorkflowRun, action: str) -> None:
    """requested, in_progress, completed."""
    installation = _listening(run.repo)
    if installation is None:
        return
    shape, workflow = actions.run(world, run, webhook=True), actions.workflow(world, run)
    payload = {"action": action, "workflow_run": shape, "workflow": workflow}
    _send(world, installation, "workflow_run", run.repo, run.actor, payload)


def check_suite(world: World, suite: Suite, action: str, sender: User) -> None:
    """requested, rerequested, completed."""
    installation = _listening(suite.repo)
    if installation is None:
        return
    shape = checks.suite(world, suite)
    del shape["repository"]
    _send(world, installation, "check_suite", suite.repo, sender, {"action": action, "check_suite": shape})


def check_run(world: World, check: Check, action: str, sender: User) -> None:
    """created, completed, rerequested."""
    installation = _listening(check.repo)
    if installation is None:
        return
    shape = checks.check(world, check) | {"check_suite": checks.suite_in_check(world, check.suite)}
    _send(world, installation, "check_run", check.repo, sender, {"action": action, "check_run": shape})


def issue_comment(world: World, comment: StoredComment, action: str, sender: User, **more: Any) -> None:
    """created, edited (changes), deleted."""
    pull = world.pull(comment.repo, comment.number)
    installation = _listening(comment.repo)
    if pull is None or installation is None:
        return
    shapes = {"issue": pulls.issue(world, pull), "comment": pulls.comment(world, comment)}
    _send(world, installation, "issue_comment", comment.repo, sender, {"action": action, **shapes, **more})


def push(world: World, repo: Repo, ref: str, before: str, after: str, sender: User) -> None:
    """A ref moved from *before* to *after*; zeros mean that it was or is not there."""
    installation = _listening(repo)
    if installation is None:
        return
    git, listed = repo.git, list[dict[str, Any]]()
    if after != NO_SHA:
        new = git.log(after, without=before if before != NO_SHA else None)[:LISTED_COMMITS]
        for info in map(git.known, reversed(new)):
            changes = git.changes(info.parents[0], info.sha) if info.parents else []
            listed.append(commits.pushed(world, repo, info, changes))
    known = NO_SHA not in (before, after)
    payload = {
        "ref": ref,
        "before": before,
        "after": after,
        "created": before == NO_SHA,
        "deleted": after == NO_SHA,
        "forced": known and not git.is_ancestor(before, after),
        "base_ref": None,
        "compare": f"{repositories.web_url(world, repo)}/compare/{before[:12]}...{after[:12]}",
        "commits": listed,
        "head_commit": listed[-1] if listed else None,
        "pusher": {"name": sender.login, "email": f"{sender.login}@users.noreply.github.test"},
    }
    _send(world, installation, "push", repo, sender, payload)


def merge_group(world: World, repo: Repo, *, head_sha: str, head_ref: str, base: tuple[str, str], sender: User) -> None:
    """checks_requested for a group of the merge queue; *base* is (ref, sha). The payload names no pull request."""
    installation = _listening(repo)
    if installation is None:
        return
    group = {
        "head_sha": head_sha,
        "head_ref": head_ref,
        "base_ref": base[0],
        "base_sha": base[1],
        "head_commit": commits.simple(repo.git.known(head_sha)),
    }
    _send(world, installation, "merge_group", repo, sender, {"action": "checks_requested", "merge_group": group})


def installation(world: World, installed: Installation, action: str, repos: Sequence[Repo] = ()) -> None:
    """created, deleted, suspend, unsuspend, new_permissions_accepted: sent always."""
    payload: dict[str, Any] = {
        "action": action,
        "installation": accounts.installation(world, installed),
        "sender": accounts.user(world, installed.account),
    }
    if action in ("created", "deleted"):
        payload["repositories"] = [repositories.listed(repo) for repo in repos]
    world.emit("installation", installed, payload)


def installation_repositories(world: World, installed: Installation, *, added: Sequence[Repo]) -> None:
    """Repositories that came to an account where the App is."""
    payload = {
        "action": "added",
        "installation": accounts.installation(world, installed),
        "repository_selection": "all",
        "repositories_added": [repositories.listed(repo) for repo in added],
        "repositories_removed": [],
        "requester": None,
        "sender": accounts.user(world, installed.account),
    }
    world.emit("installation_repositories", installed, payload)


def ping(world: World, url: str) -> dict[str, Any]:
    """What GitHub sends first to a new webhook."""
    now = iso(world.clock.now())
    api = f"{world.api_url}/app/hook"
    hook = {
        "type": "App",
        "id": world.app.id,
        "app_id": world.app.id,
        "name": "web",
        "active": True,
        "events": list(APP_EVENTS),
        "config": {"content_type": "json", "insecure_ssl": "0", "secret": "********", "url": url},
        "updated_at": now,
        "created_at": now,
        "url": api,
        "ping_url": f"{api}/pings",
        "deliveries_url": f"{api}/deliveries",
    }
    return {"zen": "Anything added dilutes everything else.", "hook_id": world.app.id, "hook": hook}

"""Pull requests, their issues and their comments in JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.sandbox.clock import iso
from bot.sandbox.merges import merge_for_test
from bot.sandbox.records import Pull, Reaction, Repo, StoredComment, User
from bot.sandbox.shapes import repositories
from bot.sandbox.shapes.accounts import nullable_app, user
from bot.sandbox.world import World

CONTENTS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def association(world: World, repo: Repo, person: User) -> str:
    """``author_association``, which is no permission: members whose membership is private show as CONTRIBUTOR."""
    if person is repo.owner:
        return "OWNER"
    return "CONTRIBUTOR" if world.role(repo, person) not in ("none", "read") else "NONE"


def _nullable(moment: datetime | None) -> str | None:
    return iso(moment) if moment is not None else None


def _side(world: World, repo: Repo, ref: str, sha: str) -> dict[str, Any]:
    """``head`` or ``base``; the repository of a deleted fork is null."""
    return {
        "label": f"{repo.owner.login}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": user(world, repo.owner),
        "repo": None if repo.deleted else repositories.repository(world, repo),
    }


def _links(world: World, pull: Pull) -> dict[str, str]:
    url, page = repositories.api_url(world, pull.repo), repositories.web_url(world, pull.repo)
    return {
        "self": f"{url}/pulls/{pull.number}",
        "html": f"{page}/pull/{pull.number}",
        "issue": f"{url}/issues/{pull.number}",
        "comments": f"{url}/issues/{pull.number}/comments",
        "review_comments": f"{url}/pulls/{pull.number}/comments",
        "review_comment": f"{url}/pulls/comments{{/number}}",
        "commits": f"{url}/pulls/{pull.number}/commits",
        "statuses": f"{url}/statuses/{pull.head_sha}",
    }


def simple(world: World, pull: Pull) -> dict[str, Any]:
    """``pull-request-simple``: what lists hold."""
    links = _links(world, pull)
    return {
        "url": links["self"],
        "id": pull.id,
        "node_id": f"PR_{pull.id}",
        "html_url": links["html"],
        "diff_url": f"{links['html']}.diff",
        "patch_url": f"{links['html']}.patch",
        "issue_url": links["issue"],
        "number": pull.number,
        "state": "open" if pull.open else "closed",
        "locked": False,
        "title": pull.title,
        "user": user(world, pull.author),
        "body": pull.body or None,
        "created_at": iso(pull.created_at),
        "updated_at": iso(pull.updated_at),
        "closed_at": _nullable(pull.closed_at),
        "merged_at": _nullable(pull.merged_at),
        "merge_commit_sha": pull.merge_commit_sha or (pull.tested[2] if pull.tested else None),
        "assignee": None,
        "assignees": [],
        "requested_reviewers": [],
        "requested_teams": [],
        "labels": [],
        "milestone": None,
        "draft": pull.draft,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "head": _side(world, pull.head_repo, pull.head_ref, pull.head_sha),
        "base": _side(world, pull.repo, pull.base_ref, pull.base_sha),
        "_links": {name: {"href": href} for name, href in links.items()},
        "author_association": association(world, pull.repo, pull.author),
        "auto_merge": None,
        "active_lock_reason": None,
    }


def full(world: World, pull: Pull, *, merge_known: bool = True) -> dict[str, Any]:
    """``pull-request``. A webhook comes before GitHub has tried the merge: *merge_known* is false there."""
    git = pull.repo.git
    mergeable = None
    if pull.open and merge_known:
        mergeable = merge_for_test(pull) is not None
    start = git.merge_base(pull.base_sha, pull.head_sha) or pull.base_sha
    counts = git.counts(start, pull.head_sha)
    return simple(world, pull) | {
        "merged": pull.merged_at is not None,
        "mergeable": mergeable,
        "rebaseable": mergeable,
        "mergeable_state": {None: "unknown", True: "clean", False: "dirty"}[mergeable],
        "merged_by": user(world, pull.merged_by) if pull.merged_by else None,
        "comments": len(world.comments_of(pull.repo, pull.number)),
        "review_comments": 0,
        "maintainer_can_modify": pull.from_fork,
        "commits": len(git.log(pull.head_sha, without=pull.base_sha)),
        "additions": counts.additions,
        "deletions": counts.deletions,
        "changed_files": counts.files,
    }


def minimal(world: World, pull: Pull) -> dict[str, Any]:
    """``pull-request-minimal``: the form inside runs and checks."""
    return {
        "url": _links(world, pull)["self"],
        "id": pull.id,
        "number": pull.number,
        "head": {
            "ref": pull.head_ref,
            "sha": pull.head_sha,
            "repo": repositories.reference(world, pull.head_repo),
        },
        "base": {"ref": pull.base_ref, "sha": pull.base_sha, "repo": repositories.reference(world, pull.repo)},
    }


def of_head(world: World, repo: Repo, head_sha: str) -> list[dict[str, Any]]:
    """``pull_requests`` of a run, suite or check: open ones of that head within *repo*, never those from forks."""
    return [
        minimal(world, pull)
        for pull in world.pulls_of(repo)
        if pull.open and pull.head_sha == head_sha and not pull.from_fork
    ]


def issue(world: World, pull: Pull) -> dict[str, Any]:
    """The ``issue`` of an ``issue_comment`` payload."""
    links = _links(world, pull)
    url = links["issue"]
    return {
        "url": url,
        "repository_url": repositories.api_url(world, pull.repo),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": links["comments"],
        "events_url": f"{url}/events",
        "html_url": links["html"],
        "id": pull.id + 1,
        "node_id": f"PR_{pull.id}",
        "number": pull.number,
        "title": pull.title,
        "user": user(world, pull.author),
        "labels": [],
        "state": "open" if pull.open else "closed",
        "locked": False,
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "comments": len(world.comments_of(pull.repo, pull.number)),
        "created_at": iso(pull.created_at),
        "updated_at": iso(pull.updated_at),
        "closed_at": _nullable(pull.closed_at),
        "author_association": association(world, pull.repo, pull.author),
        "active_lock_reason": None,
        "draft": pull.draft,
        "pull_request": {
            "url": links["self"],
            "html_url": links["html"],
            "diff_url": f"{links['html']}.diff",
            "patch_url": f"{links['html']}.patch",
            "merged_at": _nullable(pull.merged_at),
        },
        "body": pull.body or None,
        "reactions": _rollup(f"{url}/reactions", {}),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
        "state_reason": None,
    }


def _rollup(url: str, counts: dict[str, int]) -> dict[str, Any]:
    return {"url": url, "total_count": sum(counts.values()), **{name: counts.get(name, 0) for name in CONTENTS}}


def comment(world: World, stored: StoredComment) -> dict[str, Any]:
    """``issue-comment``."""
    url = f"{repositories.api_url(world, stored.repo)}/issues/comments/{stored.id}"
    page = f"{repositories.web_url(world, stored.repo)}/pull/{stored.number}"
    return {
        "url": url,
        "html_url": f"{page}#issuecomment-{stored.id}",
        "issue_url": f"{repositories.api_url(world, stored.repo)}/issues/{stored.number}",
        "id": stored.id,
        "node_id": f"IC_{stored.id}",
        "user": user(world, stored.user),
        "created_at": iso(stored.created_at),
        "updated_at": iso(stored.updated_at),
        "author_association": association(world, stored.repo, stored.user),
        "body": stored.body,
        "reactions": _rollup(f"{url}/reactions", dict(stored.counts())),
        "performed_via_github_app": nullable_app(world, stored.app_id),
    }


def reaction(world: World, given: Reaction) -> dict[str, Any]:
    """``reaction``."""
    return {
        "id": given.id,
        "node_id": f"REA_{given.id}",
        "user": user(world, given.user),
        "content": given.content,
        "created_at": iso(given.created_at),
    }

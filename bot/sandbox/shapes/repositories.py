"""Repositories in JSON."""

from __future__ import annotations

from typing import Any

from bot.sandbox.clock import iso
from bot.sandbox.records import Repo
from bot.sandbox.shapes.accounts import user
from bot.sandbox.world import World

_URLS = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}


def api_url(world: World, repo: Repo) -> str:
    """The address of *repo* in the API."""
    return f"{world.api_url}/repos/{repo.full_name}"


def web_url(world: World, repo: Repo) -> str:
    """The address of *repo* for people."""
    return f"{world.web_url}/{repo.full_name}"


def minimal(world: World, repo: Repo) -> dict[str, Any]:
    """``minimal-repository`` without what it may leave out: the form inside workflow runs."""
    url = api_url(world, repo)
    return {
        "id": repo.id,
        "node_id": f"R_{repo.id}",
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "owner": user(world, repo.owner),
        "html_url": web_url(world, repo),
        "description": None,
        "fork": repo.parent is not None,
        "url": url,
        **{name: url + suffix for name, suffix in _URLS.items()},
    }


def repository(world: World, repo: Repo) -> dict[str, Any]:
    """``repository``: the form inside pull requests and webhook payloads."""
    page, host = web_url(world, repo), world.web_url.partition("://")[2]
    forks = sum(1 for other in world.repos.values() if other.parent is repo and not other.deleted)
    still_open = sum(1 for pull in world.pulls_of(repo) if pull.open)
    return minimal(world, repo) | {
        "created_at": iso(repo.created_at),
        "updated_at": iso(repo.created_at),
        "pushed_at": iso(repo.created_at),
        "git_url": f"git://{host}/{repo.full_name}.git",
        "ssh_url": f"git@{host}:{repo.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "homepage": None,
        "size": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "language": None,
        "has_issues": True,
        "has_projects": True,
        "has_downloads": True,
        "has_wiki": True,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": forks,
        "mirror_url": None,
        "archived": False,
        "disabled": False,
        "open_issues_count": still_open,
        "license": None,
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "topics": [],
        "visibility": "private" if repo.private else "public",
        "forks": forks,
        "open_issues": still_open,
        "watchers": 0,
        "default_branch": repo.default_branch,
        "custom_properties": {},
    }


def full(world: World, repo: Repo) -> dict[str, Any]:
    """``full-repository``: the answer to a question for one repository."""
    shape = repository(world, repo) | {"network_count": 0, "subscribers_count": 0}
    if repo.parent is not None and not repo.parent.deleted:
        shape["parent"] = shape["source"] = repository(world, repo.parent)
    return shape


def reference(world: World, repo: Repo) -> dict[str, Any]:
    """``{id, url, name}``: the form inside the pull requests of runs and checks."""
    return {"id": repo.id, "url": api_url(world, repo), "name": repo.name}


def listed(repo: Repo) -> dict[str, Any]:
    """The form inside installation payloads."""
    return {
        "id": repo.id,
        "node_id": f"R_{repo.id}",
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
    }

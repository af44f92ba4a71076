"""Commits, trees, files and differences in JSON."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from bot.sandbox.clock import iso
from bot.sandbox.git import CommitInfo, FileChange, TreeEntry
from bot.sandbox.records import Repo
from bot.sandbox.shapes.accounts import user
from bot.sandbox.shapes.repositories import api_url, web_url
from bot.sandbox.world import World

_UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def made_at(commit: CommitInfo) -> str:
    """When the commit was made, as GitHub writes it."""
    return iso(datetime.fromtimestamp(commit.at, UTC))


def _person(commit: CommitInfo) -> dict[str, str]:
    return {"name": commit.author, "email": commit.email, "date": made_at(commit)}


def git_commit(world: World, repo: Repo, commit: CommitInfo) -> dict[str, Any]:
    """``git-commit``."""
    url, page = api_url(world, repo), web_url(world, repo)
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "url": f"{url}/git/commits/{commit.sha}",
        "html_url": f"{page}/commit/{commit.sha}",
        "author": _person(commit),
        "committer": _person(commit),
        "tree": {"sha": commit.tree, "url": f"{url}/git/trees/{commit.tree}"},
        "message": commit.message,
        "parents": [
            {"sha": p, "url": f"{url}/git/commits/{p}", "html_url": f"{page}/commit/{p}"} for p in commit.parents
        ],
        "verification": dict(_UNSIGNED),
    }


def commit(world: World, repo: Repo, made: CommitInfo) -> dict[str, Any]:
    """``commit``: what lists of commits hold."""
    url, page = api_url(world, repo), web_url(world, repo)
    author = world.users.get(made.author)
    return {
        "sha": made.sha,
        "node_id": f"C_{made.sha}",
        "url": f"{url}/commits/{made.sha}",
        "html_url": f"{page}/commit/{made.sha}",
        "comments_url": f"{url}/commits/{made.sha}/comments",
        "commit": {
            "author": _person(made),
            "committer": _person(made),
            "message": made.message,
            "tree": {"sha": made.tree, "url": f"{url}/git/trees/{made.tree}"},
            "url": f"{url}/git/commits/{made.sha}",
            "comment_count": 0,
            "verification": dict(_UNSIGNED),
        },
        "author": user(world, author) if author else None,
        "committer": user(world, author) if author else None,
        "parents": [{"sha": p, "url": f"{url}/commits/{p}", "html_url": f"{page}/commit/{p}"} for p in made.parents],
    }


def simple(made: CommitInfo) -> dict[str, Any]:
    """``simple-commit``: the head commit of a run or suite."""
    person = {"name": made.author, "email": made.email}
    return {
        "id": made.sha,
        "tree_id": made.tree,
        "message": made.message,
        "timestamp": made_at(made),
        "author": person,
        "committer": dict(person),
    }


def pushed(world: World, repo: Repo, made: CommitInfo, changes: Sequence[FileChange]) -> dict[str, Any]:
    """A commit inside a push payload, with the names of what it touched."""
    person = {"name": made.author, "email": made.email, "username": made.author}
    return {
        "id": made.sha,
        "tree_id": made.tree,
        "distinct": True,
        "message": made.message,
        "timestamp": made_at(made),
        "url": f"{web_url(world, repo)}/commit/{made.sha}",
        "author": person,
        "committer": dict(person),
        "added": [c.path for c in changes if c.status == "added"],
        "removed": [c.path for c in changes if c.status == "removed"]
        + [c.previous for c in changes if c.status == "renamed" and c.previous],
        "modified": [c.path for c in changes if c.status not in ("added", "removed")],
    }


def diff_entry(world: World, repo: Repo, change: FileChange, head: str, *, patch_limit: int) -> dict[str, Any]:
    """``diff-entry``. A *patch* over *patch_limit* characters is left out, as GitHub does with big ones."""
    url, page, path = api_url(world, repo), web_url(world, repo), quote(change.path, errors="replace")
    shape: dict[str, Any] = {
        "sha": change.sha,
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{page}/blob/{head}/{path}",
        "raw_url": f"{page}/raw/{head}/{path}",
        "contents_url": f"{url}/contents/{path}?ref={head}",
    }
    if change.previous is not None:
        shape["previous_filename"] = change.previous
    if change.patch is not None and len(change.patch) <= patch_limit:
        shape["patch"] = change.patch
    return shape


def comparison(
    world: World, repo: Repo, *, base: CommitInfo, head: CommitInfo, merge_base: CommitInfo, counts: tuple[int, int]
) -> dict[str, Any]:
    """``commit-comparison`` without commits and files. *counts* is (ahead, behind)."""
    ahead, behind = counts
    url = f"{api_url(world, repo)}/compare/{base.sha}...{head.sha}"
    page = f"{web_url(world, repo)}/compare/{base.sha}...{head.sha}"
    status = ("diverged" if behind else "ahead") if ahead else ("behind" if behind else "identical")
    return {
        "url": url,
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": commit(world, repo, base),
        "merge_base_commit": commit(world, repo, merge_base),
        "status": status,
        "ahead_by": ahead,
        "behind_by": behind,
        "total_commits": ahead,
    }


def content(world: World, repo: Repo, entry: TreeEntry, data: bytes | None, ref: str) -> dict[str, Any]:
    """``content-file`` with *data*; without, the form inside a directory listing (or of a link or submodule)."""
    url, page, path = api_url(world, repo), web_url(world, repo), quote(entry.path, errors="replace")
    own, blob = f"{url}/contents/{path}?ref={ref}", f"{url}/git/{entry.kind}s/{entry.sha}"
    shown = f"{page}/blob/{ref}/{path}"
    kind = {"040000": "dir", "120000": "symlink", "160000": "submodule"}.get(entry.mode, "file")
    shape: dict[str, Any] = {
        "name": entry.path.rpartition("/")[2],
        "path": entry.path,
        "sha": entry.sha,
        "size": entry.size or 0,
        "url": own,
        "html_url": shown,
        "git_url": blob,
        "download_url": f"{page}/raw/{ref}/{path}" if kind == "file" else None,
        "type": kind,
        "_links": {"self": own, "git": blob, "html": shown},
    }
    if data is not None:
        shape |= {"content": base64.encodebytes(data).decode(), "encoding": "base64"}
    return shape


def tree(world: World, repo: Repo, sha: str, entries: Sequence[TreeEntry], *, limit: int) -> dict[str, Any]:
    """``git-tree``, cut at *limit* entries and then marked truncated."""
    url = api_url(world, repo)
    listed: list[dict[str, Any]] = []
    for entry in entries[:limit]:
        item = {"path": entry.path, "mode": entry.mode, "type": entry.kind, "sha": entry.sha}
        size = {"size": entry.size} if entry.size is not None else {}
        listed.append(item | size | {"url": f"{url}/git/{entry.kind}s/{entry.sha}"})
    return {"sha": sha, "url": f"{url}/git/trees/{sha}", "tree": listed, "truncated": len(entries) > limit}

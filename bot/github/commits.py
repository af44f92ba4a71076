"""Commits, their order, what lies between two of them, and single files."""

from __future__ import annotations

import base64
from urllib.parse import quote

from bot.core.model.commit import Repo
from bot.flows.ports import Commit, File, NotFound, TooLarge, Unavailable, Unchanged
from bot.github.answers import Comparison, Content, GitCommit, GitTree, Sha
from bot.github.client import Client, item, items
from bot.github.wire import DIFF

LARGEST_FILE = 1024 * 1024
"""GitHub sends no content of larger files: https://docs.github.com/en/rest/repos/contents#get-repository-content"""

_PAGE = 100


async def commit(client: Client, repo: Repo, sha: str) -> Commit:
    found = item(await client.get(repo, f"/git/commits/{quote(sha, safe='')}"), GitCommit)
    return Commit(sha=found.sha, tree=found.tree.sha, parents=tuple(parent.sha for parent in found.parents))


async def files(client: Client, repo: Repo, sha: str) -> frozenset[str] | None:
    """Every file at *sha*; ``None`` where GitHub cuts the list (past 100,000 entries or 7 MB).

    https://docs.github.com/en/rest/git/trees#get-a-tree
    """
    answer = await client.get(repo, f"/git/trees/{quote(sha, safe='')}", params={"recursive": "1"})
    tree = item(answer, GitTree)
    return None if tree.truncated else frozenset(entry.path for entry in tree.tree if entry.type == "blob")


async def merge_base(client: Client, repo: Repo, base: str, head: str) -> str:
    """Where *head* left *base*. The second page of a comparison is asked for, since the first holds every patch."""
    answer = await client.get(repo, _compare(base, head), params={"per_page": 1, "page": 2})
    return item(answer, Comparison).merge_base_commit.sha


async def ancestors(client: Client, repo: Repo, sha: str, *, limit: int) -> list[str]:
    """*sha* and the commits before it, newest first, *limit* at most."""
    found: list[str] = []
    page = 1
    while len(found) < limit:
        params: dict[str, str | int] = {"sha": sha, "per_page": min(limit, _PAGE), "page": page}
        listed = items(await client.get(repo, "/commits", params=params), Sha)
        found += [one.sha for one in listed]
        if len(listed) < min(limit, _PAGE):
            break
        page += 1
    return found[:limit]


async def diff(client: Client, repo: Repo, base: str, head: str) -> bytes:
    """What changed on *head* since it left *base*, as git tells it. Raises ``TooLarge`` where GitHub refuses it: over
    300 files or 20,000 lines.
    """
    return (await client.get(repo, _compare(base, head), accept=DIFF)).content


async def file(client: Client, repo: Repo, path: str, ref: str, *, etag: str | None) -> File | Unchanged | None:
    """The file at *path*; ``None`` where there is none, or where it is a folder, a submodule or a dangling link."""
    try:
        answer = await client.get(repo, f"/contents/{quote(path)}", params={"ref": ref}, etag=etag)
    except NotFound:
        return None
    if answer.status == 304:
        return Unchanged()
    if isinstance(answer.json(), list):
        return None  # a folder
    found = item(answer, Content)
    if found.type != "file":
        return None
    if found.size > LARGEST_FILE or found.encoding != "base64":
        raise TooLarge(f"{path} at {ref} is over {LARGEST_FILE >> 20} MiB")
    try:
        content = base64.b64decode(found.content)
    except ValueError as error:
        raise Unavailable(f"{answer.asked}: GitHub's answer holds broken base64") from error
    return File(content=content, blob_sha=found.sha, etag=answer.headers.get("etag"))


def _compare(base: str, head: str) -> str:
    return f"/compare/{quote(base, safe='')}...{quote(head, safe='')}"

"""Files and directories at a commit."""

from __future__ import annotations

import posixpath

from bot.sandbox.git import Git, TreeEntry
from bot.sandbox.replies import Answer, not_found
from bot.sandbox.rest.call import Call, Route
from bot.sandbox.shapes import commits

NEEDS = (("contents", "read"),)
INLINE_LIMIT = 1024 * 1024  # larger files come without content, from the raw media type only
RAW_LIMIT = 100 * 1024 * 1024
RAW_MEDIA = "application/vnd.github.raw; charset=utf-8"


def _entry(git: Git, sha: str, path: str) -> TreeEntry | None:
    found = git.tree(sha, path=path)
    return found[0] if found else None


def _followed(git: Git, sha: str, entry: TreeEntry) -> TreeEntry:
    """What a link points to if that is a file of this tree, else the link itself."""
    if entry.mode != "120000":
        return entry
    target = git.blob(entry.sha).decode(errors="replace")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(entry.path), target))
    if path.startswith(("../", "/")):
        return entry
    found = _entry(git, sha, path)
    return found if found is not None and found.mode in ("100644", "100755") else entry


def show(call: Call) -> Answer:
    git, path = call.repo.git, call.params.get("path", "").strip("/")
    ref = call.query.get("ref", call.repo.default_branch)
    sha = git.resolve(ref)
    if sha is None or "\n" in path or "\0" in path:
        raise not_found()
    entry = _entry(git, sha, path) if path else None
    if path and entry is None:
        raise not_found()
    if entry is None or entry.kind == "tree":
        listed = git.tree(f"{sha}:{path}")
        prefix = f"{path}/" if path else ""
        rows = [commits.content(call.world, call.repo, item.below(prefix), None, ref) for item in listed]
        return Answer(json=rows)
    return _file(call, _followed(git, sha, entry), ref)


def _file(call: Call, entry: TreeEntry, ref: str) -> Answer:
    if entry.kind != "blob" or entry.mode == "120000":
        return Answer(json=commits.content(call.world, call.repo, entry, None, ref))
    data = call.repo.git.blob(entry.sha)
    if call.media == "raw":
        return Answer(content=data[:RAW_LIMIT], media=RAW_MEDIA)
    shape = commits.content(call.world, call.repo, entry, data if len(data) <= INLINE_LIMIT else b"", ref)
    if len(data) > INLINE_LIMIT:
        shape |= {"content": "", "encoding": "none"}
    return Answer(json=shape)


ROUTES = (Route("GET", "/repos/{owner}/{repo}/contents/{path}", show, NEEDS),)

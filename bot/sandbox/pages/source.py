"""Files and commits of a repository as pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from bot.sandbox.git import Git, GitError, TreeEntry
from bot.sandbox.pages.people import href, visible
from bot.sandbox.pages.prose import prose
from bot.sandbox.records import Repo

BYTES_SHOWN = 1_000_000
LINES_SHOWN = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A file of a tree."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A file: its *lines*, or in *instead* why there are none to show."""

    path: str
    size: int
    lines: tuple[str, ...] = ()
    instead: str = ""


def listed(repo: Repo, sha: str) -> list[Listed]:
    """Every file at *sha*."""
    files = [entry for entry in repo.git.tree(sha, recursive=True) if entry.kind == "blob"]
    return [Listed(name=visible(entry.path), url=href(repo, "blob", sha, entry.path)) for entry in files]


def readme(git: Git, sha: str) -> Markup | None:
    """The rendered README.md at *sha*."""
    entry = _entry(git, sha, "README.md")
    if entry is None or (entry.size or 0) > BYTES_SHOWN:
        return None
    return prose(git.blob(entry.sha).decode(errors="replace"), breaks=False)


def shown(git: Git, sha: str, path: str) -> Shown | None:
    """The file *path* at *sha*, ``None`` if there is none."""
    entry = _entry(git, sha, path)
    if entry is None:
        return None
    name, size = visible(path), entry.size or 0
    if size > BYTES_SHOWN:
        return Shown(path=name, size=size, instead="This file is too large to be shown.")
    content = git.blob(entry.sha)
    if b"\0" in content:
        return Shown(path=name, size=size, instead="This file is not text.")
    lines = content.decode(errors="replace").removesuffix("\n").split("\n") if content else []
    if len(lines) > LINES_SHOWN:
        return Shown(path=name, size=size, instead=f"This file has {len(lines)} lines, too many to be shown.")
    return Shown(path=name, size=size, lines=tuple(lines), instead="" if lines else "This file is empty.")


def _entry(git: Git, sha: str, path: str) -> TreeEntry | None:
    """The blob at exactly *path*; git refuses paths that lead out of a tree."""
    try:
        entries = git.tree(sha, path=path)
    except GitError:
        return None
    return next((entry for entry in entries if entry.path == path and entry.kind == "blob"), None)


def empty_tree(git: Git) -> str:
    """The tree without files, which a first commit is compared with."""
    return git.run("hash-object", "-t", "tree", "-w", "--stdin").decode().strip()

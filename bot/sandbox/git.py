"""A real bare git repository behind each repository of the sandbox: diffs, merges and ancestry are git's own.

Nothing outside its directory is read or written: no user's or system's configuration, no hooks, no templates. Commits
are dated from a fixed day on, one minute apart, so that the same story makes the same SHAs.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

FIRST_COMMIT_AT = 1_767_603_600  # 2026-01-05T09:00:00Z
NO_SHA = "0" * 40


@dataclass(frozen=True, slots=True)
class Symlink:
    """Content of a file that is a symbolic link to *target*."""

    target: str


@dataclass(frozen=True, slots=True)
class Executable:
    """Content of a file that has its executable bit set."""

    content: bytes


Content = str | bytes | Symlink | Executable
Files = Mapping[str, Content | None]
"""What a commit changes: path -> new content, ``None`` deletes the path."""


class GitError(Exception):
    """git refused; the text is what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitInfo:
    """A commit as git stores it. *at* is seconds since the epoch."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: str
    email: str
    at: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeEntry:
    """One entry of a tree. *size* is ``None`` for what is no blob."""

    mode: str
    kind: str
    sha: str
    size: int | None
    path: str

    def below(self, prefix: str) -> TreeEntry:
        """The same entry under *prefix*."""
        return replace(self, path=prefix + self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffCounts:
    """How much a diff changes."""

    files: int
    additions: int
    deletions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file of a diff. *patch* is its hunks, ``None`` where git shows none (binary, mode or name alone)."""

    status: str  # added removed modified renamed copied changed
    path: str
    previous: str | None
    sha: str
    additions: int
    deletions: int
    patch: str | None


class Git:
    """One bare repository. *objects* (a fork) shares the object store of its parent, as forks do at GitHub."""

    def __init__(self, directory: Path, *, objects: Path | None = None) -> None:
        self.directory = directory
        self._commits: dict[str, CommitInfo] = {}
        self.run("init", "--quiet", "--bare", "--template=", str(directory), within=False)
        if objects is not None:
            own = directory / "objects"
            for folder in ("info", "pack"):
                (own / folder).rmdir()
            own.rmdir()
            own.symlink_to(objects, target_is_directory=True)

    @property
    def objects(self) -> Path:
        """Where the objects are, for a fork to share."""
        return (self.directory / "objects").resolve()

    def run(self, *arguments: str, stdin: bytes = b"", within: bool = True, ok: Sequence[int] = (0,)) -> bytes:
        """What ``git *arguments*`` prints. Raises ``GitError`` for an exit status not among *ok*."""
        command = ["git", *(("--git-dir", str(self.directory)) if within else ()), *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, env=_environment())  # noqa: S603 -- git alone
        if done.returncode not in ok:
            raise GitError(f"git {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout

    # --- names of commits ---

    def ref(self, name: str) -> str | None:
        """The commit that the full ref *name* points to."""
        found = self.run("for-each-ref", "--format=%(objectname)", "--count=1", name)
        return found.decode().strip() or None

    def set_ref(self, name: str, sha: str | None) -> None:
        """Point *name* to *sha*; ``None`` deletes it."""
        if sha is None:
            self.run("update-ref", "-d", name)
        else:
            self.run("update-ref", name, sha)

    def branches(self) -> dict[str, str]:
        """Branch name -> tip."""
        listed = self.run("for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads").decode()
        return {name: sha for name, _, sha in (line.rpartition(" ") for line in listed.splitlines())}

    def resolve(self, name: str) -> str | None:
        """The commit that GitHub understands by *name*: a SHA, a branch, a tag, or a ref with or without ``refs/``."""
        if len(name) == len(NO_SHA) and set(name) <= set("0123456789abcdef"):
            return name if self.commit(name) is not None else None
        candidates = [f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}", name]
        return next((sha for ref in candidates if ref.startswith("refs/") and (sha := self.ref(ref))), None)

    def commit(self, sha: str) -> CommitInfo | None:
        """The commit *sha*, ``None`` if there is no such commit."""
        if sha not in self._commits:
            try:
                raw = self.run("cat-file", "commit", sha).decode(errors="replace")
            except GitError:
                return None
            self._commits[sha] = _commit_info(sha, raw)
        return self._commits[sha]

    def known(self, sha: str) -> CommitInfo:
        """The commit *sha*, which must exist."""
        info = self.commit(sha)
        if info is None:
            raise GitError(f"no commit {sha}")
        return info

    # --- writing ---

    def write(self, branch: str, files: Files, *, parents: Sequence[str], message: str, who: str, at: int) -> str:
        """A commit on *branch* that changes *files* of its first parent; the branch is forced to it."""
        person = f"{who} <{who}@users.noreply.github.test> {at} +0000".encode()
        text = message.encode()
        lines: list[bytes] = [b"commit refs/heads/%b" % branch.encode(), b"mark :1"]
        lines += [b"author %b" % person, b"committer %b" % person, b"data %d" % len(text), text]
        if parents:
            lines += [b"from %b" % parents[0].encode(), *(b"merge %b" % other.encode() for other in parents[1:])]
        else:
            lines = [b"reset refs/heads/%b" % branch.encode(), *lines]
        for path, content in files.items():
            lines += _file_command(path, content)
        lines += [b"get-mark :1", b"done", b""]
        made = self.run("fast-import", "--quiet", "--force", "--done", "--date-format=raw", stdin=b"\n".join(lines))
        return made.decode().strip()

    def commit_tree(self, tree: str, parents: Sequence[str], *, message: str, who: str, at: int) -> str:
        """A commit of *tree* that no ref points to yet."""
        person = f"{who} <{who}@users.noreply.github.test> {at} +0000"
        header = [f"tree {tree}", *(f"parent {sha}" for sha in parents), f"author {person}", f"committer {person}"]
        raw = "\n".join([*header, "", message]).encode()
        return self.run("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw).decode().strip()

    def merged_tree(self, ours: str, theirs: str) -> str | None:
        """The tree of merging *theirs* into *ours*, ``None`` on a conflict."""
        out = self.run("merge-tree", "--write-tree", "--no-messages", ours, theirs, ok=(0, 1)).decode()
        tree, _, conflicts = out.partition("\n")
        return None if conflicts.strip() else tree

    def take(self, checkout: Path, revision: str, branch: str) -> str:
        """*revision* of another repository on this disk becomes *branch* here, with its history."""
        self.run("fetch", "--quiet", "--no-tags", "--update-shallow", str(checkout), f"+{revision}:refs/heads/{branch}")
        return self.run("rev-parse", f"refs/heads/{branch}").decode().strip()

    def clone(self, to: Path, sha: str) -> None:
        """A working tree at *to*, detached at *sha*, with the whole history."""
        self.run(
            "clone", "--quiet", "--no-local", "--no-checkout", "--template=", str(self.directory), str(to), within=False
        )
        self.run("-C", str(to), "fetch", "--quiet", "origin", sha, within=False)
        self.run("-C", str(to), "checkout", "--quiet", "--detach", sha, within=False)

    # --- ancestry ---

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor."""
        return self.run("merge-base", one, other, ok=(0, 1)).decode().strip() or None

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether *older* is reachable from *newer* (a commit is from itself)."""
        return self.merge_base(older, newer) == older

    def log(self, tip: str, *, without: str | None = None, path: str | None = None) -> list[str]:
        """SHAs reachable from *tip* and not from *without*, newest first, that touch *path*."""
        exclude = (f"^{without}",) if without else ()
        only = ("--", path) if path else ("--",)
        return self.run("rev-list", "--date-order", tip, *exclude, *only).decode().split()

    # --- content ---

    def tree(self, sha: str, *, recursive: bool = False, path: str | None = None) -> list[TreeEntry]:
        """Entries of the tree of *sha*, or the one entry at *path*."""
        options = ("-r", "-t") if recursive else ()
        only = ("--", path) if path is not None else ()
        out = self.run("ls-tree", "-z", "-l", *options, sha, *only)
        return [_tree_entry(line) for line in out.decode(errors="surrogateescape").split("\0") if line]

    def tree_sha(self, sha: str) -> str | None:
        """*sha* if it is that of a tree."""
        if len(sha) != len(NO_SHA) or not set(sha) <= set("0123456789abcdef"):
            return None
        try:
            return sha if self.run("cat-file", "-t", sha).strip() == b"tree" else None
        except GitError:
            return None

    def blob(self, sha: str) -> bytes:
        """The bytes of a blob."""
        return self.run("cat-file", "blob", sha)

    def diff(self, base: str, head: str) -> bytes:
        """``git diff`` of two commits' trees, renames detected."""
        return self.run("diff", *_DIFF, base, head)

    def counts(self, base: str, head: str) -> DiffCounts:
        """The size of that diff."""
        lines = list(_numstat(self.run("diff", *_DIFF, "--numstat", "-z", base, head)))
        return DiffCounts(files=len(lines), additions=sum(a for a, _ in lines), deletions=sum(d for _, d in lines))

    def changes(self, base: str, head: str) -> list[FileChange]:
        """The same diff, file by file, in its order."""
        raw = self.run("diff", *_DIFF, "--raw", "--no-abbrev", "-z", base, head)
        counts = self.run("diff", *_DIFF, "--numstat", "-z", base, head)
        patches = iter(_patches(self.diff(base, head)))
        found: list[FileChange] = []
        for (status, path, previous, sha), (plus, minus) in zip(_raw(raw), _numstat(counts), strict=True):
            patch = next(patches)
            if status == "changed":  # a file that became a link: git shows a removal and an addition
                patch = next(patches)
            found.append(
                FileChange(
                    status=status,
                    path=path,
                    previous=previous,
                    sha=sha,
                    additions=plus,
                    deletions=minus,
                    patch=patch,
                )
            )
        return found


_DIFF = ("--no-color", "--no-ext-diff", "--no-textconv", "--find-renames")
_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}


@cache
def _environment() -> dict[str, str]:
    """The whole environment of git: nobody's configuration but these settings."""
    settings = {
        "safe.directory": "*",  # a checkout to import may belong to another user
        "gc.auto": "0",  # forks share objects that their parent does not refer to
        "core.hooksPath": os.devnull,
        "init.defaultBranch": "main",
        "uploadpack.allowAnySHA1InWant": "true",
        "protocol.file.allow": "always",
        "fastimport.unpackLimit": "1000",
        "advice.detachedHead": "false",
    }
    pairs = {f"GIT_CONFIG_KEY_{n}": key for n, key in enumerate(settings)}
    pairs |= {f"GIT_CONFIG_VALUE_{n}": value for n, value in enumerate(settings.values())}
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": os.devnull,
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_CONFIG_COUNT": str(len(settings)),
        **pairs,
    }


def _commit_info(sha: str, raw: str) -> CommitInfo:
    header, _, message = raw.partition("\n\n")
    fields = [line.partition(" ") for line in header.splitlines()]
    author = next(value for key, _, value in fields if key == "author")
    name, _, rest = author.rpartition(" <")
    email, _, stamp = rest.partition("> ")
    return CommitInfo(
        sha=sha,
        tree=next(value for key, _, value in fields if key == "tree"),
        parents=tuple(value for key, _, value in fields if key == "parent"),
        author=name,
        email=email,
        at=int(stamp.split()[0]),
        message=message.rstrip("\n"),
    )


def _file_command(path: str, content: Content | None) -> list[bytes]:
    """fast-import's words for one change; https://git-scm.com/docs/git-fast-import says how paths are quoted."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    quoted = f'"{escaped}"'.encode(errors="surrogateescape")
    match content:
        case None:
            return [b"D %b" % quoted]
        case Symlink(target):
            mode, data = b"120000", target.encode()
        case Executable(data):
            mode = b"100755"
        case str():
            mode, data = b"100644", content.encode()
        case _:
            mode, data = b"100644", content
    return [b"M %b inline %b" % (mode, quoted), b"data %d" % len(data), data]


def _tree_entry(line: str) -> TreeEntry:
    facts, _, path = line.partition("\t")
    mode, kind, sha, size = facts.split()
    return TreeEntry(mode=mode, kind=kind, sha=sha, size=None if size == "-" else int(size), path=path)


def _raw(out: bytes) -> Iterator[tuple[str, str, str | None, str]]:
    """(status, path, previous path, blob) for each record of ``--raw -z``."""
    fields = iter(out.decode(errors="surrogateescape").split("\0"))
    for facts in fields:
        if not facts:
            continue
        _, _, old_blob, new_blob, status = facts.split(" ")
        path = next(fields)
        previous = None
        if status[0] in "RC":
            previous, path = path, next(fields)
        yield _STATUS[status[0]], path, previous, old_blob if status[0] == "D" else new_blob


def _numstat(out: bytes) -> Iterator[tuple[int, int]]:
    """(additions, deletions) for each record of ``--numstat -z``; binary files count as none."""
    fields = iter(out.decode(errors="surrogateescape").split("\0"))
    for facts in fields:
        if not facts:
            continue
        plus, minus, path = facts.split("\t", 2)
        if not path:  # a rename: the two names follow as fields of their own
            next(fields)
            next(fields)
        yield (0, 0) if plus == "-" else (int(plus), int(minus))


def _patches(diff: bytes) -> list[str | None]:
    """The hunks of each file of *diff*."""
    files = diff.decode(errors="replace").split("\ndiff --git ")
    if not diff:
        return []
    hunks = [text.partition("\n@@ ") for text in files]
    return [f"@@ {body}".removesuffix("\n") if found else None for _, found, body in hunks]

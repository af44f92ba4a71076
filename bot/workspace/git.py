"""A checkout through the ``git`` command, whatever the user's configuration says.

Settings that change a diff's text are set here, the environment's ``GIT_*`` are left out, no pager or external diff
runs, and nothing is written to the repository but the entry of a temporary worktree, which is taken back: files that
are not tracked yet are shown to ``git diff`` through an index of our own, so that a file renamed by hand is still a
rename.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.core.model.errors import CovgateError

_SETTINGS = (
    *("-c", "core.quotePath=true"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.untrackedCache=false"),
    *("-c", "diff.external="),
    *("-c", "diff.suppressBlankEmpty=false"),
)
_DIFF = (
    *("diff", "--no-color", "--no-ext-diff", "--no-textconv", "--no-relative", "--full-index", "--unified=0"),
    *("--inter-hunk-context=0", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/", "--diff-algorithm=myers"),
    *("--indent-heuristic", "--submodule=short", "--ignore-submodules=dirty"),
)
_ANNOUNCE = ("--literal-pathspecs", "add", "--intent-to-add", "--pathspec-from-file=-", "--pathspec-file-nul")
_DEFAULT_BRANCHES = ("refs/remotes/origin/main", "refs/remotes/origin/master", "refs/heads/main", "refs/heads/master")


class CheckoutError(CovgateError):
    """Git cannot tell what was asked of it."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A git working tree. *root* is its top folder; paths in and out are relative to it, with slashes."""

    root: Path

    @classmethod
    def at(cls, folder: Path) -> Checkout | None:
        """The checkout that *folder* lies in, ``None`` where it lies in none. Raises ``CheckoutError`` if git is not
        there or refuses the folder, as it does for one that belongs to another user.
        """
        try:
            top = _git(folder, "rev-parse", "--show-toplevel")
        except CheckoutError as error:
            if "not a git repository" in str(error) or "must be run in a work tree" in str(error):
                return None
            raise
        return cls(Path(os.fsdecode(top.removesuffix(b"\n"))))

    def commit(self, revision: str) -> str:
        """The full SHA of the commit that *revision* names. Raises ``CheckoutError`` if it names none."""
        try:
            return self._line("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        except CheckoutError:
            raise CheckoutError(f"{revision}: no such commit in {self.root}") from None

    def head(self) -> str | None:
        """The commit that is checked out, ``None`` in a repository without commits."""
        try:
            return self.commit("HEAD")
        except CheckoutError:
            return None

    def parents(self, sha: str) -> tuple[str, ...]:
        """The parents of the commit *sha*, in order. A shallow clone still knows their names."""
        header = self._run("cat-file", "commit", sha).partition(b"\n\n")[0]
        return tuple(line[7:].decode() for line in header.splitlines() if line.startswith(b"parent "))

    def has(self, sha: str) -> bool:
        """Whether the commit *sha* itself is here, which a shallow clone's oldest parents are not."""
        try:
            self._run("cat-file", "-e", f"{sha}^{{commit}}")
        except CheckoutError:
            return False
        return True

    def merge_base(self, one: str, other: str) -> str | None:
        """The newest common ancestor of two commits, ``None`` where the history here holds none."""
        try:
            return self._line("merge-base", one, other)
        except CheckoutError:
            return None

    def default_branch(self) -> str | None:
        """The branch that changes go to, as a full ref: what ``origin`` says, else ``main`` or ``master``."""
        for name in ("refs/remotes/origin/HEAD", *_DEFAULT_BRANCHES):
            try:
                self._run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
            except CheckoutError:
                continue
            return name
        return None

    def diff(self, base: str, head: str | None, *, besides: Collection[str] = ()) -> bytes:
        """What changed from the commit *base* to the commit *head*, or to the working tree for ``None``: then staged,
        unstaged and new files that are not ignored all count, except those named in *besides*.
        """
        if head is not None:
            return self._run(*_DIFF, base, head, "--")
        new = [name for name in self._untracked() if _text(name) not in besides]
        if not new:
            return self._run(*_DIFF, base, "--")
        with self._index_with(new) as env:
            return self._run(*_DIFF, base, "--", env=env)

    def files(self, revision: str | None) -> frozenset[str]:
        """The files of a commit, or of the working tree for ``None``: tracked or new, not ignored, not deleted."""
        if revision is not None:
            return frozenset(_names(self._run("ls-tree", "-r", "-z", "--full-tree", "--name-only", revision)))
        tracked = set(_names(self._run("ls-files", "-z", "--full-name", ":/")))
        deleted = _names(self._run("ls-files", "-z", "--full-name", "--deleted", ":/"))
        return frozenset((tracked | {_text(name) for name in self._untracked()}).difference(deleted))

    def unchanged(self) -> frozenset[str]:
        """Tracked files that are as the last commit has them: brought along, not made here."""
        if self.head() is None:
            return frozenset()
        tracked = set(_names(self._run("ls-files", "-z", "--full-name", ":/")))
        changed = _names(self._run("diff", "--name-only", "--no-ext-diff", "--no-renames", "-z", "HEAD", "--"))
        return frozenset(tracked.difference(changed))

    def content(self, revision: str, path: str) -> bytes | None:
        """The bytes of the file *path* at *revision*, ``None`` where it is not there."""
        try:
            return self._run("cat-file", "blob", f"{revision}:{path}")
        except CheckoutError:
            return None

    @contextmanager
    def tree_of(self, sha: str) -> Generator[Path]:
        """A temporary folder with the files of the commit *sha*, as a worktree of this repository. Gone at the end,
        however that comes. No hook of the repository's runs.
        """
        with TemporaryDirectory(prefix="covgate-base-", ignore_cleanup_errors=True) as temporary:
            folder = Path(temporary).resolve() / "tree"
            try:
                self._run("-c", "core.hooksPath=/dev/null", "worktree", "add", "--detach", "--quiet", str(folder), sha)
                yield folder
            finally:
                self._forget_tree(folder)

    def _forget_tree(self, folder: Path) -> None:
        """Take the worktree in *folder* away, and none of the user's own, whose folder may be away for now."""
        try:
            self._run("worktree", "remove", "--force", "--force", str(folder))  # twice: one half made is locked
        except CheckoutError:
            shutil.rmtree(folder, ignore_errors=True)  # it was never made, or its own link to here was broken
            self._run("worktree", "prune", "--expire=now")

    def _untracked(self) -> list[bytes]:
        """New files that are not ignored. Other repositories within are named as folders, and left out."""
        found = self._run("ls-files", "-z", "--full-name", "--others", "--exclude-standard", ":/").split(b"\0")
        return [name for name in found if name and not name.endswith(b"/")]

    @contextmanager
    def _index_with(self, new: list[bytes]) -> Generator[Mapping[str, str]]:
        """Git's environment with a copy of the index in which the files *new* are announced."""
        index = self.root / self._path("index")
        objects = self.root / self._path("objects")
        with TemporaryDirectory(prefix="covgate-") as folder:
            copy = Path(folder) / "index"
            if index.exists():
                shutil.copyfile(index, copy)
            env = {
                "GIT_INDEX_FILE": str(copy),
                "GIT_OBJECT_DIRECTORY": str(Path(folder) / "objects"),  # the announcement stores an empty object
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(objects),
            }
            (Path(folder) / "objects").mkdir()
            announce = (
                "--literal-pathspecs",
                "add",
                "--intent-to-add",
                "--pathspec-from-file=-",
                "--pathspec-file-nul",
            )
            self._run(*announce, env=env, given=b"\0".join(new))
            yield env

    def _path(self, name: str) -> str:
        return os.fsdecode(self._run("rev-parse", "--git-path", name).removesuffix(b"\n"))

    def _line(self, *arguments: str) -> str:
        return self._run(*arguments).decode().strip()

    def _run(self, *arguments: str, env: Mapping[str, str] | None = None, given: bytes = b"") -> bytes:
        return _git(self.root, *arguments, env=env, given=given)


def _names(listing: bytes) -> list[str]:
    """File names that end in NUL each."""
    return [_text(name) for name in listing.split(b"\0") if name]


def _text(name: bytes) -> str:
    """A file name as diffs have it: bytes that are not UTF-8 with backslash escapes."""
    return name.decode("utf-8", "backslashreplace")


def _git(folder: Path, *arguments: str, env: Mapping[str, str] | None = None, given: bytes = b"") -> bytes:
    """What git prints. Raises ``CheckoutError`` with its own last words."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    quiet = {"LC_ALL": "C", "GIT_CONFIG_NOSYSTEM": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    command = ["git", "-C", str(folder), "--no-pager", *_SETTINGS, *arguments]
    try:
        done = subprocess.run(  # noqa: S603 (a fixed program; revisions are verified before they are passed on)
            command, env={**inherited, **quiet, **(env or {})}, input=given, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise CheckoutError("git is not installed, or the folder is not there") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise CheckoutError(said[0].removeprefix("fatal: ") if said else f"git {arguments[0]} failed")
    return done.stdout


# Where the user's own configuration lies, which says what is ignored and which folders are trusted.
_KEPT = frozenset({"GIT_CONFIG_GLOBAL", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"})

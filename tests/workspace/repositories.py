"""A repository to play in: commits, branches, merges, as a developer makes them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_ENV = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


@dataclass(frozen=True)
class Repository:
    """A working tree at *path*."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> Repository:
        path.mkdir(parents=True)
        new = cls(path)
        new.git("init", "--quiet", "--initial-branch=main")
        return new

    def git(self, *arguments: str) -> str:
        """What git prints."""
        done = subprocess.run(["git", *arguments], cwd=self.path, env=_ENV, check=True, capture_output=True)
        return done.stdout.decode("utf-8", "replace").strip()

    def write(self, name: str, text: str | bytes) -> Path:
        """Put *text* into the file *name*, without a commit."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def commit(self, files: dict[str, str | bytes] | None = None) -> str:
        """Write *files*, commit everything, and give the commit's SHA."""
        for name, text in (files or {}).items():
            self.write(name, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "a change")
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, at: str = "HEAD") -> None:
        """Begin the branch *name* and check it out."""
        self.git("checkout", "--quiet", "-b", name, at)

    def merge(self, branch: str) -> str:
        """Merge *branch* with a merge commit, whose SHA is given."""
        self.git("merge", "--quiet", "--no-ff", "--no-edit", branch)
        return self.git("rev-parse", "HEAD")

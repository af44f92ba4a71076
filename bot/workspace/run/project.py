"""What a project is, as far as running it goes: its folders and its files, and the tools at hand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.workspace.run.steps import slug

_SEEK = "import importlib.util as u, sys; print(*[m for m in sys.argv[1:] if u.find_spec(m)])"
_LONGEST_LOOK = 20  # seconds


@dataclass(frozen=True, kw_only=True)
class Project:
    """A checkout to run things in. *files* are its tracked and new files, from *root*, with slashes; *changed* those
    that differ from the base, the whole of *files* where that is not known. Reports are written below *staged*.
    """

    root: Path
    files: frozenset[str]
    changed: frozenset[str]
    staged: Path

    def folders_with(self, name: str) -> list[str]:
        """The folders, from the top (``.``), that hold a file *name* of their own."""
        found = [path for path in self.files if path == name or path.endswith(f"/{name}")]
        return sorted((path.rpartition("/")[0] or "." for path in found), key=lambda path: (path.count("/"), path))

    def reports_of(self, title: str) -> Path:
        """Where the step *title* writes what it reports."""
        return self.staged / "head" / slug(title)

    def holds(self, path: str, *words: bytes) -> bool:
        """Whether the file *path* has one of *words* in it."""
        try:
            content = (self.root / path).read_bytes()
        except OSError:
            return False
        return any(word in content for word in words)

    @cached_property
    def python(self) -> Python:
        """The interpreter of the project's own environment where it has one."""
        return _python(self.root)


@dataclass(frozen=True, slots=True, kw_only=True)
class Python:
    """An interpreter, and which of the modules that were asked for it has."""

    path: str
    modules: frozenset[str]


_ASKED = ("pytest", "coverage", "pytest_benchmark", "ruff", "flake8", "pylint", "build")


def _python(root: Path) -> Python:
    """The first interpreter that has pytest, else the first at all."""
    found: list[Python] = []
    for path in dict.fromkeys(_pythons(root)):
        python = Python(path=path, modules=modules_of(path, _ASKED))
        if "pytest" in python.modules:
            return python
        found.append(python)
    return found[0]


def _pythons(root: Path) -> Iterable[str]:
    """Interpreters, the project's own first, ours last."""
    active = os.environ.get("VIRTUAL_ENV")
    homes = [root / ".venv", root / "venv", *([Path(active)] if active else [])]
    yield from (str(home / "bin" / "python") for home in homes if (home / "bin" / "python").exists())
    yield from filter(None, map(shutil.which, ("python3", "python")))
    yield sys.executable


def modules_of(python: str, names: Iterable[str]) -> frozenset[str]:
    """Those of *names* that the interpreter *python* can import."""
    try:
        said = subprocess.run(  # noqa: S603 (the project's interpreter, asked what it has)
            [python, "-c", _SEEK, *names], capture_output=True, check=False, timeout=_LONGEST_LOOK
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    return frozenset(said.decode("utf-8", "replace").split())


def within(path: str, folder: str) -> bool:
    """Whether the file *path* lies below *folder*, both from the top."""
    return folder == "." or path.startswith(f"{folder}/")


def titled(suite: str, folder: str) -> str:
    """What a step is called: its suite, with the folder where that is not the top."""
    return suite if folder == "." else f"{suite} ({folder})"

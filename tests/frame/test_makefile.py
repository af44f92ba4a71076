"""What `make` says, without running what it makes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`make` in *folder*, as if it were not itself called by a make."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    return subprocess.run(["make", *arguments], cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_make_alone_lists_every_target(top: Path) -> None:
    """Whoever types `make` sees what there is, and nothing is installed for it."""
    done = make(top)
    targets = re.search(r"^\.PHONY: (.*)$", (top / "Makefile").read_text(), re.MULTILINE)
    assert targets
    assert done.returncode == 0
    assert sorted(re.findall(r"^  make ([a-z-]+)", done.stdout, re.MULTILINE)) == sorted(targets[1].split())


def test_a_machine_without_python_is_told_so(top: Path, tmp_path: Path) -> None:
    """One line says what is missing and how to name it; nothing is begun."""
    for name in ("Makefile", "requirements-build.lock", "requirements-dev.lock", "pyproject.toml"):
        shutil.copy(top / name, tmp_path)
    done = make(tmp_path, "setup", "PYTHON=")
    assert done.returncode != 0
    assert "covgate needs Python 3.11 or newer" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_everything_is_installed_from_locks_by_hash(top: Path) -> None:
    """The one install without a lock is of the checkout itself."""
    text = (top / "Makefile").read_text()
    installs = [line for line in text.splitlines() if re.search(r"pip (install|sync)", line)]
    assert len(installs) == 3
    assert [line for line in installs if "--require-hashes" not in line and "--offline --no-deps" not in line] == []


def test_caches_stay_in_the_clone(top: Path) -> None:
    """Each tool's cache variable that the Makefile sets lies below it."""
    done = make(top, "--eval=show:;@env", "show")
    values = dict(
        re.findall(r"^(XDG_CACHE_HOME|UV_CACHE_DIR|PYRIGHT_PYTHON_CACHE_DIR)=(.*)$", done.stdout, re.MULTILINE)
    )
    assert len(values) == 3
    assert [value for value in values.values() if not Path(value).is_relative_to(top)] == []

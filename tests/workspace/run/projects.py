"""Projects to run things in: small ones, as a checkout has them."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from bot.workspace.run.project import Project

SHOP = '''"""A shop."""


def total(prices):
    """What they cost together."""
    return sum(prices)


def cheapest(prices):
    """The least of them."""
    return min(prices) if prices else None
'''

SHOP_TESTS = """from shop import cheapest, total


def test_total():
    assert total([1, 2]) == 3


def test_cheapest():
    assert cheapest([3, 1]) == 1


def test_nothing():
    assert cheapest([]) is None
"""

PYTHON: dict[str, str | bytes] = {
    ".gitignore": "__pycache__/\n.pytest_cache/\n.ruff_cache/\n",
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\n\n[tool.coverage.run]\nsource = ["shop"]\n\n'
    '[tool.pytest.ini_options]\npythonpath = ["."]\n',
    "shop.py": SHOP,
    "test_shop.py": SHOP_TESTS,
}

GO: dict[str, str | bytes] = {
    "go.mod": "module example.com/work\n\ngo 1.18\n",
    "work.go": "package work\n\nfunc Sum(a, b int) int { return a + b }\n",
    "work_test.go": 'package work\n\nimport "testing"\n\n'
    'func TestSum(t *testing.T) {\n\tif Sum(1, 2) != 3 {\n\t\tt.Fatal("sum")\n\t}\n}\n\n'
    "func BenchmarkSum(b *testing.B) {\n\tfor i := 0; i < b.N; i++ {\n\t\tSum(i, i)\n\t}\n}\n",
    "inner/go.mod": "module example.com/inner\n\ngo 1.18\n",
    "inner/inner.go": "package inner\n\nfunc One() int { return 1 }\n",
    "inner/inner_test.go": 'package inner\n\nimport "testing"\n\n'
    'func TestOne(t *testing.T) {\n\tif One() != 1 {\n\t\tt.Fatal("one")\n\t}\n}\n',
}


def project_of(root: Path, files: dict[str, str | bytes], changed: frozenset[str] | None = None) -> Project:
    """A project of *files*, written below *root*."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    names = frozenset(files)
    return Project(root=root, files=names, changed=names if changed is None else changed, staged=root / "staged")


def tools(folder: Path, **programs: str) -> Path:
    """A folder with *programs*, shell scripts by their names, to be put on ``PATH``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, script in programs.items():
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
    for name in ("sh", "bash", "git", "cat", "sleep"):  # what there always is
        found = shutil.which(name)
        if found is not None and not (folder / name).exists():
            (folder / name).symlink_to(found)
    return folder


def go_bench(**nanoseconds: float) -> str:
    """What ``go test -bench`` prints of benchmarks that take so long."""
    lines = [f"Benchmark{name}-2   \t 1000\t {time} ns/op" for name, time in nanoseconds.items()]
    return "\n".join(["goos: linux", "goarch: amd64", "pkg: example.com/work", *lines, "PASS", ""])


def go_folder() -> str:
    """The folder of the ``go`` command of this machine; without one the test is skipped."""
    found = shutil.which("go")
    if found is None:
        pytest.skip("go is not on PATH")
    return str(Path(found).parent)


def manifest_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_bytes())


def everything_below(folder: Path) -> list[str]:
    """All files below *folder* but git's own."""
    found = (Path(here) / name for here, _, names in os.walk(folder) for name in names)
    return sorted(str(path.relative_to(folder)) for path in found if ".git" not in path.relative_to(folder).parts)

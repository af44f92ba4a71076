"""The step of the benchmark action: runs ``covgate run --benchmark`` and tells the runner what came of it.

Inputs come from environment variables alone. A verdict that fails does not fail the step, for covgate's own check says
it; benchmarks that did not run do.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

COVGATE = Path(__file__).resolve().parents[2]
START = f"import sys; sys.path.insert(0, {str(COVGATE)!r}); from bot.__main__ import main; main()"
JUDGED = (0, 1)  # the gate passes, the gate fails


def main() -> int:
    root = Path(os.environ.get("GITHUB_WORKSPACE") or ".") / (os.environ.get("BENCH_PATH") or ".")
    into = Path(os.environ["RUNNER_TEMP"]) / f"covgate-bench-{secrets.token_hex(4)}"
    command = [sys.executable, "-I", "-c", START, *arguments(os.environ, root, into)]
    status = subprocess.run(command, check=False).returncode
    if status not in JUDGED or not (into / "manifest.json").is_file():
        shallow = git(root, "rev-parse", "--is-shallow-repository").strip() == b"true"
        hint = "; the checkout is shallow: give actions/checkout fetch-depth: 0" if shallow else ""
        print(f"::error title=covgate::The benchmarks were not measured; the log says why{hint}")
        return 1
    outputs = {name: (into / f"{name}.txt").read_text(encoding="utf-8").strip() for name in ("artifact", "flagged")}
    give_outputs({**outputs, "folder": str(into)})
    manifest = json.loads((into / "manifest.json").read_bytes())
    return 0 if manifest["outcomes"].get("benchmark") == "success" else 1


def arguments(env: Mapping[str, str], root: Path, into: Path) -> list[str]:
    """What ``covgate`` is called with, as *env* has the inputs."""
    given = ["run", "--benchmark", "--repo", str(root), "--into", str(into), "--base", base_of(env, root)]
    given += ["--rounds", env.get("BENCH_ROUNDS") or "10", "--timeout", env.get("BENCH_TIMEOUT") or "10m"]
    given += [f"--only={env['BENCH_ONLY']}"] if env.get("BENCH_ONLY", "").strip() else []
    given += [f"--benchmark-command={env['BENCH_COMMAND']}"] if env.get("BENCH_COMMAND", "").strip() else []
    return [*given, *(["--confirm"] if env.get("BENCH_CONFIRM", "").strip().lower() == "true" else [])]


def base_of(env: Mapping[str, str], root: Path) -> str:
    """The revision to compare with: the one named, the first parent of a merge, the base branch of a pull request,
    else the commit before. Of a branch, covgate takes the commit that the head left it at.
    """
    named = env.get("BENCH_BASE", "").strip()
    branch = env.get("GITHUB_BASE_REF", "").strip()
    if named:
        return named
    if branch and not is_tested_merge(root, env.get("GITHUB_SHA", "")):
        return f"origin/{branch}"
    return "HEAD^1"


def is_tested_merge(root: Path, tested: str) -> bool:
    """Whether the commit that is checked out is the merge *tested* that GitHub made, and no merge of the author's. A
    shallow clone still knows the names of its parents.
    """
    header = git(root, "cat-file", "commit", "HEAD").partition(b"\n\n")[0]
    merge = sum(line.startswith(b"parent ") for line in header.splitlines()) == 2
    return merge and tested in {"", git(root, "rev-parse", "HEAD").decode().strip()}


def git(root: Path, *words: str) -> bytes:
    command = ["git", "-C", str(root), *words]
    return subprocess.run(command, check=False, stdout=subprocess.PIPE).stdout


def give_outputs(outputs: Mapping[str, str]) -> None:
    """Set the step's outputs; a random delimiter keeps a value from setting others."""
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        for name, value in outputs.items():
            delimiter = secrets.token_hex(16)
            file.write(f"{name}<<{delimiter}\n{value}\n{delimiter}\n")


if __name__ == "__main__":
    sys.exit(main())

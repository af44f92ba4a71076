"""``covgate check`` beside the ``diff-cover`` command: the same report of a million lines, the same diff of 50,000.

diff-cover judges only the patch; covgate gives the whole verdict, patch and project. Run it from the top of the
checkout: ``.venv/bin/python tests/load/check.py``. Both counts of covered new lines are compared, so that a fast
wrong answer is seen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FILES, LINES, NEW = 1000, 1000, 50
BIN = Path(sys.executable).parent


def main() -> None:
    """Make the inputs, run both, print the table."""
    with tempfile.TemporaryDirectory(prefix="covgate-load-") as name:
        folder = Path(name)
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        write(folder / "coverage.xml", cobertura())
        write(folder / "change.diff", diff())
        ours = measure(folder, "covgate", "check", "--report", "coverage.xml", "--diff", "change.diff", "--format=json")
        theirs = measure(
            folder, "diff-cover", "coverage.xml", "--diff-file", "change.diff", "--format", "json:theirs.json", "-q"
        )
        told = json.loads((folder / "theirs.json").read_text())
    patch = json.loads(ours.output)["coverage"]["patch"]
    print(f"{'':12}{'CPU s':>8}{'wall s':>8}{'peak MiB':>10}   covered of new lines")
    print(ours.row("covgate", patch["covered"], patch["total"]))
    print(theirs.row("diff-cover", told["total_num_lines"] - told["total_num_violations"], told["total_num_lines"]))


def write(path: Path, pieces: Iterable[str]) -> None:
    """Piece by piece: a child's peak counts what its parent held when it was started."""
    with path.open("w") as file:
        file.writelines(pieces)


def cobertura() -> Iterator[str]:
    """A report of ``FILES`` times ``LINES`` lines, every third one missed."""
    yield '<?xml version="1.0"?>\n<coverage line-rate="0.66"><packages><package name="p"><classes>\n'
    for number in range(FILES):
        yield f'<class name="m{number}" filename="src/m{number}.py"><methods/><lines>\n'
        yield from (f'<line number="{line}" hits="{line % 3}"/>\n' for line in range(1, LINES + 1))
        yield "</lines></class>\n"
    yield "</classes></package></packages></coverage>\n"


def diff() -> Iterator[str]:
    """``NEW`` added lines in each of the files, a hunk every twenty lines."""
    for number in range(FILES):
        name = f"src/m{number}.py"
        yield f"diff --git a/{name} b/{name}\nindex 0000001..0000002 100644\n--- a/{name}\n+++ b/{name}\n"
        for hunk in range(NEW // 10):
            line = hunk * 20 + 1
            yield f"@@ -{line - hunk * 10},0 +{line},10 @@ def f():\n"
            yield from (f"+    value_{line} = compute({line})\n" for line in range(line, line + 10))


@dataclass(frozen=True)
class Measured:
    """One run of a command."""

    cpu: float
    wall: float
    peak: float
    output: bytes

    def row(self, name: str, covered: int, total: int) -> str:
        return f"{name:12}{self.cpu:8.2f}{self.wall:8.2f}{self.peak:10.0f}   {covered} of {total}"


def measure(folder: Path, *command: str) -> Measured:
    """Run *command* in *folder*, a process of its own, and take what it used."""
    started = time.perf_counter()
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen([BIN / command[0], *command[1:]], cwd=folder, stdout=output)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise SystemExit(f"{command[0]} ended with {process.returncode}")
    return Measured(
        cpu=used.ru_utime + used.ru_stime,
        wall=time.perf_counter() - started,
        peak=used.ru_maxrss / (1 << 10 if sys.platform == "linux" else 1 << 20),
        output=(folder / "output").read_bytes(),
    )


if __name__ == "__main__":
    main()

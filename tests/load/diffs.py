"""A 50,000-line diff read by covgate, diff-cover and unidiff, in four shapes from one hunk a file to one line a hunk.

Run it from the top of the checkout: ``PYTHONPATH=. .venv/bin/python tests/load/diffs.py``. Each figure is CPU time in a
fresh process, the best of five. All three must find the same added lines (unidiff also splits lines where git does not,
and the shapes hold nothing of that kind).
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from time import process_time
from typing import TypeVar

_T = TypeVar("_T")

LINES = 50_000
ROUNDS = 5
SHAPES: dict[str, tuple[int, int, int]] = {  # context lines, changed lines a hunk, hunks a file
    "new files of 500 lines": (0, 500, 1),
    "hunks of 11 lines, 10 a file": (3, 2, 10),
    "hunks of 11 lines, one file": (3, 2, LINES),
    "one line a hunk, no context": (0, 1, LINES),
}


def diff(context: int, changed: int, hunks: int) -> bytes:
    """A diff of about ``LINES`` lines in which *changed* lines replace as many, or are new where *hunks* is 1."""
    written: list[str] = []
    file = lines = 0
    while lines < LINES:
        name = f"src/package/module_{file}.py"
        before = len(written)
        written += [
            f"diff --git a/{name} b/{name}\n",
            "index 1234567..89abcde 100644\n",
            f"--- {'/dev/null' if hunks == 1 else 'a/' + name}\n",
            f"+++ b/{name}\n",
        ]
        for hunk in range(hunks):
            if lines + len(written) - before >= LINES:
                break
            written += _hunk(hunk * (2 * context + changed + 10) + 1, context, changed, new=hunks == 1)
        lines += len(written) - before
        file += 1
    return "".join(written).encode()


def _hunk(start: int, context: int, changed: int, *, new: bool) -> list[str]:
    size = 2 * context + changed
    return [
        f"@@ -{0 if new else start},{0 if new else size} +{start},{size} @@ def function():\n",
        *["     unchanged = unchanged_value(1, 2, 3)\n"] * context,
        *["-    value = old_value(1, 2, 3)\n"] * (0 if new else changed),
        *["+    value = new_value(1, 2, 3)\n"] * changed,
        *["     unchanged = unchanged_value(1, 2, 3)\n"] * context,
    ]


def by_covgate(data: bytes) -> int:
    from bot.core.parse.diff import parse_diff

    return sum(len(file.added) for file in timed(lambda: parse_diff(data)).files.values())


def by_diff_cover(data: bytes) -> int:
    from diff_cover.diff_reporter import GitDiffReporter

    reporter = GitDiffReporter()
    return sum(len(added) for added, _ in timed(lambda: reporter._parse_diff_str(data.decode())).values())


def by_unidiff(data: bytes) -> int:
    from unidiff import PatchSet

    return sum(file.added for file in timed(lambda: PatchSet(data.decode())))


READERS: dict[str, Callable[[bytes], int]] = {
    "covgate": by_covgate,
    "diff-cover": by_diff_cover,
    "unidiff": by_unidiff,
}


def timed(read: Callable[[], _T]) -> _T:
    """What *read* gives; its CPU time goes to standard error, in milliseconds."""
    began = process_time()
    result = read()
    print(1000 * (process_time() - began), file=sys.stderr)
    return result


def measured(reader: str, shape: str) -> tuple[float, int]:
    """(best CPU milliseconds, added lines found) of *reader* in fresh processes."""
    runs = [
        subprocess.run([sys.executable, __file__, reader, shape], check=True, capture_output=True, text=True)
        for _ in range(ROUNDS)
    ]
    return min(float(run.stderr) for run in runs), int(runs[0].stdout)


def main() -> None:
    """Print the table, or be one of its cells."""
    if len(sys.argv) == 3:
        print(READERS[sys.argv[1]](diff(*SHAPES[sys.argv[2]])))
        return
    print(f"{'CPU ms':32}" + "".join(f"{reader:>12}" for reader in READERS))
    for shape in SHAPES:
        cells = [measured(reader, shape) for reader in READERS]
        agree = "" if len({found for _, found in cells}) == 1 else f"   they disagree: {[found for _, found in cells]}"
        print(f"{shape:32}" + "".join(f"{cpu:12.1f}" for cpu, _ in cells) + agree)


if __name__ == "__main__":
    main()

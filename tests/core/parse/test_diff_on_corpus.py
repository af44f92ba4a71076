"""The diffs of real pairs of commits: git's own lines, and what diff-cover reads in them."""

import re
import subprocess
from pathlib import Path

import pytest
from diff_cover.diff_reporter import GitDiffReporter

from bot.core.model.diff import Change
from bot.core.parse.diff import parse_diff
from tests.core.corpus import PAIRS, PYTHON, pair


def git(repository: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True).stdout


def lines(content: bytes) -> list[bytes]:
    """With their ends."""
    return re.findall(rb"[^\n]*\n|[^\n]+", content)


@pytest.mark.parametrize("name", PYTHON)
def test_added_and_deleted_lines_are_gits_own(name: str, tmp_path: Path):
    """From the repository itself: counts as ``--numstat`` has them, and both blobs agree in all other lines."""
    repository = pair(name).clone(tmp_path / "repo")
    diff = parse_diff(git(repository, "diff", "base", "main"))
    counts = git(repository, "diff", "--numstat", "--no-renames", "-z", "base", "main").decode().split("\0")[:-1]
    plain = parse_diff(git(repository, "diff", "--no-renames", "-U0", "base", "main"))
    assert {
        f"{len(file.added)}\t{len(file.deleted)}\t{path}" for path, file in plain.files.items() if not file.binary
    } == {count for count in counts if not count.startswith("-")}
    for path, file in diff.files.items():
        if file.change in (Change.MODIFIED, Change.RENAMED) and not file.binary:
            old = lines(git(repository, "show", f"base:{file.old_path}"))
            new = lines(git(repository, "show", f"main:{path}"))
            assert [line for n, line in enumerate(old, 1) if n not in file.deleted] == [
                line for n, line in enumerate(new, 1) if n not in file.added
            ]


@pytest.mark.parametrize("name", PYTHON)
def test_the_text_diff_in_the_corpus_tells_the_same(name: str, tmp_path: Path):
    """The stored text and git's fresh one are the same change."""
    found = pair(name)
    repository = found.clone(tmp_path / "repo")
    assert parse_diff(found.diff) == parse_diff(git(repository, "diff", "-M", "base", "main"))


@pytest.mark.parametrize("name", PAIRS)
def test_diff_cover_reads_the_same_added_lines(name: str):
    """Of every file; diff-cover itself is only wrong behind a missing final newline."""
    data = pair(name).diff
    remark = b"\\ No newline at end of file"
    ours = {
        path: list(file.added) for path, file in parse_diff(data).files.items() if file.change is not Change.DELETED
    }
    sections = {text.split(b"\n", 1)[0]: text for text in data.split(b"diff --git ")[1:]}
    for path, (added, _) in GitDiffReporter()._parse_diff_str(data.decode("utf-8", "replace")).items():
        if path in ours and not any(remark in text for head, text in sections.items() if path.encode() in head):
            assert ours[path] == added
    assert ours

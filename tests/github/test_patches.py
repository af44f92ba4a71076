"""A diff put together from GitHub's file list reads as git's own diff does, or says what it lacks."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bot.core.model.commit import Repo
from bot.core.parse.diff import parse_diff
from bot.flows.ports import TooLarge
from bot.github.answers import PullFile
from bot.github.forge import GitHubForge
from bot.github.patches import assemble
from tests.github.scripted import ScriptedGitHub, answer

FILES = "GET /repos/octo/shop/pulls/7/files"

BEFORE = {
    "plain.py": "a\nb\nc\n",
    "no newline.txt": "a\nb",
    "gone.py": "x\ny\n",
    "moved.py": "".join(f"line {n}\n" for n in range(20)),
    "edited-move.py": "".join(f"row {n}\n" for n in range(20)),
    "umlaut-ä.py": "a\n",
    'quote".py': "a\n",
    "crlf.py": "a\r\nb\r\n",
    "binary.bin": "\0\1\2",
    "back\\slash.py": "a\n",
    "tab\there.py": "a\n",
    "dashes.sql": "-- a\n++ b\n",
}
AFTER = {
    "plain.py": "a\nB\nc\nd\n",
    "no newline.txt": "a\nB",
    "fresh.py": "n\n",
    "empty.py": "",
    "to/moved.py": BEFORE["moved.py"],
    "to/edited move.py": BEFORE["edited-move.py"].replace("row 7\n", "row seven\nrow seven and a half\n"),
    "umlaut-ä.py": "a\nb\n",
    'quote".py': "b\n",
    "crlf.py": "a\r\nc\r\n",
    "binary.bin": "\0\1\3",
    "back\\slash.py": "b\n",
    "tab\there.py": "b\n",
    "dashes.sql": "-- a\n-- c\n++ b\n",
}


def git(folder: Path, *arguments: str):
    identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.autocrlf=false"]
    done = subprocess.run(["git", "-C", folder, *identity, *arguments], check=True, capture_output=True)
    return done.stdout.decode()


@pytest.fixture
def repository(tmp_path: Path):
    git(tmp_path, "init", "-q")
    for files in (BEFORE, AFTER):
        git(tmp_path, "rm", "-rqf", "--ignore-unmatch", ".")
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode())
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", "x")
    return tmp_path


def listed(folder: Path):
    """The change as GitHub lists it: name, status, counts, and each file's hunks."""
    entries = git(folder, "diff", "-M", "-z", "--name-status", "HEAD~1", "HEAD").split("\0")
    while len(entries) > 1:
        status, *names = [entries.pop(0) for _ in range(3 if entries[0][0] == "R" else 2)]
        diff = git(folder, "diff", "-M", "HEAD~1", "HEAD", "--", *names)
        hunks = re.search(r"^@@.*", diff, re.DOTALL | re.MULTILINE)
        patch = hunks[0].removesuffix("\n") if hunks else None
        lines = patch.split("\n") if patch else []
        added, deleted = (sum(line.startswith(mark) for line in lines) for mark in "+-")
        yield PullFile(
            filename=names[-1],
            previous_filename=names[0] if len(names) > 1 else None,
            status={"A": "added", "D": "removed", "M": "modified", "R": "renamed"}[status[0]],
            additions=added,
            deletions=deleted,
            changes=added + deleted,
            patch=patch,
        )


def test_the_assembled_diff_reads_as_gits_own(repository: Path):
    """Every file, name, added and deleted line: renames, odd names, no final newline, CRLF, binary, empty."""
    assembled = assemble(list(listed(repository)))
    own = git(repository, "diff", "-M", "HEAD~1", "HEAD").encode()
    assert assembled.missing == ()
    assert parse_diff(assembled.diff) == parse_diff(own)


def a_file(**changes: Any):
    values = {"filename": "a.py", "status": "modified", "additions": 1, "deletions": 0, "changes": 1, "patch": None}
    return {**values, **changes}


async def test_a_file_without_its_patch_is_named(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """GitHub leaves out what is too long, and tells it only by leaving it out."""
    whole = a_file(filename="b.py", patch="@@ -1 +1,2 @@\n a\n+b")
    github.on(FILES, answer(200, [a_file(), whole]))
    found = await forge.patch_files(repo, 7)
    assert found.missing == ("a.py",)
    assert list(parse_diff(found.diff).files) == ["b.py"]


async def test_a_patch_that_is_cut_short_is_named(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """Fewer lines than GitHub counted are not the change."""
    github.on(FILES, answer(200, [a_file(additions=2, changes=2, patch="@@ -1 +1,3 @@\n a\n+b")]))
    assert (await forge.patch_files(repo, 7)).missing == ("a.py",)


async def test_a_name_cannot_forge_a_part_of_the_diff(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """A line break in a name stays inside its quotes."""
    name = "a\ndiff --git a/evil b/evil\n+++ b/evil\n@@ -0,0 +1 @@\n+x.py"
    github.on(FILES, answer(200, [a_file(filename=name, patch="@@ -1 +1,2 @@\n a\n+b")]))
    assert list(parse_diff((await forge.patch_files(repo, 7)).diff).files) == [name]


async def test_more_files_than_github_lists_are_not_judged_in_part(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """GitHub stops at 3000 without a word; what lies beyond has no name, so the whole is refused."""
    page = [a_file(filename=f"{n}.py") for n in range(100)]
    more = [answer(200, page, Link='<https://api.github.com/x>; rel="next"')] * 29
    github.on(FILES, *more, answer(200, page))
    with pytest.raises(TooLarge, match="3000"):
        await forge.patch_files(repo, 7)

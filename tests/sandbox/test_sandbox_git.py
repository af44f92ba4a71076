"""The git behind the sandbox, where it differs from what everybody's git would do."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.git import Files, Git, GitError

AWKWARD = ('with "quotes"', "back\\slash", "sp ace", "ünïcode", "new\nline", "tab\there")


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """An empty repository."""
    return Git(tmp_path / "a.git")


def commit(git: Git, files: Files, *parents: str) -> str:
    """One commit on main."""
    return git.write("main", files, parents=parents, message="Change", who="ann", at=1_767_603_600)


def test_any_name_can_be_committed_and_read_back(git: Git) -> None:
    """Paths are quoted where git needs it."""
    first = commit(git, {})
    second = commit(git, {f"dir/{name}": name for name in AWKWARD}, first)
    entries = [entry for entry in git.tree(second, recursive=True) if entry.kind == "blob"]
    assert {entry.path: git.blob(entry.sha).decode() for entry in entries} == {f"dir/{name}": name for name in AWKWARD}
    assert {change.path for change in git.changes(first, second)} == {f"dir/{name}" for name in AWKWARD}
    third = commit(git, {f"dir/{name}": None for name in AWKWARD}, second)
    assert git.known(third).tree == git.known(first).tree


def test_nobodys_configuration_is_read(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's hooks, signing and identity change nothing."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[user]\n name = Someone\n[commit]\n gpgsign = true\n[diff]\n noprefix = true\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Someone")
    first = commit(git, {"a": "1\n"})
    assert git.known(first).author == "ann"
    second = commit(git, {"a": "2\n"}, first)
    assert git.diff(first, second).startswith(b"diff --git a/a b/a\n")


def test_what_is_no_commit_is_none(git: Git) -> None:
    """A tree, an unknown SHA, an unborn branch."""
    sha = commit(git, {"a": "1\n"})
    assert git.commit(git.known(sha).tree) is None
    assert (git.resolve("none"), git.resolve("0" * 40), git.ref("refs/heads/none")) == (None, None, None)
    assert (git.tree_sha("none"), git.tree_sha(git.known(sha).tree)) == (None, git.known(sha).tree)
    assert git.resolve("main") == git.resolve("refs/heads/main") == git.resolve("heads/main") == sha
    with pytest.raises(GitError, match="no commit"):
        git.known("0" * 40)


def test_a_failure_says_what_git_said(git: Git) -> None:
    """With the command that failed."""
    with pytest.raises(GitError, match=r"^git cat-file: .*Not a valid object name"):
        git.run("cat-file", "blob", "none")

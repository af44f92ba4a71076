"""What a checkout tells of itself, in repositories that git made."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.model.diff import Change
from bot.core.parse.diff import parse_diff
from bot.workspace.git import Checkout, CheckoutError
from tests.workspace.repositories import Repository


def checkout(repository: Repository) -> Checkout:
    found = Checkout.at(repository.path)
    assert found is not None
    return found


def test_a_checkout_is_found_from_a_folder_within(repository: Repository) -> None:
    """As git itself finds it."""
    repository.commit({"a/b.py": "1\n"})
    assert Checkout.at(repository.path / "a") == Checkout(repository.path.resolve())


def test_a_folder_outside_of_any_repository_is_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not an error: a diff and reports can still be judged there."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "x").mkdir()
    assert Checkout.at(tmp_path / "x") is None


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """Said in git's own words."""
    with pytest.raises(CheckoutError, match="No such file"):
        Checkout.at(tmp_path / "gone")


def test_a_bare_repository_has_no_working_tree(tmp_path: Path) -> None:
    """There is nothing in it to judge."""
    subprocess.run(["git", "init", "--quiet", "--bare", tmp_path / "bare.git"], check=True)
    assert Checkout.at(tmp_path / "bare.git") is None


def test_the_working_tree_counts_staged_unstaged_and_new_files(repository: Repository) -> None:
    """What is ignored does not count, nor what lies in another repository."""
    base = repository.commit({"staged": "1\n", "unstaged": "1\n", "gone": "other\n", ".gitignore": "ignored\n"})
    repository.write("staged", "1\n2\n")
    repository.git("add", "staged")
    repository.write("unstaged", "1\n2\n3\n")
    repository.write("new/ü file.py", "1\n2\n")
    repository.write("ignored", "1\n")
    (repository.path / "gone").unlink()
    Repository.create(repository.path / "inner").commit({"x": "1\n"})
    files = parse_diff(checkout(repository).diff(base, None)).files
    assert {path: (file.change, tuple(file.added)) for path, file in files.items()} == {
        "staged": (Change.MODIFIED, (2,)),
        "unstaged": (Change.MODIFIED, (2, 3)),
        "new/ü file.py": (Change.ADDED, (1, 2)),
        "gone": (Change.DELETED, ()),
    }


def test_files_may_be_kept_out_of_the_diff(repository: Repository) -> None:
    """A report that lies beside the code is no change of it."""
    base = repository.commit({"a": "1\n"})
    repository.write("coverage.xml", "<coverage/>\n")
    repository.write("b", "1\n")
    assert set(parse_diff(checkout(repository).diff(base, None, besides={"coverage.xml"})).files) == {"b"}
    assert checkout(repository).diff(base, None, besides={"coverage.xml", "b"}) == b""


def test_a_file_renamed_by_hand_is_a_rename(repository: Repository) -> None:
    """Without ``git mv``, its lines are not new code all the same."""
    text = "".join(f"line {number}\n" for number in range(20))
    base = repository.commit({"old.py": text})
    (repository.path / "old.py").rename(repository.path / "new.py")
    file = parse_diff(checkout(repository).diff(base, None)).files["new.py"]
    assert (file.change, file.old_path, tuple(file.added)) == (Change.RENAMED, "old.py", ())


def test_reading_writes_nothing_to_the_repository(repository: Repository) -> None:
    """Not an object, not the index, not a lock."""

    def everything() -> dict[str, bytes]:
        paths = (path for path in (repository.path / ".git").rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in paths}

    base = repository.commit({"a": "1\n"})
    repository.write("new", "1\n")
    repository.write("a", "2\n")
    before = everything()
    checkout(repository).diff(base, None)
    checkout(repository).files(None)
    checkout(repository).unchanged()
    assert everything() == before


HOSTILE_SETTINGS = {
    "diff.noprefix": "true",
    "diff.mnemonicPrefix": "true",
    "color.ui": "always",
    "color.diff": "always",
    "core.pager": "false",
    "core.quotePath": "false",
    "diff.external": "false",
    "diff.context": "9",
    "diff.interHunkContext": "50",
    "diff.renames": "false",
    "diff.submodule": "log",
    "diff.wsErrorHighlight": "all",
    "diff.suppressBlankEmpty": "true",
    "diff.colorMoved": "zebra",
    "diff.algorithm": "patience",
    "diff.relative": "true",
    "diff.indentHeuristic": "false",
    "diff.wordRegex": ".",
    "diff.srcPrefix": "x/",
}


def test_no_setting_of_the_user_changes_the_diff(repository: Repository) -> None:
    """The same change gives the same bytes, from any folder, whatever ``git config`` holds."""
    base = repository.commit({"a b/é.py": "1\n2\n3\n4\n5\n6\n7\n", "b": "x\n", "c": "same\n" * 9, ".gitattributes": ""})
    repository.write("a b/é.py", "1\n2 \n3\n4\n5\n\n7\n")
    repository.git("mv", "c", "d")
    plain = checkout(repository).diff(base, None)
    for name, value in HOSTILE_SETTINGS.items():
        repository.git("config", name, value)
    repository.git("config", "diff.shout.textconv", "tr a-z A-Z <")
    repository.write(".git/info/attributes", "* diff=shout\n")
    assert checkout(repository).diff(base, None) == plain
    assert Checkout.at(repository.path / "a b") == checkout(repository)
    assert set(parse_diff(plain).files) == {"a b/é.py", "d"}


def test_a_hook_s_environment_does_not_lead_astray(
    repository: Repository, another: Callable[[str], Repository], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Git sets ``GIT_DIR`` and ``GIT_INDEX_FILE`` for hooks of another repository."""
    sha = repository.commit({"a": "1\n"})
    monkeypatch.setenv("GIT_DIR", str(another("other").path / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", "nowhere")
    assert checkout(repository).head() == sha
    assert checkout(repository).files(None) == {"a"}


def test_two_commits_are_compared_without_the_working_tree(repository: Repository) -> None:
    """With a head named, what is not committed does not count."""
    base = repository.commit({"a": "1\n"})
    head = repository.commit({"a": "1\n2\n"})
    repository.write("a", "1\n2\n3\n")
    repository.write("b", "1\n")
    assert tuple(parse_diff(checkout(repository).diff(base, head)).files["a"].added) == (2,)
    assert checkout(repository).files(head) == {"a"}


def test_the_files_of_the_working_tree(repository: Repository) -> None:
    """Tracked and new ones, without those deleted or ignored; and which of them the last commit brought."""
    repository.commit({"kept": "1\n", "changed": "1\n", "gone": "1\n", ".gitignore": "ignored\n"})
    repository.write("changed", "2\n")
    repository.write("new", "1\n")
    repository.write("ignored", "1\n")
    (repository.path / "gone").unlink()
    assert checkout(repository).files(None) == {"kept", "changed", "new", ".gitignore"}
    assert checkout(repository).unchanged() == {"kept", ".gitignore"}


def test_names_that_are_not_utf8_read_as_in_the_diff(repository: Repository) -> None:
    """With backslash escapes, so that both agree."""
    base = repository.commit({"a": "1\n"})
    with open(os.fsencode(repository.path) + b"/\xff.py", "wb") as file:  # noqa: PTH123 (a name of bytes)
        file.write(b"1\n")
    assert checkout(repository).files(None) == {"a", "\\xff.py"}
    assert set(parse_diff(checkout(repository).diff(base, None)).files) == {"\\xff.py"}


def test_commits_parents_and_merge_bases(repository: Repository) -> None:
    """A merge commit's parents come in order; unrelated histories have no merge base."""
    fork = repository.commit({"a": "1\n"})
    repository.branch("topic")
    topic = repository.commit({"b": "1\n"})
    repository.git("checkout", "--quiet", "main")
    tip = repository.commit({"c": "1\n"})
    merge = repository.merge("topic")
    tree = checkout(repository)
    assert tree.parents(merge) == (tip, topic)
    assert tree.merge_base(tip, topic) == fork
    assert tree.commit("main~1") == tip
    repository.git("checkout", "--quiet", "--orphan", "other")
    assert tree.merge_base(repository.commit({"z": "1\n"}), tip) is None


@pytest.mark.parametrize("name", ["nothing", "", "--all", "HEAD^{tree}", "a b", "@{9}"])
def test_a_revision_that_names_no_commit_is_refused(repository: Repository, name: str) -> None:
    """Also one that git would take for an option."""
    repository.commit({"a": "1\n"})
    with pytest.raises(CheckoutError, match="no such commit"):
        checkout(repository).commit(name)


def test_the_default_branch_is_what_origin_says(repository: Repository, tmp_path: Path) -> None:
    """Else main, else master; else there is none."""
    assert checkout(repository).default_branch() is None
    assert checkout(repository).head() is None
    repository.commit({"a": "1\n"})
    assert checkout(repository).default_branch() == "refs/heads/main"
    repository.git("branch", "--move", "main", "trunk")
    assert checkout(repository).default_branch() is None
    repository.git("clone", "--quiet", ".", str(tmp_path / "clone"))
    clone = Checkout.at(tmp_path / "clone")
    assert clone is not None
    assert clone.default_branch() == "refs/remotes/origin/HEAD"


def test_a_shallow_clone_knows_parents_that_it_does_not_have(repository: Repository, tmp_path: Path) -> None:
    """As runners clone by default."""
    first = repository.commit({"a": "1\n"})
    second = repository.commit({"a": "2\n"})
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.path}", str(tmp_path / "clone"))
    clone = Checkout.at(tmp_path / "clone")
    assert clone is not None
    assert clone.parents(second) == (first,)
    assert clone.has(second)
    assert not clone.has(first)


def test_a_file_at_a_revision(repository: Repository) -> None:
    """Its bytes as they were, or nothing."""
    old = repository.commit({"a": b"\xff\n"})
    repository.commit({"a": "2\n"})
    assert checkout(repository).content(old, "a") == b"\xff\n"
    assert checkout(repository).content(old, "b") is None

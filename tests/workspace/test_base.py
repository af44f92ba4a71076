"""The commit that a checkout is compared with, by the shape of its history."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.model.commit import Base, BaseRule
from bot.workspace.base import base_of
from bot.workspace.git import Checkout, CheckoutError
from tests.workspace.repositories import Repository


def base(repository: Repository, named: str | None = None) -> Base:
    """What the checked out commit is compared with."""
    checkout = Checkout.at(repository.path)
    assert checkout is not None
    return base_of(checkout, checkout.commit("HEAD"), named)


def forked(repository: Repository) -> tuple[str, str, str]:
    """(fork point, main's tip, topic's tip), with ``topic`` checked out."""
    fork = repository.commit({"a": "1\n"})
    tip = repository.commit({"b": "1\n"})
    repository.branch("topic", fork)
    return fork, tip, repository.commit({"c": "1\n"})


def test_a_branch_is_compared_where_it_left_the_default_branch(repository: Repository) -> None:
    """Not with what the default branch has become since."""
    fork, _, _ = forked(repository)
    assert base(repository) == Base(rule=BaseRule.MERGE_BASE, wanted=fork, sha=None)


def test_the_default_branch_itself_is_compared_with_its_last_commit(repository: Repository) -> None:
    """Then only what is not committed is a change."""
    _, tip, _ = forked(repository)
    repository.git("checkout", "--quiet", "main")
    assert base(repository) == Base(rule=BaseRule.MERGE_BASE, wanted=tip, sha=None)


def test_a_tested_merge_is_compared_with_its_first_parent(repository: Repository) -> None:
    """As CI checks a pull request out."""
    _, tip, _ = forked(repository)
    repository.git("checkout", "--quiet", "--detach", "main")
    repository.merge("topic")
    assert base(repository) == Base(rule=BaseRule.MERGE_PARENT, wanted=tip, sha=None)


def test_a_tested_merge_needs_no_branch_to_be_compared(repository: Repository) -> None:
    """A runner's checkout has none."""
    _, tip, _ = forked(repository)
    repository.git("checkout", "--quiet", "--detach", "main")
    repository.merge("topic")
    repository.git("branch", "--delete", "--force", "main", "topic")
    assert base(repository) == Base(rule=BaseRule.MERGE_PARENT, wanted=tip, sha=None)


def test_a_branch_that_took_in_the_default_branch_is_compared_with_that(repository: Repository) -> None:
    """Such a merge is the branch's own, not CI's: its first parent is the branch."""
    _, tip, _ = forked(repository)
    repository.merge("main")
    assert base(repository) == Base(rule=BaseRule.MERGE_BASE, wanted=tip, sha=None)


def test_a_commit_that_is_named_is_taken_as_it_is(repository: Repository) -> None:
    """If it is an ancestor, or has nothing to do with the head; else where the head left it."""
    fork, tip, _ = forked(repository)
    assert base(repository, fork) == Base(rule=BaseRule.EXPLICIT, wanted=fork, sha=None)
    assert base(repository, tip) == Base(rule=BaseRule.MERGE_BASE, wanted=fork, sha=None)
    repository.git("checkout", "--quiet", "--orphan", "elsewhere")
    repository.commit({"z": "1\n"})
    assert base(repository, tip) == Base(rule=BaseRule.EXPLICIT, wanted=tip, sha=None)


def test_a_shallow_clone_says_what_it_lacks(repository: Repository, tmp_path: Path) -> None:
    """Neither the fork point nor the merge's parent is there."""
    forked(repository)
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.path}", str(tmp_path / "clone"))
    clone = Repository(tmp_path / "clone")
    clone.git("fetch", "--quiet", "--depth=1", "origin", "main:refs/remotes/origin/main")
    clone.git("remote", "set-head", "origin", "main")
    with pytest.raises(
        CheckoutError, match=r"no history here leads back to refs/remotes/origin/HEAD; fetch it, or name"
    ):
        base(clone)


def test_without_any_default_branch_a_base_must_be_named(repository: Repository) -> None:
    """Nothing is guessed."""
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"a": "1\n"})
    with pytest.raises(CheckoutError, match="no default branch is known here"):
        base(repository)

"""The commit that a checkout is compared with."""

from __future__ import annotations

from bot.core.model.commit import Base, BaseRule
from bot.workspace.git import Checkout, CheckoutError

NONE = Base(rule=BaseRule.NONE, wanted="", sha=None)


def base_of(checkout: Checkout, head: str, named: str | None) -> Base:
    """Where *head* left the revision *named*, or the default branch for ``None``. A merge that is checked out, as CI
    does for a pull request, is compared with its first parent. Raises ``CheckoutError`` if there is no such place.
    """
    if named is not None:
        return _of_revision(checkout, head, named)
    branch = checkout.default_branch()
    parents = checkout.parents(head)
    start = None if branch is None else checkout.merge_base(checkout.commit(branch), head)
    if len(parents) == 2 and start in {None, parents[0]} and checkout.has(parents[0]):
        return Base(rule=BaseRule.MERGE_PARENT, wanted=parents[0], sha=None)
    if start is None:
        why = "no default branch is known here" if branch is None else f"no history here leads back to {branch}"
        raise CheckoutError(f"{why}; fetch it, or name the commit to compare with by --base")
    return Base(rule=BaseRule.MERGE_BASE, wanted=start, sha=None)


def _of_revision(checkout: Checkout, head: str, named: str) -> Base:
    """The commit *named* where it is an ancestor of *head*, or shares no history with it; else their merge base."""
    commit = checkout.commit(named)
    start = checkout.merge_base(commit, head)
    if start in {None, commit}:
        return Base(rule=BaseRule.EXPLICIT, wanted=commit, sha=None)
    return Base(rule=BaseRule.MERGE_BASE, wanted=start or commit, sha=None)

"""Names of things at GitHub. Identity is numeric (names change hands); names are for reading."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

EMPTY_SHA = "0" * 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Repo:
    """A repository: *id* identifies, *owner*/*name* address it today. *installation* is the App's at that account."""

    id: int
    owner: str
    name: str
    private: bool
    default_branch: str
    installation: int = 0

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequest:
    """An open or closed pull request, as GitHub's API tells it now."""

    number: int
    head_sha: str
    head_ref: str
    head_repo_id: int | None  # None: the fork was deleted
    base_sha: str  # tip of the base branch when GitHub last looked, not the merge base
    base_ref: str
    author: str
    draft: bool = False
    open: bool = True
    merge_sha: str | None = None  # GitHub's test merge, as last computed
    comments: int | None = None  # how many comments it has, where the answer says so


class BaseRule(StrEnum):
    """How the base of a comparison was found; always said to the reader."""

    MERGE_PARENT = "merge_parent"  # first parent of the merge commit that CI tested
    MERGE_BASE = "merge_base"  # where the branch left the base branch
    ANCESTOR = "ancestor"  # nearest ancestor of that which has data
    PREVIOUS = "previous"  # a push to a branch: its first parent
    EXPLICIT = "explicit"  # named by the user on the command line
    NONE = "none"  # no baseline was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The commit that a head is compared with. *wanted* is the commit that the rule named; *sha* the one with data,
    *distance* commits older (0 where they are the same); *sha* is ``None`` where no data was found, and empty for data
    of no known commit, which a user may hand in.
    """

    rule: BaseRule
    wanted: str
    sha: str | None
    distance: int = 0

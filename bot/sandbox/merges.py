"""What GitHub does with a pull request's two branches: the test merge, and the merge itself."""

from __future__ import annotations

from bot.sandbox.records import Pull
from bot.sandbox.world import World


def base_tip(pull: Pull) -> str:
    """The base branch's tip now; where the branch is gone, where it was."""
    return pull.repo.git.ref(f"refs/heads/{pull.base_ref}") or pull.base_sha


def merge_for_test(pull: Pull) -> str | None:
    """The commit that CI tests, kept at ``refs/pull/N/merge``: its parents are the base branch's tip and the head.
    ``None`` on a conflict.
    """
    git, base = pull.repo.git, base_tip(pull)
    if pull.tested is not None and pull.tested[:2] == (base, pull.head_sha):
        return pull.tested[2]
    tree = git.merged_tree(base, pull.head_sha)
    merged = None
    if tree is not None:
        message = f"Merge {pull.head_sha} into {base}"
        parents = (base, pull.head_sha)
        merged = git.commit_tree(tree, parents, message=message, who="GitHub", at=git.known(pull.head_sha).at)
    git.set_ref(f"refs/pull/{pull.number}/merge", merged)
    pull.tested = (base, pull.head_sha, merged)
    return merged


def land(world: World, pull: Pull, method: str) -> str:
    """A commit that holds the merged tree on the base branch's tip; nothing points to it yet."""
    git, base = pull.repo.git, base_tip(pull)
    tree = git.merged_tree(base, pull.head_sha)
    if tree is None:
        raise ValueError(f"pull request {pull.number} conflicts with {pull.base_ref}")
    if method == "squash":
        parents, message = (base,), f"{pull.title} (#{pull.number})"
    elif method == "merge":
        parents = (base, pull.head_sha)
        message = f"Merge pull request #{pull.number} from {pull.head_repo.owner.login}/{pull.head_ref}"
    else:
        raise ValueError(f"merge or squash, not {method}")
    return git.commit_tree(tree, parents, message=message, who=pull.author.login, at=world.commit_time())

"""Branches that move, and the pull requests that move with them."""

from __future__ import annotations

from bot.sandbox import events
from bot.sandbox.git import NO_SHA
from bot.sandbox.merges import base_tip
from bot.sandbox.records import Pull, Repo, User
from bot.sandbox.world import World


def moved(world: World, repo: Repo, branch: str, before: str | None, sender: User) -> None:
    """Tell of *branch*, which was at *before* (``None``: it is new) and stands where it shall."""
    after = repo.git.ref(f"refs/heads/{branch}")
    if after == before:
        return
    events.push(world, repo, f"refs/heads/{branch}", before or NO_SHA, after or NO_SHA, sender)
    if after is not None and repo.installation is not None:
        events.check_suite(world, world.suite(repo, world.app.id, after), "requested", sender)
    for pull in [p for p in world.pulls if p.open and p.head_repo is repo and p.head_ref == branch]:
        if after is None:
            close(world, pull, sender)
        else:
            _synchronize(world, pull, after, sender)


def _synchronize(world: World, pull: Pull, after: str, sender: User) -> None:
    before, pull.head_sha = pull.head_sha, after
    pull.base_sha = base_tip(pull)
    pull.updated_at = world.clock.now()
    pull.repo.git.set_ref(f"refs/pull/{pull.number}/head", after)
    events.pull_request(world, pull, "synchronize", sender, before=before, after=after)


def close(world: World, pull: Pull, sender: User) -> None:
    """Close *pull* as it is."""
    pull.open = False
    pull.closed_at = pull.updated_at = world.clock.now()
    events.pull_request(world, pull, "closed", sender)


def landed(world: World, pull: Pull, sha: str, sender: User) -> None:
    """The base branch is at *sha* now, which merged *pull*."""
    before = base_tip(pull)
    now = world.clock.now()
    pull.repo.git.set_ref(f"refs/heads/{pull.base_ref}", sha)
    pull.open, pull.merge_commit_sha = False, sha
    pull.closed_at = pull.merged_at = pull.updated_at = now
    pull.merged_by = sender
    events.pull_request(world, pull, "closed", sender)
    moved(world, pull.repo, pull.base_ref, before, sender)

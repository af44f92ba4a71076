"""Commits, comparisons, and git's own objects."""

from __future__ import annotations

from typing import Any

from bot.sandbox.git import CommitInfo, Git
from bot.sandbox.records import Repo
from bot.sandbox.replies import Answer, Refusal, not_found
from bot.sandbox.rest.call import Call, Route
from bot.sandbox.rest.diffs import diff_answer
from bot.sandbox.rest.pulls import PATCH_LIMIT
from bot.sandbox.shapes import commits, repositories

NEEDS = (("contents", "read"),)
FILES_LISTED = 300
COMPARED_COMMITS = 250
TREE_ENTRIES = 100_000
EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"


def resolved(call: Call, name: str) -> CommitInfo:
    """The commit that *name* means; GitHub answers 422 to a SHA that it does not know."""
    sha = call.repo.git.resolve(name)
    if sha is None:
        raise Refusal(422, f"No commit found for SHA: {name}")
    return call.repo.git.known(sha)


def show(call: Call) -> Answer:
    commit, git = resolved(call, call.params["ref"]), call.repo.git
    parent = commit.parents[0] if commit.parents else EMPTY_TREE
    if call.media in ("diff", "patch"):
        return diff_answer(git, parent, commit.sha, resource="Commit")
    if call.media == "sha":
        return Answer(content=commit.sha.encode(), media="application/vnd.github.sha; charset=utf-8")
    changes = git.changes(parent, commit.sha)
    added, deleted = sum(c.additions for c in changes), sum(c.deletions for c in changes)
    shape = commits.commit(call.world, call.repo, commit)
    shape["stats"] = {"total": added + deleted, "additions": added, "deletions": deleted}
    shape["files"] = [
        commits.diff_entry(call.world, call.repo, change, commit.sha, patch_limit=PATCH_LIMIT)
        for change in changes[:FILES_LISTED]
    ]
    return Answer(json=shape)


def list_commits(call: Call) -> Answer:
    start = call.query.get("sha", call.repo.default_branch)
    sha = call.repo.git.resolve(start)
    if sha is None:
        raise not_found()
    shas = call.repo.git.log(sha, path=call.query.get("path"))
    return call.page(shas, lambda s: commits.commit(call.world, call.repo, call.repo.git.known(s)))


def _sides(call: Call) -> tuple[CommitInfo, CommitInfo, CommitInfo]:
    """(base, head, merge base) of ``base...head``, each a ref or SHA, or ``owner:branch`` in the network of forks."""
    base_name, dots, head_name = call.params["basehead"].partition("...")
    if not dots:
        raise not_found()
    base, head = _named(call, base_name), _named(call, head_name)
    start = call.repo.git.merge_base(base.sha, head.sha)
    if start is None:
        raise Refusal(404, "No common ancestor between the two commits")
    return base, head, call.repo.git.known(start)


def _named(call: Call, name: str) -> CommitInfo:
    owner, colon, ref = name.partition(":")
    git: Git | None = call.repo.git
    if colon:
        git = next((r.git for r in _network(call) if r.owner.login == owner and not r.deleted), None)
    sha = git.resolve(ref if colon else name) if git is not None else None
    if sha is None:
        raise not_found()
    return call.repo.git.known(sha)


def _network(call: Call) -> list[Repo]:
    root = call.repo.parent or call.repo
    return [r for r in call.world.repos.values() if r is root or r.parent is root]


def compare(call: Call) -> Answer:
    base, head, start = _sides(call)
    git, world, repo = call.repo.git, call.world, call.repo
    if call.media in ("diff", "patch"):
        return diff_answer(git, start.sha, head.sha, resource="Comparison")
    ahead, behind = git.log(head.sha, without=base.sha), git.log(base.sha, without=head.sha)
    shape: dict[str, Any] = commits.comparison(
        world, repo, base=base, head=head, merge_base=start, counts=(len(ahead), len(behind))
    )
    paged = call.page(ahead[::-1][:COMPARED_COMMITS], lambda sha: commits.commit(world, repo, git.known(sha)))
    changes = git.changes(start.sha, head.sha)[:FILES_LISTED] if call.integer("page", 1) == 1 else []
    shape["commits"] = paged.json
    shape["files"] = [commits.diff_entry(world, repo, c, head.sha, patch_limit=PATCH_LIMIT) for c in changes]
    return Answer(json=shape, headers=paged.headers)


def show_git_commit(call: Call) -> Answer:
    commit = call.repo.git.commit(call.params["commit_sha"])
    if commit is None:
        raise not_found()
    return Answer(json=commits.git_commit(call.world, call.repo, commit))


def show_ref(call: Call) -> Answer:
    name = f"refs/{call.params['ref']}"
    sha = call.repo.git.ref(name)
    if sha is None:
        raise not_found()
    url = repositories.api_url(call.world, call.repo)
    target = {"type": "commit", "sha": sha, "url": f"{url}/git/commits/{sha}"}
    return Answer(
        json={"ref": name, "node_id": f"REF_{name}", "url": f"{url}/git/{name}", "object": target},
    )


def show_tree(call: Call) -> Answer:
    """The tree of a commit, a ref or a tree's own SHA."""
    name, git = call.params["tree_sha"], call.repo.git
    sha = git.resolve(name)
    tree = git.known(sha).tree if sha is not None else git.tree_sha(name)
    if tree is None:
        raise not_found()
    recursive = call.query.get("recursive") is not None
    entries = git.tree(tree, recursive=recursive)
    return Answer(json=commits.tree(call.world, call.repo, tree, entries, limit=TREE_ENTRIES))


BASE = "/repos/{owner}/{repo}"
ROUTES = (
    Route("GET", f"{BASE}/commits", list_commits, NEEDS),
    Route("GET", f"{BASE}/compare/{{basehead}}", compare, NEEDS),
    Route("GET", f"{BASE}/git/commits/{{commit_sha}}", show_git_commit, NEEDS),
    Route("GET", f"{BASE}/git/ref/{{ref}}", show_ref, NEEDS),
    Route("GET", f"{BASE}/git/trees/{{tree_sha}}", show_tree, NEEDS),
    Route("GET", f"{BASE}/commits/{{ref}}", show, NEEDS),
)

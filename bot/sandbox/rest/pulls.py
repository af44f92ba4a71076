"""Pull requests."""

from __future__ import annotations

from bot.sandbox.git import FileChange
from bot.sandbox.records import Pull
from bot.sandbox.replies import Answer, not_found
from bot.sandbox.rest.call import Call, Route
from bot.sandbox.rest.diffs import diff_answer
from bot.sandbox.shapes import commits, pulls

NEEDS = (("pull_requests", "read"),)
FILES_LISTED = 3_000
COMMITS_LISTED = 250
PATCH_LIMIT = 100_000  # characters; larger patches are left out of a list of files


def _pull(call: Call) -> Pull:
    found = call.world.pull(call.repo, call.number("pull_number"))
    if found is None:
        raise not_found()
    return found


def _start(pull: Pull) -> str:
    """Where the pull request's own changes begin."""
    return pull.repo.git.merge_base(pull.base_sha, pull.head_sha) or pull.base_sha


def show(call: Call) -> Answer:
    pull = _pull(call)
    if call.media in ("diff", "patch"):
        return diff_answer(pull.repo.git, _start(pull), pull.head_sha, resource="PullRequest")
    return Answer(json=pulls.full(call.world, pull))


def list_pulls(call: Call) -> Answer:
    """Newest first unless ``sort`` and ``direction`` say otherwise. ``head`` is ``owner:branch``."""
    query = call.query
    state, head, base = query.get("state", "open"), query.get("head"), query.get("base")
    found = [
        pull
        for pull in call.world.pulls_of(call.repo)
        if state in ("all", "open" if pull.open else "closed")
        and (base is None or pull.base_ref == base)
        and (head is None or ":" not in head or head == f"{pull.head_repo.owner.login}:{pull.head_ref}")
    ]
    sort = query.get("sort", "created")
    found.sort(key=lambda pull: (pull.updated_at if sort == "updated" else pull.created_at, pull.number))
    if query.get("direction", "desc" if sort == "created" else "asc") == "desc":
        found.reverse()
    return call.page(found, lambda pull: pulls.simple(call.world, pull))


def list_files(call: Call) -> Answer:
    pull = _pull(call)
    changes = pull.repo.git.changes(_start(pull), pull.head_sha)[:FILES_LISTED]

    def shape(change: FileChange) -> dict[str, object]:
        return commits.diff_entry(call.world, pull.repo, change, pull.head_sha, patch_limit=PATCH_LIMIT)

    return call.page(changes, shape)


def list_commits(call: Call) -> Answer:
    pull = _pull(call)
    shas = pull.repo.git.log(pull.head_sha, without=pull.base_sha)[::-1][:COMMITS_LISTED]
    return call.page(shas, lambda sha: commits.commit(call.world, pull.repo, pull.repo.git.known(sha)))


def of_commit(call: Call) -> Answer:
    """Pull requests of a commit: for one that is only in a fork the base repository's answer is empty."""
    sha = call.params["commit_sha"]
    if call.repo.git.commit(sha) is None:
        raise not_found()
    found = [
        pull
        for pull in call.world.pulls_of(call.repo)
        if not pull.from_fork and sha in (pull.head_sha, pull.merge_commit_sha)
    ]
    return call.page(found, lambda pull: pulls.simple(call.world, pull))


BASE = "/repos/{owner}/{repo}"
ROUTES = (
    Route("GET", f"{BASE}/pulls", list_pulls, NEEDS),
    Route("GET", f"{BASE}/pulls/{{pull_number}}", show, NEEDS),
    Route("GET", f"{BASE}/pulls/{{pull_number}}/files", list_files, NEEDS),
    Route("GET", f"{BASE}/pulls/{{pull_number}}/commits", list_commits, NEEDS),
    Route("GET", f"{BASE}/commits/{{commit_sha}}/pulls", of_commit, NEEDS),
)

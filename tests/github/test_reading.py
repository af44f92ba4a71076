"""Pull requests, runs, artifacts, commits, diffs and files as the flows get them."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.core.model.commit import Repo
from bot.flows.ports import File, NotFound, TooLarge, Unavailable, Unchanged
from bot.github.forge import GitHubForge
from tests.github.scripted import ScriptedGitHub, answer, pull

POLICY = "GET /repos/octo/shop/contents/.github/covgate.yml"


def a_run(**changes: Any):
    run = {
        "id": 30,
        "run_attempt": 2,
        "path": ".github/workflows/ci.yml@main",
        "name": "CI",
        "event": "pull_request",
        "status": "completed",
        "conclusion": "success",
        "head_sha": "a" * 40,
        "head_branch": "feature",
        "head_repository": {"id": 98, "owner": {"login": "alice"}},
        "repository": {"id": 99, "owner": {"login": "octo"}},
        "updated_at": "2026-11-22T11:58:00Z",
    }
    return run | changes


async def test_a_pull_request_is_what_github_says_now(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """Identity comes from GitHub's answer alone."""
    github.on("GET /repos/octo/shop/pulls/7", answer(200, pull()))
    found = await forge.pull_request(repo, 7)
    assert (found.number, found.head_sha, found.head_repo_id, found.author) == (7, "a" * 40, 99, "alice")
    assert (found.base_ref, found.base_sha, found.merge_sha, found.comments) == ("main", "b" * 40, "c" * 40, 2)
    assert found.open


async def test_a_pull_request_whose_fork_and_author_are_gone(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """A deleted fork has no id, a deleted account is a ghost; a closed one has no test merge to believe in."""
    head = {"ref": "feature", "sha": "a" * 40, "repo": None}
    github.on("GET /repos/octo/shop/pulls/7", answer(200, pull(head=head, user=None, state="closed")))
    found = await forge.pull_request(repo, 7)
    assert (found.head_repo_id, found.author, found.merge_sha, found.open) == (None, "ghost", None, False)


async def test_a_forks_pull_requests_are_found_by_owner_and_branch(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """By commit GitHub finds none for forks."""
    listed = pull()
    del listed["comments"]
    github.on("GET /repos/octo/shop/pulls", answer(200, [listed]))
    (found,) = await forge.pull_requests(repo, head_owner="alice", head_ref="fix/a#1")
    assert found.comments is None
    assert dict(github.requests[-1].url.params)["head"] == "alice:fix/a#1"
    assert dict(github.requests[-1].url.params)["state"] == "open"


async def test_runs_are_read_with_the_identity_of_their_head(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """The head repository's id and owner tell a fork's branch main from ours; a path comes without GitHub's @branch."""
    gone = a_run(id=31, head_repository=None, head_branch=None, conclusion=None, status=None, name=None)
    github.on("GET /repos/octo/shop/actions/runs", answer(200, {"total_count": 2, "workflow_runs": [a_run(), gone]}))
    first, second = await forge.runs(repo, "a" * 40)
    assert (first.path, first.attempt, first.head_repo_id, first.head_owner) == (
        ".github/workflows/ci.yml",
        2,
        98,
        "alice",
    )
    assert first.updated_at == datetime(2026, 11, 22, 11, 58, tzinfo=UTC)
    assert (second.head_repo_id, second.head_owner, second.head_branch, second.status) == (None, None, "", "queued")
    assert dict(github.requests[-1].url.params)["head_sha"] == "a" * 40


async def test_T22_runs_of_another_repository_are_not_ours(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """The name passed to another repository; its runs are not believed."""
    github.on("GET /repos/octo/shop/actions/runs", answer(200, {"workflow_runs": [a_run(repository={"id": 1})]}))
    with pytest.raises(NotFound):
        await forge.runs(repo, "a" * 40)


async def test_artifacts_of_every_page_are_listed(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """A matrix of 150 jobs fills two pages."""
    listed = [
        {"id": n, "name": f"covgate-{n}", "size_in_bytes": 10, "expired": n == 3, "digest": None, "created_at": None}
        for n in range(150)
    ]
    call = "GET /repos/octo/shop/actions/runs/30/artifacts"
    next_page = '<https://api.github.com/y>; rel="next", <https://api.github.com/z>; rel="last"'
    github.on(call, answer(200, {"artifacts": listed[:100]}, Link=next_page), answer(200, {"artifacts": listed[100:]}))
    found = await forge.artifacts(repo, 30)
    assert [artifact.id for artifact in found] == list(range(150))
    assert [artifact.id for artifact in found if artifact.expired] == [3]


async def test_a_commit_has_its_parents_in_order(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """The first parent of a merge is the branch that was merged into."""
    body = {"sha": "c" * 40, "tree": {"sha": "d" * 40}, "parents": [{"sha": "b" * 40}, {"sha": "a" * 40}]}
    github.on("GET /repos/octo/shop/git/commits/" + "c" * 40, answer(200, body))
    assert (await forge.commit(repo, "c" * 40)).parents == ("b" * 40, "a" * 40)


async def test_the_merge_base_is_asked_without_the_patches(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """A branch name is one part of the address, slash and all."""
    github.on("GET /repos/octo/shop/compare/release%2F1.0...a", answer(200, {"merge_base_commit": {"sha": "e" * 40}}))
    assert await forge.merge_base(repo, "release/1.0", "a") == "e" * 40
    assert github.requests[-1].url.params["page"] == "2"


async def test_ancestors_stop_at_the_limit_or_the_first_commit(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """Newest first, over as many pages as it takes."""
    shas = [f"{n:040x}" for n in range(150)]
    pages = [answer(200, [{"sha": sha} for sha in shas[:100]]), answer(200, [{"sha": sha} for sha in shas[100:]])]
    github.on("GET /repos/octo/shop/commits", *pages, *pages)
    assert await forge.ancestors(repo, "a", limit=500) == shas
    assert await forge.ancestors(repo, "a", limit=120) == shas[:120]


async def test_a_diff_is_gits_own_bytes(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """Asked for as a diff, passed on untouched."""
    import httpx

    raw = b"diff --git a/x b/x\n+\xff\r\n"
    github.on("GET /repos/octo/shop/compare/b...a", httpx.Response(200, content=raw))
    assert await forge.diff(repo, "b", "a") == raw
    assert github.requests[-1].headers["Accept"] == "application/vnd.github.diff"


def content(data: bytes, **changes: Any):
    encoded = base64.encodebytes(data).decode()
    return {"type": "file", "encoding": "base64", "size": len(data), "content": encoded, "sha": "f" * 40} | changes


async def test_a_file_is_read_once_and_then_only_asked_about(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """With the etag of last time GitHub answers 304, which is free."""
    github.on(POLICY, answer(200, content(b"version: 1\n"), ETag='"v1"'), answer(304))
    first = await forge.file(repo, ".github/covgate.yml", "main")
    assert first == File(content=b"version: 1\n", blob_sha="f" * 40, etag='"v1"')
    assert isinstance(await forge.file(repo, ".github/covgate.yml", "main", etag='"v1"'), Unchanged)
    assert github.requests[-1].headers["If-None-Match"] == '"v1"'
    assert github.requests[-1].url.params["ref"] == "main"


@pytest.mark.parametrize(
    "body",
    [
        [content(b"")],
        content(b"", type="symlink", target="../../etc/passwd"),
        content(b"", type="submodule"),
    ],
    ids=["folder", "dangling link", "submodule"],
)
async def test_T05_what_is_no_file_is_no_policy(forge: GitHubForge, github: ScriptedGitHub, repo: Repo, body: str):
    """A folder, a link that leads out of the repository, a submodule: nothing is read in its place."""
    github.on(POLICY, answer(200, body))
    assert await forge.file(repo, ".github/covgate.yml", "main") is None


async def test_a_file_that_is_not_there_is_none(forge: GitHubForge, repo: Repo):
    """No policy is a normal thing."""
    assert await forge.file(repo, ".github/covgate.yml", "main") is None


async def test_a_file_that_github_sends_no_content_of_is_too_large(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """Over a megabyte GitHub leaves the content empty: that is not an empty file."""
    github.on(POLICY, answer(200, content(b"", encoding="none", size=2_000_000)))
    with pytest.raises(TooLarge):
        await forge.file(repo, ".github/covgate.yml", "main")


async def test_a_file_with_broken_base64_is_no_answer(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """Half a policy is none."""
    github.on(POLICY, answer(200, content(b"", content="abc")))
    with pytest.raises(Unavailable):
        await forge.file(repo, ".github/covgate.yml", "main")


async def test_every_request_names_the_api_version_and_who_asks(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """The same version at github.com and at a server of one's own."""
    github.on("GET /repos/octo/shop/pulls/7", answer(200, pull()))
    await forge.pull_request(repo, 7)
    assert {request.headers["X-GitHub-Api-Version"] for request in github.requests} == {"2022-11-28"}
    assert {request.headers["User-Agent"] for request in github.requests} == {"covgate"}

"""R07: every status at every kind of call: what is tried again, what is not, and what the flows are told."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.core.model.commit import Repo
from bot.flows.ports import Forbidden, ForgeError, NotFound, RateLimited, Rejected, TooLarge, Unavailable
from bot.github.forge import GitHubForge
from tests.github.scripted import ScriptedGitHub, answer, pull

GET = "GET /repos/octo/shop/pulls/7"
POST = "POST /repos/octo/shop/issues/7/comments"
BROKEN = [500, 502, 503, 504]


@pytest.mark.parametrize("status", BROKEN)
async def test_a_question_is_asked_three_times_when_github_is_broken(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, status: int
):
    """Twice broken, then well: the caller never learns of it."""
    github.on(GET, answer(status), answer(status), answer(200, pull()))
    assert (await forge.pull_request(repo, 7)).number == 7
    assert len(github.asked()) == 3


@pytest.mark.parametrize("status", BROKEN)
async def test_a_question_is_asked_three_times_at_most(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, status: int
):
    """Broken for good: bounded tries, then the job's turn to wait."""
    github.on(GET, answer(status))
    with pytest.raises(Unavailable):
        await forge.pull_request(repo, 7)
    assert len(github.asked()) == 3


@pytest.mark.parametrize("reply", [*BROKEN, httpx.ReadTimeout("slow"), httpx.ReadError("reset")])
async def test_a_write_is_never_sent_twice_when_its_fate_is_unknown(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, reply: Any
):
    """R10: GitHub may have made the comment before it failed, so it is looked up before another is made."""
    github.on(POST, answer(reply) if isinstance(reply, int) else reply)
    with pytest.raises(Unavailable):
        await forge.create_comment(repo, 7, "hello")
    assert github.asked() == [POST]


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("odd")]
)
async def test_a_broken_connection_is_tried_again_for_a_question(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, error: type[ForgeError]
):
    """No answer at all is as a 5xx."""
    github.on(GET, error, answer(200, pull()))
    assert (await forge.pull_request(repo, 7)).number == 7


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Rejected),
        (404, NotFound),
        (406, TooLarge),
        (409, Rejected),
        (410, NotFound),
        (422, Rejected),
        (451, NotFound),
    ],
)
@pytest.mark.parametrize("call", [GET, POST])
async def test_a_refusal_is_told_and_not_tried_again(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, status: int, error: type[ForgeError], call: str
):
    """Asking again would be refused again."""
    github.on(call, answer(status, {"message": "No", "errors": [{"field": "head_sha", "code": "missing"}]}))
    with pytest.raises(error, match=f"{status} No head_sha missing"):
        await (forge.pull_request(repo, 7) if call == GET else forge.create_comment(repo, 7, "hello"))
    assert len(github.asked()) == 1
    assert not error.retryable


async def test_a_diff_that_github_will_not_make_is_too_large(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """GitHub says so with 406, and in places with 422 and the code too_large."""
    call = "GET /repos/octo/shop/compare/b...a"
    github.on(call, answer(406, {"message": "Sorry"}), answer(422, {"message": "x", "errors": [{"code": "too_large"}]}))
    for _ in range(2):
        with pytest.raises(TooLarge):
            await forge.diff(repo, "b", "a")


@pytest.mark.parametrize("content", [b"<html>busy</html>", b"", b'{"number": 7', b"[" * 100_000])
async def test_an_answer_that_is_not_json_is_no_answer(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, content: bytes
):
    """A proxy's page with status 200, or half an answer: unavailable, never half believed."""
    github.on(GET, httpx.Response(200, content=content, headers={"Content-Type": "text/html"}))
    with pytest.raises(Unavailable, match="not JSON"):
        await forge.pull_request(repo, 7)


async def test_an_answer_of_another_shape_names_what_is_wrong(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """The field's place is said; its value is not."""
    github.on(GET, answer(200, pull(head=None)))
    with pytest.raises(Unavailable, match="not as described at head"):
        await forge.pull_request(repo, 7)


@pytest.mark.parametrize("body", [{}, [], {"workflow_runs": None}, {"workflow_runs": [{"id": "x"}]}, 7])
async def test_a_list_of_another_shape_is_no_empty_list(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, body: Any
):
    """Absence must be said by GitHub, not guessed from what it did not send."""
    github.on("GET /repos/octo/shop/actions/runs", answer(200, body))
    with pytest.raises(Unavailable, match="not as described"):
        await forge.runs(repo, "a" * 40)


async def test_a_renamed_repository_is_followed_on_the_same_host(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """GitHub redirects to the repository by id; the method stays."""
    github.on(GET, httpx.Response(301, headers={"Location": "https://api.github.com/repositories/99/pulls/7"}))
    github.on("GET /repositories/99/pulls/7", answer(200, pull()))
    assert (await forge.pull_request(repo, 7)).number == 7
    moved = httpx.Response(307, headers={"Location": "https://api.github.com/repositories/99/issues/7/comments"})
    github.on(POST, moved)
    github.on("POST /repositories/99/issues/7/comments", answer(201, {"id": 5}))
    assert await forge.create_comment(repo, 7, "hello") == 5


async def test_a_redirect_to_another_host_gets_neither_token_nor_request(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """Nobody but GitHub's own API is sent the token."""
    github.on(GET, httpx.Response(301, headers={"Location": "https://evil.example/pulls/7"}))
    with pytest.raises(Unavailable):
        await forge.pull_request(repo, 7)
    assert {request.url.host for request in github.requests} == {"api.github.com"}


async def test_an_endless_redirect_ends(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """R09: a circle is left after a few steps."""
    github.on(GET, httpx.Response(301, headers={"Location": "https://api.github.com/repos/octo/shop/pulls/7"}))
    with pytest.raises(Unavailable, match="circle"):
        await forge.pull_request(repo, 7)
    assert len(github.asked()) <= 9


async def test_a_name_that_passed_to_another_repository_is_not_found(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """T22: names change hands, ids do not: an answer about another id is not about ours."""
    github.on(GET, answer(200, pull(base={"ref": "main", "sha": "b" * 40, "repo": {"id": 12}})))
    with pytest.raises(NotFound, match="another repository"):
        await forge.pull_request(repo, 7)


async def test_a_name_is_one_part_of_an_address_whatever_it_holds(forge: GitHubForge, github: ScriptedGitHub):
    """A name with a slash, dots or a question mark addresses nothing else."""
    odd = Repo(id=99, owner="octo/../evil", name="a?b#c", private=False, default_branch="main", installation=7)
    github.on("GET /repos/octo%2F..%2Fevil/a%3Fb%23c/pulls/7", answer(200, pull()))
    assert (await forge.pull_request(odd, 7)).number == 7


@pytest.mark.parametrize(
    ("error", "retryable"),
    [(Forbidden, False), (NotFound, False), (Rejected, False), (TooLarge, False), (Unavailable, True)],
)
def test_only_what_may_pass_by_itself_is_retryable(error: type[ForgeError], retryable: bool):
    """Jobs wait for what time may cure, and for nothing else."""
    assert error.retryable is retryable
    assert RateLimited.retryable

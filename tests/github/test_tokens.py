"""Installation tokens: one repository each, the least permissions, one request however many ask."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import jwt
import pytest

from bot.core.model.commit import Repo
from bot.flows.ports import Forbidden, RateLimited, Unavailable
from bot.github.auth import PERMISSIONS, Token
from bot.github.forge import AppAccess, GitHubForge
from tests.github.scripted import ScriptedGitHub, a_token, answer, pull

MINT = "POST /app/installations/7/access_tokens"


def minted(github: ScriptedGitHub):
    return [request for request in github.requests if request.url.path.endswith("/access_tokens")]


async def test_a_token_is_asked_for_one_repository_by_id_with_the_least_permissions(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """A token that leaks opens one repository, for what covgate does there and no more."""
    github.on("GET /repos/octo/shop/pulls/7", answer(200, pull()))
    await forge.pull_request(repo, 7)
    (request,) = minted(github)
    assert json.loads(request.content) == {"repository_ids": [99], "permissions": dict(PERMISSIONS)}
    assert github.requests[-1].headers["Authorization"] == "Bearer token-1"


async def test_the_app_signs_as_itself_and_allows_for_a_clock_that_is_a_minute_fast(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """The JWT names the App, began a minute ago and lives ten minutes at most, as GitHub demands."""
    github.on("GET /repos/octo/shop/pulls/7", answer(200, pull()))
    await forge.pull_request(repo, 7)
    scheme, token = minted(github)[0].headers["Authorization"].split()
    claims = jwt.decode(token, options={"verify_signature": False})
    assert scheme == "Bearer"
    assert claims["iss"] == "4711"
    assert claims["exp"] - claims["iat"] <= 600
    assert jwt.get_unverified_header(token)["alg"] == "RS256"


async def test_fifty_first_calls_at_once_fetch_one_token(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """The token is fetched under a lock: the others wait for it."""
    github.on("GET /repos/octo/shop/pulls/7", answer(200, pull()))
    await asyncio.gather(*(forge.pull_request(repo, 7) for _ in range(50)))
    assert len(minted(github)) == 1


async def test_each_repository_has_a_token_of_its_own(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """Two repositories of one installation never share a token."""
    other = replace(repo, id=98, name="till")
    there = pull(base={"ref": "main", "sha": "b" * 40, "repo": {"id": 98}})
    github.on("GET /repos/octo/shop/pulls/7", answer(200, pull()))
    github.on("GET /repos/octo/till/pulls/7", answer(200, there))
    await forge.pull_request(repo, 7)
    await forge.pull_request(other, 7)
    assert [json.loads(request.content)["repository_ids"] for request in minted(github)] == [[99], [98]]


@pytest.mark.parametrize("refused", [401, 403])
async def test_a_new_token_that_github_does_not_know_yet_is_tried_again(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, refused: int
):
    """GitHub's replicas lag for seconds; a refused call did nothing, so even a comment is sent again."""
    refusal = answer(refused, {"message": "Bad credentials"})
    github.on("POST /repos/octo/shop/issues/7/comments", refusal, refusal, refusal, answer(201, {"id": 5}))
    assert await forge.create_comment(repo, 7, "hello") == 5
    assert github.slept == [1.0, 2.0, 4.0]
    assert len(minted(github)) == 1


async def test_a_refusal_that_stays_is_said(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """After the waits a 403 is what it says: a permission is missing."""
    github.on("GET /repos/octo/shop/issues/comments/5", answer(403, {"message": "Resource not accessible"}))
    with pytest.raises(Forbidden, match="403 Resource not accessible"):
        await forge.comment(repo, 5)


async def test_a_token_that_expires_within_five_minutes_is_replaced_before_use(
    forge: GitHubForge,
    github: ScriptedGitHub,
    repo: Repo,
):
    """No call goes out with a token that may end under way."""
    github.on(MINT, a_token("old", "2026-11-22T12:04:00Z"), a_token("new"))
    github.on("GET /repos/octo/shop/pulls/7", answer(200, pull()))
    await forge.pull_request(repo, 7)
    await forge.pull_request(repo, 7)
    assert github.requests[-1].headers["Authorization"] == "Bearer new"


async def test_a_wrong_clock_of_this_machine_costs_no_token(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """An hour fast, every token would seem to have expired; GitHub's own clock tells how long one lasts."""
    token = a_token("long", "2026-11-22T12:00:00Z")
    token.headers["Date"] = "Sun, 22 Nov 2026 11:00:00 GMT"
    github.on(MINT, token)
    github.on("GET /repos/octo/shop/pulls/7", answer(200, pull()))
    for _ in range(3):
        await forge.pull_request(repo, 7)
    assert len(minted(github)) == 1


async def test_a_revoked_token_is_replaced_once(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """R07: 401 leads to one new token. Here GitHub refuses every token, so it ends with its refusal."""
    github.on("GET /repos/octo/shop/pulls/7", answer(401, {"message": "Bad credentials"}))
    with pytest.raises(Forbidden, match="401 Bad credentials"):
        await forge.pull_request(repo, 7)
    assert len(minted(github)) == 2


@pytest.mark.parametrize(
    ("status", "message"),
    [(404, "Not Found"), (403, "This installation has been suspended"), (422, "permissions not granted"), (401, "key")],
)
async def test_an_app_that_may_not_act_there_is_told_so_and_asks_no_more(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, status: int, message: str
):
    """Uninstalled, suspended, a permission not granted, a wrong key: no retry, and no "not found" of the thing."""
    github.on(MINT, answer(status, {"message": message}))
    with pytest.raises(Forbidden, match=message):
        await forge.pull_request(repo, 7)
    assert github.asked() == []


async def test_a_limit_met_while_asking_for_a_token_is_a_limit(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """It pauses the installation as any other does."""
    github.on(MINT, answer(403, {"message": "You have exceeded a secondary rate limit"}))
    for _ in range(2):
        with pytest.raises(RateLimited):
            await forge.pull_request(repo, 7)
    assert len(minted(github)) == 1


async def test_a_token_answer_of_another_shape_is_tried_again_later(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """What is no token is not used as one."""
    github.on(MINT, answer(201, {"token": None}))
    with pytest.raises(Unavailable, match="not a token"):
        await forge.create_comment(repo, 7, "hello")


async def test_a_token_is_never_shown(access: AppAccess):
    """T26: neither a token nor the key appears when its holder is printed."""
    assert "ghs_secret" not in repr(Token(value="ghs_secret", minted=0, lasts=1))
    assert "PRIVATE KEY" not in repr(access)

"""Artifacts: counted, hashed, and fetched without our credentials."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.core.model.commit import Repo
from bot.flows.ports import Artifact, NotFound, TooLarge, Unavailable
from bot.github.forge import AppAccess, GitHubForge
from bot.github.wire import Patience
from tests.github.scripted import ScriptedGitHub, answer

ZIP = "GET /repos/octo/shop/actions/artifacts/5/zip"
BLOB = "GET /container/5.zip"
BLOB_URL = "https://blobs.example/container/5.zip?sig=abc"
CONTENT = b"PK" + bytes(1000)
ARTIFACT = Artifact(id=5, name="covgate-test", size=len(CONTENT), expired=False, run_id=1)


@pytest.fixture
def target(tmp_path: Path):
    return tmp_path / "artifact.zip"


def nothing_at(path: Path) -> bool:
    return not path.exists()


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def at(github: ScriptedGitHub, url: str = BLOB_URL):
    github.on(ZIP, httpx.Response(302, headers={"Location": url}))


async def test_the_bytes_arrive_and_our_token_stays_here(
    forge: GitHubForge, github: ScriptedGitHub, blobs: ScriptedGitHub, repo: Repo, target: Path
):
    """Blob stores refuse a foreign Authorization, and it would tell them our token."""
    at(github)
    blobs.on(BLOB, httpx.Response(200, content=CONTENT))
    digest = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
    await forge.download(repo, replace(ARTIFACT, digest=digest), target, limit=5000)
    assert content_of(target) == CONTENT
    (request,) = blobs.requests
    assert "Authorization" not in request.headers
    assert request.headers["Accept-Encoding"] == "identity"
    assert str(request.url) == BLOB_URL


async def test_other_bytes_than_github_has_are_refused(
    forge: GitHubForge, github: ScriptedGitHub, blobs: ScriptedGitHub, repo: Repo, target: Path
):
    """The digest is GitHub's word; what differs from it is not read."""
    at(github)
    blobs.on(BLOB, httpx.Response(200, content=CONTENT))
    with pytest.raises(Unavailable, match="digest"):
        await forge.download(repo, replace(ARTIFACT, digest="sha256:" + "0" * 64), target, limit=5000)
    assert nothing_at(target)


async def test_an_artifact_over_the_limit_is_not_even_asked_for(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, target: Path
):
    """Four gigabytes are refused on GitHub's word."""
    with pytest.raises(TooLarge):
        await forge.download(repo, replace(ARTIFACT, size=4 * 2**30), target, limit=5000)
    assert github.requests == []


async def test_an_artifact_larger_than_said_is_cut_off(
    forge: GitHubForge, github: ScriptedGitHub, blobs: ScriptedGitHub, repo: Repo, target: Path
):
    """The bytes are counted as they come, and none are left behind."""
    at(github)
    blobs.on(BLOB, httpx.Response(200, content=bytes(5001)))
    with pytest.raises(TooLarge):
        await forge.download(repo, ARTIFACT, target, limit=5000)
    assert nothing_at(target)


@pytest.mark.parametrize("status", [404, 410])
async def test_an_expired_artifact_is_gone(
    forge: GitHubForge, github: ScriptedGitHub, blobs: ScriptedGitHub, repo: Repo, target: Path, status: int
):
    """R14: gone at the API or at the blob store."""
    github.on(ZIP, answer(status), httpx.Response(302, headers={"Location": BLOB_URL}))
    blobs.on(BLOB, httpx.Response(status))
    for _ in range(2):
        with pytest.raises(NotFound):
            await forge.download(repo, ARTIFACT, target, limit=5000)


@pytest.mark.parametrize("url", ["http://blobs.example/5.zip", "file:///etc/passwd", "", "//blobs.example/5.zip"])
async def test_an_address_that_is_not_https_is_not_followed(
    forge: GitHubForge, github: ScriptedGitHub, blobs: ScriptedGitHub, repo: Repo, target: Path, url: str
):
    """From a GitHub on https, nothing leads to plain text or to this machine's files."""
    at(github, url)
    with pytest.raises(Unavailable):
        await forge.download(repo, ARTIFACT, target, limit=5000)
    assert blobs.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        httpx.Response(403),
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/"}),
        httpx.Response(200, content=b"x", headers={"Content-Encoding": "identity, gzip"}),
        httpx.ReadError("reset"),
    ],
    ids=["expired-address", "broken", "redirect", "packed", "reset"],
)
async def test_a_blob_store_that_fails_is_tried_again_later(
    forge: GitHubForge, github: ScriptedGitHub, blobs: ScriptedGitHub, repo: Repo, target: Path, reply: Any
):
    """The next try gets a new address from GitHub."""
    at(github)
    blobs.on(BLOB, reply)
    with pytest.raises(Unavailable):
        await forge.download(repo, ARTIFACT, target, limit=5000)
    assert nothing_at(target)


class Dripping(httpx.AsyncBaseTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        del request

        async def drip() -> AsyncIterator[bytes]:
            while True:
                await asyncio.sleep(0.05)
                yield b"x"

        return httpx.Response(200, content=drip())


async def test_a_dripping_download_ends_at_its_deadline(
    access: AppAccess, github: ScriptedGitHub, repo: Repo, target: Path
):
    """A byte now and then keeps no worker busy for longer than the deadline."""
    at(github)
    hasty = replace(access, patience=Patience(archive=0.3))
    async with GitHubForge(hasty, api=github, blobs=Dripping()) as forge:
        with pytest.raises(Unavailable, match="not whole within"):
            await asyncio.wait_for(forge.download(repo, ARTIFACT, target, limit=5000), 2)
    assert nothing_at(target)

"""The badge: right for public repositories, and no oracle about any other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from time import perf_counter

import httpx
import pytest

from bot.core.model.commit import Repo
from bot.core.model.coverage import Coverage, FileCoverage, Metric
from bot.core.model.evidence import Baseline
from bot.core.model.lines import Lines
from bot.flows.ports import CachedPolicy
from bot.store.opening import Store

SHA = "a" * 40
NOW = datetime(2026, 11, 22, tzinfo=UTC)
Repos = Callable[..., Repo]


def measured(hit: int, total: int) -> Coverage:
    file = FileCoverage(measured=Lines.of(range(1, total + 1)), executed=Lines.of(range(1, hit + 1)))
    return Coverage(metric=Metric.LINES, files={"a.py": file})


async def record(store: Store, repo: Repo, hit: int, total: int = 1000, *, branch: str = "main") -> None:
    await store.history.remember_repo(repo)
    await store.history.record_baseline(
        repo.id,
        baseline=Baseline(sha=SHA, coverage={Metric.LINES: measured(hit, total)}),
        branch=branch,
        at=NOW,
    )


async def test_the_badge_shows_the_default_branch(client: httpx.AsyncClient, store: Store, repo: Repos):
    """Rounded down, so that 94.9 % is never 95 %."""
    await record(store, repo(), 949)
    response = await client.get("/octo/shop/badge.svg")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    assert "coverage: 94.90%" in response.text


async def test_the_badge_of_another_branch(client: httpx.AsyncClient, store: Store, repo: Repos):
    """By its name, slash and all; a branch without data is unknown."""
    await record(store, repo(), 500, branch="release/1.0")
    assert "50.00%" in (await client.get("/octo/shop/badge.svg?branch=release/1.0")).text
    assert "unknown" in (await client.get("/octo/shop/badge.svg")).text


async def test_the_colour_follows_the_policys_target(client: httpx.AsyncClient, store: Store, repo: Repos):
    """By default 95 %; a policy may ask for less, and a broken one asks for nothing else."""
    await record(store, repo(), 900)
    below = (await client.get("/octo/shop/badge.svg")).content
    for content, same in ((b"version: 1\ncoverage: {project: {target: 90%}}\n", False), (b"version: 7\n", True)):
        kept = CachedPolicy(content=content, etag=None, commit=None, read_at=NOW)
        await store.history.keep_policy(99, "main", kept)
        assert ((await client.get("/octo/shop/badge.svg")).content == below) is same


async def test_names_are_github_names_in_any_case(client: httpx.AsyncClient, store: Store, repo: Repos):
    """GitHub takes Octo/Shop and octo/shop for one."""
    await record(store, repo(), 1000)
    assert "100%" in (await client.get("/Octo/Shop/badge.svg")).text


async def fetched(client: httpx.AsyncClient, path: str) -> tuple[int, bytes, list[tuple[str, str]]]:
    response = await client.get(path)
    return response.status_code, response.content, sorted(response.headers.items())


async def test_T25_private_unknown_deleted_and_unmeasured_are_one_answer(
    client: httpx.AsyncClient, store: Store, repo: Repos
):
    """Byte for byte, headers included: a badge does not tell that a private repository exists."""
    await record(store, repo("vault", private=True, repo_id=1), 999)
    await record(store, repo("gone", repo_id=2), 999)
    await store.history.forget_repo(2)
    await store.history.remember_repo(repo("fresh", repo_id=3))
    unknown = await fetched(client, "/octo/nothing/badge.svg")
    assert unknown[0] == 200
    assert b"unknown" in unknown[1]
    for name in ("vault", "gone", "fresh", "nothing", "%00", "%ff", "x" * 5000):
        assert await fetched(client, f"/octo/{name}/badge.svg") == unknown
        assert await fetched(client, f"/octo/{name}/badge.svg?branch=x&token=y") == unknown


async def test_T25_a_repository_made_private_is_unknown_at_the_next_request(
    client: httpx.AsyncClient, store: Store, repo: Repos
):
    """What caches may keep, they keep for a minute."""
    await record(store, repo(), 999)
    public = await client.get("/octo/shop/badge.svg")
    assert public.headers["Cache-Control"] == "public, max-age=60"
    await store.history.remember_repo(repo(private=True))
    again = await client.get("/octo/shop/badge.svg", headers={"If-None-Match": public.headers["ETag"]})
    assert again.status_code == 200
    assert "unknown" in again.text


async def test_T25_existence_cannot_be_timed(client: httpx.AsyncClient, store: Store, repo: Repos):
    """The same questions are asked of the store for a private repository as for none."""
    await record(store, repo("vault", private=True), 999)
    times: dict[str, list[float]] = {"vault": [], "nothing": []}
    for _ in range(200):
        for name, taken in times.items():
            began = perf_counter()
            await client.get(f"/octo/{name}/badge.svg")
            taken.append(perf_counter() - began)
    usual = median(times["nothing"])
    assert abs(median(times["vault"]) - usual) < max(0.0005, usual / 5)


async def test_a_cache_is_told_that_nothing_changed(client: httpx.AsyncClient, store: Store, repo: Repos):
    """304 without a body, for the very bytes, for any of several tags, for a weak one."""
    await record(store, repo(), 999)
    etag = (await client.get("/octo/shop/badge.svg")).headers["ETag"]
    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        response = await client.get("/octo/shop/badge.svg", headers={"If-None-Match": known})
        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == etag
    assert (await client.get("/octo/shop/badge.svg", headers={"If-None-Match": '"other"'})).status_code == 200


@pytest.mark.parametrize("branch", ["x" * 10_000, "\0", "'; DROP TABLE baseline; --", "%F0%9F%92%A9", "<svg onload=x>"])
async def test_T33_a_branch_name_reaches_nothing_but_the_question(
    client: httpx.AsyncClient, store: Store, repo: Repos, branch: str
):
    """Unknown, whatever it is called; none of it comes back."""
    await record(store, repo(), 999)
    response = await client.get("/octo/shop/badge.svg", params={"branch": branch})
    assert response.status_code == 200
    assert "unknown" in response.text
    assert branch[:20] not in response.text


async def test_the_badge_may_be_shown_elsewhere(client: httpx.AsyncClient):
    """Other sites embed it; it runs nothing there."""
    response = await client.get("/octo/shop/badge.svg")
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")

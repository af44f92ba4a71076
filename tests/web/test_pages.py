"""Pages: the stored report of a public commit, one 404 for all else, and headers that let nothing run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest

from bot.core.model.commit import Repo
from bot.flows.ports import Published
from bot.store.opening import Store
from bot.web.app import create_app
from bot.web.services import WebServices

SHA = "a" * 40
PAGE = b"<!DOCTYPE html><html><head><style>p{color:red}</style></head><body><p>949/1000</p></body></html>"
Repos = Callable[..., Repo]


async def publish(store: Store, repo: Repo, page: bytes = PAGE) -> None:
    await store.history.remember_repo(repo)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    published = Published(head_sha=SHA, conclusion="failure", verdict_json=b"{}", page=page, at=at)
    await store.history.publish(repo.id, published)


async def test_the_report_of_a_public_commit(client: httpx.AsyncClient, store: Store, repo: Repos):
    """The bytes that were stored."""
    await publish(store, repo())
    response = await client.get(f"/octo/shop/commits/{SHA}")
    assert (response.status_code, response.content) == (200, PAGE)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_T33_a_page_may_use_its_own_style_and_nothing_else(client: httpx.AsyncClient, store: Store, repo: Repos):
    """The style sheet by its hash; no script, no image, no frame, no form, from nowhere."""
    await publish(store, repo(), PAGE.replace(b"<p>", b"<style>x{background:url(//evil)}</style><script>x</script><p>"))
    policy = (await client.get(f"/octo/shop/commits/{SHA}")).headers["Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(b"p{color:red}").digest()).decode()
    assert policy == (
        f"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-{digest}'"
    )


async def test_a_page_without_a_style_is_allowed_nothing(client: httpx.AsyncClient, store: Store, repo: Repos):
    """Not even a style."""
    await publish(store, repo(), b"plain")
    policy = (await client.get(f"/octo/shop/commits/{SHA}")).headers["Content-Security-Policy"]
    assert "style-src" not in policy


async def test_a_page_is_revalidated(client: httpx.AsyncClient, store: Store, repo: Repos):
    """A new verdict is seen at once; the same one costs no bytes."""
    await publish(store, repo())
    first = await client.get(f"/octo/shop/commits/{SHA}")
    assert first.headers["Cache-Control"] == "no-cache"
    known = {"If-None-Match": first.headers["ETag"]}
    assert (await client.get(f"/octo/shop/commits/{SHA}", headers=known)).status_code == 304
    await publish(store, repo(), PAGE + b"\n")
    assert (await client.get(f"/octo/shop/commits/{SHA}", headers=known)).status_code == 200


async def test_T26_every_page_that_is_not_for_everybody_is_one_404(
    client: httpx.AsyncClient, store: Store, repo: Repos
):
    """Private, unknown, not judged, no SHA, no such address: the same bytes and headers."""
    await publish(store, repo("vault", private=True, repo_id=1))
    await publish(store, repo("shop", repo_id=2))
    paths = [
        f"/octo/vault/commits/{SHA}",
        f"/octo/nothing/commits/{SHA}",
        f"/octo/shop/commits/{'b' * 40}",
        f"/octo/shop/commits/{SHA.upper()}",
        f"/octo/shop/commits/{SHA[:7]}",
        "/octo/shop/commits/" + "x" * 5000,
        "/octo/shop/commits/%00",
        "/octo%00/shop/commits/" + SHA,
        "/octo/shop",
        "/metrics",
        "/docs",
        "/redoc",
        "/openapi.json",
        "/api/openapi.json",
        "/octo/shop/badge.svg/",
        "/../../etc/passwd",
    ]
    answers = set()
    for path in paths:
        response = await client.get(path)
        answers.add((response.status_code, response.content, tuple(sorted(response.headers.items()))))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404


async def test_the_front_page_says_what_this_is(client: httpx.AsyncClient):
    """And where badges and reports are."""
    response = await client.get("/")
    assert response.status_code == 200
    assert "quality gate" in response.text
    assert "badge.svg" in response.text


@pytest.mark.parametrize("path", ["/", "/healthz", "/readyz", "/octo/shop/badge.svg", f"/octo/x/commits/{SHA}", "/x"])
async def test_T33_every_answer_bears_the_security_headers(client: httpx.AsyncClient, path: str):
    """Pages, pictures, words and refusals alike."""
    headers = (await client.get(path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    assert "unsafe" not in policy
    assert "script-src" not in policy


async def test_T26_a_bug_tells_the_client_nothing(services: WebServices):
    """Constant bytes: no path, no SQL, no token."""

    async def broken() -> bool:
        raise RuntimeError("SELECT token FROM /work WHERE ghs_secret")

    app = create_app(replace(services, ready=broken))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://covgate.test") as client:
        response = await client.get("/readyz")
    assert (response.status_code, response.content) == (500, b"Internal Server Error\n")


async def test_pages_answer_head_requests(client: httpx.AsyncClient):
    """As browsers and monitors ask."""
    response = await client.head("/")
    assert (response.status_code, response.content) == (200, b"")

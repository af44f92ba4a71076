"""A GitHub on loopback for the tests of it: every request and every answer is held against GitHub's description."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
import jwt
import pytest
from githubkit import AppInstallationAuthStrategy, GitHub
from githubkit.cache import MemCacheStrategy

from bot.sandbox import Repository, Sandbox, openapi
from bot.sandbox.rest import ROUTES
from bot.sandbox.rest.call import compiled, parameters

JSON = "application/json"
MISDESCRIBED = ("/app/installations",)  # by GitHub: an account is said to be a user and an enterprise at once
CERTIFICATES = httpx.create_ssl_context()  # reading them takes 20 ms, and no test needs them
SHOP = {"src/shop.py": "price = 1\ncount = 2\n", "README.md": "# Shop\n"}


@pytest.fixture
def github(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox that must not have been asked anything that GitHub forbids; ``violations.clear()`` forgives."""
    with Sandbox.start(validate=True) as sandbox:
        yield sandbox
        assert sandbox.violations == []


@pytest.fixture
def shop(github: Sandbox) -> Repository:
    """A public repository with two files, the App installed."""
    return github.repository("octo/shop", files=SHOP)


def app_jwt(github: Sandbox, *, issued: float = -60, expires: float = 540, **claims: object) -> str:
    """A JSON Web Token of the App; the times are seconds from the sandbox's now."""
    now = int(github.clock.now().timestamp())
    payload = {"iat": now + int(issued), "exp": now + int(expires), "iss": str(github.app.id), **claims}
    return jwt.encode(payload, github.app.private_key, algorithm="RS256")


def judge(answer: httpx.Response) -> None:
    """An answer in JSON must be what GitHub's description says of it."""
    if answer.status_code not in (200, 201, 202) or not answer.headers.get("content-type", "").startswith(JSON):
        return
    path = answer.request.url.raw_path.decode().partition("?")[0]
    route, found = next(
        (route, found)
        for route in ROUTES
        if route.method == answer.request.method and (found := compiled(route.template).fullmatch(path))
    )
    if route.template in MISDESCRIBED:
        return
    problem = openapi.answer_problem(
        method=route.method,
        template=route.template,
        params=parameters(found),
        status=answer.status_code,
        body=answer.read(),
    )
    assert problem is None, f"{route.method} {path}: {problem}"


@pytest.fixture
def as_app(github: Sandbox) -> Iterator[httpx.Client]:
    """The App itself, by its JSON Web Token."""
    headers = {"Authorization": f"Bearer {app_jwt(github)}"}
    with httpx.Client(
        base_url=github.api_url, headers=headers, event_hooks={"response": [judge]}, verify=CERTIFICATES
    ) as client:
        yield client


@pytest.fixture
def token(github: Sandbox, as_app: httpx.Client) -> Callable[..., str]:
    """Asks for an installation token."""

    def ask(repo: Repository, **body: object) -> str:
        answer = as_app.post(f"/app/installations/{repo.installation_id}/access_tokens", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["token"]

    return ask


@pytest.fixture
def bot(github: Sandbox, shop: Repository, token: Callable[..., str]) -> Iterator[httpx.Client]:
    """The App's installation at the shop, its answers judged; addresses are relative to the repository."""
    headers = {"Authorization": f"Bearer {token(shop, repository_ids=[shop.id])}"}
    base = f"{github.api_url}/repos/octo/shop"
    with httpx.Client(base_url=base, headers=headers, event_hooks={"response": [judge]}, verify=CERTIFICATES) as client:
        yield client


@pytest.fixture
def kit(github: Sandbox, shop: Repository) -> Iterator[GitHub[AppInstallationAuthStrategy]]:
    """Githubkit as the App's installation, without its HTTP cache and retries, with a cache of tokens of its own (the
    usual one belongs to the process and takes no heed of the host).
    """
    auth = AppInstallationAuthStrategy(github.app.id, github.app.private_key, shop.installation_id)
    client = GitHub(
        auth,
        base_url=github.api_url,
        http_cache=False,
        auto_retry=False,
        cache_strategy=MemCacheStrategy(),
        timeout=httpx.Timeout(10),
    )
    with client:
        yield client


def eventually(holds: Callable[[], object], *, within: float = 5) -> None:
    """Wait until *holds*."""
    deadline = time.monotonic() + within
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)

"""The web edge over a real store in a file, and a client that speaks to it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bot.core.model.commit import Repo
from bot.github.webhook import EVENTS, verify
from bot.store.opening import Store, open_store
from bot.web.app import create_app
from bot.web.services import WebServices

SECRET = b"s" * 32
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Noon:
    def now(self) -> datetime:
        return NOW


class Bell:
    """Counts how often the pump was woken, and says what it is told about readiness."""

    def __init__(self) -> None:
        self.rung = 0
        self.ready: bool | None = True

    async def ring(self) -> None:
        self.rung += 1

    async def is_ready(self) -> bool:
        if self.ready is None:
            raise TimeoutError
        return self.ready


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(f"sqlite:///{tmp_path}/covgate.db", clock=Noon(), patience=0.2) as store:
        yield store


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def services(store: Store, bell: Bell) -> WebServices:
    return WebServices(
        inbox=store.inbox,
        history=store.history,
        clock=Noon(),
        verify=lambda body, header: verify([SECRET], body, header),
        events=EVENTS,
        on_accepted=bell.ring,
        ready=bell.is_ready,
    )


@pytest.fixture
def app(services: WebServices) -> FastAPI:
    return create_app(services)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://covgate.test") as client:
        yield client


@pytest.fixture
def sign() -> Callable[[bytes], str]:
    """GitHub's signature of a body."""
    return lambda body: "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()


@pytest.fixture
def headers(sign: Callable[[bytes], str]) -> Callable[..., dict[str, str]]:
    """What GitHub sends beside a body."""

    def of(body: bytes, event: str = "push", guid: str = "72d3162e-cc78-11e3-81ab-4c9367dc0958") -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/044aadd",
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": guid,
            "X-Hub-Signature-256": sign(body),
        }

    return of


@pytest.fixture
def repo() -> Callable[..., Repo]:
    def of(name: str = "shop", *, private: bool = False, repo_id: int = 99) -> Repo:
        return Repo(id=repo_id, owner="octo", name=name, private=private, default_branch="main", installation=7)

    return of

"""The forge over a scripted GitHub, at noon of 22 November 2026."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.core.model.commit import Repo
from bot.github.forge import AppAccess, GitHubForge
from tests.github.scripted import APP, ScriptedGitHub

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def private_key() -> str:
    key = generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


@pytest.fixture
def github() -> ScriptedGitHub:
    return ScriptedGitHub()


@pytest.fixture
def blobs() -> ScriptedGitHub:
    return ScriptedGitHub()


@pytest.fixture
def access(private_key: str) -> AppAccess:
    return AppAccess(app_id=APP, private_key=private_key, write_interval=0)


@pytest.fixture
async def forge(github: ScriptedGitHub, blobs: ScriptedGitHub, access: AppAccess) -> AsyncIterator[GitHubForge]:
    """The forge, whose pauses are noted and not slept."""
    async with GitHubForge(access, api=github, blobs=blobs, now=lambda: NOW, sleep=github.sleep) as forge:
        yield forge


@pytest.fixture
def repo() -> Repo:
    return Repo(id=99, owner="octo", name="shop", private=True, default_branch="main", installation=7)

"""The stage: a GitHub on loopback and the service beside it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
from tests.flows.stage import LiveService, Stage, settings_for


@contextmanager
def staged(folder: Path, **settings: object) -> Generator[Stage]:
    """A GitHub and the service beside it; GitHub must have had nothing to object to when it ends."""
    with Sandbox.start() as github:
        service = LiveService(settings_for(github, folder, **settings))
        service.start()
        github.webhooks.send_to(f"{service.url}/github/webhooks")
        try:
            yield Stage(github, service)
        finally:
            service.stop()
        assert github.violations == []


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """The stage with the settings as they come."""
    with staged(tmp_path) as ready:
        yield ready

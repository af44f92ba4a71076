"""The stage: a GitHub on loopback and the service beside it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox import Sandbox
from tests.flows.stage import LiveService, Stage, settings_for


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A GitHub and the service beside it; GitHub must have had nothing to object to when the test ends."""
    with Sandbox.start() as github:
        service = LiveService(settings_for(github, tmp_path))
        service.start()
        github.webhooks.send_to(f"{service.url}/github/webhooks")
        try:
            yield Stage(github, service)
        finally:
            service.stop()
        assert github.violations == []

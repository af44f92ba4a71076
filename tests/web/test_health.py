"""``/healthz`` and ``/readyz``: alive is not ready."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import httpx
import pytest

from bot.web.app import create_app
from bot.web.services import WebServices
from tests.web.conftest import Bell


async def test_alive_whatever_the_store_does(client: httpx.AsyncClient, bell: Bell):
    """The process answers; restarting it would not mend a disk."""
    bell.ready = False
    response = await client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503), (None, 503)])
async def test_ready_only_when_deliveries_can_be_stored(
    client: httpx.AsyncClient, bell: Bell, ready: bool | None, status: int
):
    """A no, or no answer, keeps traffic away."""
    bell.ready = ready
    assert (await client.get("/readyz")).status_code == status


async def test_a_store_that_hangs_is_not_ready(services: WebServices):
    """The question has a deadline of its own."""

    async def hangs() -> bool:
        await asyncio.sleep(60)
        return True

    app = create_app(replace(services, ready=hangs))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://covgate.test") as client:
        response = await asyncio.wait_for(client.get("/readyz"), 4)
    assert response.status_code == 503

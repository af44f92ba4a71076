"""``POST /github/webhooks``: what is stored, what is refused, and before what."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import httpx
import pytest

from bot.flows.ports import Delivery, StoreUnavailable
from bot.store.opening import Store
from bot.web.app import create_app
from bot.web.limits import Limits
from bot.web.services import WebServices
from tests.web.conftest import NOW, SECRET, Bell

HOOK = "/github/webhooks"
BODY = b'{"ref": "refs/heads/main"}'
Headers = Callable[..., dict[str, str]]


async def test_a_signed_delivery_is_on_disk_before_it_is_acknowledged(
    client: httpx.AsyncClient, store: Store, headers: Headers, bell: Bell
):
    """202, the raw bytes kept as they came, and the pump woken."""
    response = await client.post(HOOK, content=BODY, headers=headers(BODY))
    assert response.status_code == 202
    (kept,) = await store.inbox.pending(limit=9)
    assert kept == Delivery(id="72d3162e-cc78-11e3-81ab-4c9367dc0958", event="push", body=BODY, received_at=NOW)
    assert bell.rung == 1


def forged(**changes: str | None) -> dict[str, str]:
    """Good headers for ``BODY``, changed; ``None`` takes one away."""
    good = {
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": "guid-1",
        "X-Hub-Signature-256": "sha256=" + hmac.new(SECRET, BODY, hashlib.sha256).hexdigest(),
    }
    renamed = {name.replace("_", "-"): value for name, value in changes.items()}
    return {name: value for name, value in (good | renamed).items() if value is not None}


SIGNATURE = forged()["X-Hub-Signature-256"]
SHA1 = "sha1=" + hmac.new(SECRET, BODY, hashlib.sha1).hexdigest()


@pytest.mark.parametrize(
    "signature",
    [
        {"X_Hub_Signature_256": None},
        {"X_Hub_Signature_256": None, "X_Hub_Signature": SHA1},
        {"X_Hub_Signature_256": SHA1},
        {"X_Hub_Signature_256": SIGNATURE[:20]},
        {"X_Hub_Signature_256": SIGNATURE.upper()},
        {"X_Hub_Signature_256": "sha256=" + "0" * 64},
        {"X_Hub_Signature_256": SIGNATURE + ", " + SIGNATURE},
    ],
    ids=["none", "sha1 alone", "sha1 in its place", "short", "upper case", "wrong", "doubled in one"],
)
async def test_T20_webhook_forgery(
    client: httpx.AsyncClient, store: Store, bell: Bell, signature: dict[str, str | None]
):
    """401 in constant bytes; nothing is stored, nobody is woken."""
    response = await client.post(HOOK, content=BODY, headers=forged(**signature))
    assert (response.status_code, response.content) == (401, b"signature\n")
    assert await store.inbox.pending(limit=9) == []
    assert bell.rung == 0


@pytest.mark.parametrize("body", [BODY + b" ", BODY[:-1], b"", b"\xff" * 100, BODY.replace(b"main", b"mair")])
async def test_T20_another_body_under_a_captured_signature(client: httpx.AsyncClient, body: bytes):
    """401: the signature covers every byte."""
    assert (await client.post(HOOK, content=body, headers=forged())).status_code == 401


async def test_T20_a_header_given_twice_is_none(client: httpx.AsyncClient):
    """Which of two would be believed is a question we do not answer."""
    twice = [*forged(X_Hub_Signature_256=None).items(), *[("X-Hub-Signature-256", SIGNATURE)] * 2]
    assert (await client.post(HOOK, content=BODY, headers=twice)).status_code == 401


async def test_T20_bytes_in_a_header_that_are_no_text(client: httpx.AsyncClient):
    """401, no exception."""
    odd = [(name.encode(), value.encode()) for name, value in forged(X_Hub_Signature_256=None).items()]
    odd.append((b"X-Hub-Signature-256", b"sha256=\xc3\xa9\xff" + b"0" * 60))
    assert (await client.post(HOOK, content=BODY, headers=odd)).status_code == 401


async def test_T20_the_signature_is_judged_before_anything_else(services: WebServices):
    """Without it, wrong event names and broken bodies are not even told apart; the body is never parsed here."""
    seen: list[bytes] = []

    def no(body: bytes, header: str | None) -> bool:
        del header
        seen.append(body)
        return False

    app = create_app(replace(services, verify=no))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://covgate.test") as client:
        for wrong in ({"X_GitHub_Event": None}, {"X_GitHub_Event": "??"}, {"X_GitHub_Delivery": None}, {}):
            assert (await client.post(HOOK, content=b"{", headers=forged(**wrong))).status_code == 401
    assert seen == [b"{"] * 4


async def test_a_chunked_body_is_verified_whole(client: httpx.AsyncClient, sign: Callable[[bytes], str]):
    """In pieces or at once, the same bytes."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(BODY), 5):
            yield BODY[start : start + 5]

    signed = forged(X_Hub_Signature_256=sign(BODY))
    assert (await client.post(HOOK, content=pieces(), headers=signed)).status_code == 202


async def test_a_large_delivery_is_taken(client: httpx.AsyncClient, store: Store, headers: Headers):
    """Hashed off the event loop, stored all the same."""
    body = b'{"x": "' + b"x" * 200_000 + b'"}'
    assert (await client.post(HOOK, content=body, headers=headers(body))).status_code == 202
    assert (await store.inbox.pending(limit=1))[0].body == body


@pytest.mark.parametrize(
    "wrong",
    [
        {"X_GitHub_Event": None},
        {"X_GitHub_Delivery": None},
        {"X_GitHub_Event": "Push"},
        {"X_GitHub_Event": "../push"},
        {"X_GitHub_Delivery": "a" * 65},
        {"X_GitHub_Delivery": "guid 1"},
        {"X_GitHub_Delivery": ""},
    ],
)
async def test_a_signed_body_without_its_name_is_refused(client: httpx.AsyncClient, wrong: dict[str, str | None]):
    """400: it is GitHub's body, but nobody can say of what event or delivery."""
    assert (await client.post(HOOK, content=BODY, headers=forged(**wrong))).status_code == 400


@pytest.mark.parametrize("event", ["ping", "watch", "workflow_job", "check_runs"])
async def test_events_that_concern_nothing_are_not_kept(
    client: httpx.AsyncClient, store: Store, headers: Headers, event: str
):
    """202, since nothing failed; and no row, since nothing will be done."""
    assert (await client.post(HOOK, content=BODY, headers=headers(BODY, event))).status_code == 202
    assert await store.inbox.pending(limit=9) == []
    assert (await client.post(HOOK, content=BODY, headers=forged(X_GitHub_Event=event))).status_code == 202
    wrong = forged(X_GitHub_Event=event, X_Hub_Signature_256="sha256=" + "0" * 64)
    assert (await client.post(HOOK, content=BODY, headers=wrong)).status_code == 401


async def test_R04_a_delivery_sent_again_is_kept_once(client: httpx.AsyncClient, store: Store, headers: Headers):
    """The same GUID a hundred times is one delivery."""
    for _ in range(100):
        assert (await client.post(HOOK, content=BODY, headers=headers(BODY))).status_code == 202
    assert len(await store.inbox.pending(limit=999)) == 1


async def test_T21_a_replay_under_fresh_guids_is_taken_as_what_it_is(
    client: httpx.AsyncClient, store: Store, headers: Headers
):
    """The GUID is not signed, so it proves nothing: each is kept as a hint, and hints ask for one and the same job."""
    for number in range(100):
        assert (await client.post(HOOK, content=BODY, headers=headers(BODY, guid=f"guid-{number}"))).status_code == 202
    assert {delivery.body for delivery in await store.inbox.pending(limit=999)} == {BODY}


async def test_T21_a_body_under_another_events_name_is_acknowledged_and_judged_later(
    client: httpx.AsyncClient, headers: Headers
):
    """GitHub signed the body, so it gets its 202; whether it makes sense is found where it is understood."""
    body = b'{"action": "created", "issue": {}, "comment": {}}'
    assert (await client.post(HOOK, content=body, headers=headers(body, "pull_request"))).status_code == 202


class FullInbox:
    """A store whose disk is full."""

    async def accept(self, delivery: Delivery) -> None:
        raise StoreUnavailable(f"no space for {delivery.id}")

    async def pending(self, *, limit: int) -> list[Delivery]:
        del limit
        return []


async def test_R11_what_cannot_be_stored_is_told_to_github(services: WebServices, headers: Headers, bell: Bell):
    """503 marks the delivery as failed at GitHub, so that it can be redelivered; 202 would lose it."""
    app = create_app(replace(services, inbox=FullInbox()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://covgate.test") as client:
        response = await client.post(HOOK, content=BODY, headers=headers(BODY))
    assert (response.status_code, response.content) == (503, b"cannot store\n")
    assert bell.rung == 0


async def test_R12_a_database_that_another_holds_is_told_to_github(
    client: httpx.AsyncClient, store: Store, headers: Headers
):
    """The real store, closed: 503 and no traceback."""
    store.inbox.close()
    assert (await client.post(HOOK, content=BODY, headers=headers(BODY))).status_code == 503


@pytest.mark.parametrize("declared", [True, False])
async def test_a_body_over_githubs_own_limit_is_refused(services: WebServices, headers: Headers, *, declared: bool):
    """413, by its declared length before a byte is read, or as soon as it is over."""
    app = create_app(replace(services, limits=Limits(body=1000)))
    read = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(50):
            read += 100
            yield b"x" * 100

    body = b"x" * 5000
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://covgate.test") as client:
        response = await client.post(HOOK, content=body if declared else pieces(), headers=headers(body))
    assert response.status_code == 413
    assert response.headers["Connection"] == "close"


async def test_bodies_together_hold_no_more_memory_than_allowed(services: WebServices, headers: Headers):
    """One more body than fits is told to come back, and there is room again when the others are done."""
    app = create_app(replace(services, limits=Limits(bodies=10)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://covgate.test") as client:
        assert (await client.post(HOOK, content=BODY, headers=headers(BODY))).status_code == 503
    roomy = create_app(replace(services, limits=Limits(bodies=len(BODY))))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(roomy), base_url="http://covgate.test") as client:
        for _ in range(3):
            assert (await client.post(HOOK, content=BODY, headers=headers(BODY))).status_code == 202


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_post_reaches_the_hook(client: httpx.AsyncClient, method: str):
    """405 for all others."""
    assert (await client.request(method, HOOK)).status_code == 405

"""Signed deliveries to the service, their log, and the ways in which they go wrong.

Deliveries leave one after the other in the order of their events, from a thread of their own. GitHub gives a receiver
ten seconds and never tries again by itself: https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import ssl
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from bot.sandbox.clock import Clock

TIMEOUT = 10.0
PAYLOAD_LIMIT = 25 * 1024 * 1024  # GitHub sends nothing larger
KEPT_RESPONSE = 64 * 1024


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One delivery of one event. *guid* names the event and is kept by a redelivery, *id* names this delivery.
    *status_code* is 0 until it was tried.
    """

    id: int
    guid: str
    event: str
    action: str | None
    body: bytes
    headers: dict[str, str]
    delivered_at: datetime
    installation_id: int | None = None
    repository_id: int | None = None
    redelivery: bool = False
    duration: float = 0.0
    status: str = "pending"
    status_code: int = 0
    response_headers: dict[str, str] = field(default_factory=dict[str, str])
    response_body: str = ""
    not_before: float = 0.0

    @property
    def payload(self) -> dict[str, Any]:
        """The body as the service reads it."""
        return json.loads(self.body)

    @property
    def ok(self) -> bool:
        return self.status == "OK"


@dataclass(slots=True)
class _Rule:
    """Do it to the next *left* deliveries of *event* (``None``: of any)."""

    event: str | None
    left: int

    def takes(self, event: str) -> bool:
        if self.left <= 0 or self.event not in (None, event):
            return False
        self.left -= 1
        return True


@dataclass(slots=True)
class _Duplicate(_Rule):
    copies: int
    fresh_guid: bool


class Webhooks:
    """The App's webhook: where it goes, its secret, how long it waits for an answer, its log, and its faults."""

    def __init__(self, *, url: str | None, secret: str, app_id: int, clock: Clock) -> None:
        self.url = url
        self.secret = secret
        self.timeout = TIMEOUT
        self.log: list[Delivery] = []
        self._app_id = app_id
        self._clock = clock
        self._changed = threading.Condition()
        self._queue: deque[Delivery] = deque()
        self._sending = False
        self._held = False
        self._stopped = False
        self._delay = 0.0
        self._drops: list[_Rule] = []
        self._duplicates: list[_Duplicate] = []
        self._next_id = 36_000_000_001
        self._thread = threading.Thread(target=self._run, name="sandbox-webhooks", daemon=True)

    # --- where, and what goes wrong ---

    def send_to(self, url: str) -> None:
        """Deliver to *url* from now on, what waits first."""
        with self._changed:
            self.url = url
            self._changed.notify_all()

    def duplicate(self, copies: int = 2, *, fresh_guid: bool = False, event: str | None = None, times: int = 1) -> None:
        """Send each of the next *times* deliveries *copies* times, all under one GUID or each under its own."""
        with self._changed:
            self._duplicates.append(_Duplicate(event, times, copies, fresh_guid))

    def drop(self, event: str | None = None, *, times: int = 1) -> None:
        """Lose the next *times* deliveries: the log says that no connection could be made."""
        with self._changed:
            self._drops.append(_Rule(event, times))

    def hold(self) -> None:
        """Keep deliveries back until ``release``."""
        with self._changed:
            self._held = True

    def release(self, order: str | int = "sent") -> None:
        """Let go of what was held: as ``sent``, ``reversed``, or shuffled by the seed that an integer is."""
        with self._changed:
            waiting = list(self._queue)
            if order == "reversed":
                waiting.reverse()
            elif isinstance(order, int):
                random.Random(order).shuffle(waiting)  # noqa: S311 -- a seed
            self._queue = deque(waiting)
            self._held = False
            self._changed.notify_all()

    def delay(self, seconds: float) -> None:
        """Let each delivery from now on leave *seconds* after its event."""
        with self._changed:
            self._delay = seconds

    # --- sending ---

    def send(
        self,
        event: str,
        payload: dict[str, Any] | bytes,
        *,
        installation_id: int | None = None,
        repository_id: int | None = None,
    ) -> Delivery | None:
        """Queue an event: GitHub's own, or any *payload* that a test makes up. ``None`` if GitHub would send nothing
        because the payload is over 25 MiB.
        """
        body = payload if isinstance(payload, bytes) else json.dumps(payload, separators=(",", ":")).encode()
        if len(body) > PAYLOAD_LIMIT:
            return None
        action = payload.get("action") if isinstance(payload, dict) else None
        delivery = self._new(event, action, body, str(uuid.uuid4()))
        delivery.installation_id, delivery.repository_id = installation_id, repository_id
        with self._changed:
            copies = [delivery]
            for rule in self._duplicates:
                if rule.takes(event):
                    copies += [self._copy(delivery, fresh_guid=rule.fresh_guid) for _ in range(rule.copies - 1)]
            for copy in copies:
                copy.not_before = time.monotonic() + self._delay
                self._post(copy)
        return delivery

    def redeliver(self, delivery: Delivery) -> Delivery:
        """Send the event of *delivery* once more, under its GUID."""
        with self._changed:
            again = self._copy(delivery, fresh_guid=False)
            again.redelivery = True
            self._post(again)
        return again

    def find(self, delivery_id: int) -> Delivery | None:
        """The delivery of that id."""
        return next((d for d in self.log if d.id == delivery_id), None)

    def of(self, event: str, action: str | None = None) -> list[Delivery]:
        """Deliveries of an event in the order they were made."""
        return [d for d in self.log if d.event == event and action in (None, d.action)]

    @property
    def idle(self) -> bool:
        """Whether nothing is left that could be sent now."""
        with self._changed:
            waits = bool(self._queue) and not self._held and self.url is not None
            return not waits and not self._sending

    # --- the thread ---

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the delivery under way."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._thread.join(self.timeout + 1)

    def _new(self, event: str, action: str | None, body: bytes, guid: str) -> Delivery:
        with self._changed:
            number, self._next_id = self._next_id, self._next_id + 1
        return Delivery(
            id=number,
            guid=guid,
            event=event,
            action=action,
            body=body,
            headers=self._headers(event, guid, body),
            delivered_at=self._clock.now(),
        )

    def _copy(self, delivery: Delivery, *, fresh_guid: bool) -> Delivery:
        guid = str(uuid.uuid4()) if fresh_guid else delivery.guid
        copy = self._new(delivery.event, delivery.action, delivery.body, guid)
        copy.installation_id, copy.repository_id = delivery.installation_id, delivery.repository_id
        return copy

    def _headers(self, event: str, guid: str, body: bytes) -> dict[str, str]:
        key = self.secret.encode()
        return {
            "Accept": "*/*",
            "Content-Type": "application/json",
            "User-Agent": "GitHub-Hookshot/5a4d1ea",
            "X-GitHub-Delivery": guid,
            "X-GitHub-Event": event,
            "X-GitHub-Hook-ID": str(self._app_id),
            "X-GitHub-Hook-Installation-Target-ID": str(self._app_id),
            "X-GitHub-Hook-Installation-Target-Type": "integration",
            "X-Hub-Signature": f"sha1={hmac.new(key, body, hashlib.sha1).hexdigest()}",
            "X-Hub-Signature-256": f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}",
        }

    def _post(self, delivery: Delivery) -> None:
        self.log.append(delivery)
        if any(rule.takes(delivery.event) for rule in self._drops):
            delivery.status, delivery.status_code = "failed to connect to host", 502
            return
        self._queue.append(delivery)
        self._changed.notify_all()

    def _next(self) -> Delivery | None:
        """The next delivery to send, ``None`` at the end. Waits for it."""
        with self._changed:
            while not self._stopped:
                if self._queue and not self._held and self.url is not None:
                    wait = self._queue[0].not_before - time.monotonic()
                    if wait <= 0:
                        self._sending = True
                        return self._queue.popleft()
                    self._changed.wait(wait)
                else:
                    self._changed.wait()
        return None

    def _run(self) -> None:
        import httpx

        with httpx.Client(trust_env=False, verify=_certificates()) as client:
            while (delivery := self._next()) is not None:
                began = time.monotonic()
                try:
                    answer = client.post(
                        self.url or "", content=delivery.body, headers=delivery.headers, timeout=self.timeout
                    )
                except httpx.TimeoutException:
                    delivery.status, delivery.status_code = "timed out", 504
                except httpx.HTTPError:
                    delivery.status, delivery.status_code = "failed to connect to host", 502
                else:
                    _note(delivery, answer.status_code, answer.headers.items(), answer.text)
                delivery.duration = round(time.monotonic() - began, 3)
                with self._changed:
                    self._sending = False


@cache
def _certificates() -> ssl.SSLContext:
    """Read once a process: it takes 20 ms."""
    return ssl.create_default_context()


def _note(delivery: Delivery, code: int, headers: Iterable[tuple[str, str]], body: str) -> None:
    delivery.status_code = code
    delivery.status = "OK" if 200 <= code < 300 else f"Invalid HTTP Response: {code}"
    delivery.response_headers = dict(headers)
    delivery.response_body = body[:KEPT_RESPONSE]

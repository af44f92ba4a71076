"""What was asked of the sandbox, for tests that count."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True, kw_only=True)
class Request:
    """One request and how it was answered. *status* 0: not yet, or never, because of a fault on the wire. *actor* is
    app, installation, actions, anonymous or refused; *fault* whether a fault took it. *body* is what was sent.
    """

    method: str
    template: str
    path: str
    actor: str
    at: datetime
    fault: bool
    body: bytes
    status: int = 0

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


class Requests:
    """Every request in the order of the answers. Call it to choose: ``github.requests("POST")``."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[Request] = []
        self.in_flight = 0

    def __call__(self, method: str | None = None, path: str | None = None) -> list[Request]:
        """Those by *method* whose template or path is *path*."""
        with self._lock:
            return [
                request
                for request in self._all
                if method in (None, request.method) and path in (None, request.template, request.path)
            ]

    def __len__(self) -> int:
        return len(self._all)

    def counts(self) -> Counter[str]:
        """How many of each, as ``"POST /repos/{owner}/{repo}/check-runs"``."""
        return Counter(request.name for request in self())

    def clear(self) -> None:
        """Forget them, to count what comes next."""
        with self._lock:
            self._all.clear()

    def begin(self) -> None:
        with self._lock:
            self.in_flight += 1

    def note(self, request: Request) -> None:
        """Count *request*: before its answer can be read, so that whoever has read that finds it here."""
        with self._lock:
            self._all.append(request)

    def end(self) -> None:
        with self._lock:
            self.in_flight -= 1

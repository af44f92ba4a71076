"""What is sent back, and the ways in which GitHub says no."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DOCS = "https://docs.github.com/rest"


@dataclass(slots=True, kw_only=True)
class Answer:
    """An answer: *json*, or *content* of *media* type."""

    status: int = 200
    json: Any = None
    content: bytes | None = None
    media: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict[str, str])

    def body(self) -> bytes:
        """The bytes on the wire."""
        if self.content is not None:
            return self.content
        return b"" if self.json is None else json.dumps(self.json, separators=(",", ":")).encode()


class Refusal(Exception):
    """An answer that is no success: GitHub's status, message and errors."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: Sequence[Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})

    def answer(self) -> Answer:
        """The same as it is sent."""
        body: dict[str, Any] = {"message": self.message, "documentation_url": DOCS, "status": str(self.status)}
        if self.errors is not None:
            body["errors"] = list(self.errors)
        return Answer(status=self.status, json=body, headers=self.headers)


def not_found() -> Refusal:
    """404, also for what one may not know of."""
    return Refusal(404, "Not Found")


def forbidden() -> Refusal:
    """403 for a missing permission."""
    return Refusal(403, "Resource not accessible by integration")


def invalid(resource: str, field_name: str, code: str, message: str | None = None) -> Refusal:
    """422 for one field. GitHub puts its own words into ``message`` of the error under the code ``custom``."""
    error = {"resource": resource, "field": field_name, "code": code}
    if message is not None:
        error |= {"code": "custom", "message": message}
    return Refusal(422, "Validation Failed", errors=[error])

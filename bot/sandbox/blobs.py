"""The store behind artifacts, on an origin of its own: signed addresses, no Authorization wanted.

Each address is good once, for a minute. Azure's, which GitHub uses, refuses a request that brings an Authorization
header beside the signature: https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-requests-to-azure-storage
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from bot.sandbox.clock import Clock
from bot.sandbox.records import StoredArtifact
from bot.sandbox.replies import Answer

ADDRESS_LIFE = timedelta(minutes=1)
TEMPLATE = "/artifacts/{artifact_id}.zip"


class Blobs:
    """Archives by signed address. *url* is the origin."""

    def __init__(self, clock: Clock) -> None:
        self.url = ""
        self._clock = clock
        self._grants: dict[str, tuple[StoredArtifact, datetime]] = {}

    def grant(self, artifact: StoredArtifact) -> str:
        """A fresh address of *artifact*."""
        signature = secrets.token_urlsafe(24)
        self._grants[signature] = (artifact, self._clock.now() + ADDRESS_LIFE)
        return f"{self.url}/artifacts/{artifact.id}.zip?sig={signature}"

    def template(self, method: str, path: str) -> str:
        """What counters and faults call a request to the store."""
        del method, path
        return TEMPLATE

    def answer(self, method: str, path: str, query: str, headers: Mapping[str, str]) -> Answer:
        """What the store says."""
        if "authorization" in headers:
            return _error(
                400, "InvalidAuthenticationInfo", "Authentication information is not given in the correct format."
            )
        signature = parse_qs(query).get("sig", [""])[0]
        granted = self._grants.get(signature)
        if method != "GET" or granted is None or path != f"/artifacts/{granted[0].id}.zip":
            return _error(403, "AuthenticationFailed", "Server failed to authenticate the request.")
        del self._grants[signature]
        artifact, until = granted
        if self._clock.now() > until:
            return _error(403, "AuthenticationFailed", "Signed expiry time must be after signed start time.")
        return Answer(content=artifact.archive, media="application/zip", headers={"ETag": f'"{artifact.digest}"'})


def _error(status: int, code: str, message: str) -> Answer:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Answer(status=status, content=body.encode(), media="application/xml")

"""The App's keys, and how a JSON Web Token of the App is proven."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

LONGEST_LIFE = 600  # seconds that GitHub lets a JWT live


class BadToken(Exception):
    """The token proves nothing; the text is GitHub's message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppKeys:
    """The GitHub App that the service runs as. *private_key* is PEM; *webhook_secret* is 64 hexadecimal digits."""

    id: int
    slug: str
    client_id: str
    client_secret: str
    private_key: str
    webhook_secret: str


@cache
def _key() -> rsa.RSAPrivateKey:
    """One key a process: making one takes 30 ms, and nothing outside this process trusts it."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def make_app(slug: str) -> AppKeys:
    """An App with fresh secrets."""
    pem = _key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return AppKeys(
        id=2_100_001,
        slug=slug,
        client_id="Iv23liSANDBOX00000001",
        client_secret=secrets.token_hex(20),
        private_key=pem.decode(),
        webhook_secret=secrets.token_hex(32),
    )


def verify(token: str, app: AppKeys, now: datetime) -> None:
    """Raises ``BadToken`` unless *token* is the App's and lives now. The rules are those of
    https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
    """
    signed, _, signature = token.rpartition(".")
    header, claims = _decoded(signed)
    if header.get("alg") != "RS256":
        raise BadToken("A JSON web token could not be decoded")
    try:
        _key().public_key().verify(_unpadded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error) as error:
        raise BadToken("A JSON web token could not be decoded") from error
    if str(claims.get("iss")) not in (str(app.id), app.client_id):
        raise BadToken("'Issuer' claim ('iss') must be an Integer")
    issued, expires, at = claims.get("iat"), claims.get("exp"), now.timestamp()
    if not isinstance(issued, int) or issued > at:
        raise BadToken(
            "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
        )
    if not isinstance(expires, int) or expires <= at:
        raise BadToken("'Expiration time' claim ('exp') must be a numeric value representing the future time")
    if expires > at + LONGEST_LIFE:
        raise BadToken("'Expiration time' claim ('exp') is too far in the future")


def _decoded(signed: str) -> tuple[dict[str, Any], dict[str, Any]]:
    header, _, claims = signed.partition(".")
    try:
        decoded: Any = json.loads(_unpadded(header)), json.loads(_unpadded(claims))
    except (binascii.Error, ValueError) as error:
        raise BadToken("A JSON web token could not be decoded") from error
    if not all(isinstance(part, dict) for part in decoded):
        raise BadToken("A JSON web token could not be decoded")
    return decoded


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

"""T20: which signatures are GitHub's."""

from __future__ import annotations

import hashlib
import hmac
import time

import pytest

from bot.github.webhook import verify

NEW, OLD = b"n" * 32, b"o" * 32
BODY = b'{"action": "opened"}'


def signature(secret: str = NEW, body: str = BODY, algorithm: str = "sha256"):
    return f"{algorithm}=" + hmac.new(secret, body, getattr(hashlib, algorithm)).hexdigest()


GOOD = signature()


def test_githubs_signature_is_taken():
    """The published example: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries"""
    published = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert verify([b"It's a Secret to Everybody"], b"Hello, World!", published)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        GOOD.removeprefix("sha256="),
        GOOD[:-1],
        GOOD + "0",
        GOOD.upper(),
        "sha256=" + GOOD.removeprefix("sha256=").upper(),
        "SHA256=" + GOOD.removeprefix("sha256="),
        " " + GOOD,
        GOOD + " ",
        GOOD + "\n",
        GOOD + "," + GOOD,
        GOOD.replace("=", ":"),
        "sha256=" + "\u0660" * 64,
        "sha256=" + "\u00e9" * 64,
        "sha256=\0" + GOOD[8:],
        signature(algorithm="sha1"),
        signature(algorithm="sha512"),
        signature(body=BODY + b" "),
        signature(secret=b""),
        signature(secret=OLD),
    ],
)
def test_T20_anything_else_is_refused(header: str | None):
    """Absent, short, long, upper case, padded, doubled, not ASCII, SHA-1, of another body, with another secret."""
    assert not verify([NEW], BODY, header)


@pytest.mark.parametrize("bit", range(0, len(BODY) * 8, 7))
def test_T20_one_flipped_bit_is_refused(bit: int):
    """Wherever it is."""
    flipped = bytearray(BODY)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not verify([NEW], bytes(flipped), GOOD)


def test_T20_two_secrets_while_one_is_changed():
    """Both are taken until the old one is removed."""
    old = signature(secret=OLD)
    assert verify([NEW, OLD], BODY, GOOD)
    assert verify([NEW, OLD], BODY, old)
    assert not verify([NEW], BODY, old)
    assert not verify([], BODY, GOOD)


def test_T20_a_refusal_takes_no_longer_than_milliseconds():
    """A forged delivery costs a hash of its body and nothing else."""
    body = b"x" * 25_000
    began = time.perf_counter()
    for _ in range(100):
        assert not verify([NEW, OLD], body, signature(body=BODY))
    assert (time.perf_counter() - began) / 100 < 0.005

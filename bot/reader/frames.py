"""What the child says to its parent: a stream of small typed messages, so that what was read before a crash is kept.

Each frame is four bytes of length, big-endian, and MessagePack. The child is believed no more than the archive that
it opened: every frame is decoded into a type, and anything else ends the conversation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from bot.core.model.errors import ReportError
from bot.reader.manifest import Manifest

Name = Annotated[str, Meta(max_length=4096)]


class Opened(msgspec.Struct, tag="opened", array_like=True, frozen=True):
    """The child is about to read *path*: what comes to pass next is about it."""

    path: Name


class Parsed(msgspec.Struct, tag="parsed", array_like=True, frozen=True):
    """A report that was read whole. *roots* are as in ``Report``, *coverage* is of ``bot.core.model.wire``."""

    path: Name
    format: Annotated[str, Meta(max_length=64)]
    digest: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    roots: Annotated[list[Name], Meta(max_length=1000)]
    coverage: bytes


class Broken(msgspec.Struct, tag="broken", array_like=True, frozen=True):
    """A file that cannot be believed."""

    path: Name
    reason: Name
    line: Annotated[int, Meta(ge=0)] | None


class Ignored(msgspec.Struct, tag="ignored", array_like=True, frozen=True):
    """A file that is no report."""

    path: Name


class Described(msgspec.Struct, tag="described", array_like=True, frozen=True):
    """What the upload's manifest says."""

    manifest: Manifest


class Tracked(msgspec.Struct, tag="tracked", array_like=True, frozen=True):
    """The repository's files, as the manifest's list names them."""

    names: list[Name]


class Finished(msgspec.Struct, tag="finished", array_like=True, frozen=True):
    """Everything was read. A stream that ends without it was cut short."""


Frame = Opened | Parsed | Broken | Ignored | Described | Tracked | Finished

_decoder: msgspec.msgpack.Decoder[Frame] = msgspec.msgpack.Decoder(Frame)
_LENGTH = 4


def pack(frame: Frame) -> bytes:
    """*frame* as bytes. Raises ``ReportError`` for text that is not Unicode, such as a lone surrogate."""
    try:
        body = msgspec.msgpack.encode(frame)
    except UnicodeEncodeError:
        raise ReportError("it holds text that is not Unicode") from None
    return len(body).to_bytes(_LENGTH, "big") + body


def unpack(stream: bytes | bytearray) -> Iterator[Frame]:
    """The frames of *stream*, whole ones only. Raises ``ValueError`` for bytes that are no frame."""
    at, view = 0, memoryview(stream)
    while len(view) - at >= _LENGTH:
        size = int.from_bytes(view[at : at + _LENGTH], "big")
        at += _LENGTH
        if len(view) - at < size:
            return
        yield _decoder.decode(view[at : at + size])
        at += size

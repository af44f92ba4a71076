"""What the child says to its parent: a stream of small typed messages, so that what was read before a crash is kept.

Each frame is four bytes of length, big-endian, and MessagePack. The child is believed no more than the archive that
it opened: every frame is decoded into a type, and anything else ends the conversation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from bot.core.model.benchmarks import Benchmarks
from bot.core.model.errors import ReportError
from bot.core.model.evidence import Side
from bot.core.model.findings import Findings
from bot.core.model.suites import Suites
from bot.reader.manifest import Manifest

Name = Annotated[str, Meta(max_length=4096)]


NOT_UNICODE = "it holds text that is not Unicode"
TOO_MUCH = "reading it takes more memory than a report may"


class Opened(msgspec.Struct, tag="opened", array_like=True, frozen=True):
    """The child is about to read *path*: what comes to pass next is about it."""

    path: Name


class Parsed(msgspec.Struct, tag="parsed", array_like=True, frozen=True):
    """A report that was read whole. *roots* and *side* are as in ``Report``, *coverage* is of ``bot.core.model.wire``;
    the other kinds travel as they are, for a report may hold a million cases and each copy of them counts.
    """

    path: Name
    format: Annotated[str, Meta(max_length=64)]
    digest: Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
    roots: Annotated[list[Name], Meta(max_length=1000)]
    coverage: bytes | None = None
    suites: Suites | None = None
    benchmarks: Benchmarks | None = None
    findings: Findings | None = None
    side: Side = Side.HEAD


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
_encoder = msgspec.msgpack.Encoder()
_LENGTH = 4


def pack(frame: Frame) -> bytes | bytearray:
    """*frame* as bytes. A report that cannot be told, for its text is no Unicode (a lone surrogate) or it does not fit
    into memory twice, is told as broken. Raises ``ReportError`` for any other frame that is not Unicode.
    """
    try:
        return _framed(frame)
    except UnicodeEncodeError:
        if not isinstance(frame, Parsed):
            raise ReportError(NOT_UNICODE) from None
        return _framed(Broken(frame.path, NOT_UNICODE, None))
    except MemoryError:
        if not isinstance(frame, Parsed):
            raise
        return _framed(Broken(frame.path, TOO_MUCH, None))


def _framed(frame: Frame) -> bytearray:
    packed = bytearray(_LENGTH)
    _encoder.encode_into(frame, packed, _LENGTH)
    packed[:_LENGTH] = (len(packed) - _LENGTH).to_bytes(_LENGTH, "big")
    return packed


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

"""JSON from strangers, typed: what is used has the type that it must have, everything else is passed over.

What is broken is told with its line, and what is of another shape with the place of the value. Nesting, numbers and
texts that JSON does not have are refused by msgspec.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from bot.core.model.errors import ReportError
from bot.core.parse.intake import Intake

LARGEST = 128 << 20

Number = Annotated[int, Meta(ge=-(1 << 53), le=1 << 53)]
"""A whole number that any JSON parser reads exactly."""

_BYTE = re.compile(r"\(byte (\d+)\)")
_STEP = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\]]', re.DOTALL)
_LONGEST_COMPLAINT = 200

_Value = TypeVar("_Value")


def read_json(intake: Intake, decoder: msgspec.json.Decoder[_Value], *, producer: str) -> _Value:
    """The one value in *intake*. Raises ``ReportError`` for what is no JSON and what *producer* never writes."""
    return decoded(intake.whole(limit=LARGEST), decoder, producer=producer)


def decoded(data: bytes, decoder: msgspec.json.Decoder[_Value], *, producer: str, line: int = 1) -> _Value:
    """The value that *data* is, which begins at *line* of its file. Raises ``ReportError`` as ``read_json`` does."""
    try:
        return decoder.decode(data)
    except RecursionError:
        raise ReportError("its JSON is nested too deep", line=line) from None
    except msgspec.ValidationError as error:
        place = line if line > 1 else None  # of one value in a file, its path within says more
        raise ReportError(f"it is not what {producer} writes: {_short(error)}", line=place) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found = _BYTE.search(str(error))
        end = int(found[1]) if found else _end_of_text(data)
        raise ReportError(f"it is not whole JSON: {_short(error)}", line=line + data.count(b"\n", 0, end)) from None


def lines_of(intake: Intake) -> Iterator[tuple[int, bytes]]:
    """(number, line) of all that are not blank, however long."""
    for number, line in enumerate(intake.whole(limit=LARGEST).splitlines(), 1):
        if line and not line.isspace():
            yield number, line


def values_of(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(line, value) of the objects and lists that stand one after the other in *data*, each perhaps on many lines.
    The last may be cut off. What stands between them is left out.
    """
    depth = begin = line = 0
    counted = 0
    for step in _STEP.finditer(data):
        mark = step[0]
        if mark in {b"{", b"["}:
            if depth == 0:
                line += data.count(b"\n", counted, step.start())
                begin = counted = step.start()
            depth += 1
        elif len(mark) == 1 and depth:
            depth -= 1
            if depth == 0:
                yield line + 1, data[begin : step.end()]
    if depth:
        yield line + 1, data[begin:]


def _end_of_text(data: bytes) -> int:
    """Where *data* ends, or stops being UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(data.rstrip())


def _short(error: Exception) -> str:
    text = str(error)
    return text if len(text) <= _LONGEST_COMPLAINT else f"{text[:_LONGEST_COMPLAINT]}…"

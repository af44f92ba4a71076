"""JSON of a known shape: decoded by type, and refused with the place where it is wrong."""

from __future__ import annotations

import re
from typing import TypeVar

import msgspec

from bot.core.model.errors import ReportError, UnknownFormat
from bot.core.parse.intake import Intake

LARGEST = 64 << 20

_BYTE = re.compile(r"\(byte (\d+)\)")
_Shape = TypeVar("_Shape")


def decoded(decoder: msgspec.json.Decoder[_Shape], data: bytes, tool: str, *, generic: bool = False) -> _Shape:
    """*data* as what *tool* writes. Raises ``ReportError`` for what is not whole JSON, with its line, and for JSON of
    another shape; that is an ``UnknownFormat`` where the shape is so *generic* that the file may be something else.
    """
    try:
        return decoder.decode(data)
    except RecursionError:
        raise ReportError("its JSON is nested too deep") from None
    except msgspec.ValidationError as error:
        refusal = UnknownFormat if generic else ReportError
        raise refusal(f"it is not what {tool} writes: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found = _BYTE.search(str(error))
        end = int(found[1]) if found else len(data)
        raise ReportError(f"it is not whole JSON: {error}", line=data.count(b"\n", 0, end) + 1) from None


def read(intake: Intake, decoder: msgspec.json.Decoder[_Shape], tool: str, *, generic: bool = False) -> _Shape:
    """All of *intake* as what *tool* writes; raises as ``decoded`` does."""
    return decoded(decoder, intake.whole(limit=LARGEST), tool, generic=generic)

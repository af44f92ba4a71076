"""A step's log holds what was printed into a report, too: to be read by people, and bounded."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

LONGEST_TAIL = 1024 * 1024
"""How many bytes of one command's output a log holds at most: the last of them."""

_LONGEST_LINE = 1024 * 1024
_CUT = b"[...]\n"  # in the place of what came before the tail


def note_output(output: Path, log: BinaryIO, *, events: bool = False) -> None:
    """Add the end of the file *output* to *log*; of ``go test -json`` (*events*) what the tests themselves printed."""
    with output.open("rb") as file:
        parts = iter(lambda: file.readline(_LONGEST_LINE), b"")
        log.write(_tail(map(_printed, parts) if events else parts))
    log.flush()


def note_text(text: bytes, log: BinaryIO) -> None:
    """Add the end of *text* to *log*."""
    log.write(_tail(iter((text,))))
    log.flush()


def _tail(parts: Iterable[bytes]) -> bytes:
    """The end of *parts*, from the beginning of a line where it is cut."""
    held, cut = bytearray(), False
    for part in parts:
        held += part
        if len(held) > 2 * LONGEST_TAIL:  # not at every part, for each cut copies all
            cut = True
            del held[:-LONGEST_TAIL]
    if len(held) > LONGEST_TAIL:
        cut = True
        del held[:-LONGEST_TAIL]
    if cut:
        held = bytearray(_CUT) + held[held.find(b"\n") + 1 :]
    return bytes(held if not held or held.endswith(b"\n") else held + b"\n")


def _printed(line: bytes) -> bytes:
    """The text of one event; what is no event is there because something else printed it."""
    try:
        event: Any = json.loads(line)
        text = event.get("Output", "")
    except (ValueError, AttributeError, RecursionError):
        return line
    return text.encode("utf-8", "backslashreplace") if isinstance(text, str) else b""

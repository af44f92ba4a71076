"""The process that opens untrusted bytes, with nothing to lose: no environment, no files, no network, no time.

Started by ``bot.reader.parent``; the artifact is its standard input, frames are its standard output. All that it
needs is imported before the limits fall, because after them no file can be opened.
"""

from __future__ import annotations

import codecs
import os

import msgspec

from bot.reader.confine import confine
from bot.reader.contents import contents
from bot.reader.frames import pack
from bot.reader.limits import Task

_INPUT, _OUTPUT = 0, 1
_ENCODINGS = (
    "cp437",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
)  # Python loads each from a file when it is asked for


def main(task: str) -> None:
    """Read standard input as *task* (JSON) says, and tell what it holds."""
    todo = msgspec.json.decode(task, type=Task)
    for encoding in _ENCODINGS:
        codecs.lookup(encoding)
    confine(todo.limits, parent=todo.parent)
    for frame in contents(_INPUT, todo.name, todo.limits):
        _write(pack(frame))


def _write(data: bytes | bytearray) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(_OUTPUT, rest) :]

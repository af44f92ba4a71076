"""Test results: which reader a file is for."""

from __future__ import annotations

from bot.core.parse.start import Parser, Start
from bot.core.parse.suites import known_go, known_json, known_xml


def parser_of(start: Start) -> Parser | None:
    """The reader of the file that begins so, ``None`` if it is of no format here."""
    for kind in (known_xml, known_json, known_go):
        parser = kind.parser_of(start)
        if parser is not None:
            return parser
    return None

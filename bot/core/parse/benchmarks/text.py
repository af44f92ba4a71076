"""Benchmarks that tools print: their output heard line by line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Protocol

from bot.core.model.benchmarks import Benchmarks
from bot.core.model.errors import ReportError
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.start import Parser

_COLOUR = re.compile(r"\x1b\[[0-9;]*[mK]")


class Hearer(Protocol):
    """What understands the lines of one tool's output, given in order."""

    def line(self, text: str, /) -> bool:
        """Whether *text* told something of a benchmark. May raise ``ReportError``, without a line."""
        ...

    def result(self) -> tuple[str, Benchmarks] | None:
        """The format's name and what was heard; ``None`` if no benchmark was."""
        ...


def printed(intake: Intake) -> Iterator[tuple[int, str]]:
    """The lines of *intake* with their numbers, without colours."""
    for first, piece in intake.texts():
        for number, line in enumerate(piece.decode("utf-8", "replace").split("\n"), first):
            yield number, _COLOUR.sub("", line) if "\x1b" in line else line


def text_parser(hearer: Callable[[], Hearer]) -> Parser:
    """A parser of files that hold the output which *hearer* understands."""

    def parse(intake: Intake) -> Parsed:
        heard = hearer()
        for number, line in printed(intake):
            try:
                heard.line(line)
            except ReportError as error:
                error.line = error.line or number
                raise
        result = heard.result()
        if result is None:
            raise ReportError("it holds no benchmark")
        return Parsed(format=result[0], benchmarks=result[1])

    return parse


def number(text: str) -> float:
    """A number with commas between its thousands."""
    return float(text.replace(",", ""))

"""Catch2's table of benchmarks on the console, https://github.com/catchorg/Catch2/blob/devel/docs/benchmarks.md.

Of each benchmark three lines: its name (over several lines where it is long) with how often it ran, its mean with the
bounds, its standard deviation with the bounds.
"""

from __future__ import annotations

import re

from bot.core.model.benchmarks import Benchmarks
from bot.core.model.errors import ReportError
from bot.core.parse.benchmarks.series import Series, kind, shown
from bot.core.parse.benchmarks.text import text_parser

HEADER = re.compile(r"benchmark name\s+samples\s+iterations\s+(?:estimated|est run time)\s*")
_TIME = r"([0-9][0-9.]{0,30}(?:e[+-]?[0-9]{1,3})?) (ns|us|ms|s|m|h)"
_RUNS = re.compile(rf"[0-9]+ [0-9]+ {_TIME}")
_ESTIMATES = re.compile(rf"\s*{_TIME}\s+{_TIME}\s+{_TIME}\s*")
_RULE = re.compile(r"([-.=~])\1{39,}\s*")
_LONGEST = 1_000


class Catch2:
    """Hears the console of a Catch2 program. The group is the test case, with its sections."""

    def __init__(self) -> None:
        self._series = Series()
        self._group = ""
        self._title: list[str] | None = None  # the lines of the title that is open
        self._in_header = self._in_table = False
        self._name: list[str] = []
        self._measured = True

    def line(self, text: str) -> bool:
        if len(text) > _LONGEST:
            return False
        if HEADER.fullmatch(text):
            self._in_header, self._title = True, None
        elif rule := _RULE.fullmatch(text):
            self._ruled(rule[1])
        elif self._title is not None:
            self._title.append(text.strip())
        elif self._in_table and not self._in_header:
            return self._row(text)
        return False

    def _ruled(self, mark: str) -> None:
        if mark == "-" and self._in_header:
            self._in_header, self._in_table = False, True
        elif mark == "-" and self._title is not None:
            self._group = " / ".join(filter(None, self._title))
            self._title = None
        else:
            self._close()
            self._title = [] if mark == "-" else None

    def _row(self, text: str) -> bool:
        if self._measured and text.strip():
            name, *runs = text.rsplit(maxsplit=4)
            if _RUNS.fullmatch(" ".join(runs)):
                self._name.append(name.strip())
                self._measured = False
                return True
            self._name = [] if _ESTIMATES.fullmatch(text) else [*self._name, text.strip()]
            return False
        if self._measured:
            self._name = []
            return False
        found = _ESTIMATES.fullmatch(text)
        name = " ".join(filter(None, self._name))
        if found is None:
            raise ReportError(f"{shown(name)} was not measured: no mean follows it")
        self._series.add(name, "time", kind(found[2]), [float(found[1])], group=self._group)
        self._name, self._measured = [], True
        return True

    def _close(self) -> None:
        if not self._measured:
            raise ReportError(f"{shown(' '.join(self._name))} was not measured: the table ends before its mean")
        self._in_table = self._in_header = False
        self._name = []

    def result(self) -> tuple[str, Benchmarks] | None:
        self._close()
        return ("catch2", self._series.benchmarks()) if len(self._series) else None


parse_catch2 = text_parser(Catch2)

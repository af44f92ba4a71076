"""What ``cargo bench`` prints: Criterion.rs' estimates, and the lines of Rust's own test harness.

https://bheisler.github.io/criterion.rs/book/user_guide/command_line_output.html,
https://doc.rust-lang.org/unstable-book/library-features/test.html
"""

from __future__ import annotations

import re

from bot.core.model.benchmarks import Benchmarks
from bot.core.model.errors import ReportError
from bot.core.parse.benchmarks.series import Series, kind, shown
from bot.core.parse.benchmarks.text import number, text_parser

_VALUE = r"([0-9][0-9.,e+-]{0,40}) (\S{1,40})"
_ESTIMATE = re.compile(rf"\s+\[{_VALUE} {_VALUE} {_VALUE}\]\s*")
_HARNESS = re.compile(r" +([0-9][0-9.,]{0,40}) (\S{1,10})/iter \(\+/- [0-9.,]+\)(?: = ([0-9.,]+) MB/s)?\s*")


class CargoBench:
    """Hears the output of ``cargo bench``. A name too long for its line stands alone on the one before."""

    def __init__(self) -> None:
        self._series = Series()
        self._before = ""
        self._name = ""
        self._format = "libtest-bench"

    def line(self, text: str) -> bool:
        text = text.rpartition("\r")[2]  # what a terminal would show: progress is written over
        if text.startswith("test ") and " ... " in text:
            return self._harness(*text[5:].rsplit(" ... ", 1))
        for mark in ("time:", "thrpt:"):
            name, found, values = text.rpartition(mark)
            if found and name[-1:].strip() == "" and (estimate := _ESTIMATE.fullmatch(values)):
                return self._estimate(mark, name.strip(), estimate)
        self._before = text.strip() or self._before
        return False

    def _harness(self, name: str, said: str) -> bool:
        name = name.strip()
        if said.strip() == "FAILED":
            raise ReportError(f"{shown(name)} failed")
        found = _HARNESS.fullmatch(said.removeprefix("bench:")) if said.startswith("bench:") else None
        if found is None:
            return False
        self._series.add(name, "time", kind(f"{found[2]}/iter"), [_number(found[1])])
        if found[3]:
            self._series.add(name, "throughput", kind("MB/s", gated=False), [_number(found[3])])
        return True

    def _estimate(self, mark: str, name: str, found: re.Match[str]) -> bool:
        if mark == "time:":
            self._name = name or self._before
            if not self._name:
                raise ReportError("an estimate has no benchmark's name before it")
            self._before = ""
            self._format = "criterion"
        if not self._name:
            return False
        measure = "time" if mark == "time:" else "throughput"
        known = kind(found[4], gated=measure == "time")
        self._series.add(self._name, measure, known, [_number(found[3])])
        return True

    def result(self) -> tuple[str, Benchmarks] | None:
        return (self._format, self._series.benchmarks()) if len(self._series) else None


def _number(text: str) -> float:
    try:
        return number(text)
    except ValueError:
        raise ReportError(f"{shown(text)} is not a number") from None


parse_cargo_bench = text_parser(CargoBench)

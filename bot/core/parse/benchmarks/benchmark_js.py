"""What Benchmark.js prints of each benchmark, https://benchmarkjs.com/docs/#prototype_toString."""

from __future__ import annotations

import re

from bot.core.model.benchmarks import Benchmarks
from bot.core.model.errors import ReportError
from bot.core.parse.benchmarks.series import Series, kind, shown
from bot.core.parse.benchmarks.text import number, text_parser

RESULT = re.compile(
    r"\s*(\S.{0,4000}?) x ([0-9][0-9,]{0,40}(?:\.[0-9]{1,20})?) ops/sec"
    r"(?: \u00b1[0-9.,]+%)? \([0-9,]+ runs? sampled\)\s*"
)
_FAILED = re.compile(r"\s*(\S.{0,4000}?): ((?:\w*Error|Error)\b.*)")
_OPERATIONS = kind("ops/sec")


class BenchmarkJs:
    """Hears ``String(event.target)`` of each cycle."""

    def __init__(self) -> None:
        self._series = Series()

    def line(self, text: str) -> bool:
        found = RESULT.fullmatch(text) if " ops/sec" in text else None
        if found is not None:
            self._series.add(found[1], "throughput", _OPERATIONS, [number(found[2])])
        elif len(self._series) and (failed := _FAILED.fullmatch(text)):
            raise ReportError(f"{shown(failed[1])} failed: {shown(failed[2])}")
        return found is not None

    def result(self) -> tuple[str, Benchmarks] | None:
        return ("benchmark.js", self._series.benchmarks()) if len(self._series) else None


parse_benchmark_js = text_parser(BenchmarkJs)

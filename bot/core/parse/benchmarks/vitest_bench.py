"""``vitest bench --outputJson`` and tasks of tinybench, which measures for it: milliseconds.

https://vitest.dev/guide/cli.html, https://github.com/tinylibs/tinybench. Both write no more than a summary of the
samples of one process.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from bot.core.model.benchmarks import Direction
from bot.core.model.errors import ReportError
from bot.core.parse.benchmarks.series import Series, kind, shown, ungated
from bot.core.parse.benchmarks.typed_json import read
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

_MILLISECONDS = kind("ms")
_SHOWN = ungated(_MILLISECONDS)
_HERTZ = kind("hz", Direction.HIGHER, gated=False)


class _Latency(Struct, frozen=True):
    """Of one task; tinybench 2 and vitest call the median by no name or by ``median``, later ones by ``p50``."""

    mean: float | None = None
    median: float | None = None
    p50: float | None = None
    p75: float | None = None
    p99: float | None = None
    p995: float | None = None
    p999: float | None = None
    min: float | None = None
    max: float | None = None

    @property
    def typical(self) -> float | None:
        return next((value for value in (self.median, self.p50, self.mean) if value is not None), None)


class _Bench(_Latency, frozen=True, kw_only=True):
    name: str
    hz: float | None = None


class _Group(Struct, frozen=True, rename="camel"):
    full_name: str
    benchmarks: list[_Bench]


class _File(Struct, frozen=True):
    groups: list[_Group]


class _Report(Struct, frozen=True):
    files: list[_File]


class _Throughput(Struct, frozen=True):
    mean: float | None = None


class _TaskResult(_Latency, frozen=True, kw_only=True):
    latency: _Latency | None = None
    throughput: _Throughput | None = None
    hz: float | None = None


class _Task(Struct, frozen=True):
    name: str
    result: _TaskResult | None = None


_VITEST = msgspec.json.Decoder(_Report)
_TINYBENCH = msgspec.json.Decoder(list[_Task])


def parse_vitest_bench(intake: Intake) -> Parsed:
    """The report in *intake*: ``time`` is the median where it was written, else the mean."""
    series = Series()
    for file in read(intake, _VITEST, "vitest bench").files:
        for group in file.groups:
            for bench in group.benchmarks:
                _add(series, bench.name, bench, bench.hz, group.full_name)
    return Parsed(format="vitest-bench", benchmarks=series.benchmarks())


def parse_tinybench(intake: Intake) -> Parsed:
    """The tasks in *intake*, ``[{name, result}]`` as ``JSON.stringify`` writes them."""
    series = Series()
    for task in read(intake, _TINYBENCH, "tinybench", generic=True):
        result = task.result or _TaskResult()
        speed = result.throughput.mean if result.throughput is not None else result.hz
        _add(series, task.name, result.latency or result, speed, "")
    return Parsed(format="tinybench", benchmarks=series.benchmarks())


def _add(series: Series, name: str, latency: _Latency, speed: float | None, group: str) -> None:
    typical = latency.typical
    if typical is None:
        raise ReportError(f"{shown(name)} was not measured")
    series.add(name, "time", _MILLISECONDS, [typical], group=group)
    for measure, value in _beside(latency):
        series.add(name, measure, _SHOWN, [value], group=group)
    if speed is not None:
        series.add(name, "throughput", _HERTZ, [speed], group=group)


def _beside(latency: _Latency) -> Iterator[tuple[str, float]]:
    for measure in ("mean", "min", "max", "p75", "p99", "p995", "p999"):
        value = getattr(latency, measure)
        if value is not None:
            yield measure, value

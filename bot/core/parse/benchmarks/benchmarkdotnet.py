"""BenchmarkDotNet's JSON, full or brief, https://benchmarkdotnet.org/articles/configs/exporters.html: nanoseconds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from bot.core.model.benchmarks import Direction
from bot.core.model.errors import ReportError
from bot.core.model.suites import Case, Outcome, Suites
from bot.core.parse.benchmarks.percentiles import percentiles
from bot.core.parse.benchmarks.series import Series, kind, shown, ungated
from bot.core.parse.benchmarks.typed_json import read
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "benchmarkdotnet"
_NANOSECONDS = kind("ns")
_SHOWN = ungated(_NANOSECONDS)
_RANDOM = re.compile(r"\bJob-[A-Z]{6}\b")


class _Statistics(Struct, frozen=True, rename="pascal"):
    median: float
    mean: float
    original_values: list[float] | None = None


class _Memory(Struct, frozen=True, rename="pascal"):
    bytes_allocated_per_operation: float | None = None


class _Descriptor(Struct, frozen=True, rename="pascal"):
    id: str = ""
    unit: str = ""
    the_greater_the_better: bool = False


class _Metric(Struct, frozen=True, rename="pascal"):
    value: float | str
    descriptor: _Descriptor


class _Bench(Struct, frozen=True, rename="pascal"):
    full_name: str
    display_info: str = ""
    namespace: str | None = None
    type: str | None = None
    statistics: _Statistics | None = None
    memory: _Memory | None = None
    metrics: list[_Metric] | None = None


class _Host(Struct, frozen=True, rename="pascal"):
    processor_name: str | None = None
    os_version: str | None = None
    architecture: str | None = None
    logical_core_count: float | None = None


class _Report(Struct, frozen=True, rename="pascal"):
    benchmarks: list[_Bench]
    host_environment_info: _Host = _Host()


_DECODER = msgspec.json.Decoder(_Report)


def parse_benchmarkdotnet(intake: Intake) -> Parsed:
    """The report in *intake*: the measured iterations as samples of ``time``, ``bytes`` allocated per operation where
    the memory was watched. One without statistics did not run: it is an errored case.
    """
    report = read(intake, _DECODER, "BenchmarkDotNet")
    series = Series()
    stopped: list[Case] = []
    for bench, group, name in _named(report.benchmarks):
        if bench.statistics is None:
            stopped.append(Case(suite=group or FORMAT, name=name[:4096], outcome=Outcome.ERRORED))
            continue
        _add(series, bench, group, name)
    if stopped and not len(series):
        raise ReportError(f"{shown(stopped[0].name)} has no statistics: it did not run")
    measured = series.benchmarks(_machine(report.host_environment_info))
    return Parsed(format=FORMAT, benchmarks=measured, suites=Suites(cases=tuple(stopped)) if stopped else None)


def _named(benches: list[_Bench]) -> Iterator[tuple[_Bench, str, str]]:
    """Each with the class it is in and its name there; one that ran in several jobs has the job in its name."""
    count = Counter(bench.full_name for bench in benches)
    for bench in benches:
        group = ".".join(part for part in (bench.namespace, bench.type) if part)
        name = bench.full_name.removeprefix(f"{group}.") if group else bench.full_name
        job = _RANDOM.sub("Job", bench.display_info.partition(": ")[2]).partition(" [")[0]
        yield bench, group, f"{name} [{job}]" if count[bench.full_name] > 1 and job else name


def _add(series: Series, bench: _Bench, group: str, name: str) -> None:
    assert bench.statistics is not None
    values = bench.statistics.original_values or [bench.statistics.median]
    series.add(name, "time", _NANOSECONDS, values, group=group)
    series.add(name, "mean", _SHOWN, [bench.statistics.mean], group=group)
    for measure, value in percentiles(values):
        series.add(name, measure, _SHOWN, [value], group=group)
    if bench.memory is not None and bench.memory.bytes_allocated_per_operation is not None:
        allocated = bench.memory.bytes_allocated_per_operation
        series.add(name, "bytes", kind("B", exact=True), [allocated], group=group)
    for metric in bench.metrics or ():
        told = metric.descriptor
        if told.id and told.id != "Allocated Memory" and isinstance(metric.value, float):
            direction = Direction.HIGHER if told.the_greater_the_better else Direction.LOWER
            series.add(name, told.id, kind(told.unit, direction, gated=False), [metric.value], group=group)


def _machine(host: _Host) -> dict[str, str]:
    return {
        "cpu": host.processor_name or "",
        "os": host.os_version or "",
        "arch": host.architecture or "",
        "cores": f"{host.logical_core_count:.0f}" if host.logical_core_count else "",
    }

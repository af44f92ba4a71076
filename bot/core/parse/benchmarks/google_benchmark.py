"""Google Benchmark's JSON, https://github.com/google/benchmark/blob/main/docs/user_guide.md#output-formats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec
from msgspec import Struct

from bot.core.model.benchmarks import Direction
from bot.core.model.errors import ReportError
from bot.core.model.suites import LONGEST_MESSAGE, Case, Outcome, Suites
from bot.core.parse.benchmarks.series import Kind, Series, kind, shown
from bot.core.parse.benchmarks.typed_json import read
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "google-benchmark"

_Row = dict[str, object]


class _Context(Struct, frozen=True):
    num_cpus: int | None = None


class _Report(Struct, frozen=True):
    context: _Context
    benchmarks: list[_Row]


_DECODER = msgspec.json.Decoder(_Report)

_KNOWN = {
    "items_per_second": kind("items/s", gated=False),
    "bytes_per_second": kind("B/s", gated=False),
    "allocs_per_iter": kind("allocs", Direction.LOWER, exact=True),
    "max_bytes_used": kind("B", exact=True),
    "total_allocated_bytes": kind("B", gated=False),
    "net_heap_growth": kind("B", Direction.UNKNOWN),
}
_COUNTER = kind("", Direction.UNKNOWN)
_NO_COUNTERS = {
    "family_index",
    "per_family_instance_index",
    "repetitions",
    "repetition_index",
    "threads",
    "iterations",
    "real_time",
    "cpu_time",
}


def parse_google_benchmark(intake: Intake) -> Parsed:
    """The report in *intake*: the repetitions of each benchmark as samples of ``time`` (real) and ``cpu_time``; only
    where nothing but aggregates was written, their median or mean. A benchmark that ended with an error has no
    measure: it is an errored case, so that its absence is not silent.
    """
    report = read(intake, _DECODER, "Google Benchmark")
    ran = [row for row in report.benchmarks if row.get("run_type", "iteration") == "iteration"]
    stopped = tuple(_stopped(ran))
    series = Series()
    for row in ran or _typical(report.benchmarks):
        if not _has_stopped(row):
            _add(series, row)
    if stopped and not len(series):
        raise ReportError(f"{shown(stopped[0].name)} did not run: {shown(stopped[0].message)}")
    cores = report.context.num_cpus
    measured = series.benchmarks({"cores": str(cores)} if cores else {})
    return Parsed(format=FORMAT, benchmarks=measured, suites=Suites(cases=stopped) if stopped else None)


def _typical(rows: Sequence[_Row]) -> list[_Row]:
    """Of each benchmark its median, or its mean where there is none."""
    found: dict[str, _Row] = {}
    for wanted in ("mean", "median"):
        found |= {_name(row): row for row in rows if row.get("aggregate_name") == wanted}
    return list(found.values())


def _name(row: _Row) -> str:
    name = row.get("run_name") or row.get("name")
    if not isinstance(name, str):
        raise ReportError("a benchmark has no name")
    return name


def _has_stopped(row: _Row) -> bool:
    return row.get("error_occurred") is True or row.get("skipped") is True


def _stopped(rows: Sequence[_Row]) -> Iterator[Case]:
    """A case for each benchmark that says of itself that it failed or was skipped."""
    seen: set[str] = set()
    for row in rows:
        if _has_stopped(row) and _name(row) not in seen:
            seen.add(_name(row))
            failed = row.get("error_occurred") is True
            message = row.get("error_message" if failed else "skip_message")
            yield Case(
                suite=FORMAT,
                name=_name(row)[:4096],
                outcome=Outcome.ERRORED if failed else Outcome.SKIPPED,
                message=str(message or "")[:LONGEST_MESSAGE],
            )


def _add(series: Series, row: _Row) -> None:
    name, unit = _name(row), row.get("time_unit", "ns")
    if not isinstance(unit, str):
        raise ReportError(f"the time unit of {shown(name)} is no text")
    series.add(name, "time", kind(unit), [_number(row, "real_time")])
    if "cpu_time" in row:
        series.add(name, "cpu_time", kind(unit, gated=False), [_number(row, "cpu_time")])
    for measure, known in _counters(row).items():
        series.add(name, measure, known, [_number(row, measure)])


def _counters(row: _Row) -> Mapping[str, Kind]:
    return {
        key: _KNOWN.get(key, _COUNTER)
        for key, value in row.items()
        if key not in _NO_COUNTERS and isinstance(value, int | float) and not isinstance(value, bool)
    }


def _number(row: _Row, key: str) -> float:
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ReportError(f"{shown(_name(row))} has no {shown(key)}")
    try:
        return float(value)
    except OverflowError:
        raise ReportError(f"{shown(_name(row))} has a {shown(key)} that is too large") from None

"""github-action-benchmark's own files: the entries of a custom tool, and the history that it keeps on a branch.

https://github.com/benchmark-action/github-action-benchmark#readme
"""

from __future__ import annotations

import re

import msgspec
from msgspec import Struct

from bot.core.model.benchmarks import Direction
from bot.core.model.errors import ReportError
from bot.core.model.quantities import unit_of
from bot.core.parse.benchmarks.series import Kind, Series, kind, shown
from bot.core.parse.benchmarks.typed_json import LARGEST, decoded, read
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "custom-benchmark"
HISTORY_FORMAT = "gh-pages-benchmark"

HISTORY = re.compile(rb"\s*window\.BENCHMARK_DATA\s*=\s*")


class _Entry(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    value: float | str
    unit: str = ""
    range: str | float | None = None
    extra: str | None = None


class _Bench(Struct, frozen=True):
    name: str
    value: float
    unit: str = ""


class _Run(Struct, frozen=True):
    benches: list[_Bench]
    tool: str = ""


class _History(Struct, frozen=True):
    entries: dict[str, list[_Run]]


_ENTRIES = msgspec.json.Decoder(list[_Entry])
_HISTORY = msgspec.json.Decoder(_History)

_TOOLS = {"customBiggerIsBetter": Direction.HIGHER, "customSmallerIsBetter": Direction.LOWER}
_ROOM = re.compile(r"\b(?:free|available|remaining|unused|saved|savings|headroom)\b", re.IGNORECASE)
_MEASURES = {"time": "time", "bytes": "bytes", "rate": "throughput", "bytes/s": "throughput", "bits/s": "throughput"}


def parse_custom(intake: Intake) -> Parsed:
    """The entries in *intake*. Which way is better stands in the workflow and not in the file: the unit decides."""
    series = Series()
    for entry in read(intake, _ENTRIES, "a custom tool of github-action-benchmark", generic=True):
        unit = _kind(entry.name, entry.unit, "")
        series.add(entry.name, _measure(entry.unit), unit, [_number(entry.value, entry.name)])
    return Parsed(format=FORMAT, benchmarks=series.benchmarks())


def parse_history(intake: Intake) -> Parsed:
    """The newest run of each suite in ``data.js``; the suite is the group. Repetitions in it are samples."""
    text = HISTORY.sub(b"", intake.whole(limit=LARGEST), count=1).rstrip().removesuffix(b";")
    series = Series()
    for suite, runs in decoded(_HISTORY, text, "github-action-benchmark").entries.items():
        for bench in runs[-1].benches if runs else ():
            unit = _kind(bench.name, bench.unit, runs[-1].tool)
            series.add(bench.name, _measure(bench.unit), unit, [bench.value], group=suite)
    return Parsed(format=HISTORY_FORMAT, benchmarks=series.benchmarks())


def _measure(unit: str) -> str:
    return _MEASURES.get(unit_of(unit).dimension, "value")


def _kind(name: str, unit: str, tool: str) -> Kind:
    """What an entry is: as its tool says, else as its unit does, unless its name speaks of what is left over."""
    if tool in _TOOLS:
        return kind(unit, _TOOLS[tool])
    return kind(unit, Direction.UNKNOWN if unit_of(unit).dimension == "bytes" and _ROOM.search(name) else None)


def _number(value: float | str, name: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise ReportError(f"{shown(name)} has the value {shown(str(value))}, which is no number") from None

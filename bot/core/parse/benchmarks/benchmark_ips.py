"""Ruby's benchmark-ips (``x.json! "file"``), https://github.com/evanphx/benchmark-ips: iterations a second."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from bot.core.model.errors import ReportError
from bot.core.parse.benchmarks.series import Series, kind, shown
from bot.core.parse.benchmarks.typed_json import read
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "benchmark-ips"
_ITERATIONS = kind("i/s")


class _Entry(Struct, frozen=True):
    name: str
    ips: float | None = None
    central_tendency: float | None = None


_DECODER = msgspec.json.Decoder(list[_Entry])


def parse_benchmark_ips(intake: Intake) -> Parsed:
    """The report in *intake*: one ``throughput`` a benchmark."""
    series = Series()
    for entry in read(intake, _DECODER, FORMAT):
        speed = entry.central_tendency if entry.central_tendency is not None else entry.ips
        if speed is None:
            raise ReportError(f"{shown(entry.name)} was not measured")
        series.add(entry.name, "throughput", _ITERATIONS, [speed])
    return Parsed(format=FORMAT, benchmarks=series.benchmarks())

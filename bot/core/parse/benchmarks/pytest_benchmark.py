"""pytest-benchmark's JSON, https://pytest-benchmark.readthedocs.io/en/latest/usage.html: seconds.

The rounds of one process are no independent samples: a whole process gives one, its median.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Raw, Struct

from bot.core.parse.benchmarks.percentiles import percentiles
from bot.core.parse.benchmarks.series import Series, believed, kind, ungated
from bot.core.parse.benchmarks.typed_json import decoded
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "pytest-benchmark"
_LARGEST = 256 << 20
_SECONDS = kind("s")
_SHOWN = ungated(_SECONDS)


class _Stats(Struct, frozen=True):
    median: float
    mean: float
    min: float
    max: float
    data: Raw = Raw(b"[]")  # as text: of one benchmark at a time it becomes numbers


class _Bench(Struct, frozen=True):
    name: str
    stats: _Stats
    fullname: str | None = None


class _Machine(Struct, frozen=True):
    cpu: dict[str, Any] | str | None = None
    processor: str | None = None
    system: str | None = None
    machine: str | None = None


class _Report(Struct, frozen=True):
    benchmarks: list[_Bench]
    machine_info: _Machine = _Machine()


_DECODER = msgspec.json.Decoder(_Report)
_ROUNDS = msgspec.json.Decoder(list[float | str] | None)


def parse_pytest_benchmark(intake: Intake) -> Parsed:
    """The report in *intake*: of each benchmark the median as ``time``, and beside it ``mean``, ``min``, ``max`` and,
    where the rounds were written, percentiles.
    """
    report = decoded(_DECODER, intake.whole(limit=_LARGEST), FORMAT)
    series = Series()
    for bench in report.benchmarks:
        group, found, name = (bench.fullname or bench.name).partition("::")
        if not found:
            group, name = "", group
        stats = bench.stats
        series.add(name, "time", _SECONDS, [stats.median], group=group)
        for measure in ("mean", "min", "max"):
            series.add(name, measure, _SHOWN, [getattr(stats, measure)], group=group)
        for measure, value in percentiles(_rounds(stats.data, name)):
            series.add(name, measure, _SHOWN, [value], group=group)
    return Parsed(format=FORMAT, benchmarks=series.benchmarks(_machine(report.machine_info)))


def _rounds(data: Raw, name: str) -> list[float]:
    """The seconds of each round; none if something was cut out of the list by hand."""
    rounds = decoded(_ROUNDS, bytes(data), FORMAT) or ()
    numbers = [believed(value, name, "s") for value in rounds if isinstance(value, float)]
    return numbers if len(numbers) == len(rounds) else []


def _machine(info: _Machine) -> dict[str, str]:
    cpu = info.cpu if isinstance(info.cpu, dict) else {"brand": info.cpu}
    brand = cpu.get("brand_raw") or cpu.get("brand") or info.processor
    said = {"cpu": brand, "os": info.system, "arch": info.machine, "cores": cpu.get("count")}
    return {key: str(value) for key, value in said.items() if isinstance(value, str | int)}

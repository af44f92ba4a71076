"""JMH's JSON (``-rf json``), https://github.com/openjdk/jmh: the unit says which way is better."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import median

import msgspec
from msgspec import Struct

from bot.core.model.errors import ReportError
from bot.core.parse.benchmarks.series import Series, kind, shown
from bot.core.parse.benchmarks.typed_json import read
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "jmh"

_Number = float | str | None  # what is not finite is written as text


class _Metric(Struct, frozen=True, rename="camel"):
    score: _Number
    score_unit: str
    score_percentiles: dict[str, _Number] | None = None
    raw_data: list[list[_Number]] | None = None
    raw_data_histogram: list[list[list[tuple[float, float]]]] | None = None


class _Result(Struct, frozen=True, rename="camel"):
    benchmark: str
    mode: str
    primary_metric: _Metric
    params: dict[str, str] | None = None
    secondary_metrics: dict[str, _Metric] = {}


_DECODER = msgspec.json.Decoder(list[_Result])
_PERCENTILES = {"50.0": "p50", "90.0": "p90", "95.0": "p95", "99.0": "p99", "99.9": "p999"}


def parse_jmh(intake: Intake) -> Parsed:
    """The report in *intake*: one median a fork as samples, or the iterations of the only fork. A benchmark is called
    by its method and parameters in its class; its measure is ``throughput`` or ``time``, with the mode where it ran in
    several that take time.
    """
    series = Series()
    modes: dict[tuple[str, str, str], str] = {}
    for result in read(intake, _DECODER, "JMH"):
        group, _, method = result.benchmark.rpartition(".")
        params = ", ".join(f"{key}={value}" for key, value in sorted((result.params or {}).items()))
        name = f"{method} ({params})" if params else method
        measure = "throughput" if result.mode == "thrpt" else "time"
        if modes.setdefault((group, name, measure), result.mode) != result.mode:
            measure = f"time ({result.mode})"
        metric = result.primary_metric
        series.add(name, measure, kind(metric.score_unit), list(_samples(metric, name)), group=group)
        if result.mode == "sample":
            for measured, value in _percentiles(metric):
                series.add(name, measured, kind(metric.score_unit, gated=False), [value], group=group)
        for other, secondary in result.secondary_metrics.items():
            values = [value for fork in secondary.raw_data or () for value in fork if isinstance(value, float)]
            said = kind(secondary.score_unit, gated=False)
            series.add(name, other.lstrip("\N{MIDDLE DOT}"), said, filter(math.isfinite, values), group=group)
    return Parsed(format=FORMAT, benchmarks=series.benchmarks())


def _samples(metric: _Metric, name: str) -> Iterator[float]:
    forks = list(_forks(metric, name))
    if not any(forks):
        forks = [[_finite(metric.score, name)]]
    if len(forks) > 1:
        yield from (median(fork) for fork in forks if fork)
    else:
        yield from forks[0]


def _forks(metric: _Metric, name: str) -> Iterator[list[float]]:
    """What each fork measured, one number an iteration."""
    for fork in metric.raw_data or ():
        yield [_finite(value, name) for value in fork]
    for fork in metric.raw_data_histogram or ():
        yield [_mean(iteration) for iteration in fork if sum(count for _, count in iteration) > 0]


def _mean(histogram: Sequence[tuple[float, float]]) -> float:
    return sum(value * count for value, count in histogram) / sum(count for _, count in histogram)


def _percentiles(metric: _Metric) -> Iterator[tuple[str, float]]:
    for key, name in _PERCENTILES.items():
        value = (metric.score_percentiles or {}).get(key)
        if isinstance(value, float) and math.isfinite(value):
            yield name, value


def _finite(value: _Number, name: str) -> float:
    if not isinstance(value, float):
        raise ReportError(f"{shown(name)} has a measurement that is no number")
    return value

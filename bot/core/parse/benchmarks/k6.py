"""k6's end-of-test summary, as ``handleSummary`` gets it and as ``--summary-export`` writes it (flat).

https://grafana.com/docs/k6/latest/results-output/end-of-test/custom-summary/. Every metric is a benchmark. What may be
tested for a regression: of each duration that is no part of another its 95th percentile, the rate of requests, the
shares of failed requests and of checks that held. Thresholds are k6's own business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from bot.core.model.benchmarks import Direction
from bot.core.parse.benchmarks.series import Kind, Series, kind
from bot.core.parse.benchmarks.typed_json import read
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "k6"


_Plain = float | bool | str | None
_Values = dict[str, _Plain | list[Any] | dict[str, Any]]


class _Report(Struct, frozen=True):
    metrics: dict[str, dict[str, _Plain | list[Any] | _Values]]


_DECODER = msgspec.json.Decoder(_Report)

_PERCENTILE = re.compile(r"p\((\d{1,3}(?:\.\d{1,6})?)\)")
_TREND = re.compile(r"avg|min|med|max|p[0-9]+")
_PART = re.compile(r"http_req_(?:blocked|connecting|tls_handshaking|sending|waiting|receiving)\b|group_duration\b")
_TIMED = re.compile(
    r"\w+_(?:duration|blocked|connecting|tls_handshaking|sending|waiting|receiving)(?:\{.*\})?", re.DOTALL
)
_FAILING = re.compile(r"fail|error|dropped|reject|timeout", re.IGNORECASE)
_HOLDING = re.compile(r"\Achecks\b|success|\bok\b|pass", re.IGNORECASE)


def parse_k6(intake: Intake) -> Parsed:
    """The summary in *intake*: of a trend ``avg min med max p90 p95 p99 p999``, of a counter ``count`` and ``rate``, of
    a rate its share as ``rate``, of a gauge ``value``.
    """
    series = Series()
    for name, metric in read(intake, _DECODER, FORMAT).metrics.items():
        for measure, value, known in _measures(name, metric):
            series.add(name, measure, known, [value])
    return Parsed(format=FORMAT, benchmarks=series.benchmarks())


def _measures(name: str, metric: Mapping[str, _Plain | list[Any] | _Values]) -> Iterator[tuple[str, float, Kind]]:
    inner = metric.get("values")
    values = inner if isinstance(inner, dict) else metric
    numbers = {_measure(key): value for key, value in values.items() if isinstance(value, float)}
    if metric.get("type") == "trend" or any(measure.startswith(("avg", "med", "p9")) for measure in numbers):
        yield from _trend(name, numbers, metric.get("contains"))
    elif "passes" in numbers and "fails" in numbers:
        share = numbers.get("rate", numbers.get("value"))
        if share is not None:
            yield "rate", share, kind("ratio", _share_direction(name), gated="{" not in name)
    elif "count" in numbers:
        yield from _counter(name, numbers, metric.get("contains"))
    elif "value" in numbers:
        yield "value", numbers["value"], kind("", Direction.UNKNOWN)


def _measure(key: str) -> str:
    """``p(99.9)`` as ``p999``; all else as it is."""
    found = _PERCENTILE.fullmatch(key)
    return "p" + found[1].replace(".", "") if found else key


def _trend(name: str, numbers: Mapping[str, float], contains: object) -> Iterator[tuple[str, float, Kind]]:
    timed = contains == "time" or (contains is None and _TIMED.fullmatch(name) is not None)
    unit = "ms" if timed else "B" if contains == "data" else ""
    tested = next((measure for measure in ("p95", "p90", "p99", "med") if measure in numbers), "avg")
    whole = "{" not in name and not _PART.match(name)
    for measure, value in numbers.items():
        if _TREND.fullmatch(measure) is None:
            continue  # how many there were
        yield measure, value, kind(unit, gated=whole and measure == tested)


def _counter(name: str, numbers: Mapping[str, float], contains: object) -> Iterator[tuple[str, float, Kind]]:
    known = {"http_reqs": Direction.HIGHER, "iterations": Direction.HIGHER, "dropped_iterations": Direction.LOWER}
    direction = known.get(name, Direction.LOWER if _FAILING.search(name) else Direction.UNKNOWN)
    data = contains == "data" or name in {"data_received", "data_sent"}
    yield "count", numbers["count"], kind("B" if data else "", Direction.UNKNOWN)
    if "rate" in numbers:
        yield "rate", numbers["rate"], kind("B/s" if data else "1/s", direction, gated=name != "iterations")


def _share_direction(name: str) -> Direction:
    if _FAILING.search(name):
        return Direction.LOWER
    return Direction.HIGHER if _HOLDING.search(name) else Direction.UNKNOWN

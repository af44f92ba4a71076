"""Bencher Metric Format, https://bencher.dev/docs/reference/bencher-metric-format/: names, measures, one value each."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from bot.core.model.benchmarks import Direction
from bot.core.parse.benchmarks.series import Kind, Series, kind
from bot.core.parse.benchmarks.typed_json import read
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "bmf"


class _Metric(Struct, frozen=True, forbid_unknown_fields=True):
    value: float
    lower_value: float | None = None
    upper_value: float | None = None


_DECODER = msgspec.json.Decoder(dict[str, dict[str, _Metric]])

_COUNT = kind("", Direction.LOWER, exact=True)
_KNOWN = {
    "latency": kind("ns"),
    "throughput": kind("ops/s"),
    "build-time": kind("s"),
    "file-size": kind("B", exact=True),
    "accuracy": kind("%", Direction.HIGHER),
    **dict.fromkeys(
        (
            "instructions",
            "ram-hits",
            "total-read-write",
            "estimated-cycles",
            "total-accesses",
            "total-bytes",
            "total-blocks",
        ),
        _COUNT,
    ),
}
_UNKNOWN = kind("", Direction.UNKNOWN)
"""Hits of caches too: what moves from memory to a cache adds to them, and is better."""


def parse_bmf(intake: Intake) -> Parsed:
    """The report in *intake*. The format has no units: Bencher's own measures have theirs, of others nothing is known.
    JSON of another shape is no report.
    """
    series = Series()
    for name, measures in read(intake, _DECODER, "a producer of Bencher's format", generic=True).items():
        for measure, metric in measures.items():
            series.add(name, measure, known(measure), [metric.value])
    return Parsed(format=FORMAT, benchmarks=series.benchmarks())


def known(measure: str) -> Kind:
    """What Bencher's own measures are, by slug or by name."""
    return _KNOWN.get(measure.lower().replace(" ", "-").replace("_", "-"), _UNKNOWN)

"""What Criterion.rs leaves in ``target/criterion/**/new/``, and the messages of cargo-criterion: nanoseconds.

Its files do not say which benchmark they are of: their folders do.
https://bheisler.github.io/criterion.rs/book/cargo_criterion/external_tools.html
"""

from __future__ import annotations

from statistics import median

import msgspec
from msgspec import Struct

from bot.core.model.errors import ReportError, UnknownFormat
from bot.core.parse.benchmarks.percentiles import percentiles
from bot.core.parse.benchmarks.series import Series, kind, shown, ungated
from bot.core.parse.benchmarks.text import printed
from bot.core.parse.benchmarks.typed_json import decoded, read
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.start import Parser

FORMAT = "criterion"
_NANOSECONDS = kind("ns")
_SHOWN = ungated(_NANOSECONDS)


class _Estimate(Struct, frozen=True):
    point_estimate: float


class _Estimates(Struct, frozen=True):
    mean: _Estimate
    median: _Estimate
    slope: _Estimate | None = None


class _Sample(Struct, frozen=True):
    iters: list[float]
    times: list[float]


class _Typical(Struct, frozen=True):
    estimate: float
    unit: str


class _Message(Struct, frozen=True):
    reason: str
    id: str = ""
    typical: _Typical | None = None
    mean: _Typical | None = None
    median: _Typical | None = None


_ESTIMATES = msgspec.json.Decoder(_Estimates)
_SAMPLE = msgspec.json.Decoder(_Sample)
_MESSAGE = msgspec.json.Decoder(_Message)
_OLD = frozenset({"base", "change"})


def estimates_parser(path: str) -> Parser:
    """A parser of the ``estimates.json`` at *path*: ``time`` is what Criterion.rs prints, the slope or the mean."""

    def parse(intake: Intake) -> Parsed:
        name = _name(path)
        found = read(intake, _ESTIMATES, "Criterion.rs")
        series = Series()
        series.add(name, "time", _NANOSECONDS, [(found.slope or found.mean).point_estimate])
        series.add(name, "mean", _SHOWN, [found.mean.point_estimate])
        series.add(name, "median", _SHOWN, [found.median.point_estimate])
        return Parsed(format=FORMAT, benchmarks=series.benchmarks())

    return parse


def sample_parser(path: str) -> Parser:
    """A parser of the ``sample.json`` at *path*: ``time`` is the median of its times per iteration, one sample, since
    they are all of one process; beside it their percentiles.
    """

    def parse(intake: Intake) -> Parsed:
        name = _name(path)
        found = read(intake, _SAMPLE, "Criterion.rs")
        if len(found.iters) != len(found.times) or not found.iters or min(found.iters) <= 0:
            raise ReportError(f"{shown(name)} has not one time for every count of iterations")
        values = [time / count for time, count in zip(found.times, found.iters, strict=True)]
        series = Series()
        series.add(name, "time", _NANOSECONDS, [median(values)])
        for measure, value in percentiles(values):
            series.add(name, measure, _SHOWN, [value])
        return Parsed(format=FORMAT, benchmarks=series.benchmarks())

    return parse


def identity_parser(_: Intake) -> Parsed:
    """Refuses ``benchmark.json``, which names a benchmark of Criterion.rs and measures nothing."""
    raise UnknownFormat("it names a benchmark of Criterion.rs; what was measured stands in estimates.json beside it")


def parse_messages(intake: Intake) -> Parsed:
    """The messages of ``cargo criterion --message-format=json`` in *intake*, one a line."""
    series = Series()
    for number, line in printed(intake):
        if not line.startswith("{"):
            continue
        try:
            message = decoded(_MESSAGE, line.encode(), "cargo-criterion")
            if message.reason == "benchmark-complete":
                _add(series, message)
        except ReportError as error:
            error.line = number
            raise
    return Parsed(format=FORMAT, benchmarks=series.benchmarks())


def _add(series: Series, message: _Message) -> None:
    if message.typical is None:
        raise ReportError(f"{shown(message.id)} was not measured")
    series.add(message.id, "time", kind(message.typical.unit), [message.typical.estimate])
    for measure, value in (("mean", message.mean), ("median", message.median)):
        if value is not None:
            series.add(message.id, measure, kind(value.unit, gated=False), [value.estimate])


def _name(path: str) -> str:
    """The benchmark that the folders above *path* name: ``criterion/GROUP/FUNCTION/VALUE/new/estimates.json``."""
    folders = path.replace("\\", "/").split("/")[:-1]
    if folders and folders[-1] in _OLD:
        raise UnknownFormat("it is what Criterion.rs keeps of an earlier run or of the difference to it")
    if folders and folders[-1] == "new":
        folders.pop()
    if "criterion" in folders:
        folders = folders[len(folders) - folders[::-1].index("criterion") :]
    if not folders:
        raise ReportError("its folders do not say which benchmark it is of; keep target/criterion/ as it is")
    return "/".join(folders)

"""What the readers of benchmarks gather: samples under a benchmark's name, believed or refused one by one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.core.model.benchmarks import MOST_SAMPLES, Benchmark, Benchmarks, Direction, Measure
from bot.core.model.errors import ReportError
from bot.core.model.quantities import direction_of, unit_of

LONGEST_NAME = 4096
MOST_BENCHMARKS = 100_000
MOST_MEASURES = 256
_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What one measure is, without its samples; *direction* is the unit's where nothing better is known."""

    unit: str
    direction: Direction
    exact: bool = False
    gated: bool = True


def kind(unit: str, direction: Direction | None = None, *, exact: bool = False, gated: bool = True) -> Kind:
    """A measure in *unit*, whose better way the unit says unless *direction* does."""
    return Kind(unit=unit, direction=direction or direction_of(unit), exact=exact, gated=gated)


@dataclass(slots=True)
class _Samples:
    kind: Kind
    values: list[float] = field(default_factory=list[float])


class Series:
    """Benchmarks in the making, in the order in which they came. Raises ``ReportError`` for a name, a number or an
    amount that no benchmark has.
    """

    def __init__(self) -> None:
        self._by_key: dict[tuple[str, str], dict[str, _Samples]] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def add(self, name: str, measure: str, kind: Kind, values: Iterable[float], *, group: str = "") -> None:
        """More samples of one measure of the benchmark *name* in *group*."""
        measures = self._measures(group, name)
        samples = measures.get(measure)
        if samples is None:
            if len(measures) >= MOST_MEASURES:
                raise ReportError(f"{shown(name)} has more than {MOST_MEASURES} measures")
            _check_name(measure)
            _check_name(kind.unit)
            samples = measures[measure] = _Samples(kind)
        scale = _scale(kind.unit, samples.kind.unit)
        if scale is None:
            raise ReportError(f"{shown(name)} has {shown(measure)} in two units")
        samples.values.extend(believed(value, name, kind.unit) * scale for value in values)

    def _measures(self, group: str, name: str) -> dict[str, _Samples]:
        measures = self._by_key.get((group, name))
        if measures is None:
            if len(self._by_key) >= MOST_BENCHMARKS:
                raise ReportError(f"it holds more than {MOST_BENCHMARKS} benchmarks")
            if not name.strip():
                raise ReportError("a benchmark has no name")
            _check_name(group)
            _check_name(name)
            measures = self._by_key[group, name] = {}
        return measures

    def keys(self) -> tuple[tuple[str, str], ...]:
        """(group, name) of each benchmark so far."""
        return tuple(self._by_key)

    def benchmarks(self, machine: Mapping[str, str] | None = None) -> Benchmarks:
        """All of it, in the order in which it came. Raises ``ReportError`` if there is none, or one without samples."""
        if not self._by_key:
            raise ReportError("it holds no benchmark")
        return Benchmarks(
            benchmarks=tuple(_finished(group, name, found) for (group, name), found in self._by_key.items()),
            machine={key: value[:_SHOWN] for key, value in (machine or {}).items() if value},
        )


def _scale(unit: str, kept: str) -> float | None:
    """How many *kept* units one *unit* is: tools choose a new unit for every run. ``None`` if they count different
    things.
    """
    if unit == kept:
        return 1
    found, wanted = unit_of(unit), unit_of(kept)
    return float(found.scale / wanted.scale) if found.dimension == wanted.dimension else None


def _finished(group: str, name: str, found: Mapping[str, _Samples]) -> Benchmark:
    measures = {
        measure: Measure(
            unit=samples.kind.unit,
            direction=samples.kind.direction,
            samples=tuple(thinned(samples.values)),
            exact=samples.kind.exact,
            gated=samples.kind.gated and samples.kind.direction is not Direction.UNKNOWN,
        )
        for measure, samples in found.items()
        if samples.values
    }
    if not measures:
        raise ReportError(f"{shown(name)} has no measurement")
    return Benchmark(name=name, group=group, measures=measures)


def thinned(values: Sequence[float]) -> Sequence[float]:
    """At most ``MOST_SAMPLES`` of *values*, evenly spaced, in their order."""
    if len(values) <= MOST_SAMPLES:
        return values
    return [values[at * len(values) // MOST_SAMPLES] for at in range(MOST_SAMPLES)]


def believed(value: float, name: str, unit: str) -> float:
    """*value* if it can have been measured. Raises ``ReportError`` for what is not finite, and for negative time."""
    if not math.isfinite(value):
        raise ReportError(f"{shown(name)} has {value} {shown(unit)}, which is no number")
    if value < 0 and unit_of(unit).dimension == "time":
        raise ReportError(f"{shown(name)} took {value} {shown(unit)}, which is less than no time")
    return value


def shown(text: str) -> str:
    """An untrusted name in a reason: short, its control characters escaped."""
    return repr(text[:_SHOWN])


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise ReportError(f"a name of over {LONGEST_NAME} characters, {shown(name)}")
    if not name.isascii():
        try:
            name.encode()
        except UnicodeEncodeError:
            raise ReportError(f"a name that is no text, {shown(name)}") from None


def ungated(kind: Kind) -> Kind:
    """The same measure, shown only."""
    return replace(kind, gated=False)

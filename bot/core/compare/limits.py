"""Benchmarks against the policy's static limits, exactly: decimal numbers as the reports print them, no rounding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from bot.core.model.benchmarks import Benchmark, Benchmarks, Measure
from bot.core.model.limits import Limit, LimitOutcome, LimitResult
from bot.core.model.quantities import unit_of

_RATES = frozenset({"rate", "bytes/s", "bits/s"})
_DIMENSIONS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("time", "latency", "duration"), frozenset({"time"})),
    **dict.fromkeys(("throughput", "rate", "ops"), _RATES),
    **dict.fromkeys(("memory", "bytes", "size"), frozenset({"bytes"})),
}
"""What a measure's general name means where no measure bears it."""

_SAME = ({"p50", "med", "median"}, {"avg", "mean"}, {"allocs", "allocations"})
_WITH_UNIT = re.compile(r"(.+)[-_](?:ns|us|\u00b5s|\u03bcs|ms|s|sec|seconds|bytes)")
_UNDER = ("/", "[", "(", " (", " [")
_PROCS = re.compile(r"-[0-9]{1,6}")


def judge_limits(limits: Sequence[Limit], benchmarks: Sequence[Benchmarks]) -> tuple[LimitResult, ...]:
    """What each of *limits* finds: one result for every benchmark that it is of, or one that says what is missing.

    A benchmark is found by its name, with its group or without it, then by ``*``, then as a variant of the name
    (``Name/sub``, ``name[param]``); the last word may be the measure. If there is none, the subject is a measure of any
    benchmark. Each of *benchmarks* is judged for itself: runs that belong together are united before. A measure
    that one of them has is missed in no other.
    """
    known = [benchmark for each in benchmarks for benchmark in each.benchmarks]
    results = [result for limit in limits for result in _judged(limit, known)]
    found = {(result.limit, result.group, result.name) for result in results if result.found}
    missed = (result.outcome is LimitOutcome.NO_MEASURE for result in results)
    return tuple(
        result
        for result, is_missed in zip(results, missed, strict=True)
        if not (is_missed and (result.limit, result.group, result.name) in found)
    )


def _judged(limit: Limit, known: Sequence[Benchmark]) -> Iterator[LimitResult]:
    found = _named(limit.subject, known)
    if found:
        yield from (_of_benchmark(limit, benchmark, None) for benchmark in found)
        return
    name, _, measure = limit.subject.rpartition(" ")
    found = _named(name, known) if name else []
    if found:
        yield from (_of_benchmark(limit, benchmark, measure) for benchmark in found)
        return
    yield from _of_any(limit, known)


def _of_any(limit: Limit, known: Sequence[Benchmark]) -> Iterator[LimitResult]:
    """*limit* as one on a measure of any benchmark: those in another unit are passed over unless all are."""
    found = [
        _judgement(limit, benchmark, measure)
        for benchmark in known
        for measure in _measures(limit, benchmark, limit.subject)[:1]
    ]
    fitting = [result for result in found if result.outcome is not LimitOutcome.OTHER_UNIT]
    yield from fitting or found or [LimitResult(limit=limit, outcome=LimitOutcome.NO_BENCHMARK)]


def _named(name: str, known: Sequence[Benchmark]) -> list[Benchmark]:
    """The benchmarks that *name* names: exactly, else by its stars, else as what it is the beginning of."""
    exact = [benchmark for benchmark in known if name in _names(benchmark)]
    if exact:
        return exact
    if "*" in name:
        return [benchmark for benchmark in known if any(_fits(name.split("*"), each) for each in _names(benchmark))]
    return [benchmark for benchmark in known if any(_is_under(name, each) for each in _names(benchmark))]


def _names(benchmark: Benchmark) -> tuple[str, ...]:
    """How *benchmark* may be called: runs of white space count as one space, as in a limit."""
    name = " ".join(benchmark.name.split())
    if not benchmark.group:
        return (name,)
    group = " ".join(benchmark.group.split())
    return name, *(f"{group}{mark}{name}" for mark in (".", "/", "::", " ", " > "))


def _fits(parts: Sequence[str], text: str) -> bool:
    """Whether *text* is *parts* with anything between them. Each part is looked for once: no pattern is slow."""
    first, *middle, last = parts
    if len(text) < len(first) + len(last) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def _is_under(name: str, text: str) -> bool:
    rest = text[len(name) :]
    return text.startswith(name) and (rest.startswith(_UNDER) or _PROCS.fullmatch(rest) is not None)


def _of_benchmark(limit: Limit, benchmark: Benchmark, wanted: str | None) -> LimitResult:
    """*limit* on *benchmark*, on the measure *wanted* or else on the one that it must mean."""
    found = _measures(limit, benchmark, wanted)
    if found:
        return _judgement(limit, benchmark, found[0])
    return LimitResult(
        limit=limit,
        outcome=LimitOutcome.NO_MEASURE,
        group=benchmark.group,
        name=benchmark.name,
        measure=wanted or "",
    )


def _measures(limit: Limit, benchmark: Benchmark, wanted: str | None) -> list[str]:
    """The measures of *benchmark* that *limit* may mean, the likeliest first."""
    measures = benchmark.measures
    if wanted is None:
        general = ("time", "latency") if limit.is_ceiling else ("throughput", "rate")
        named = [name for name in general if name in measures]
        others = [name for name in measures if name not in named]
        likely = named + _gated_first(others, measures)
        return [name for name in likely if _fits_unit(limit, measures[name])] or likely
    named = [name for name in measures if _is_called(wanted, name, measures[name])]
    if named:
        return named
    meant = _DIMENSIONS.get(wanted, frozenset())
    alike = [name for name, measure in measures.items() if unit_of(measure.unit).dimension in meant]
    likely = _gated_first(alike, measures)
    return [name for name in likely if _fits_unit(limit, measures[name])] or likely


def _gated_first(names: Sequence[str], measures: Mapping[str, Measure]) -> list[str]:
    return sorted(names, key=lambda name: not measures[name].gated)


def _is_called(wanted: str, name: str, measure: Measure) -> bool:
    """Whether *name* is *wanted*: by itself, by its unit, without the unit that it ends in (``p99-ns``), or by another
    word for it.
    """
    bare = _WITH_UNIT.fullmatch(name)
    return wanted in {name, measure.unit, bare[1] if bare else name} or any({wanted, name} <= same for same in _SAME)


def _fits_unit(limit: Limit, measure: Measure) -> bool:
    return not limit.unit or unit_of(limit.unit).dimension == unit_of(measure.unit).dimension


def _judgement(limit: Limit, benchmark: Benchmark, name: str) -> LimitResult:
    measure = benchmark.measures[name]
    value = _median(measure.samples)
    bound, outcome = None, LimitOutcome.OTHER_UNIT
    if _fits_unit(limit, measure):
        bound = limit.bound * (unit_of(limit.unit).scale / unit_of(measure.unit).scale if limit.unit else 1)
        outcome = LimitOutcome.HELD if limit.holds(value, bound) else LimitOutcome.BROKEN
    return LimitResult(
        limit=limit,
        outcome=outcome,
        group=benchmark.group,
        name=benchmark.name,
        measure=name,
        unit=measure.unit,
        value=value,
        bound=bound,
    )


def _median(samples: Sequence[float]) -> Fraction:
    """The median of *samples* as decimal numbers: 0.1 is a tenth, and not the binary number next to it."""
    ordered = sorted(samples)
    middle = len(ordered) // 2
    upper = Fraction(repr(ordered[middle]))
    return upper if len(ordered) % 2 else (Fraction(repr(ordered[middle - 1])) + upper) / 2

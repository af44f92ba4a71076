"""What is said of benchmarks and their limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from bot.core.model.evidence import Layout
from bot.core.model.limits import LimitOutcome, LimitResult
from bot.core.model.quantities import unit_of
from bot.core.model.regression import BenchmarkComparison, Confirmation, MeasureComparison, NotPaired, Standing
from bot.core.model.verdict import Inconclusive, LimitsBroken, NoRegression, NotComparable, Regressed, Unconfirmed
from bot.core.render import units
from bot.core.render.escape import Voice
from bot.core.render.gaps import Words
from bot.core.render.listing import Cell, Foreign, Listing
from bot.core.render.naming import NAMED, and_so_many_more, first_of

BenchmarkReason = LimitsBroken | Regressed | Unconfirmed | NotComparable | Inconclusive | NoRegression


def benchmark_words(reason: BenchmarkReason, voice: Voice) -> Words:
    """Why the gate ``benchmarks`` came out as it did."""
    match reason:
        case LimitsBroken(limits=limits):
            said = _capital("; ".join(_limit_words(limit, voice) for limit in limits[:NAMED]))
            return Words(f"{said}{and_so_many_more(len(limits) - NAMED)}.", _limit_step(limits, voice))
        case Regressed(measures=measures):
            again = " A second run agreed." if measures[0].confirmation is Confirmation.AGREED else ""
            return Words(f"{_worse(measures, voice)}.{again}")
        case Unconfirmed(measures=measures):
            return _unconfirmed(measures, voice)
        case NotComparable():
            return Words(
                "Benchmarks ran, and there is nothing yet that they can be compared with.",
                f"Measure base and head in one job with {voice.name('actions/bench')}."
                if not voice.local
                else f"Measure base and head in turns with {voice.name('covgate run --benchmark --base REV')}.",
            )
        case Inconclusive():
            return _inconclusive(reason, voice)
        case NoRegression(measures=measures, limits=limits, improved=improved):
            said = [f"{units.count(measures, 'measure')} compared, none worse"] if measures else []
            said += [f"{units.integer(improved)} better"] if improved else []
            said += [f"{units.count(limits, 'limit')} kept"] if limits else []
            return Words(f"{', '.join(said) or 'Nothing to compare'}.")


def _worse(measures: Sequence[MeasureComparison], voice: Voice) -> str:
    said = ", ".join(f"{_measure_name(one, voice)} {units.worse(one.change or 0)}" for one in measures[:NAMED])
    return f"{units.count(len(measures), 'measure')} got worse: {said}{and_so_many_more(len(measures) - NAMED)}"


def _measure_name(one: MeasureComparison, voice: Voice) -> str:
    return voice.name(one.name) if one.measure == "time" else f"{voice.name(one.name)} {voice.name(one.measure)}"


def _unconfirmed(measures: Sequence[MeasureComparison], voice: Voice) -> Words:
    looks = _worse(measures, voice).replace("got worse", "looked worse in one run", 1)
    if any(one.confirmation is Confirmation.NOT_RUN for one in measures):
        return Words(
            f"{looks}; no second run has confirmed it, so it is not judged.",
            f"Add the confirming job of {voice.name('actions/bench')}, or run it again.",
        )
    return Words(f"{looks}; a second run did not agree.")


def _inconclusive(reason: Inconclusive, voice: Voice) -> Words:
    said: list[str] = []
    if reason.measures:
        visible = [one.visible for one in reason.measures if one.visible is not None]
        least = f"; a change of less than {units.share(max(visible))} could not have been seen" if visible else ""
        needs = max((one.needs or 0 for one in reason.measures), default=0)
        few = f"; {units.integer(needs)} samples a side are needed" if needs else ""
        said.append(f"{units.count(len(reason.measures), 'measure')} cannot be told from noise{least}{few}")
    if reason.removed:
        names = list(dict.fromkeys(one.name for one in reason.removed))
        said.append(
            f"{units.count(len(names), 'benchmark')} of the base not measured any more: {first_of(names, voice)}"
        )
    steps = [f"Say what was renamed under {voice.name('benchmarks.renamed')}."] if reason.removed else []
    fact = ". ".join(said) or "Nothing can be told"
    return Words(f"{_capital(fact)}.", " ".join(steps))


def _capital(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def _limit_words(result: LimitResult, voice: Voice) -> str:
    limit = voice.name(result.limit.text)
    if result.outcome is LimitOutcome.NO_BENCHMARK:
        return f"nothing measured is called as in {limit}"
    if result.outcome is LimitOutcome.NO_MEASURE:
        return f"{voice.name(result.name)} has no measure as in {limit}"
    if result.outcome is LimitOutcome.OTHER_UNIT:
        return f"{limit} and {voice.name(result.name)}, measured in {voice.name(result.unit)}, do not compare"
    value, unit = in_limits_unit(result)
    return f"{voice.name(result.name)} {units.quantity(value, '')} {voice.name(unit)} breaks the limit {limit}"


def in_limits_unit(result: LimitResult) -> tuple[Fraction, str]:
    """What was measured, in the unit that the limit is written in where there is one."""
    value, wanted = result.value or Fraction(0), result.limit.unit
    measured, asked = unit_of(result.unit), unit_of(wanted)
    if not wanted or measured.dimension != asked.dimension:
        return value, result.unit
    return value * measured.scale / asked.scale, wanted


def _limit_step(limits: Sequence[LimitResult], voice: Voice) -> str:
    if any(result.outcome is LimitOutcome.BROKEN for result in limits):
        return ""
    return f"Correct {voice.name('benchmarks.limits')}, or see why the benchmark did not run."


# --- lists -------------------------------------------------------------------------------------------------------

_URGENT = frozenset({Standing.REGRESSED})
_SAID = {
    Standing.REGRESSED: "worse",
    Standing.IMPROVED: "better",
    Standing.OK: "not worse",
    Standing.INCONCLUSIVE: "cannot be told",
    Standing.UNGATED: "shown only",
    Standing.NEW: "new",
    Standing.REMOVED: "no longer measured",
}


def benchmarks_line(found: BenchmarkComparison) -> str:
    """One line for everybody: how many of each standing."""
    order = (Standing.REGRESSED, Standing.INCONCLUSIVE, Standing.IMPROVED, Standing.OK, Standing.NEW, Standing.REMOVED)
    counts = [(sum(one.standing is standing for one in found.measures), _SAID[standing]) for standing in order]
    said = ", ".join(f"{units.integer(number)} {words}" for number, words in counts if number)
    kept = sum(result.outcome is LimitOutcome.HELD for result in found.limits)
    limits = f"; {units.integer(kept)} of {units.count(len(found.limits), 'limit')} kept" if found.limits else ""
    return f"{units.count(len(found.measures), 'measure')}: {said or 'shown only'}{limits}"


def benchmark_listings(found: BenchmarkComparison) -> list[Listing]:
    """What regressed, urgent; limits; then every measure."""
    worse = [one for one in found.measures if one.standing in _URGENT]
    rest = [one for one in found.measures if one.standing not in _URGENT]
    listings = (
        _measures("Slower or larger", worse, found, urgent=True),
        Listing(
            title="Limits",
            header=("Limit", "Benchmark", "Now:", "Result"),
            rows=[_limit_row(result) for result in found.limits],
            what="limit",
            label=units.count(len(found.limits), "limit"),
        ),
        _measures("Benchmarks", rest, found, urgent=False),
    )
    return [listing for listing in listings if listing.rows]


def _measures(
    title: str, measures: Sequence[MeasureComparison], found: BenchmarkComparison, *, urgent: bool
) -> Listing:
    return Listing(
        title=title,
        header=("Benchmark", "Measure", "Base:", "Head:", "Change:", "Result"),
        rows=[_measure_row(one) for one in measures],
        what="measure",
        label=units.count(len(measures), "benchmark measure"),
        lead=" ".join(how_measured(found)),
        urgent=urgent,
    )


def how_measured(found: BenchmarkComparison) -> Iterable[str]:
    """How both sides were measured, and what that means for what can be said."""
    rounds = f", {units.count(found.rounds, 'round')}" if found.rounds else ""
    if found.layout is Layout.INTERLEAVED:
        yield f"Base and head were measured in turns in one job{rounds}."
    elif found.layout is Layout.SEQUENTIAL:
        yield f"Base and head were measured one after the other in one job{rounds}."
    elif found.layout is Layout.SEPARATE:
        yield f"Base and head were measured on two runners{rounds}: small differences are theirs, not the change's."
    elif found.records:
        yield f"Compared with {units.count(found.records, 'run')} of the base branch."
    if found.not_paired is NotPaired.OTHER_BASE:
        yield "What was measured beside the head is of another commit than the base, and is not used."
    if found.machines_differ:
        yield "The base branch was measured on other machines, which says nothing of this one."
    if found.shift is not None:
        yield f"The whole suite moved by {units.worse(found.shift)}, which is taken out of every measure."
    if found.calibrated:
        yield f"The noise is known from {units.count(found.calibrated, 'comparison')} of equal trees."


def _measure_row(one: MeasureComparison) -> tuple[Cell, ...]:
    was: tuple[str | Foreign, ...] = (", was ", Foreign(text=one.was)) if one.was else ()
    return (
        (Foreign(text=one.name), *was),
        Foreign(text=one.measure),
        _value(one.base, one.unit),
        _value(one.head, one.unit),
        _change(one),
        _result(one),
    )


def _value(value: float | None, unit: str) -> Cell:
    """A number, its unit beside it: units come from the report too."""
    return units.DASH if value is None else (f"{units.quantity(value, '')} ", Foreign(text=unit or "-", clause=True))


def _change(one: MeasureComparison) -> str:
    if one.change is None:
        return units.DASH
    if one.low is None or one.high is None:
        return units.worse(one.change)
    return f"{units.worse(one.change)} ({units.worse(one.low)} to {units.worse(one.high)})"


def _result(one: MeasureComparison) -> str:
    said = [_SAID[one.standing]]
    if one.standing is Standing.REGRESSED:
        said += [units.probability(one.p)] if one.p is not None else []
        said += {
            Confirmation.AGREED: ["confirmed"],
            Confirmation.DENIED: ["not confirmed by a second run"],
            Confirmation.NOT_RUN: ["not confirmed"],
            Confirmation.NOT_ASKED: [],
        }[one.confirmation]
    elif one.standing is Standing.INCONCLUSIVE and one.needs:
        said.append(f"{units.integer(one.needs)} samples a side are needed")
    elif one.standing is Standing.INCONCLUSIVE and one.visible is not None:
        said.append(f"less than {units.share(one.visible)} cannot be seen")
    return ", ".join(said)


def _limit_row(result: LimitResult) -> tuple[Cell, ...]:
    outcome = {
        LimitOutcome.HELD: "kept",
        LimitOutcome.BROKEN: "broken",
        LimitOutcome.NO_BENCHMARK: "not measured",
        LimitOutcome.NO_MEASURE: "not measured",
        LimitOutcome.OTHER_UNIT: "other unit",
    }[result.outcome]
    name: Cell = Foreign(text=result.name) if result.name else units.DASH
    value, unit = in_limits_unit(result)
    now = units.DASH if result.value is None else _value(float(value), unit)
    return Foreign(text=result.limit.text), name, now, outcome

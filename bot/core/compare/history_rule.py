"""The rule for a head without a base beside it: is it out of line with what the base branch measured lately?

On logarithms, turned so that more is worse. Only records of one kind of machine are compared with, and of those only
what came after the last change of level: else a step that was meant would hide every later one. What a whole suite has
in common in one run is the runner's, and is taken out. A measure regressed if it lies 3.5 robust standard deviations
above the median of its level, and by at least the least effect that counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import exp, log, log1p, sqrt
from statistics import median

from bot.core.compare.bench_sides import Key, Pair, old_names, pairs
from bot.core.compare.change_points import last_level
from bot.core.compare.exact_rule import is_counted, judge_exactly
from bot.core.compare.paired_rule import (
    MOST_SHIFT,
    SIGMAS,
    Judged,
    as_change,
    common_shift,
    is_positive,
    is_timed,
    shown,
)
from bot.core.compare.shifts import middle, spread
from bot.core.model.benchmarks import Direction, Measure
from bot.core.model.evidence import BenchRecord
from bot.core.model.regression import MeasureComparison, Rule, Standing

ENOUGH_RECORDS = 10
MOST_RECORDS = 60
_LEAST_SPREAD = 0.005  # ten equal records do not make noise of nothing
_NORMAL_95 = 1.96
_OF_A_MEDIAN = 1.57  # pi / 2: how much less sure a median is than a mean


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What *records* tell of the measures of *head*: the newest record's pairs, and for each timed measure its costs
    on machines of this kind, the oldest first, by which record each is of. *used* is how many of those there are.
    """

    newest: tuple[Pair, ...]
    newest_here: bool
    series: Mapping[Key, Mapping[int, float]]
    used: int


def history(
    head: Mapping[Key, Measure], records: Sequence[BenchRecord], *, machine: str, renamed: Mapping[str, str]
) -> History:
    """*records* are the newest first; *machine* is the kind that the head ran on."""
    here = [record for record in records if record.machine == machine][:MOST_RECORDS]
    series = dict[Key, dict[int, float]]()
    for number, record in enumerate(reversed(here)):
        for pair in recorded(head, record, renamed):
            if pair.judged and is_positive(pair.base):
                series.setdefault(pair.key, {})[number] = _cost(pair.base, pair.head.direction)
    return History(
        newest=_newest(head, records, renamed),
        newest_here=bool(records) and records[0].machine == machine,
        series=series,
        used=len(here),
    )


def recorded(head: Mapping[Key, Measure], record: BenchRecord, renamed: Mapping[str, str]) -> tuple[Pair, ...]:
    """The measures of *head* that *record* has too."""
    base = measures_of(record)
    return pairs(head, base, old_names(head, base, renamed))


def measures_of(record: BenchRecord) -> dict[Key, Measure]:
    found = ((one, name, measure) for one in record.benchmarks.benchmarks for name, measure in one.measures.items())
    return {(*one.key, name): measure for one, name, measure in found if measure.samples}


def judge_history(past: History, *, min_effect: Fraction) -> Judged:
    """Every measure of the head that history knows."""
    noise = _common_noise(past.series)
    levels = {
        key: last_level([cost - noise[number] for number, cost in sorted(known.items())])
        for key, known in past.series.items()
    }
    heads = {pair.key: _cost(pair.head, pair.head.direction) for pair in past.newest if is_timed(pair)}
    known = {key: median(level) for key, level in levels.items() if len(level) >= ENOUGH_RECORDS}
    common = common_shift({key: heads[key] - centre for key, centre in known.items() if key in heads})
    effect = log1p(float(min_effect))
    return Judged(
        measures=tuple(
            _timed(pair, heads[pair.key] - common, levels.get(pair.key, ()), effect=effect, common=common)
            if pair.key in heads
            else _untimed(pair, min_effect, here=past.newest_here)
            for pair in past.newest
        ),
        common=common,
    )


def _newest(
    head: Mapping[Key, Measure], records: Sequence[BenchRecord], renamed: Mapping[str, str]
) -> tuple[Pair, ...]:
    """Each measure beside the newest record that has it."""
    found = dict[Key, Pair]()
    for record in records[:MOST_RECORDS]:
        if len(found) < len(head):
            found = {pair.key: pair for pair in recorded(head, record, renamed)} | found
    return tuple(found[key] for key in sorted(found))


def _cost(measure: Measure, direction: Direction) -> float:
    return log(middle(measure.samples)) * (1 if direction is Direction.LOWER else -1)


def _common_noise(series: Mapping[Key, Mapping[int, float]]) -> dict[int, float]:
    """How far off each run was as a whole."""
    off = dict[int, dict[Key, float]]()
    for key, known in series.items():
        centre = median(known.values())
        for number, cost in known.items():
            off.setdefault(number, {})[key] = cost - centre
    return {number: common_shift(shifts) for number, shifts in off.items()}


def _untimed(pair: Pair, min_effect: Fraction, *, here: bool) -> MeasureComparison:
    """What is counted, beside the newest record alone; another machine may count otherwise."""
    if not (pair.judged and is_counted(pair)):
        return shown(pair)
    found = judge_exactly(pair, min_effect=min_effect)
    worse = found.standing is Standing.REGRESSED and not here
    return replace(found, standing=Standing.INCONCLUSIVE) if worse else found


def _timed(pair: Pair, cost: float, level: Sequence[float], *, effect: float, common: float) -> MeasureComparison:
    """A measure beside its level; *cost* is the head's, less what the suite has in *common*."""
    sizes = (len(pair.head.samples), len(level))
    if len(level) < ENOUGH_RECORDS:
        rule = Rule.HISTORY if level else Rule.NONE
        needs = ENOUGH_RECORDS if level else None
        base = shown(pair).base if level else None
        return replace(shown(pair), standing=Standing.INCONCLUSIVE, rule=rule, samples=sizes, needs=needs, base=base)
    centre = median(level)
    noise = max(spread(level), _LEAST_SPREAD) * sqrt(1 + _OF_A_MEDIAN / len(level))
    moved = cost - centre
    return replace(
        shown(pair),
        standing=_standing(moved, noise, effect, common),
        rule=Rule.HISTORY,
        base=exp(min(centre if pair.head.direction is Direction.LOWER else -centre, MOST_SHIFT)),
        samples=sizes,
        change=as_change(moved),
        low=as_change(moved - _NORMAL_95 * noise),
        high=as_change(moved + _NORMAL_95 * noise),
        visible=as_change(max(effect, SIGMAS * noise)),
    )


def _standing(moved: float, noise: float, effect: float, common: float) -> Standing:
    counts = max(effect, SIGMAS * noise)
    if abs(moved) >= counts:
        return Standing.REGRESSED if moved > 0 else Standing.IMPROVED
    return Standing.OK if moved + _NORMAL_95 * noise < effect and common < effect else Standing.INCONCLUSIVE

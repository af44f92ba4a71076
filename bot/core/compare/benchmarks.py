"""Benchmarks of the head beside those of the base: the rule for each measure, the second run's word, the limits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf

import msgspec

from bot.core.compare.bench_sides import Key, Leg, Pair, Sides, is_judged, old_names, pairs, sides, united
from bot.core.compare.history_rule import history, judge_history, measures_of
from bot.core.compare.limits import judge_limits
from bot.core.compare.paired_rule import (
    NO_NOISE,
    Judged,
    Noise,
    as_change,
    is_timed,
    judge_pairs,
    learn_noise,
    log_ratio,
)
from bot.core.compare.shifts import middle
from bot.core.model.benchmarks import Measure
from bot.core.model.evidence import Baseline, BenchRecord, Evidence, Layout, Upload
from bot.core.model.limits import parse_limit
from bot.core.model.policy import BenchmarkRules
from bot.core.model.quantities import unit_of
from bot.core.model.regression import (
    BenchmarkComparison,
    Confirmation,
    MeasureComparison,
    NotPaired,
    Rule,
    Standing,
)

_LATELY = 5  # records, or runs, that tell whether what is counted is the same in every one
_FAR = 5  # times what runs differ by
_AGREES = {Standing.REGRESSED: Confirmation.AGREED}
_WORST_FIRST = (
    Standing.REGRESSED,
    Standing.INCONCLUSIVE,
    Standing.REMOVED,
    Standing.IMPROVED,
    Standing.OK,
    Standing.NEW,
    Standing.UNGATED,
)


def compare_benchmarks(
    evidence: Evidence, uploads: Sequence[Upload], baseline: Baseline | None, rules: BenchmarkRules
) -> BenchmarkComparison | None:
    """All that *uploads* measured, beside the base that they measured too or beside the records of *baseline*;
    ``None`` where neither holds any benchmark.
    """
    taken = sides(evidence, uploads)
    records = baseline.benchmarks if baseline else ()
    if not (taken.head or taken.base or records):
        return None
    noise = learn_noise(records, taken.layout) if taken.layout else NO_NOISE
    beside = _beside(taken, noise, rules)
    past = history(_unpaired(taken), records, machine=taken.machine, renamed=rules.renamed)
    before = judge_history(past, min_effect=rules.min_effect)
    measures = (*beside.measures, *before.measures)
    known = [measures_of(record) for record in records[:_LATELY]]
    flagged = [one for one in measures if _needs_confirmation(one, taken, known)] if rules.confirm else []
    confirmed = _confirmations({_key(one) for one in flagged}, taken, records, rules)
    common = beside.common or before.common
    return BenchmarkComparison(
        measures=_worst_first(
            *(replace(one, confirmation=confirmed.get(_key(one), one.confirmation)) for one in measures),
            *_on_one_side(taken, {_key(one) for one in measures}, records, rules),
        ),
        limits=judge_limits([parse_limit(text) for text in rules.limits], [united(head) for head in taken.heads]),
        layout=taken.layout,
        rounds=taken.rounds,
        records=past.used if past.newest else 0,
        calibrated=noise.learnt_from,
        shift=as_change(common) if common else None,
        machines_differ=bool(past.newest) and not past.used,
        not_paired=NotPaired.OTHER_BASE if taken.other_base else None,
        reports=taken.reports,
    )


def bench_record(evidence: Evidence, uploads: Sequence[Upload]) -> BenchRecord | None:
    """What history keeps of a push to the base branch: a median of each measure, and, where the parent was measured
    beside it, by how much they differ. ``None`` where no benchmark ran.
    """
    taken = sides(evidence, uploads)
    if not taken.head:
        return None
    medians = {key: msgspec.structs.replace(one, samples=(middle(one.samples),)) for key, one in taken.head.items()}
    timed = [pair for pair in pairs(taken.paired, taken.base, {}) if is_timed(pair)]
    return BenchRecord(
        sha=evidence.head_sha,
        benchmarks=united(medians),
        machine=taken.machine,
        layout=taken.layout,
        ratios={pair.key: log_ratio(pair) for pair in timed},
    )


def _beside(taken: Sides, noise: Noise, rules: BenchmarkRules) -> Judged:
    """What was measured on both sides, each leg of a matrix by itself: the worst of them counts. Of two runners nothing
    is known until their noise is learnt, and that is of all legs together.
    """
    if taken.layout is None:
        return Judged(measures=())
    legs = ((taken.paired, taken.base),) if taken.layout is Layout.SEPARATE else taken.legs
    judged = judge_pairs(_paired(legs, rules), layout=taken.layout, min_effect=rules.min_effect, noise=noise)
    worst = {_key(one): one for one in reversed(_worst_first(*judged.measures))}
    return replace(judged, measures=tuple(worst.values()))


def _paired(legs: Iterable[Leg], rules: BenchmarkRules) -> list[Pair]:
    return [pair for head, base in legs for pair in pairs(head, base, old_names(head, base, rules.renamed))]


def _unpaired(taken: Sides) -> dict[Key, Measure]:
    return {key: measure for key, measure in taken.alone.items() if key not in taken.paired}


def _confirmations(
    flagged: Collection[Key], taken: Sides, records: Sequence[BenchRecord], rules: BenchmarkRules
) -> dict[Key, Confirmation]:
    """What the second run says of each measure that is *flagged*; they are a family of their own."""
    beside = [pair for pair in _paired(taken.confirming, rules) if pair.key in flagged]
    tried = {key for head, _ in taken.confirming for key in head}
    alone = {key: one for key, one in taken.confirming_alone.items() if key in flagged and key not in tried}
    past = history(alone, records, machine=taken.confirming_machine, renamed=rules.renamed)
    judged = (
        *judge_pairs(beside, layout=Layout.INTERLEAVED, min_effect=rules.min_effect).measures,
        *judge_history(past, min_effect=rules.min_effect).measures,
    )
    worst = reversed(_worst_first(*(one for one in judged if one.rule is not Rule.NONE)))
    said = {_key(one): _AGREES.get(one.standing, Confirmation.DENIED) for one in worst}
    return {key: said.get(key, Confirmation.NOT_RUN) for key in flagged}


def _needs_confirmation(one: MeasureComparison, taken: Sides, known: Iterable[Mapping[Key, Measure]]) -> bool:
    """Whether a regression could be an accident. What is counted is none if it is the same in every run, or differs by
    far more than runs do; but what a pool or a goroutine allocates is noise. *known* are the latest records, the base
    of what no base is beside.
    """
    if one.standing is not Standing.REGRESSED:
        return False
    key, old = _key(one), (one.group, one.was or one.name, one.measure)
    if one.rule is not Rule.EXACT or not taken.head[key].exact:
        return True
    bases = (taken.base,) if key in taken.paired else known
    before = [sample for base in bases if old in base for sample in base[old].samples]
    return not _stands_out(taken.head[key], before)


def _stands_out(measure: Measure, base: Sequence[float]) -> bool:
    """Of bytes one run tells nothing of their noise: they are an average over all that ran."""
    head = measure.samples
    runs, noise = max(len(head), len(base)), max(max(side) - min(side) for side in (head, base) if side)
    if not noise:
        return runs > 1 or unit_of(measure.unit).dimension != "bytes"
    return runs >= _LATELY and abs(middle(head) - middle(base)) > _FAR * noise


def _on_one_side(
    taken: Sides, compared: Collection[Key], records: Sequence[BenchRecord], rules: BenchmarkRules
) -> Iterator[MeasureComparison]:
    """What was not *compared*: the base does not have it, or the head no longer does. Where no base was measured beside
    the head, the newest record is the base.
    """
    base = taken.base if taken.layout else measures_of(records[0]) if records else {}
    renamed = old_names(taken.head, base, rules.renamed)
    for key in taken.head.keys() - compared:
        yield _alone(key, taken.head[key], Standing.NEW if is_judged(taken.head[key]) else Standing.UNGATED)
    for key in base.keys() - taken.head.keys() - set(renamed.values()):
        if is_judged(base[key]):
            yield _alone(key, base[key], Standing.REMOVED)


def _alone(key: Key, measure: Measure, standing: Standing) -> MeasureComparison:
    """A measure that one side has."""
    gone, count = standing is Standing.REMOVED, len(measure.samples)
    value = middle(measure.samples)
    return MeasureComparison(
        group=key[0],
        name=key[1],
        measure=key[2],
        unit=measure.unit,
        direction=measure.direction,
        standing=standing,
        head=None if gone else value,
        base=value if gone else None,
        samples=(0, count) if gone else (count, 0),
    )


def _worst_first(*measures: MeasureComparison) -> tuple[MeasureComparison, ...]:
    def order(one: MeasureComparison) -> tuple[int, float, Key]:
        return _WORST_FIRST.index(one.standing), -(inf if one.change is None else one.change), _key(one)

    return tuple(sorted(measures, key=order))


def _key(one: MeasureComparison) -> Key:
    return one.group, one.name, one.measure

"""Which measurements stand against which: the head's, those of its base beside it, and those that should confirm."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import isfinite

from msgspec.structs import replace

from bot.core.compare.shifts import middle
from bot.core.model.benchmarks import Benchmark, Benchmarks, Direction, Measure, joined
from bot.core.model.evidence import Evidence, Layout, Report, Side, Upload
from bot.core.model.quantities import unit_of

Key = tuple[str, str, str]
"""(group, benchmark, measure)."""

Leg = tuple[Mapping[Key, Measure], Mapping[Key, Measure]]
"""Head and base."""

ENOUGH_ROUNDS = 10
"""Reports of one side from which each is one sample: what one process measured is then not taken for independent."""

_LEAST_TRUSTED = (Layout.SEPARATE, Layout.SEQUENTIAL, Layout.INTERLEAVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One measure on both sides, in one unit. *was* is the benchmark's old name, where the policy renamed it."""

    key: Key
    head: Measure
    base: Measure
    was: str | None = None

    @property
    def judged(self) -> bool:
        return is_judged(self.head) and is_judged(self.base)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What a change's uploads measured, each side by key. *alone* is of head reports that no base was measured
    beside, *paired* of the others, *base* what was measured beside those in *layout*; *legs* are head and base of each
    upload with both, which ran on a machine of its own, *heads* what each upload measured of the head. *confirming*
    are such legs of runs made to confirm, and *confirming_alone* what such runs measured of the head only.
    """

    paired: Mapping[Key, Measure]
    base: Mapping[Key, Measure]
    alone: Mapping[Key, Measure]
    heads: tuple[Mapping[Key, Measure], ...]
    legs: tuple[Leg, ...]
    confirming: tuple[Leg, ...]
    confirming_alone: Mapping[Key, Measure]
    layout: Layout | None
    rounds: int | None
    machine: str
    confirming_machine: str
    other_base: bool
    reports: int

    @property
    def head(self) -> Mapping[Key, Measure]:
        return {**self.alone, **self.paired}


def is_judged(measure: Measure) -> bool:
    """Whether *measure* is tested for regressions: its better direction is known, and it tells of itself."""
    return measure.gated and measure.direction is not Direction.UNKNOWN


def sides(evidence: Evidence, uploads: Sequence[Upload]) -> Sides:
    """Sort the reports of *uploads*. Base reports count where they are of the commit that *evidence* is compared with;
    a run confirms where another job or run than any of the first made it.
    """
    bases = {evidence.base.wanted, evidence.base.sha} - {"", None}
    first = [upload for upload in uploads if not (upload.bench and upload.bench.confirms)]
    jobs = {(upload.run_id, upload.job) for upload in first}
    second = [one for one in uploads if one.bench and one.bench.confirms and (one.run_id, one.job) not in jobs]
    with_base, alone = _split(first, lambda upload: _has_base(upload, bases))
    runs = [upload.bench for upload in with_base if upload.bench]
    sure, unsure = _split(second, lambda upload: _has_base(upload, bases) and not _is_separate(upload))
    return Sides(
        paired=taken(_reports(with_base, Side.HEAD)),
        base=taken(_reports(with_base, Side.BASE)),
        alone=taken(_reports(alone, Side.HEAD)),
        heads=_heads(with_base, alone),
        legs=_legs(with_base),
        confirming=_legs(sure),
        confirming_alone=taken(_reports(unsure, Side.HEAD)),
        layout=min((run.layout for run in runs), key=_LEAST_TRUSTED.index, default=None),
        rounds=min((run.rounds for run in runs), default=None),
        machine=machine_of(first),
        confirming_machine=machine_of(unsure),
        other_base=any(_reports([upload], Side.BASE) for upload in alone),
        reports=len(_reports(first, Side.HEAD)),
    )


def taken(reports: Iterable[Report]) -> dict[Key, Measure]:
    """All measures of *reports*; several of one measure are rounds, joined in the order of their paths."""
    found = dict[Key, list[Measure]]()
    for report in sorted(reports, key=lambda report: report.path):
        for benchmark in report.benchmarks.benchmarks if report.benchmarks else ():
            for name, measure in benchmark.measures.items():
                if measure.samples:
                    found.setdefault((*benchmark.key, name), []).append(measure)
    return {key: _rounds(measures) for key, measures in found.items()}


def pairs(head: Mapping[Key, Measure], base: Mapping[Key, Measure], old_names: Mapping[Key, Key]) -> tuple[Pair, ...]:
    """The measures that both sides have, in the order of their keys. *old_names* are those of the base that the policy
    renamed, by the new ones.
    """
    found = list[Pair]()
    for key in sorted(head):
        old = old_names.get(key, key)
        before = in_unit(base[old], head[key].unit) if old in base else None
        if before is not None:
            found.append(Pair(key=key, head=head[key], base=before, was=old[1] if old != key else None))
    return tuple(found)


def old_names(head: Mapping[Key, Measure], base: Collection[Key], renamed: Mapping[str, str]) -> dict[Key, Key]:
    """For each key of *head* that the policy says was renamed, what it is called in *base*. A renamed benchmark takes
    those below it along (``Old/size=1``); a name that is still measured was not renamed.
    """
    found = dict[Key, Key]()
    for group, name, measure in base if renamed else ():
        top, slash, rest = name.partition("/")
        new = renamed.get(name) or (renamed[top] + slash + rest if top in renamed else name)
        key = (group, new, measure)
        if (group, name, measure) not in head and key in head and key not in base:
            found[key] = (group, name, measure)
    return found


def in_unit(measure: Measure, unit: str) -> Measure | None:
    """*measure* told in *unit*; ``None`` where that is of another dimension, or no number can tell it."""
    if measure.unit == unit:
        return measure
    old, new = unit_of(measure.unit), unit_of(unit)
    if old.dimension != new.dimension:
        return None
    factor = float(old.scale / new.scale)
    samples = tuple(sample * factor for sample in measure.samples)
    return replace(measure, unit=unit, samples=samples) if all(map(isfinite, samples)) else None


def united(measures: Mapping[Key, Measure]) -> Benchmarks:
    """*measures* as one report would tell them."""
    found = dict[tuple[str, str], dict[str, Measure]]()
    for (group, name, measure), value in sorted(measures.items()):
        found.setdefault((group, name), {})[measure] = value
    return Benchmarks(
        benchmarks=tuple(Benchmark(group=group, name=name, measures=each) for (group, name), each in found.items())
    )


def machine_of(uploads: Iterable[Upload]) -> str:
    """The kind of machine that measured: the runner's fingerprint, or what the reports say; empty where nobody says."""
    kinds = set[str]()
    for upload in uploads:
        reports = _reports([upload], Side.HEAD)
        if reports and upload.bench and upload.bench.machine:
            kinds.add(upload.bench.machine)
        else:
            kinds.update(_told(report.benchmarks.machine) for report in reports if report.benchmarks)
    return " + ".join(sorted(kinds - {""}))


def _told(machine: Mapping[str, str]) -> str:
    return "; ".join(f"{key} {value}" for key, value in sorted(machine.items()))


def _split(uploads: Iterable[Upload], test: Callable[[Upload], bool]) -> tuple[list[Upload], list[Upload]]:
    """Those that pass *test*, and the others."""
    found: tuple[list[Upload], list[Upload]] = ([], [])
    for upload in uploads:
        found[not test(upload)].append(upload)
    return found


def _legs(uploads: Iterable[Upload]) -> tuple[Leg, ...]:
    """Each by itself: the legs of a matrix ran on machines, or with compilers, that differ."""
    return tuple((taken(_reports([one], Side.HEAD)), taken(_reports([one], Side.BASE))) for one in uploads)


def _heads(with_base: Iterable[Upload], alone: Iterable[Upload]) -> tuple[Mapping[Key, Measure], ...]:
    """What was measured beside a base is not asked of a job that measured it in passing."""
    paired = [taken(_reports([one], Side.HEAD)) for one in with_base]
    known = {key for leg in paired for key in leg}
    others = (taken(_reports([one], Side.HEAD)) for one in alone)
    rest = ({key: measure for key, measure in other.items() if key not in known} for other in others)
    return tuple(filter(None, (*paired, *rest)))


def _is_separate(upload: Upload) -> bool:
    return upload.bench is not None and upload.bench.layout is Layout.SEPARATE


def _has_base(upload: Upload, bases: set[str | None]) -> bool:
    return upload.bench is not None and upload.bench.base_sha in bases and bool(_reports([upload], Side.BASE))


def _reports(uploads: Iterable[Upload], side: Side) -> list[Report]:
    """The reports of *side* that hold benchmarks."""
    found = (report for upload in uploads for report in upload.reports)
    return [report for report in found if report.benchmarks is not None and report.side is side]


def _rounds(measures: Sequence[Measure]) -> Measure:
    """Several rounds of one measure as one. A round in a unit that the first cannot be told in is left out."""
    first = measures[0]
    same = [one for one in (in_unit(measure, first.unit) for measure in measures) if one is not None]
    if len(same) >= ENOUGH_ROUNDS:
        return replace(first, samples=tuple(middle(one.samples) for one in same))
    return reduce(joined, same)

"""Benchmarks of the head beside those of the base, measure by measure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bot.core.model.benchmarks import Direction
from bot.core.model.evidence import Layout
from bot.core.model.limits import LimitResult


class Standing(StrEnum):
    """What is known of one measure."""

    REGRESSED = "regressed"  # worse, by more than the least effect that counts
    IMPROVED = "improved"
    OK = "ok"  # shown not to be worse by as much
    INCONCLUSIVE = "inconclusive"  # the samples cannot tell
    UNGATED = "ungated"  # shown only: its direction is unknown, or it restates another measure
    NEW = "new"  # the base has none
    REMOVED = "removed"  # the head has none


class Confirmation(StrEnum):
    """What a second, independent run says of a regression."""

    AGREED = "agreed"
    DENIED = "denied"
    NOT_RUN = "not_run"
    NOT_ASKED = "not_asked"  # there is nothing to confirm, or the policy does not ask


class Rule(StrEnum):
    """Which rule compared a measure (docs/gates.md)."""

    PAIRED = "paired"  # both sides in one job, or on two runners of one run
    HISTORY = "history"  # the head against the base branch's record
    EXACT = "exact"  # counted, not timed: compared as it is
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureComparison:
    """One measure of one benchmark. *head* and *base* are medians in *unit*, *samples* how many each side has.

    *change* is how much worse the head is, as a ratio minus one (0.12: 12 % worse, negative: better), whichever
    direction is worse; *low* and *high* bound it at 95 %. *p* is adjusted for the suite. *visible* is the smallest
    change that these samples could have shown; *needs* how many samples a side any verdict would need, where there
    are too few. *was* is the benchmark's name on the base, where the policy says that it was renamed.
    """

    group: str
    name: str
    measure: str
    unit: str
    direction: Direction
    standing: Standing
    rule: Rule = Rule.NONE
    head: float | None = None
    base: float | None = None
    samples: tuple[int, int] = (0, 0)
    change: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    visible: float | None = None
    needs: int | None = None
    confirmation: Confirmation = Confirmation.NOT_ASKED
    was: str | None = None


class NotPaired(StrEnum):
    """Why base measurements beside the head's are not believed."""

    OTHER_BASE = "other_base"  # they are of a commit that is not the base of this change


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkComparison:
    """All that benchmarks say of the change, worst first.

    *layout* is how both sides were measured, ``None`` where the base is history. *records* is how many runs of the
    base branch were compared with, *calibrated* how many comparisons of equal trees the noise was learnt from (0: none,
    the least effect alone counts). *shift* is how much worse the whole suite moved together, taken out of every
    measure, where it was. *machines_differ* is true where history was not used because this runner is of another kind.
    """

    measures: tuple[MeasureComparison, ...]
    limits: tuple[LimitResult, ...] = ()
    layout: Layout | None = None
    rounds: int | None = None
    records: int = 0
    calibrated: int = 0
    shift: float | None = None
    machines_differ: bool = False
    not_paired: NotPaired | None = None
    reports: int = 0

"""Static limits of benchmarks: ``BenchmarkCollect time < 100ms``, as the policy writes them, and what came of them."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

_LIMIT = re.compile(
    r"(?P<subject>[^<>]{1,200}?)\s+(?P<operator>[<>]=?)\s*"
    r"(?P<number>[0-9]{1,15}(?:\.[0-9]{1,9})?)\s*(?P<unit>(?:(?!e[-+]?[0-9])(?:[^\W\d_]|%|/)[^<>]{0,19})?)",
    re.IGNORECASE,
)
_LONGEST = 300
_COMPARISONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit. *subject* is a benchmark's name, a benchmark's name and a measure, or a measure of any benchmark:
    which of these is seen when there are benchmarks. *unit* is empty where *bound* is in the measure's own.
    """

    text: str
    subject: str
    operator: str
    bound: Fraction
    unit: str

    @property
    def is_ceiling(self) -> bool:
        """Whether it holds what must not grow."""
        return self.operator.startswith("<")

    def holds(self, value: Fraction, bound: Fraction) -> bool:
        """Whether *value* keeps to *bound*, both in one unit."""
        return _COMPARISONS[self.operator](value, bound)


class LimitOutcome(StrEnum):
    HELD = "held"
    BROKEN = "broken"
    NO_BENCHMARK = "no benchmark"  # nothing bears the name: a limit that judges nothing is not kept
    NO_MEASURE = "no measure"  # the benchmark is there, what is limited of it is not
    OTHER_UNIT = "other unit"  # the limit counts something else than the measure does


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitResult:
    """What *limit* found in one benchmark. *value* is the median of the samples and *bound* the limit's, both in
    *unit*, the measure's own; they are ``None``, and the names empty, as far as nothing was found.
    """

    limit: Limit
    outcome: LimitOutcome
    group: str = ""
    name: str = ""
    measure: str = ""
    unit: str = ""
    value: Fraction | None = None
    bound: Fraction | None = None

    @property
    def found(self) -> bool:
        """Whether there was something to judge."""
        return self.outcome in {LimitOutcome.HELD, LimitOutcome.BROKEN}


def parse_limit(text: str) -> Limit:
    """*text* as a limit: a name, perhaps a measure, ``<``, ``<=``, ``>`` or ``>=``, a number, perhaps its unit. Raises
    ``ValueError`` with a clause for what is none.
    """
    found = _LIMIT.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if found is None or not found["subject"].strip():
        raise ValueError('is not a limit; write it as "NAME time < 100ms" or "NAME > 1000 req/s"')
    return Limit(
        text=text.strip(),
        subject=" ".join(found["subject"].split()),
        operator=found["operator"],
        bound=Fraction(found["number"]),
        unit=found["unit"].strip(),
    )

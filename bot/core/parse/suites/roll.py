"""The cases of one report as they come, and what they come to: several runs of one case are its attempts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from bot.core.model.suites import Case, Outcome, worst
from bot.core.parse.markup import Misfit

MOST_CASES = 1_000_000
MOST_ATTEMPTS = 100

Origin = tuple[str, ...]
"""What else than its names tells a case from others: the file it is in, the machine or browser it ran on."""


class Roll:
    """The cases of one report, each with its origin."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self._origins: list[Origin] = []
        self._hashes: set[int] = set()  # of their keys

    def add(self, cases: Sequence[Case], origins: Iterable[Origin]) -> None:
        """Raises ``Misfit`` for more cases than any run has."""
        self.cases += cases
        self._hashes.update([hash((case.suite, case.name)) for case in cases])
        self._origins += origins
        if len(self.cases) > MOST_CASES:
            raise Misfit(f"it holds more than {MOST_CASES} cases", "<")

    def united(self) -> list[Case]:
        """Each case once, in the order in which they came first. Those of one name that have different origins are
        different cases: their suites are then told apart by what differs.
        """
        if len(self._hashes) == len(self.cases):
            return self.cases
        runs: dict[tuple[str, str], dict[Origin, list[Case]]] = {}
        for case, origin in zip(self.cases, self._origins, strict=True):
            runs.setdefault((case.suite, case.name), {}).setdefault(origin, []).append(case)
        return [
            _one([_told_apart(case, origin, of_name) for case in cases])
            for of_name in runs.values()
            for origin, cases in of_name.items()
        ]


def _told_apart(case: Case, origin: Origin, others: Iterable[Origin]) -> Case:
    differing = [part for part, *rest in zip(origin, *others, strict=True) if part and len(set(rest)) > 1]
    return replace(case, suite=f"{case.suite} ({', '.join(differing)})"[:4096]) if differing else case


def _one(runs: list[Case]) -> Case:
    """The one case that *runs* are runs of. The worst counts: nothing says that one was a second try."""
    if len(runs) == 1:
        return runs[0]
    outcome = worst(run.outcome for run in runs)
    attempts: list[Outcome] = []
    for run in runs:
        attempts += run.attempts or (run.outcome,)
    durations = [run.duration_us for run in runs if run.duration_us is not None]
    telling = next(run for run in runs if run.outcome is outcome)
    return replace(
        telling,
        attempts=tuple(attempts[:MOST_ATTEMPTS]),
        duration_us=min(sum(durations), 1 << 53) if durations else None,
    )

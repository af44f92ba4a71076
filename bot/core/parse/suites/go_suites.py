"""All packages of one report: runs of one package come together here, whatever the order they came in."""

from __future__ import annotations

from dataclasses import dataclass, field

from msgspec.structs import replace

from bot.core.model.errors import ReportError
from bot.core.model.suites import BAD, Case, Outcome, Race, Suites, united, worst
from bot.core.parse.suites.go_attempts import MOST_SLASHES
from bot.core.parse.suites.go_cases import MOST_CASES, Ran

MOST_PACKAGES = 100_000
MOST_RACES = 10_000
MOST_ATTEMPTS = 100
_PASSED = Outcome.PASSED  # looked up once: members of an enumeration are slow to find


@dataclass(slots=True)
class _Package:
    cases: dict[str, Case] = field(default_factory=dict[str, Case])
    bad: set[str] = field(default_factory=set[str])  # tests whose newest outcome is bad, parents included
    ran: bool = False
    whole: bool = True


class GoSuites:
    """The cases of all packages, in the order in which they ended."""

    def __init__(self) -> None:
        self._packages: dict[str, _Package] = {}
        self._races: list[Race] = []
        self._cases = 0

    @property
    def packages(self) -> int:
        """How many packages there are, those without a test included."""
        return len(self._packages)

    def name(self, package: str) -> None:
        """*package* has no test."""
        self._package(package[:4096])

    def raced(self, races: list[Race]) -> None:
        """*races* were printed, by no package."""
        self._races += races[: MOST_RACES - len(self._races)]

    def add(self, ran: Ran) -> None:
        """A run of a package ended. A later run of it in which nothing ran but what had failed is a second try, as
        ``gotestsum --rerun-fails`` makes it, and its outcomes count; any other is one more look, and the worst counts.
        A run that did not come to its end cannot be mended so: nobody knows what it did not get to.
        """
        package = self._package(ran.package)
        before = len(package.cases)
        if package.ran:
            _look_again(ran, package)
        else:
            _look(ran, package)
        self._cases += len(package.cases) - before
        self.raced(ran.races)
        if self._cases > MOST_CASES:
            raise ReportError(f"the report has more than {MOST_CASES} test cases")

    def _package(self, name: str) -> _Package:
        if len(self._packages) > MOST_PACKAGES:
            raise ReportError(f"the report has more than {MOST_PACKAGES} packages")
        return self._packages.setdefault(name, _Package())

    def suites(self) -> Suites:
        cases: list[Case] = []
        for package in self._packages.values():
            cases += package.cases.values()
        return Suites(
            cases=tuple(cases),
            races=united(self._races),
            toolchain="go" if self._packages or any(race.detector == "go" for race in self._races) else "",
            suites=tuple(self._packages),
        )


def _look(ran: Ran, package: _Package) -> None:
    """The first run of *package*; ``-count=2`` may have run each test several times within it."""
    package.ran = True
    cases = {case.name: case for case in ran.cases}
    if len(cases) < len(ran.cases):
        cases = _united(ran.cases)
    package.cases = cases
    package.bad = {name for name, outcome in ran.parents.items() if outcome in BAD}
    package.bad.update([case.name for case in cases.values() if case.outcome is not _PASSED and case.bad])
    package.whole = ran.whole


def _united(cases: list[Case]) -> dict[str, Case]:
    united: dict[str, Case] = {}
    for case in cases:
        known = united.get(case.name)
        united[case.name] = case if known is None else _after(known, case, again=False)
    return united


def _look_again(ran: Ran, package: _Package) -> None:
    again = package.whole and _is_second_try(ran, package)
    for case in ran.cases:
        known = package.cases.get(case.name)
        package.cases[case.name] = case if known is None else _after(known, case, again=again)
    if again:
        _mend_parents(ran, package)
    outcomes = {**ran.parents, **{case.name: package.cases[case.name].outcome for case in ran.cases}}
    package.bad -= outcomes.keys()
    package.bad |= {name for name, outcome in outcomes.items() if outcome in BAD}
    package.whole = package.whole and ran.whole


def _is_second_try(ran: Ran, package: _Package) -> bool:
    tests = [case.name for case in ran.cases if not case.synthetic]
    return bool(tests) and all(_failed_before(name, package.bad) for name in tests)


def _failed_before(test: str, bad: set[str]) -> bool:
    """Whether *test* failed, or a test that it is a part of did before it could start its parts."""
    for _ in range(MOST_SLASHES):
        if test in bad:
            return True
        test = test.rpartition("/")[0]
    return False


def _mend_parents(ran: Ran, package: _Package) -> None:
    """A test that failed by itself, and whose second try passed with all its subtests, passed."""
    for name, outcome in ran.parents.items():
        known = package.cases.get(name)
        if known is not None and outcome is Outcome.PASSED and all(case.name != name for case in ran.cases):
            package.cases[name] = replace(known, outcome=outcome, attempts=(*_attempts(known), outcome))


def _after(known: Case, case: Case, *, again: bool) -> Case:
    """*known*, run once more. The message stays with the newest failure."""
    attempts = (*_attempts(known), *_attempts(case))[-MOST_ATTEMPTS:]
    outcome = case.outcome if again else worst((known.outcome, case.outcome))
    tells = case if case.bad or not known.bad else known
    return replace(tells, outcome=outcome, attempts=attempts)


def _attempts(case: Case) -> tuple[Outcome, ...]:
    return case.attempts or (case.outcome,)

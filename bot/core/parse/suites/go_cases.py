"""One run of one Go package, told event by event, and the cases that it comes to.

``go test -json`` and ``go test -v`` tell the same story (https://pkg.go.dev/cmd/test2json); both readers tell it here.
A line that a test prints cannot become a result: only what was started can end, and what was not started counts in a
package alone that failed without naming its tests as they started.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.core.model.errors import ReportError
from bot.core.model.suites import BAD, LONGEST_MESSAGE, Case, Outcome, Race, worst
from bot.core.parse.suites.go_attempts import (
    Attempt,
    counts,
    is_benchmark,
    microseconds,
    parent_of,
    tell_parents,
    told_of,
)
from bot.core.parse.suites.go_output import (
    Told,
    last_words,
    panic_of,
    place_in_trace,
    shortened,
    tail,
)
from bot.core.parse.suites.races import RaceFinder, tells_of_races

PACKAGE = "(package)"
"""The name of the case that stands for a package itself."""

MOST_CASES = 1_000_000
MOST_KEPT = 400
_MOST_TRACED = 2_000
_LONGEST_NAME = 4096
_PASSED = Outcome.PASSED  # looked up once: members of an enumeration are slow to find
_WATCHED = frozenset("pfuSsge\t")  # what the lines that are looked for begin with
_RUNNING = re.compile(r"\t{1,2}(\S{1,4096}) \([0-9hms.]{1,20}\)\s*\Z")
_EXIT = re.compile(r"(?:exit status \d{1,5}|signal: [a-z ]{1,40})\s*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a package's run came to. *whole* is false if it did not come to its end, so that tests may be missing."""

    package: str
    cases: list[Case]
    parents: dict[str, Outcome | None]  # tests with subtests, cases or not
    races: list[Race]
    whole: bool


class PackageRun:
    """One run of the package *name*, which may be empty until it is known."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.current: Attempt | None = None
        self.said: str | None = None  # PASS or FAIL, as the test binary ended by
        self.unbuilt = ""  # "build failed", "setup failed", as the go command says it
        self.failure = Told()  # what the compiler says of that
        self._tests: dict[str, Attempt] = {}  # the newest run of each
        self._starts = 0
        self._underway = 0
        self._failed_unstarted = False
        self._has_benchmarks = False
        self._era = 0  # how many tests were started that are no subtests
        self._ended: list[Attempt] = []
        self._repeated: list[Attempt] = []  # older runs that never ended
        self._unstarted: dict[str, Attempt] = {}
        self._output: list[str] = []
        self._panic: str | None = None
        self._panicked: Attempt | None = None
        self._trace: list[str] | None = None
        self._running: list[str] = []  # as a timeout names them
        self._exit = ""
        self._races = RaceFinder()

    # --- what happens ------------------------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether nothing has happened that a package's end would have to explain."""
        return not self._tests and self.said is None and not self._failed_unstarted

    @property
    def racing(self) -> bool:
        """Whether there was a sign of a race."""
        return self._races.within or self._races.any

    @property
    def verbose(self) -> bool:
        return bool(self._tests)

    @property
    def underway(self) -> bool:
        """Whether a test that was started has not ended; benchmarks never say that they have."""
        return self._underway > 0

    def knows(self, test: str) -> bool:
        return test in self._tests

    def started(self, test: str) -> None:
        self._starts += 1
        if self._starts > MOST_CASES:
            raise ReportError(f"the report has more than {MOST_CASES} test cases")
        tests = self._tests
        parent = None
        if "/" in test:
            parent = tests.get(test.rpartition("/")[0]) or parent_of(test, tests)
        if parent is not None:
            parent.parted = True
        else:
            self._era += 1
            if test.startswith("Benchmark"):
                self._has_benchmarks = True
                self._underway -= 1
        self._underway += 1
        self.current = attempt = Attempt(test, parent)
        known = tests.setdefault(test, attempt)
        if known is not attempt:
            tests[test] = attempt
            if known.outcome is None:
                self._repeated.append(known)

    def announced(self, benchmark: str) -> None:
        """What comes next is printed by *benchmark*, which may yet fail."""
        self._unstarted.setdefault(benchmark, Attempt(benchmark))
        self.current = None

    def goes_on(self, test: str) -> None:
        """*test* prints what comes next, as far as the output tells."""
        self.current = self._tests.get(test)

    def ended(self, test: str, outcome: Outcome, elapsed: float | None) -> None:
        """A result of *test*. A second one counts only until the next test is started: Go has then told all of it."""
        attempt = self._tests.get(test)
        if attempt is None:
            attempt = self._unstarted.setdefault(test, Attempt(test))
            self._failed_unstarted = self._failed_unstarted or outcome in BAD
        elif attempt.outcome is None:
            self._underway -= attempt.inline is None
            self._ended.append(attempt)
            attempt.era = self._era
        elif attempt.era != self._era:
            return
        known = attempt.outcome
        if known is not None and known is not outcome:
            attempt.contested = True
            outcome = worst((known, outcome))
        attempt.outcome = outcome
        attempt.elapsed = elapsed

    def ended_inline(self, test: str, outcome: Outcome, elapsed: float | None) -> None:
        """A result stands at the end of a line that begins with something else."""
        attempt = self._tests.get(test)
        if attempt is not None:
            self._underway -= attempt.inline is None and attempt.outcome is None
            attempt.inline = outcome
            if attempt.elapsed is None:
                attempt.elapsed = elapsed

    def printed(self, test: str, text: str, *, error: bool = False) -> None:
        """*text* was printed: by *test*, where that is one, else by whichever runs; by the package if it is empty."""
        attempt = None
        if test:
            attempt = self._tests.get(test) or self._unstarted.get(test) or self.current
        if attempt is None:
            kept = self._output
        elif attempt.output is None:
            kept = attempt.output = []
        else:
            kept = attempt.output
        kept.append(text)
        if len(kept) > MOST_KEPT:
            del kept[MOST_KEPT // 4 : MOST_KEPT // 2]
        if error and attempt is not None:
            attempt.errors = [*(attempt.errors or []), text][:MOST_KEPT]
        self._watch(attempt, text, attempt.name if attempt else test)

    def _watch(self, attempt: Attempt | None, text: str, name: str) -> None:
        if self._races.within or tells_of_races(text):
            for line in text.splitlines():
                self._races.line(line, name)
        if self._trace is not None:
            if len(self._trace) < _MOST_TRACED:
                self._trace.extend(text.splitlines())
        elif text[:1] not in _WATCHED:
            return
        elif (panic := panic_of(text)) is not None:
            self._panic, self._panicked = panic, attempt
        elif self._panic is not None and text.startswith("goroutine "):
            self._trace = []
        elif self._panic is not None and (running := _RUNNING.match(text)):
            self._running.append(running[1])
        elif _EXIT.match(text):
            self._exit = text.strip()

    # --- what it comes to --------------------------------------------------------------------------------------

    def close(self, outcome: Outcome | None, elapsed: float | None = None) -> Ran:
        """The package ended so, or never, if *outcome* is ``None``."""
        failed = outcome is None or outcome in BAD
        attempts = self._attempts(failed=failed)
        odd = [one for one in attempts if one.outcome is not _PASSED or one.parted or one.contested]
        unended = self._settle([one for one in odd if one.outcome is None or one.contested], failed=failed)
        bad = [one for one in odd if one.outcome in BAD]
        for attempt in bad:
            tell_parents(attempt)
        bad = [one for one in bad if not one.bad_child]
        if not unended and self._trace is None:
            self._panic = None  # somebody printed it
        culprit = self._culprit(bad, unended) if failed else None
        cut_short = {id(attempt) for attempt in (*unended, culprit) if attempt is not None}
        suite = self.name[:_LONGEST_NAME]
        cases = [
            Case(suite=suite, name=one.name[:_LONGEST_NAME], outcome=_PASSED, duration_us=microseconds(one.elapsed))
            if one.outcome is _PASSED
            else self._case(one, self._cut_short(one, culprit) if id(one) in cut_short else told_of(one))
            for one in attempts
            if not one.parted or counts(one)
        ]
        if failed and not bad:
            cases.append(self._unexplained(outcome, elapsed))
        return Ran(
            package=suite,
            cases=cases,
            parents={one.name[:_LONGEST_NAME]: one.outcome for one in odd if one.parted},
            races=self._races.ended(suite),
            whole=outcome is not None and not cut_short,
        )

    def _attempts(self, *, failed: bool) -> list[Attempt]:
        """All that ran, in the order of their ends. A benchmark has no result unless it failed."""
        attempts = self._ended
        if self._starts > len(attempts):
            never = [attempt for attempt in self._tests.values() if attempt.outcome is None]
            attempts = [*attempts, *self._repeated, *never]
        if self._has_benchmarks:
            attempts = [
                attempt
                for attempt in attempts
                if not is_benchmark(attempt) or self._is_bad_benchmark(attempt, failed=failed)
            ]
        return [*attempts, *self._failures_unstarted()] if failed else attempts

    def _failures_unstarted(self) -> list[Attempt]:
        """Failed tests of a package that does not say which it starts, those included that a timeout names; else
        failed benchmarks alone, which never say so.
        """
        if self._tests:
            return [one for one in self._unstarted.values() if one.outcome in BAD and is_benchmark(one)]
        named = {name: one for name, one in self._unstarted.items() if one.outcome in BAD}
        for name in self._running if self._trace is not None else ():
            named[name] = Attempt(name)
        for one in named.values():
            one.parent = parent_of(one.name, named)
        return list(named.values())

    def _is_bad_benchmark(self, attempt: Attempt, *, failed: bool) -> bool:
        if attempt.outcome is None:
            return failed and attempt is self.current and self.said is None
        return attempt.outcome in BAD

    def _settle(self, unsure: list[Attempt], *, failed: bool) -> list[Attempt]:
        """Give those an outcome that have none, or two; return those that were cut short. In a package that passed,
        whoever disagrees with a passing result is wrong.
        """
        unended: list[Attempt] = []
        for attempt in unsure:
            if attempt.outcome is not None:
                attempt.outcome = attempt.outcome if failed else Outcome.PASSED
            elif attempt.inline is not None:
                attempt.outcome = attempt.inline
            elif not failed and self.said == "PASS":
                attempt.outcome = Outcome.PASSED
            else:
                attempt.outcome = Outcome.ERRORED
                unended.append(attempt)
        return unended

    def _culprit(self, bad: list[Attempt], unended: list[Attempt]) -> Attempt | None:
        """Whose panic it was that ended the process."""
        owner = self._panicked
        if self._panic is None or owner is None:
            return unended[0] if self._panic is not None and len(unended) == 1 else None
        within = owner.name + "/"
        return owner if owner in bad else next((one for one in reversed(bad) if one.name.startswith(within)), None)

    def _case(self, attempt: Attempt, told: Told) -> Case:
        return Case(
            suite=self.name[:_LONGEST_NAME],
            name=attempt.name[:_LONGEST_NAME],
            outcome=attempt.outcome or Outcome.ERRORED,
            duration_us=microseconds(attempt.elapsed),
            message=told.message,
            detail=told.detail,
            file=told.file,
            line=told.line,
        )

    def _cut_short(self, attempt: Attempt, culprit: Attempt | None) -> Told:
        """Of a test that did not come to its end."""
        attempt.outcome = Outcome.ERRORED
        cause = self._panic or self._exit or last_words(attempt.output)
        message = f"it did not come to its end: {cause}" if cause else "it did not come to its end"
        if self._panic is not None and (attempt is culprit or self._panic.startswith("panic: test timed out")):
            message = self._panic
        at = place_in_trace(self._trace or (), attempt.name)
        return Told(
            message=shortened(message, LONGEST_MESSAGE),
            detail=tail(attempt.output or self._trace or ()),
            file=at[0] if at else "",
            line=at[1] if at else None,
        )

    def _unexplained(self, outcome: Outcome | None, elapsed: float | None) -> Case:
        """The case that stands for a package which failed although none of its tests did."""
        told = self.failure
        message = told.message or self.unbuilt or self._panic or self._why(outcome)
        at = place_in_trace(self._trace or (), PACKAGE)
        return Case(
            suite=self.name[:_LONGEST_NAME],
            name=PACKAGE,
            outcome=Outcome.ERRORED,
            duration_us=microseconds(elapsed),
            message=shortened(message, LONGEST_MESSAGE),
            detail=told.detail or tail(self._output),
            file=told.file or (at[0] if at else ""),
            line=told.line if told.file else at[1] if at else None,
            synthetic=True,
        )

    def _why(self, outcome: Outcome | None) -> str:
        if outcome is None:
            return "its result is missing: the output ends before it"
        if self._races.any:
            return "a data race was reported outside of its tests"
        cause = self._exit or last_words(self._output)
        failed = "the package failed although none of its tests did"
        return f"{failed}: {cause}" if cause else failed

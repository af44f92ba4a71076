"""What ``go test`` and ``go test -v`` print, https://pkg.go.dev/cmd/go#hdr-Test_packages, alone or within a log.

With ``-v`` a result counts for a test alone that was started. Without it, only failed tests are named: they count
where their package failed, and a package that passed is one case named ``(package)``, so that it is not taken for one
in which nothing was tested.
"""

from __future__ import annotations

import re

from bot.core.model.benchmarks import Benchmarks
from bot.core.model.suites import Case, Outcome
from bot.core.parse.suites.go_attempts import microseconds
from bot.core.parse.suites.go_builds import Builds
from bot.core.parse.suites.go_cases import PACKAGE, PackageRun, Ran
from bot.core.parse.suites.go_json import GoJson
from bot.core.parse.suites.go_lines import FAILED, INLINE, PASSED, RESULT, RESULTS, BenchLines, StrayLines
from bot.core.parse.suites.go_output import panic_of
from bot.core.parse.suites.go_suites import GoSuites

_SAID = {"PASS": Outcome.PASSED, "FAIL": Outcome.FAILED}
_UPDATES = {"=== RUN   ", "=== CONT  ", "=== NAME  "}
_SILENT = {"=== PAUSE ", "=== ATTR  ", "=== ARTIFA"}
_BENCHMARK = re.compile(r"Benchmark[^a-z\s]\S{0,4000}\Z")
_ENDS = frozenset("PFo")
_STRAYS = frozenset("F?#\t")
_NOTHING_RAN = "[no tests to run]"


class GoText:
    """Hears a log line by line. Events of ``go test -json`` among its lines are heard as such."""

    def __init__(self) -> None:
        self._suites = GoSuites()
        self._bench = BenchLines()
        self._builds = Builds()
        self._stray = StrayLines(self._builds)
        self._json = GoJson(self._suites, self._builds, self._bench)
        self._run = PackageRun()
        self._speaker = ""
        self._passed: dict[str, float | None] = {}  # without -v
        self.events = False

    @property
    def waiting(self) -> bool:
        """Whether something has begun that later lines belong to."""
        return not self._run.idle or self._run.racing or self._bench.any

    def line(self, text: str) -> None:
        if not self._means(text):
            self._printed(text)

    def _means(self, text: str) -> bool:
        """Whether *text* is Go's own, and not what a test prints."""
        first = text[:1]
        if first == "{" and self._run.idle and '"Action":"' in text[:300]:
            self.events = True
            self._json.read(text.encode("utf-8", "surrogateescape"))
            return True
        if text.startswith("=== "):
            return self._update(text)
        if "--- " in text:
            return self._result(text)
        if first in _ENDS and self._end(text):
            return True
        strays = first in _STRAYS or self._builds.within or (self._run.idle and text.startswith("go: "))
        return strays and self._stray.line(text)

    def _update(self, text: str) -> bool:
        """Whether *text* says which test speaks next."""
        kind, name = text[:10], text[10:].strip()
        if kind in _SILENT:
            return True
        if kind not in _UPDATES or " " in name:
            return False
        self._speaker = name
        if kind == "=== RUN   " and name:
            self._run.started(name)
            self._run.said = None
        else:
            self._run.goes_on(name)
        return True

    def _result(self, text: str) -> bool:
        """Whether *text* is a result and nothing else."""
        found = RESULT.match(text)
        if found is None:
            inline = INLINE.search(text)
            if inline is not None:
                self._run.ended_inline(inline[2], RESULTS[inline[1]], float(inline[3]))
            return False
        name = found[3]
        if found[2] == "BENCH":
            return True
        self._run.ended(name, RESULTS[found[2]], float(found[4]) if found[4] else None)
        if self._run.verbose and not self._run.knows(name) and not name.startswith("Benchmark"):
            return False  # a test printed it
        self._speaker = name
        return True

    def _end(self, text: str) -> bool:
        """Whether *text* ends a package's tests."""
        if text in _SAID:
            self._speaker = ""
            if not self._run.idle:
                self._run.said = text
            return True
        if found := PASSED.match(text):
            if self._run.verbose and (self._run.said is None or self._run.underway):
                return False  # a test printed it: all tests end, then the binary says PASS, then Go says this
            self._ok(found[1], float(found[2]) if found[2] else None, found[3])
            return True
        if found := FAILED.match(text):
            self._close(found[1], Outcome.FAILED, float(found[2]))
            return True
        return False

    def _ok(self, package: str, elapsed: float | None, rest: str) -> None:
        if not self._run.verbose and _NOTHING_RAN not in rest:
            self._passed[package] = elapsed
        self._close(package, Outcome.PASSED, elapsed)

    def _close(self, package: str, outcome: Outcome | None, elapsed: float | None = None) -> None:
        self._run.name = package
        self._suites.add(self._run.close(outcome, elapsed))
        self._run = PackageRun()
        self._speaker = ""

    def _printed(self, text: str) -> None:
        self._bench.printed("", "", text + "\n")
        if text.startswith("Benchmark") and _BENCHMARK.match(text):
            self._speaker = text
            self._run.announced(text)
        speaker = self._speaker
        streamed = self._run.verbose or speaker.startswith("Benchmark")
        if not streamed and not text.startswith("    ") and panic_of(text) is None:
            speaker = ""  # without -v, what a test prints stands before its result
        self._run.printed(speaker, text + "\n")

    def tell(self) -> tuple[GoSuites, Benchmarks | None]:
        """All that was heard. Tests whose package has no result have none because the log was cut short."""
        if self._run.idle:
            self._suites.raced(self._run.close(Outcome.PASSED).races)
        else:
            self._close("", _SAID.get(self._run.said or ""))
        self._json.settle()
        self._stray.tell(self._suites)
        benchmarks = self._bench.result()
        for package, elapsed in self._passed.items() if benchmarks is None else ():
            self._suites.add(_quiet(package, elapsed))
        return self._suites, benchmarks


def _quiet(package: str, elapsed: float | None) -> Ran:
    """A package that passed without naming its tests."""
    case = Case(
        suite=package[:4096],
        name=PACKAGE,
        outcome=Outcome.PASSED,
        duration_us=microseconds(elapsed),
        synthetic=True,
    )
    return Ran(package=package[:4096], cases=[case], parents={}, races=[], whole=True)

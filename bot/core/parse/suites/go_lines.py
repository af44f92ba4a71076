"""Lines that ``go test`` itself writes (https://pkg.go.dev/cmd/go#hdr-Test_packages), and who hears which of them."""

from __future__ import annotations

import re

from bot.core.model.benchmarks import Benchmarks
from bot.core.model.errors import ReportError
from bot.core.model.suites import LONGEST_MESSAGE, Outcome
from bot.core.parse.benchmarks.go_bench import GoBench
from bot.core.parse.suites.go_builds import Builds
from bot.core.parse.suites.go_cases import PackageRun, Ran
from bot.core.parse.suites.go_output import Told, shortened
from bot.core.parse.suites.go_suites import MOST_PACKAGES, GoSuites
from bot.core.parse.suites.races import RaceFinder, tells_of_races

RESULTS = {"PASS": Outcome.PASSED, "FAIL": Outcome.FAILED, "SKIP": Outcome.SKIPPED}

RESULT = re.compile(r"( *)--- (PASS|FAIL|SKIP|BENCH): (\S+)(?: \((\d{1,12}(?:\.\d{1,9})?)s\))?\s*\Z")
INLINE = re.compile(r"--- (PASS|FAIL|SKIP): (\S+) \((\d{1,12}\.\d{1,9})s\)\s*\Z")
PASSED = re.compile(r"ok  ?\s(\S+)\s+(?:(\d{1,12}(?:\.\d{1,9})?)s|\(cached\))(.*)\Z")
FAILED = re.compile(r"FAIL\s(\S+)\s+(\d{1,12}(?:\.\d{1,9})?)s\s*\Z")
UNBUILT = re.compile(r"FAIL\s(\S+) \[([a-z ]{1,40})\]\s*\Z")
UNTESTED = re.compile(r"(?:\?   \s(\S+)\s\[no test files\]|\t(\S+)\t\tcoverage: .* of statements)\s*\Z")

_REFUSED = re.compile(
    r"go: (?:go\.mod (?:requires go >= |file not found)|errors parsing |cannot find main module|inconsistent vendoring"
    r"|updates to go\.mod needed|-race |cannot load module |download go\d|unknown environment "
    r"|\S+@\S+: (?:missing go\.sum entry|reading |invalid version|unrecognized import path|Get |module lookup)"
    r"|module \S+ (?:listed in go\.work|requires go))"
)
"""How the go command says that it tests nothing at all."""
_BENCHMARKED = ("Benchmark", "goos:", "goarch:", "pkg:", "cpu:", "Unit ")
GO = "go"
"""What is to blame where the go command came to no package."""

_LONGEST_LINE = 16 << 10
_LONGEST_NAME = 4096


class BenchLines:
    """Gives a benchmark reader its lines. Events may hold parts of lines; they are put together by who printed them."""

    def __init__(self) -> None:
        self._bench = GoBench()
        self._halves: dict[tuple[str, str], str] = {}
        self._packages: set[str] = set()

    def printed(self, package: str, test: str, text: str) -> None:
        """*test* of *package* printed *text*, which ends anywhere."""
        if package not in self._packages:
            if not text.startswith(_BENCHMARKED):
                return
            if text.startswith("Benchmark"):
                self._packages.add(package)
        text = self._halves.pop((package, test), "") + text
        for line in text.splitlines(keepends=True):
            if line.endswith("\n") or len(line) > _LONGEST_LINE:
                self._bench.line(line.rstrip("\r\n"), package)
            else:
                self._halves[package, test] = line

    @property
    def any(self) -> bool:
        return bool(self._packages)

    def result(self) -> Benchmarks | None:
        for (package, _), line in self._halves.items():
            self._bench.line(line, package)
        self._halves.clear()
        return self._bench.result()


class StrayLines:
    """What stands between events because standard error was merged with them: builds, races, packages without tests."""

    def __init__(self, builds: Builds) -> None:
        self._builds = builds
        self._races = RaceFinder()
        self._unbuilt: dict[str, str] = {}
        self._untested: dict[str, None] = {}
        self._failed: dict[str, str] = {}
        self._refused = ""

    def line(self, text: str) -> bool:
        """Whether *text* is of a build, of a package without tests, or of the end of a run that no event tells of."""
        if text.startswith("FAIL") and (found := UNBUILT.match(text)):
            self._unbuilt[found[1][:_LONGEST_NAME]] = found[2]
        elif text.startswith(("?", "\t")) and (found := UNTESTED.match(text)):
            self._untested[(found[1] or found[2])[:_LONGEST_NAME]] = None
        elif text.startswith("FAIL") and (found := FAILED.match(text)):
            self._failed[found[1][:_LONGEST_NAME]] = text.strip()
        elif text.startswith("go: ") and _REFUSED.match(text):
            self._refused = self._refused or text.strip()
        else:
            return self._builds.line(text)
        if len(self._unbuilt) + len(self._untested) + len(self._failed) > MOST_PACKAGES:
            raise ReportError(f"the report has more than {MOST_PACKAGES} packages")
        return True

    def raced(self, text: str) -> None:
        """Listen for a race in *text*, which is nobody's."""
        if self._races.within or tells_of_races(text):
            self._races.line(text)

    def tell(self, suites: GoSuites) -> None:
        """Add what was heard to *suites*."""
        why = {package: self._builds.of(package) for package in self._unbuilt}
        rest = self._builds.alone()
        for package, reason in self._unbuilt.items():
            suites.add(unbuilt(package, reason, why[package] if why[package].message else rest))
        for package in self._untested:
            suites.name(package)
        for package, said in self._failed.items():
            suites.add(unbuilt(package, f"between the events stands: {said}", Told()))
        if self._refused:
            suites.add(unbuilt(GO, shortened(self._refused, LONGEST_MESSAGE), Told()))
        suites.raced(self._races.ended())


def unbuilt(package: str, reason: str, why: Told) -> Ran:
    """The run of a *package* that could not run."""
    run = PackageRun(package)
    run.unbuilt, run.failure = reason, why
    return run.close(Outcome.FAILED)

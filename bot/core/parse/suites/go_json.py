"""``go test -json``, https://pkg.go.dev/cmd/test2json: one event a line, of Go 1.10 and newer.

Standard error is often merged into the same file, so any line may be no event. Older versions of Go took what a test
prints for results; ``PackageRun`` says what is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from bot.core.model.errors import ReportError
from bot.core.model.suites import Outcome
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.go_builds import Builds
from bot.core.parse.suites.go_cases import PackageRun
from bot.core.parse.suites.go_lines import INLINE, RESULTS, UNBUILT, BenchLines, StrayLines, unbuilt
from bot.core.parse.suites.go_suites import MOST_PACKAGES, GoSuites


class Event(msgspec.Struct, frozen=True, gc=False, rename="pascal"):
    """One line, those of its fields that are read."""

    action: str = ""
    package: str = ""
    test: str = ""
    output: str = ""
    output_type: str = ""
    elapsed: float | None = None
    import_path: str = ""
    failed_build: str = ""


DECODER = msgspec.json.Decoder(Event)

ENDS = {"pass": Outcome.PASSED, "fail": Outcome.FAILED, "skip": Outcome.SKIPPED}
_BEGINS = re.compile(rb'\{"(?:Time|Action|ImportPath|Package)": ?"')
_OTHERS = frozenset({"start", "build-output", "build-fail"})
_FRAMES = frozenset({"=== RUN ", "=== PAUS", "=== CONT", "=== NAME", "=== ATTR", "=== ARTI"})
_RESULTS = frozenset({"--- PASS", "--- FAIL", "--- SKIP", "--- BENC"})
_SAID = ("PASS\n", "FAIL\n")


def parse_go_json(intake: Intake) -> Parsed:
    """The results of all packages, with their races and benchmarks. Raises ``ReportError``, with the line, for an event
    that is cut short or malformed.
    """
    found, bench = GoSuites(), BenchLines()
    reader = GoJson(found, Builds(), bench)
    for number, text in intake.texts():
        reader.read(text, number)
    reader.settle()
    suites, benchmarks = found.suites(), bench.result()
    bare = benchmarks is not None and not suites.cases and not suites.races
    return Parsed(format="go-test-json", suites=None if bare else suites, benchmarks=benchmarks)


class GoJson:
    """Hears a file of events piece by piece."""

    def __init__(self, suites: GoSuites, builds: Builds, bench: BenchLines) -> None:
        self._runs: dict[str, PackageRun] = {}
        self._suites = suites
        self._builds = builds
        self._stray = StrayLines(builds)
        self._bench = bench

    def read(self, text: bytes, number: int = 1) -> None:
        """*text* is whole lines, of which the first is line *number* of the file."""
        try:
            events = DECODER.decode_lines(text)
        except (msgspec.DecodeError, UnicodeDecodeError):
            for at, line in enumerate(text.split(b"\n"), number):
                self._line(line, at)
        else:
            self._hear(events)

    def _line(self, line: bytes, number: int) -> None:
        try:
            event = DECODER.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if _BEGINS.match(line):
                raise ReportError(f"an event that is no whole JSON: {str(error)[:200]}", line=number) from None
            stray = line.decode("utf-8", "replace").rstrip("\r")
            if not self._stray.line(stray):
                self._stray.raced(stray)
        else:
            self._hear((event,))

    def _hear(self, events: Iterable[Event]) -> None:
        package, run = "", None
        for event in events:
            action = event.action
            if action == "output" and ((event.output_type == "frame" and event.test) or event.output[:8] in _FRAMES):
                continue
            if run is None or event.package != package:
                package = event.package
                run = self._run_of(package)
            if action == "output":
                self._printed(run, event)
            elif action == "run":
                run.started(event.test)
            elif (outcome := ENDS.get(action)) is not None:
                if event.test:
                    run.ended(event.test, outcome, event.elapsed)
                else:
                    self._close(run, event, outcome)
                    run = None
            elif action == "cont":
                run.goes_on(event.test)
            elif action in _OTHERS:
                self._other(event)
                run = None

    def _run_of(self, package: str) -> PackageRun:
        run = self._runs.get(package)
        if run is None:
            if len(self._runs) > MOST_PACKAGES:
                raise ReportError(f"the report has more than {MOST_PACKAGES} packages")
            run = PackageRun(package)
            self._runs[package] = run
        return run

    def _other(self, event: Event) -> None:
        match event.action:
            case "start":
                known = self._runs.pop(event.package, None)
                if known is not None and not known.idle:
                    self._suites.add(known.close(None))
                self._run_of(event.package)
            case "build-output":
                self._builds.output(event.import_path, event.output)
            case _:
                self._builds.failed(event.import_path)

    def _printed(self, run: PackageRun, event: Event) -> None:
        test, text = event.test, event.output
        bare = text.lstrip(" ")
        if bare[:8] in _RESULTS:
            return
        self._bench.printed(event.package, test, text)
        if not test and text in _SAID:
            run.said = text.strip()
        elif test and "--- " in text and (result := INLINE.search(text)):
            run.ended_inline(result[2], RESULTS[result[1]], float(result[3]))
        elif bare.startswith("FAIL\t") and (unbuilt := UNBUILT.match(bare)):
            run.unbuilt = unbuilt[2]
        run.printed(test, text, error=event.output_type.startswith("error"))

    def _close(self, run: PackageRun, event: Event, outcome: Outcome) -> None:
        del self._runs[run.name]
        if outcome is Outcome.SKIPPED and run.idle:
            self._suites.name(run.name)
            return
        if run.unbuilt or event.failed_build:
            run.failure = self._builds.of(run.name, event.failed_build)
        self._suites.add(run.close(outcome, event.elapsed))

    def settle(self) -> None:
        """The file ended. A package without a result has none because the report, or the run, was cut short."""
        for run in self._runs.values():
            if run.name or not run.idle:
                self._suites.add(run.close(None))
        self._runs.clear()
        self._stray.tell(self._suites)
        for package, why in self._builds.unclaimed():
            self._suites.add(unbuilt(package, "build failed", why))

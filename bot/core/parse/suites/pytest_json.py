"""The JSON of pytest's plugin pytest-json-report. A suite is the file, a name the rest of the node id.

An expected failure is skipped and an unexpected pass has passed, as pytest's own JUnit XML has it. A module that could
not be collected is in error. A test that failed and was tried again is a ``rerun``, with the stages of its last run.

https://github.com/numirias/pytest-json-report#format
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from bot.core.model.suites import Case, Outcome
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.json_case import Duration, case, listed, parsed, seconds, tried
from bot.core.parse.typed_json import Number, read_json

FORMAT = "pytest-json"
_OUTCOMES = {
    "passed": Outcome.PASSED,
    "xpassed": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "xfailed": Outcome.SKIPPED,
}
_RERUN = "rerun"


class _Crash(Struct, frozen=True):
    path: str = ""
    lineno: Number | None = None
    message: str = ""


class _Stage(Struct, frozen=True):
    outcome: str
    duration: Duration = 0.0
    crash: _Crash | None = None
    longrepr: str = ""


class _Test(Struct, frozen=True):
    nodeid: str
    outcome: str
    setup: _Stage | None = None
    call: _Stage | None = None
    teardown: _Stage | None = None

    @property
    def stages(self) -> list[_Stage]:
        return [stage for stage in (self.setup, self.call, self.teardown) if stage is not None]


class _Collector(Struct, frozen=True):
    nodeid: str
    outcome: str
    longrepr: str = ""


class _Summary(Struct, frozen=True):
    total: Number = 0


class _Report(Struct, frozen=True):
    summary: _Summary
    tests: list[_Test] = field(default_factory=list[_Test])
    collectors: list[_Collector] = field(default_factory=list[_Collector])
    exitcode: Number = 0


_DECODER = msgspec.json.Decoder(_Report)
_NO_CRASH = _Crash()
_INTERRUPTED = (2, 3, 4)  # by the user or a broken collection, by an error of pytest itself, by wrong usage


def parse_pytest_json(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, or counts more than it lists."""
    report = read_json(intake, _DECODER, producer="pytest-json-report")
    listed("tests", report.summary.total, len(report.tests))
    cases = list(_cases(report))
    if report.exitcode in _INTERRUPTED and not any(one.bad for one in cases):
        reason = f"pytest ended with status {report.exitcode}"
        cases.append(case("", "the run", Outcome.ERRORED, message=reason, synthetic=True))
    return parsed(FORMAT, cases)


def _cases(report: _Report) -> Iterator[Case]:
    for collector in report.collectors:
        if collector.outcome == "failed":
            file = collector.nodeid
            yield case(file, "collection", Outcome.ERRORED, message=collector.longrepr, file=file, synthetic=True)
    yield from map(_case, report.tests)


def _case(test: _Test) -> Case:
    again = test.outcome == _RERUN
    outcome = _ended(test) if again else _OUTCOMES.get(test.outcome, Outcome.ERRORED)
    file, _, name = test.nodeid.partition("::")
    crash = next((stage.crash for stage in test.stages if stage.crash), _NO_CRASH)
    return case(
        file,
        name,
        outcome,
        duration_us=seconds(sum(stage.duration for stage in test.stages)) if test.stages else None,
        attempts=tried(int(again), outcome),
        message=crash.message,
        detail=next((stage.longrepr for stage in test.stages if stage.longrepr), ""),
        file=crash.path or file,
        line=crash.lineno,
    )


def _ended(test: _Test) -> Outcome:
    """How the last run of a test that was tried again ended."""
    if test.call is not None and test.call.outcome == "failed":
        return Outcome.FAILED
    return (
        Outcome.PASSED if test.stages and all(stage.outcome == "passed" for stage in test.stages) else Outcome.ERRORED
    )

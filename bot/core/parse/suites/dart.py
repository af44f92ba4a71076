"""The JSON of Dart's test runner (``dart test --reporter json``) and of Flutter's (``flutter test --machine``): events,
one a line. Flutter's own events, which are lists, and lines of other tools between them are passed over.

A test's result is in its ``testDone``; hidden ones (the loading of a file that worked, set-up and tear-down) do not
count. A test that was never done was torn from its run, and a run that was never ``done`` is not whole.

https://github.com/dart-lang/test/blob/master/pkgs/test/doc/json_reporter.md
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct

from bot.core.model.errors import ReportError
from bot.core.model.suites import Case, Outcome
from bot.core.parse.file_uri import path_of
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.json_case import case, milliseconds, parsed
from bot.core.parse.typed_json import Number, decoded, lines_of

FORMAT = "dart"


class _Suite(Struct, frozen=True, gc=False):
    id: Number
    path: str | None = None


class _Test(Struct, frozen=True, rename="camel", gc=False):
    id: Number
    name: str
    suite_id: Number = msgspec.field(name="suiteID")
    line: Number | None = None
    url: str | None = None
    root_line: Number | None = msgspec.field(name="root_line", default=None)
    root_url: str | None = msgspec.field(name="root_url", default=None)


class _Event(Struct, frozen=True, rename="camel"):
    type: str
    time: Number = 0
    suite: _Suite | None = None
    test: _Test | None = None
    test_id: Number | None = msgspec.field(name="testID", default=None)
    result: Literal["success", "failure", "error"] | None = None
    skipped: bool = False
    hidden: bool = False
    error: str = ""
    stack_trace: str = ""
    message: str = ""
    success: bool | None = None


_DECODER = msgspec.json.Decoder(_Event)
_OUTCOMES = {"success": Outcome.PASSED, "failure": Outcome.FAILED, "error": Outcome.ERRORED}


class _Running(Struct):
    test: _Test
    began: int
    errors: list[str]
    traces: list[str]


class _Run:
    """What the events told so far."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.done: _Event | None = None
        self.suites: dict[int, str] = {}
        self._running: dict[int, _Running] = {}

    def hear(self, event: _Event) -> None:
        match event.type:
            case "suite" if event.suite is not None:
                self.suites[event.suite.id] = event.suite.path or ""
            case "testStart" if event.test is not None:
                self._running[event.test.id] = _Running(event.test, event.time, [], [])
            case "error" if event.test_id is not None and (running := self._running.get(event.test_id)):
                running.errors.append(event.error)
                running.traces.append(event.stack_trace)
            case "testDone" if event.test_id is not None:
                self._end(event.test_id, event)
            case "done":
                self.done = event
            case _:
                pass

    def whole(self) -> Iterator[Case]:
        """All cases. Raises ``ReportError`` for a run that did not come to its end."""
        if self.done is None:
            raise ReportError("it ends before the run is done")
        yield from self.cases
        for running in self._running.values():
            yield self._case(running, Outcome.ERRORED, message="it did not come to its end")
        if self.done.success is not True and not self._running and not any(one.bad for one in self.cases):
            yield case("", "the run", Outcome.ERRORED, message="the runner says that it failed", synthetic=True)

    def _end(self, number: int, event: _Event) -> None:
        running = self._running.pop(number, None)
        if running is None:
            raise ReportError(f"test {number} is done and never started")
        if event.result is None:
            raise ReportError(f"test {number} is done without a result")
        outcome = _OUTCOMES[event.result]
        if event.hidden and outcome is Outcome.PASSED:
            return
        if event.skipped and outcome is Outcome.PASSED:
            outcome = Outcome.SKIPPED
        self.cases.append(self._case(running, outcome, ended=event.time))

    def _case(self, running: _Running, outcome: Outcome, *, ended: int | None = None, message: str = "") -> Case:
        test = running.test
        own = test.root_line is None
        return case(
            self.suites.get(test.suite_id, ""),
            test.name,
            outcome,
            duration_us=None if ended is None else milliseconds(ended - running.began),
            message="\n".join(running.errors) or message,
            detail="\n".join(running.traces),
            file=path_of((test.url if own else test.root_url) or ""),
            line=test.line if own else test.root_line,
        )


def parse_dart(intake: Intake) -> Parsed:
    """The events in *intake*. Raises ``ReportError``, with the line, for what is broken, cut short or out of order."""
    run = _Run()
    for number, line in lines_of(intake):
        if line.lstrip().startswith(b"{"):
            try:
                run.hear(decoded(line, _DECODER, producer="Dart's test runner", line=number))
            except ReportError as error:
                error.line = number
                raise
    return parsed(FORMAT, run.whole(), run.suites.values())

"""The JSON of Rust's test harness (``cargo test -- -Z unstable-options --format json``, and ``cargo nextest``'s
``libtest-json``): events, one a line. Lines of other tools between them are passed over.

The events of a test binary begin and end with those of its suite, which has a name only with nextest. A test that was
never done, or a suite that was never ended, is in error: a crash ends the binary in the middle of a line.

https://doc.rust-lang.org/rustc/tests/index.html#--format-format
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from bot.core.model.suites import Case, Outcome
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.json_case import Duration, case, listed, parsed, seconds
from bot.core.parse.typed_json import Number, decoded, lines_of

FORMAT = "libtest"
_OUTCOMES = {"ok": Outcome.PASSED, "failed": Outcome.FAILED, "ignored": Outcome.SKIPPED}


class _Nextest(Struct, frozen=True):
    crate: str = ""
    test_binary: str = ""


class _Event(Struct, frozen=True):
    type: str
    event: str = ""
    name: str = ""
    stdout: str = ""
    message: str = ""
    exec_time: Duration | None = None
    test_count: Number | None = None
    nextest: _Nextest | None = field(default=None)


_DECODER = msgspec.json.Decoder(_Event)


class _Run:
    def __init__(self) -> None:
        self.cases: list[Case] = []
        self._suite = ""
        self._open = False
        self._bad = False  # whether a case of the open suite is
        self._declared = self._ended = 0
        self._running: dict[str, None] = {}

    def hear(self, event: _Event) -> None:
        match event.type, event.event:
            case "suite", "started":
                self.end()
                crate = event.nextest or _Nextest()
                self._suite = "::".join(filter(None, (crate.crate, crate.test_binary)))
                self._open, self._bad, self._ended = True, False, 0
                self._declared = event.test_count or 0
            case "suite", _:
                self._close(failed=event.event == "failed")
            case "test", "started":
                self._running[event.name] = None
            case "test", "timeout":
                pass  # it says that a test is slow, and goes on
            case "test", _:
                self._running.pop(event.name, None)
                self._ended += 1
                self._add(_case(self._suite, event))
            case _:
                pass

    def end(self) -> None:
        """What was open stays in error."""
        for name in self._running:
            self._add(case(self._suite, name, Outcome.ERRORED, message="it did not come to its end"))
        if self._open and not self._running:
            message = "the test binary ended before its suite did"
            self._add(case(self._suite, "the suite", Outcome.ERRORED, message=message, synthetic=True))
        self._running, self._open = {}, False

    def _close(self, *, failed: bool) -> None:
        for name in self._running:
            self._add(case(self._suite, name, Outcome.ERRORED, message="it did not come to its end"))
        listed("tests", self._declared, self._ended + len(self._running))
        if failed and not self._bad:
            message = "the suite failed, and none of its tests did"
            self._add(case(self._suite, "the suite", Outcome.ERRORED, message=message, synthetic=True))
        self._running, self._open = {}, False

    def _add(self, one: Case) -> None:
        self._bad = self._bad or one.bad
        self.cases.append(one)


def parse_libtest(intake: Intake) -> Parsed:
    """The events in *intake*. Raises ``ReportError`` for what is broken, and for a suite that lists
    less than it counts.
    """
    return parsed(FORMAT, _cases(intake))


def _cases(intake: Intake) -> Iterator[Case]:
    run = _Run()
    for number, line in lines_of(intake):
        if line.lstrip().startswith(b"{"):
            run.hear(decoded(line, _DECODER, producer="Rust's test harness", line=number))
    run.end()
    yield from run.cases


def _case(suite: str, event: _Event) -> Case:
    outcome = _OUTCOMES.get(event.event, Outcome.ERRORED)
    return case(
        suite,
        event.name,
        outcome,
        duration_us=seconds(event.exec_time),
        message=event.message or (_panic(event.stdout) if outcome is Outcome.FAILED else ""),
        detail=event.stdout if outcome is Outcome.FAILED else "",
    )


def _panic(stdout: str) -> str:
    """The message of a panic: the line behind the one that says where."""
    lines = stdout.splitlines()
    for number, line in enumerate(lines):
        if " panicked at " in line:
            return "\n".join(lines[number + 1 : number + 4]) or line
    return ""

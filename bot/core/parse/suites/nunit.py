"""NUnit's results: https://docs.nunit.org/articles/nunit/technical-notes/usage/Test-Result-XML-Format.html for NUnit 3,
https://docs.nunit.org/2.6.4/files/Results.xsd for NUnit 2, whose oldest releases say ``success`` and no more.

A suite whose own set-up or tear-down failed is a case of its own where none of its tests failed, and so is one that
failed and shows none. An inconclusive test counts as skipped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from bot.core.model.suites import BAD, Outcome
from bot.core.parse.intake import Intake
from bot.core.parse.markup import Misfit
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.durations import microseconds
from bot.core.parse.suites.heard import SUITE, Heard, told

_RESULTS = {
    "passed": Outcome.PASSED,
    "success": Outcome.PASSED,
    "warning": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "failure": Outcome.FAILED,
    "error": Outcome.ERRORED,
    "cancelled": Outcome.ERRORED,
    "invalid": Outcome.ERRORED,
    "notrunnable": Outcome.ERRORED,
    "skipped": Outcome.SKIPPED,
    "ignored": Outcome.SKIPPED,
    "inconclusive": Outcome.SKIPPED,
}
_OF_OTHERS = frozenset({"child", "parent"})
_QUALIFIED = re.compile(r"([^\s(\"<]+)\.([^\s.(\"<]+(?:[<(].*)?)", re.DOTALL)


@dataclass(slots=True)
class _Open:
    """A suite or a case that is open; *cases* and *bad* count those within it."""

    attrib: Mapping[str, str]
    message: str = ""
    stack: str = ""
    printed: str = ""
    failed: bool = False
    cases: int = 0
    bad: int = 0


class _Document(Heard):
    texts: ClassVar[frozenset[str]] = frozenset({"message", "stack-trace", "output"})

    def __init__(self) -> None:
        super().__init__()
        self._open: list[_Open] = []

    def opened(self, tag: str, attrib: Mapping[str, str]) -> None:
        if tag in ("test-suite", "test-case"):
            if tag == "test-case" and "test-case" in self.path[:-1]:
                raise Misfit("a case within a case", "<test-case")
            self._open.append(_Open(attrib))
        elif tag == "failure" and self._open:
            self._open[-1].failed = True

    def closed(self, tag: str, text: str) -> None:
        if not self._open:
            return
        open_ = self._open[-1]
        if tag == "message" and self.within in ("failure", "reason"):
            open_.message = text
        elif tag == "stack-trace" and self.within == "failure":
            open_.stack = text
        elif tag == "output":
            open_.printed = text
            self.watch(text, *self._names())
        elif tag == "test-case":
            self._close_case(self._open.pop())
        elif tag == "test-suite":
            self._close_suite(self._open.pop())

    def _names(self) -> tuple[str, str]:
        """The (suite, name) of what is open."""
        attrib = self._open[-1].attrib
        if "classname" in attrib:
            return attrib["classname"], attrib.get("name", "")
        found = _QUALIFIED.fullmatch(attrib.get("name", ""))
        if found is not None and "test-case" in self.path:
            return found[1], found[2]
        above = self._open[-2].attrib if len(self._open) > 1 else attrib
        return above.get("fullname") or above.get("name", ""), attrib.get("name", "")

    def close(self) -> None:
        """Every suite and case has ended."""

    def _close_case(self, case: _Open) -> None:
        self._open.append(case)
        self.path.append("test-case")
        suite, name = self._names()
        self.path.pop()
        self._open.pop()
        outcome = _outcome(case.attrib, failed=case.failed)
        self.add(
            told(
                suite,
                name,
                outcome,
                duration_us=_duration(case.attrib),
                message=case.message,
                stack=case.stack,
                printed=case.printed,
            )
        )
        self._count(1, int(outcome in BAD))

    def _close_suite(self, suite: _Open) -> None:
        name = suite.attrib.get("fullname") or suite.attrib.get("name", "")
        failed = _outcome(suite.attrib, failed=suite.failed) in BAD
        own = suite.failed and suite.attrib.get("site", "").lower() not in _OF_OTHERS
        if failed and not suite.bad and (own or not suite.cases):
            message = suite.message or "the suite failed and shows no test"
            self.add(told(name, SUITE, Outcome.ERRORED, message=message, stack=suite.stack, synthetic=True))
            suite.cases, suite.bad = suite.cases + 1, 1
        elif not suite.cases and name:
            self.empty_suites.append(name)
        self._count(suite.cases, suite.bad)

    def _count(self, cases: int, bad: int) -> None:
        if self._open:
            self._open[-1].cases += cases
            self._open[-1].bad += bad


class _NUnit2(_Document):
    format: ClassVar[str] = "nunit2"


class _NUnit3(_Document):
    format: ClassVar[str] = "nunit3"


def parse_nunit2(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError``, with the line, for what is not whole or not such a report."""
    return _NUnit2().read(intake)


def parse_nunit3(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError``, with the line, for what is not whole or not such a report."""
    return _NUnit3().read(intake)


def _outcome(attrib: Mapping[str, str], *, failed: bool) -> Outcome:
    """What the attributes of a case or a suite say; where they say nothing that is known, whether it has a failure."""
    said = _RESULTS.get(attrib.get("result", "").lower())
    if said is Outcome.FAILED:
        return Outcome.ERRORED if _RESULTS.get(attrib.get("label", "").lower()) is Outcome.ERRORED else said
    if said is not None:
        return said
    if attrib.get("executed", "").lower() == "false":
        return Outcome.SKIPPED
    if "success" in attrib:
        return Outcome.PASSED if attrib["success"].lower() == "true" else Outcome.FAILED
    return Outcome.FAILED if failed or attrib.get("result") else Outcome.PASSED


def _duration(attrib: Mapping[str, str]) -> int | None:
    return microseconds(attrib.get("duration") or attrib.get("time") or "")

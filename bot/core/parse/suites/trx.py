"""TRX, the results of ``dotnet test --logger trx``, VSTest and MSTest: their schema is ``vstst.xsd`` of Visual Studio.

Results come before the definitions that name their classes. Of a test with data, whose rows are results within its
own, the rows are the cases. A run that failed although none of its tests did (its host crashed) is a case of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from bot.core.model.suites import BAD, Outcome
from bot.core.parse.intake import Intake
from bot.core.parse.markup import Misfit
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.durations import clock
from bot.core.parse.suites.heard import Heard, told
from bot.core.parse.suites.roll import MOST_CASES

RUN = "(run)"
"""The name of the case that stands for a run itself."""

_OUTCOMES = {
    "passed": Outcome.PASSED,
    "completed": Outcome.PASSED,
    "warning": Outcome.PASSED,
    "passedbutrunaborted": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "notexecuted": Outcome.SKIPPED,
    "inconclusive": Outcome.SKIPPED,
}
_RESULTS = frozenset({"UnitTestResult", "TestResult", "GenericTestResult", "WebTestResult", "ManualTestResult"})
_FAILED_RUNS = frozenset({"failed", "error", "timeout", "aborted", "disconnected"})


@dataclass(slots=True)
class _Result:
    """One result, open or waiting for its definition; *rows* counts the results within it, *bad_rows* the bad ones."""

    attrib: Mapping[str, str]
    message: str = ""
    stack: str = ""
    printed: str = ""
    rows: int = 0
    bad_rows: int = 0

    @property
    def outcome(self) -> Outcome:
        """A result without an outcome is an error: it is the first of the enumeration, which writers leave out."""
        return _OUTCOMES.get(self.attrib.get("outcome", "error").lower(), Outcome.ERRORED)


class _Document(Heard):
    format: ClassVar[str] = "trx"
    texts: ClassVar[frozenset[str]] = frozenset({"Message", "StackTrace", "StdOut", "StdErr", "Text"})

    def __init__(self) -> None:
        super().__init__()
        self._open: list[_Result] = []
        self._results: list[_Result] = []
        self._classes: dict[str, str] = {}  # by the ids of their tests
        self._definition = ""
        self._summary = ""
        self._complaints: list[str] = []

    def opened(self, tag: str, attrib: Mapping[str, str]) -> None:
        if tag in _RESULTS:
            self._open.append(_Result(attrib))
        elif tag == "UnitTest":
            self._definition = attrib.get("id", "")
        elif tag == "TestMethod":
            self._classes[self._definition] = attrib.get("className", "").partition(",")[0]
        elif tag == "ResultSummary":
            self._summary = attrib.get("outcome", "")

    def closed(self, tag: str, text: str) -> None:
        if tag in _RESULTS:
            self._close_result(self._open.pop())
        elif tag == "Text":
            self._complaints.append(text.strip()[:1_000])
        elif tag == "StdOut" and not self._open:
            self.watch(text, "")
        elif not self._open:
            return
        elif tag == "Message" and self.within == "ErrorInfo":
            self._open[-1].message = text
        elif tag == "StackTrace":
            self._open[-1].stack = text
        elif tag in ("StdOut", "StdErr"):
            self._open[-1].printed = text[-8_000:]
            self.watch(text, "", self._open[-1].attrib.get("testName", ""))

    def _close_result(self, result: _Result) -> None:
        bad = result.outcome in BAD
        if self._open:
            self._open[-1].rows += 1
            self._open[-1].bad_rows += bad
        if not result.rows or (bad and not result.bad_rows):
            result.message, result.stack = result.message[:1_000], result.stack[:16_000]
            self._results.append(result)
        if len(self._results) > MOST_CASES:
            raise Misfit(f"it holds more than {MOST_CASES} cases", "<")

    def close(self) -> None:
        for result in self._results:
            attrib = result.attrib
            name = attrib.get("testName", "")
            suite = self._classes.get(attrib.get("testId", "")) or name.partition("(")[0].rpartition(".")[0]
            skipped = result.outcome is Outcome.SKIPPED
            self.add(
                told(
                    suite,
                    name,
                    result.outcome,
                    duration_us=clock(attrib.get("duration", "")),
                    message=result.message or (result.printed[:200] if skipped else ""),
                    stack=result.stack,
                    printed=result.printed,
                )
            )
        if self._summary.lower() in _FAILED_RUNS and not any(result.outcome in BAD for result in self._results):
            message = next(filter(None, self._complaints), "the run failed although none of its tests did")
            self.add(told("", RUN, Outcome.ERRORED, message=message, synthetic=True))


def parse_trx(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError``, with the line, for what is not whole or not such a report."""
    return _Document().read(intake)

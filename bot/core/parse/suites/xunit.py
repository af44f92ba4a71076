"""xUnit.net's results, v1 to v3, and Fixie's, which are alike: https://xunit.net/docs/format-xml-v2.

Each row of a theory is a case, as xunit.net counts them and as its name tells. What failed outside of tests (an
assembly's ``errors``, a class's own failure) is a case of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from bot.core.model.suites import Outcome
from bot.core.parse.intake import Intake
from bot.core.parse.markup import Misfit
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.durations import microseconds
from bot.core.parse.suites.heard import SUITE, Heard, told

_RESULTS = {
    "pass": Outcome.PASSED,
    "fail": Outcome.FAILED,
    "skip": Outcome.SKIPPED,
    "notrun": Outcome.SKIPPED,
}


@dataclass(slots=True)
class _Open:
    """A test, an error or a class that is open."""

    attrib: Mapping[str, str]
    message: str = ""
    stack: str = ""
    printed: str = ""
    kind: str = ""


class _Document(Heard):
    format: ClassVar[str] = "xunit"
    texts: ClassVar[frozenset[str]] = frozenset({"message", "stack-trace", "reason", "output"})

    def __init__(self) -> None:
        super().__init__()
        self._assembly = ""
        self._class = ""
        self._open: _Open | None = None

    def opened(self, tag: str, attrib: Mapping[str, str]) -> None:
        if tag == "assembly":
            self._assembly = attrib.get("name", "").replace("\\", "/").rpartition("/")[2]
        elif tag == "class":
            self._class = attrib.get("name", "")
        elif tag in ("test", "error"):
            if self._open is not None:
                raise Misfit(f"a {tag} within a test", f"<{tag}")
            self._open = _Open(attrib)
        elif tag == "failure":
            if self._open is None:
                self._open = _Open({})
            self._open.kind = attrib.get("exception-type", "")

    def closed(self, tag: str, text: str) -> None:
        open_ = self._open
        if tag == "class":
            self._class = ""
        if open_ is None:
            return
        if tag == "message":
            open_.message = open_.message or text
        elif tag == "stack-trace":
            open_.stack = text
        elif tag == "reason":
            open_.message = open_.message or text
        elif tag == "output":
            open_.printed = text
            self.watch(text, open_.attrib.get("type") or self._assembly, open_.attrib.get("name", ""))
        elif tag == "test":
            self._close_test(open_)
        elif tag == "error" or (tag == "failure" and self.within == "class"):
            self._close_error(open_)

    def close(self) -> None:
        """Every test has ended."""

    def _close_test(self, test: _Open) -> None:
        self._open = None
        suite = test.attrib.get("type") or self._class or self._assembly
        self.add(
            told(
                suite,
                test.attrib.get("name") or test.attrib.get("method", ""),
                # What it says that is not known here is no pass.
                _RESULTS.get(test.attrib.get("result", "").lower(), Outcome.ERRORED),
                duration_us=microseconds(test.attrib.get("time", "")),
                message=test.message or test.kind,
                stack=test.stack,
                printed=test.printed,
            )
        )

    def _close_error(self, error: _Open) -> None:
        """Something outside of the tests failed: clean-up, a fixture."""
        self._open = None
        name = error.attrib.get("name") or error.attrib.get("type") or SUITE
        message = error.message or error.kind
        suite = self._class or self._assembly
        self.add(told(suite, name, Outcome.ERRORED, message=message, stack=error.stack, synthetic=True))


def parse_xunit(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError``, with the line, for what is not whole or not such a report."""
    return _Document().read(intake)

"""Checkstyle's XML, which linters of every language write: golangci-lint, ESLint, phpcs, ktlint, shellcheck, and more.

Its ``severity`` is error, warning, info (a note) or ignore (no finding). An ``<exception>`` is a file that could not be
checked: a finding of its own. ``source`` is the rule as the producer writes it.

https://checkstyle.org/config.html
"""

from __future__ import annotations

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding
from bot.core.parse.findings.tell import MOST_FINDINGS, finding, level_of, parsed, tool_error, whole_number
from bot.core.parse.intake import Intake
from bot.core.parse.markup import Misfit, Nesting, read_markup
from bot.core.parse.parsed import Parsed

FORMAT = "checkstyle"


class _Document:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self._nesting = Nesting()
        self._path: str | None = None  # of the file that is open
        self._texts: list[str] | None = None  # of the exception that is open

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        self._nesting.enter(tag, len(attrib))
        if tag == "file":
            self._path = attrib.get("name", "")
        elif tag == "error":
            self._error(attrib)
        elif tag == "exception":
            self._texts = []

    def end(self, tag: str) -> None:
        self._nesting.depth -= 1
        if tag == "file":
            self._path = None
        elif tag == "exception":
            self.findings.append(tool_error("", "".join(self._texts or ()), self._path or ""))
            self._texts = None

    def data(self, data: str) -> None:
        if self._texts is not None:
            self._texts.append(data)

    def close(self) -> None:
        """The document is whole."""

    def settle(self) -> None:
        if len(self.findings) > MOST_FINDINGS:
            raise Misfit(f"it holds more than {MOST_FINDINGS} findings", "<error")

    def _error(self, attrib: dict[str, str]) -> None:
        if self._path is None:
            raise Misfit("an error outside of any file", "<error")
        severity = attrib.get("severity", "error")
        if severity == "ignore":
            return
        try:
            found = finding(
                self._path,
                attrib.get("source", ""),
                attrib.get("message", ""),
                level_of(severity),
                line=whole_number(attrib.get("line", ""), "line number"),
                column=whole_number(attrib.get("column", ""), "column"),
            )
        except ReportError as error:
            raise Misfit(error.reason, f'line="{attrib.get("line", "")}"') from None
        self.findings.append(found)


def parse_checkstyle(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError``, with the line, for what is not whole or not such a report."""
    document = _Document()
    read_markup(intake, document)
    return parsed(FORMAT, document.findings)

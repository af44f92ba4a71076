"""JUnit XML as Ruff and ESLint write it: each failure is a finding, not a test. A suite is a file, its package names
the linter, a case is named after the rule.

Ruff says line, column and severity in attributes and properties; ESLint in the text (``line 1, col 5, Error - ...``).

https://docs.astral.sh/ruff/settings/#output-format
https://github.com/eslint/eslint/blob/v8.57.0/lib/cli-engine/formatters/junit.js
"""

from __future__ import annotations

import re

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding, Level
from bot.core.parse.counts import line_number
from bot.core.parse.findings.tell import MOST_FINDINGS, finding, level_of, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.markup import Misfit, Nesting, Opening, read_markup
from bot.core.parse.parsed import Parsed

FORMAT = "junit-lint"
_PACKAGE = re.compile(r"\bpackage\s*=\s*[\"']org\.(?:ruff|eslint)[\"']")
_PLACE = re.compile(r"line (\d{1,9}), col (\d{1,9}), (?:(Error|Warning) - )?")


def is_linters(opening: Opening) -> bool:
    """Whether the JUnit XML that begins so is a linter's."""
    return bool(_PACKAGE.search(opening.attributes) or _PACKAGE.search(opening.content))


class _Document:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.tools: list[str] = []
        self._nesting = Nesting()
        self._path = self._tool = ""
        self._case: dict[str, str] = {}
        self._severity = ""
        self._messages: list[tuple[str, list[str]]] = []  # of the failures of the case that is open, with their texts
        self._texts: list[str] | None = None  # of the failure that is open

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        self._nesting.enter(tag, len(attrib))
        if tag == "testsuite":
            self._path = attrib.get("name", "")
            self._tool = attrib.get("package", "").removeprefix("org.")
            self.tools.append(self._tool)
        elif tag == "testcase":
            self._case, self._severity, self._messages = attrib, "", []
        elif tag == "property" and attrib.get("name") == "severity":
            self._severity = attrib.get("value", "")
        elif tag in {"failure", "error"}:
            self._texts = []
            self._messages.append((attrib.get("message", ""), self._texts))

    def end(self, tag: str) -> None:
        self._nesting.depth -= 1
        if tag in {"failure", "error"}:
            self._texts = None
        elif tag == "testcase":
            self.findings += [self._finding(message, "".join(texts)) for message, texts in self._messages]
            self._messages = []

    def data(self, data: str) -> None:
        if self._texts is not None:
            self._texts.append(data)

    def close(self) -> None:
        """The document is whole."""

    def settle(self) -> None:
        if len(self.findings) > MOST_FINDINGS:
            raise Misfit(f"it holds more than {MOST_FINDINGS} findings", "<failure")

    def _finding(self, message: str, text: str) -> Finding:
        said = _PLACE.match(text.strip())
        line, column = self._case.get("line"), self._case.get("column")
        if said is not None:
            line, column = line or said[1], column or said[2]
        severity = self._severity or (said[3] if said is not None else None)
        try:
            return finding(
                self._path,
                self._case.get("name", "").removeprefix(f"org.{self._tool}."),
                message or text,
                level_of(severity) if severity else Level.ERROR,
                line=line_number(line) if line else None,
                column=line_number(column) if column else None,
                tool=self._tool,
            )
        except ReportError as error:
            raise Misfit(error.reason, f'line="{line}"') from None


def parse_junit_lint(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError``, with the line, for what is not whole or not such a report."""
    document = _Document()
    read_markup(intake, document)
    return parsed(FORMAT, document.findings, *document.tools)

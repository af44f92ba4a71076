"""What a file is, by its first 4 KiB. Names lie: one only tells which files of a checkout are worth a look."""

from __future__ import annotations

import re
from enum import StrEnum

from bot.core.model.errors import ReportError, UnknownFormat
from bot.core.model.globs import matches_any
from bot.core.parse.intake import HEAD, UTF8_MARK, UTF16_MARKS
from bot.core.parse.markup import Opening, opening_of

REPORT_NAMES = (
    *("*.coverprofile", "*.cov", "c.out", "cover.out", "*coverage*.out", "coverage.txt"),
    *("*coverage*.xml", "*cobertura*.xml", "*.lcov", "*lcov*.info", "coverage.info", "lcov.dat", "*coverage*.json"),
    *("*junit*.xml", "test-*.xml", "*test-results*.xml", "testresult*.xml", "*xunit*.xml", "*nunit*.xml", "*.trx"),
    *("test-results*.json", "ctrf*.json", "gotest*.json", "go-test*.json", "*.tap"),
    *("test.json", "test_output.log", "test-output.log"),
    *("bench*.txt", "bench*.json", "jmh-result*.json"),
    *("*.sarif", "*.sarif.json", "checkstyle*.xml", "golangci*.json", "gosec*.json", "govulncheck*.json"),
    *("bandit*.json", "pip-audit*.json", "eslint*.json", "ruff*.json", "pylint*.json"),
)
"""Globs of the names, in lower case, that reports of coverage, tests, benchmarks and findings usually have."""


class Family(StrEnum):
    """Which reader a file is for."""

    GO_COVER = "Go cover profile"
    LCOV = "LCOV tracefile"
    COBERTURA = "Cobertura XML"
    COVERAGE_PY = "coverage.py JSON"


_GO_MODE = re.compile(rb"mode: \w")
_GO_BLOCK = re.compile(rb"[^\n]+:\d+\.\d+,\d+\.\d+ \d+ \d+\r?(?:\n|\Z)")
_LCOV_START = (b"TN:", b"SF:")
_COVERAGE_PY_KEY = re.compile(rb'"(?:branch_coverage|executed_lines|show_contexts)"\s*:')
_COBERTURA_RATE = re.compile(r"\b(?:line-rate|branch-rate|lines-valid|lines-covered)\s*=")
_COBERTURA_CHILD = re.compile(r"<(?:sources|packages)\b")
_FOREIGN = (
    (b"SQLite format 3\0", "it is a database; of coverage.py's data file, `coverage json` makes a report"),
    (b"\x1f\x8b", "it is compressed; reports are read as they were written"),
    (b"PK\3\4", "it is a zip archive, not a report"),
)


def looks_like_report(path: str) -> bool:
    """Whether a file of this name usually is a report."""
    return matches_any(REPORT_NAMES, path)


def promises_report(path: str) -> bool:
    """Whether a file of this name must be a report. A log promises nothing: an empty one is no report that was lost."""
    return looks_like_report(path) and not path.lower().endswith(".log")


def detect(head: bytes) -> Family:
    """What the file that begins with *head* is. Raises ``UnknownFormat`` if it is no report that is read here."""
    head = head[:HEAD]
    opening = opening_of(head)
    if opening is not None:
        return _markup(opening)
    for start, reason in _FOREIGN:
        if head.startswith(start):
            raise UnknownFormat(reason)
    if head.startswith(UTF16_MARKS):
        family = _text(head.decode("utf-16", "ignore").encode())
        raise ReportError(f"it is a {family} in UTF-16; no tool reads that, write it as UTF-8")
    return _text(head.removeprefix(UTF8_MARK))


def _markup(opening: Opening) -> Family:
    if opening.root == "coverage" and (
        opening.refused or _COBERTURA_RATE.search(opening.attributes) or _COBERTURA_CHILD.search(opening.content)
    ):
        return Family.COBERTURA
    raise UnknownFormat(f"its XML, <{opening.root[:40]}>, is of no report that is read here")


def _text(head: bytes) -> Family:
    if head.lstrip().startswith(b"{"):
        if _COVERAGE_PY_KEY.search(head):
            return Family.COVERAGE_PY
        raise UnknownFormat("its JSON is of no report that is read here")
    if _GO_MODE.match(head) or _GO_BLOCK.match(head):
        return Family.GO_COVER
    lines = (line for line in head.splitlines() if line.strip() and not line.startswith(b"#"))
    if next(lines, b"").startswith(_LCOV_START):
        return Family.LCOV
    raise UnknownFormat("it is of no report format that is read here")

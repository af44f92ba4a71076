"""Test results that come line by line, Go's and TAP: which reader a file is for."""

from __future__ import annotations

import re
from functools import partial

from bot.core.model.errors import UnknownFormat
from bot.core.parse.start import Parser, Start
from bot.core.parse.suites.go_json import parse_go_json
from bot.core.parse.suites.log import parse_log
from bot.core.parse.suites.tap import parse_tap

_EVENT = re.compile(
    rb'^\{(?:"(?:Time|ImportPath|Package|Test|Elapsed)": ?[^\n]{1,1000}?)?"Action": ?'
    rb'"(?:start|run|pause|cont|pass|bench|fail|skip|output|attr|artifacts|build-output|build-fail)"',
    re.MULTILINE,
)
_TOLD_AS_TEXT = re.compile(rb"^(?:=== RUN   \S|ok  \t\S+\t[\d(]|--- (?:PASS|FAIL|SKIP): \S+ \(\d)", re.MULTILINE)
_GO_TEXT = re.compile(
    rb"^(?:=== RUN   \S|ok  \t\S+\t(?:\d|\(cached\))|FAIL\t\S+(?:\t\d| \[(?:build|setup) failed\])"
    rb"|\?   \t\S+\t\[no test files\]|--- (?:PASS|FAIL|SKIP): \S+ \(\d|goos: \w+\r?\ngoarch: \w)",
    re.MULTILINE,
)
_TAP = re.compile(rb"\s*(?:#[^\n]*\n\s*)*(?:TAP version 1[2-4]\s|1\.\.\d+(?:\s|\Z)|(?:not )?ok 1 - )")


def parser_of(start: Start) -> Parser | None:
    """The reader of the file that begins so, ``None`` if it is of no format here."""
    if start.opening is not None:
        return None
    if _EVENT.search(start.head) and not _TOLD_AS_TEXT.search(start.head):
        return parse_go_json  # a test may print events, but no event stands on a line with results
    if _GO_TEXT.search(start.head):
        return partial(parse_log, unknown=UnknownFormat("it has no result of a Go test"))
    return parse_tap if _TAP.match(start.head) else None

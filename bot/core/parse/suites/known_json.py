"""Test results in JSON: which reader a file is for, by the keys that it shows within its first 4 KiB."""

from __future__ import annotations

import re

from bot.core.parse.start import Parser, Start
from bot.core.parse.suites.ctrf import parse_ctrf
from bot.core.parse.suites.dart import parse_dart
from bot.core.parse.suites.jest_json import parse_jest
from bot.core.parse.suites.libtest import parse_libtest
from bot.core.parse.suites.mocha import parse_mocha
from bot.core.parse.suites.playwright_json import parse_playwright
from bot.core.parse.suites.pytest_json import parse_pytest_json
from bot.core.parse.suites.rspec import parse_rspec

_BY_KEYS: tuple[tuple[Parser, tuple[tuple[str, ...], ...]], ...] = (
    (parse_dart, (("protocolVersion", "runnerVersion"),)),
    (parse_mocha, (("stats.passes", "stats.pending", "stats.failures", "tests.[]"),)),
    (parse_ctrf, (("reportFormat", "results"), ("results.tool.name", "results.summary"), ("results.tests.[].status",))),
    (parse_jest, (("numFailedTestSuites",), ("numTotalTestSuites",), ("testResults.[].assertionResults",))),
    (parse_playwright, (("config.rootDir", "config.projects"), ("config.rootDir", "config.fullyParallel"))),
    (parse_rspec, (("examples.[].full_description",), ("examples", "summary_line"), ("examples", "seed"))),
    (parse_rspec, (("version", "examples"),)),
    (parse_pytest_json, (("created", "exitcode", "root"), ("exitcode", "collectors"))),
)
_EVENTS: tuple[tuple[Parser, re.Pattern[bytes]], ...] = (
    (parse_dart, re.compile(rb'^\{(?=[^\n]*"protocolVersion":)(?=[^\n]*"runnerVersion":)', re.MULTILINE)),
    (parse_libtest, re.compile(rb'^\{ ?"type": ?"suite", ?"event": ?"started"', re.MULTILINE)),
)
"""Streams before whose first event there may be lines of other tools."""


def parser_of(start: Start) -> Parser | None:
    """The reader of the file that begins so, ``None`` if it is of no format here."""
    if start.opening is not None:
        return None
    if start.outline is not None:
        for parser, choices in _BY_KEYS:
            if any(start.outline.has(*keys) for keys in choices):
                return parser
    return next((parser for parser, event in _EVENTS if event.search(start.head)), None)

"""Test results in XML: which reader a file is for."""

from __future__ import annotations

from bot.core.parse.findings.junit_lint import is_linters
from bot.core.parse.start import Parser, Start
from bot.core.parse.suites.junit import parse_junit
from bot.core.parse.suites.nunit import parse_nunit2, parse_nunit3
from bot.core.parse.suites.trx import parse_trx
from bot.core.parse.suites.xunit import parse_xunit

_BY_ROOT: dict[str, Parser] = {
    "testsuites": parse_junit,
    "testsuite": parse_junit,
    "test-run": parse_nunit3,
    "test-results": parse_nunit2,
    "assemblies": parse_xunit,
    "assembly": parse_xunit,
    "TestRun": parse_trx,
}


def parser_of(start: Start) -> Parser | None:
    """The reader of the file that begins so, ``None`` if it is of no format here. An ``assembly`` is many things
    elsewhere; here it names its tests' framework. What a linter writes as JUnit XML are findings.
    """
    if start.opening is None:
        return None
    if is_linters(start.opening):
        return None
    root = start.opening.root.rpartition(":")[2]
    if root == "assembly" and "test-framework" not in start.opening.attributes:
        return None
    return _BY_ROOT.get(root)

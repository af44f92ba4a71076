"""What real linters write is read as they meant it: one table, a row a report (tests/samples/findings.md)."""

from collections import Counter
from collections.abc import Iterator

import pytest

from bot.core.model.findings import Finding, Level
from tests.core.parse.reading import SAMPLES, read_file, refusal

HOME = "/home/runner/work/sample/sample/"

REPORTS: dict[str, tuple[str, tuple[str, ...], int, int, int]] = {
    # of each file its format, its tools, and its errors, warnings and notes
    "ruff/found.json": ("ruff", ("ruff",), 9, 0, 0),
    "ruff/ruff-clean.json": ("ruff", ("ruff",), 0, 0, 0),
    "sarif/ruff.sarif": ("sarif", ("ruff",), 9, 0, 0),
    "sarif/ruff-clean.sarif": ("sarif", ("ruff",), 0, 0, 0),
    "rdjson/ruff.json": ("rdjson", ("ruff",), 0, 9, 0),  # Ruff calls them warnings there
    "junit-lint/ruff-found.xml": ("junit-lint", ("ruff",), 9, 0, 0),
    "junit-lint/ruff-clean.xml": ("junit-lint", ("ruff",), 0, 0, 0),
    "code-quality/ruff.json": ("code-quality", (), 9, 0, 0),
    "pylint/ruff.txt": ("pylint", ("pylint",), 9, 0, 0),
    "pylint/found.json": ("pylint", ("pylint",), 2, 2, 3),
    "pylint/found.json2": ("pylint", ("pylint",), 2, 2, 3),
    "pylint/parseable.txt": ("pylint", ("pylint",), 2, 2, 3),
    "pylint/clean.json2": ("pylint", ("pylint",), 0, 0, 0),
    "pylint/pylint-clean.json": ("pylint", ("pylint",), 0, 0, 0),
    "bandit/found.json": ("bandit", ("bandit",), 2, 0, 3),
    "bandit/clean.json": ("bandit", ("bandit",), 0, 0, 0),
    "mypy/found.json": ("mypy", ("mypy",), 1, 0, 0),
    "pyright/found.json": ("pyright", ("pyright",), 9, 0, 0),
    "pyright/clean.json": ("pyright", ("pyright",), 0, 0, 0),
    "flake8/found.json": ("flake8", ("flake8",), 1, 4, 0),
    "eslint/found.json": ("eslint", ("eslint",), 4, 1, 0),
    "eslint/clean.json": ("eslint", ("eslint",), 0, 0, 0),
    "sarif/eslint.sarif": ("sarif", ("ESLint",), 4, 1, 0),
    "stylelint/found.json": ("stylelint", ("stylelint",), 3, 1, 0),
    "stylelint/clean.json": ("stylelint", ("stylelint",), 0, 0, 0),
    "stylelint/unknown-rule.json": ("stylelint", ("stylelint",), 1, 0, 0),
    "shellcheck/found.json": ("shellcheck", ("shellcheck",), 1, 1, 2),
    "shellcheck/found.json1": ("shellcheck", ("shellcheck",), 1, 1, 2),
    "shellcheck/clean.json1": ("shellcheck", ("shellcheck",), 0, 0, 0),
    "shellcheck/shellcheck-clean.json": ("shellcheck", ("shellcheck",), 0, 0, 0),
    "checkstyle/shellcheck.xml": ("checkstyle", (), 1, 1, 2),
    "checkstyle/shellcheck-clean.xml": ("checkstyle", (), 0, 0, 0),
    "hadolint/found.json": ("hadolint", ("hadolint",), 0, 5, 2),
    "checkstyle/hadolint.xml": ("checkstyle", (), 0, 5, 2),
    "sarif/hadolint.sarif": ("sarif", ("Hadolint",), 0, 5, 2),
    "code-quality/hadolint.json": ("code-quality", (), 5, 0, 2),  # hadolint makes its warnings "major"
    "semgrep/found.json": ("semgrep", ("semgrep",), 1, 0, 0),
    "sarif/semgrep.sarif": ("sarif", ("Semgrep OSS",), 1, 0, 0),
    "pip-audit/skipped.json": ("pip-audit", ("pip-audit",), 0, 0, 1),
    "golangci-lint/v1.txt": ("golangci-lint", ("golangci-lint", "errcheck", "lll"), 1, 1, 0),
    "golangci-lint/v1-clean.json": ("golangci-lint", ("golangci-lint", "govet"), 0, 0, 0),
    "golangci-lint/v2.json": ("golangci-lint", ("golangci-lint", "govet"), 2, 0, 0),
    "golangci-lint/v2-clean.json": ("golangci-lint", ("golangci-lint", "govet"), 0, 0, 0),
    "gosec/found.json": ("gosec", ("gosec",), 2, 1, 0),
    "gosec/clean.json": ("gosec", ("gosec",), 0, 0, 0),
    "govulncheck/symbol.json": ("govulncheck", ("govulncheck",), 1, 0, 1),
    "trivy/found.json": ("trivy", ("trivy",), 2, 1, 0),
}

NOTHING_ANALYSED = {
    "npm-audit/no-lock.json": "npm could not audit: This command requires an existing lockfile.",
    "npm-audit/refused.json": "npm could not audit: 405 Method Not Allowed",
    "semgrep/nothing-scanned.json": "Semgrep looked at no file",
}

# (file, line, last line, column, rule, level) of one finding of each report
PLACES = {
    "ruff/found.json": (f"{HOME}shop.py", 10, 10, 15, "E711", "error"),
    "sarif/ruff.sarif": (f"{HOME}shop.py", 10, 10, 15, "E711", "error"),
    "rdjson/ruff.json": (f"{HOME}shop.py", 10, 10, 15, "E711", "warning"),
    "junit-lint/ruff-found.xml": (f"{HOME}shop.py", 10, None, 15, "E711", "error"),
    "code-quality/ruff.json": ("shop.py", 10, 10, 15, "E711", "error"),
    "pylint/ruff.txt": ("shop.py", 10, None, None, "E711", "error"),
    "flake8/found.json": ("shop.py", 10, None, 12, "E711", "warning"),
    "pylint/found.json": ("shop.py", 10, 10, 8, "singleton-comparison", "note"),
    "pylint/parseable.txt": ("shop.py", 10, None, None, "singleton-comparison", "note"),
    "bandit/found.json": ("./shop.py", 16, 16, 16, "B105", "note"),
    "mypy/found.json": ("shop.py", 12, None, 12, "return-value", "error"),
    "pyright/found.json": (f"{HOME}shop.py", 18, 18, 50, "reportUndefinedVariable", "error"),
    "eslint/found.json": (f"{HOME}shop.js", 2, 2, 7, "eqeqeq", "error"),
    "sarif/eslint.sarif": (f"{HOME}shop.js", 2, 2, 7, "eqeqeq", "error"),
    "stylelint/found.json": (f"{HOME}style.css", 2, 2, 3, "block-no-empty", "warning"),
    "shellcheck/found.json1": ("loop.sh", 3, 3, 8, "SC2086", "note"),
    "checkstyle/shellcheck.xml": ("loop.sh", 3, None, 8, "ShellCheck.SC2086", "note"),
    "hadolint/found.json": ("Dockerfile", 1, None, 1, "DL3006", "warning"),
    "semgrep/found.json": ("shop.py", 18, 18, 12, "shell-true", "error"),
    "golangci-lint/v1.txt": ("pkg/store/file.go", 40, 41, None, "lll", "warning"),
    "gosec/found.json": ("/home/runner/work/shop/shop/main.go", 12, 14, 7, "G101", "error"),
    "govulncheck/symbol.json": ("lang/lang.go", 17, None, 22, "GO-2021-0113", "error"),
    "trivy/found.json": ("Dockerfile", 4, 4, None, "DS002", "warning"),
}

# What a tool says of itself: files that it could not look at.
TOOL_ERRORS = {
    "bandit/found.json": ("./torn.py", "syntax error while parsing AST from file"),
    "bandit/nothing.json": ("./nowhere", "No such file or directory"),
    "eslint/found.json": (f"{HOME}torn.js", "Parsing error: Unexpected token"),
    "sarif/eslint.sarif": (f"{HOME}torn.js", "Parsing error: Unexpected token"),
    "golangci-lint/v2.json": ("", "can't load package example.com/shop/broken"),
    "gosec/found.json": ("/home/runner/work/shop/shop/torn.go", "expected declaration, found x"),
}


def findings(name: str) -> tuple[Finding, ...]:
    return read_file(SAMPLES / name).findings.findings


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_is_known_and_counted(name: str):
    """Format, tools, and how many findings of each level."""
    found = read_file(SAMPLES / name)
    levels = Counter(one.level for one in found.findings.findings)
    counts = levels[Level.ERROR], levels[Level.WARNING], levels[Level.NOTE]
    assert (found.format, found.findings.tools, *counts) == REPORTS[name]


@pytest.mark.parametrize("name", PLACES)
def test_a_finding_stands_where_the_tool_put_it(name: str):
    """Lines and columns count from 1, whatever the tool counts from."""
    places = [(one.path, one.line, one.end_line, one.column, one.rule, one.level) for one in findings(name)]
    assert PLACES[name] in places


@pytest.mark.parametrize("name", TOOL_ERRORS)
def test_what_a_tool_could_not_look_at_is_an_error(name: str):
    """A file that was not analysed is not clean."""
    errors = [(one.path, one.message) for one in findings(name) if one.rule == "tool-error"]
    assert TOOL_ERRORS[name] in errors
    assert all(one.level is Level.ERROR for one in findings(name) if one.rule == "tool-error")


@pytest.mark.parametrize("name", NOTHING_ANALYSED)
def test_a_tool_that_analysed_nothing_is_refused(name: str):
    """No findings because nothing was looked at is no clean report."""
    assert refusal((SAMPLES / name).read_bytes()).reason.startswith(NOTHING_ANALYSED[name])


def test_every_sample_is_in_the_table():
    """A sample that no row reads would prove nothing."""
    folders = {name.split("/", 1)[0] for name in REPORTS} | {"npm-audit"}
    files: Iterator[str] = (
        path.relative_to(SAMPLES).as_posix() for folder in folders for path in (SAMPLES / folder).iterdir()
    )
    assert set(files) == set(REPORTS) | set(NOTHING_ANALYSED) | set(TOOL_ERRORS)


def test_a_vulnerability_says_what_leads_to_it():
    """The call, the module at fault, and the version that mends it."""
    called, imported = findings("govulncheck/symbol.json")
    assert called.message == (
        "Out-of-bounds read in golang.org/x/text/language: calls golang.org/x/text/language.Parse; "
        "golang.org/x/text@v0.3.5, fixed in v0.3.7"
    )
    assert (imported.rule, imported.path, imported.level) == ("GO-2020-0015", "", Level.NOTE)


def test_what_the_source_suppresses_is_no_finding():
    """What gosec lists with ``#nosec``; ESLint keeps it apart."""
    assert "G104" not in {one.rule for one in findings("gosec/found.json")}
    assert ("no-undef", 6) not in {(one.rule, one.line) for one in findings("eslint/found.json")}

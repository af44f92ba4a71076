"""Broken, cut and hostile reports of linters end in one clear refusal, or in a bounded result."""

import json
from pathlib import Path

import pytest

from bot.core.model.errors import ReportError
from bot.core.model.findings import LONGEST_MESSAGE
from bot.core.parse.report import parse_report
from tests.core.parse.reading import SAMPLES, read, refusal

WHOLE = [
    "ruff/found.json",
    "sarif/ruff.sarif",
    "rdjson/ruff.json",
    "junit-lint/ruff-found.xml",
    "code-quality/ruff.json",
    "pylint/found.json",
    "pylint/found.json2",
    "bandit/found.json",
    "pyright/found.json",
    "flake8/found.json",
    "eslint/found.json",
    "stylelint/found.json",
    "shellcheck/found.json1",
    "hadolint/found.json",
    "checkstyle/hadolint.xml",
    "semgrep/found.json",
    "golangci-lint/v1.txt",
    "gosec/found.json",
    "govulncheck/symbol.json",
    "trivy/found.json",
    "pip-audit/skipped.json",
]


def eslint(**message: object) -> str:
    base = {"ruleId": "r", "severity": 2, "message": "m", "line": 1, "column": 1}
    return json.dumps([{"filePath": "a.js", "messages": [base | message]}])


@pytest.mark.parametrize("name", WHOLE)
def test_a_report_that_is_cut_is_refused(name: str):
    """Anywhere behind its middle: what is missing would be missed."""
    data = (SAMPLES / name).read_bytes().rstrip()
    end = data.rindex(b"}" if b"}" in data else b">") if name != "golangci-lint/v1.txt" else len(data) - 1
    for cut in (len(data) * 2 // 3, len(data) * 9 // 10, end):
        with pytest.raises(ReportError):
            parse_report(Path(name).name, iter([data[:cut]]))


def test_a_cut_report_is_refused_at_its_line():
    """The place where it ends."""
    data = (SAMPLES / "sarif/ruff.sarif").read_bytes()
    cut = data[: len(data) // 2]
    error = refusal(cut, "ruff.sarif")
    assert error.reason.startswith("it is not whole JSON")
    assert error.line == cut.count(b"\n") + 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (eslint(line=10_000_001), "10000001 is not a line of any file"),
        (eslint(column=1 << 40), "1099511627776 is not a column of any file"),
        (eslint(line=1 << 60), "it is not what ESLint writes: Expected `int` <= "),
        (eslint(line=1.5), "it is not what ESLint writes: Expected `int | null`, got `float`"),
        (eslint(message=7), "it is not what ESLint writes: Expected `str`, got `int`"),
        (eslint().replace('"line": 1', '"line": NaN'), "it is not whole JSON"),
        (eslint().replace('"line": 1', f'"line": {"9" * 400}'), "it is not "),
        (eslint().replace('"m"', '"\\ud800"'), "it is not whole JSON"),
        (f"{eslint()[:-1]}, {eslint().replace('a.js', 'a' * 5000)[1:]}", "a path of more than 4096 characters"),
    ],
)
def test_what_no_linter_writes_is_refused(text: str, reason: str):
    """Numbers beyond any file, other types, texts that are none."""
    assert refusal(text, "eslint.json").reason.startswith(reason)


def test_deep_nesting_is_refused():
    """In a part that is passed over, too."""
    deep = "[" * 200_000
    assert refusal(f'{{"Issues": [], "Report": {{}}, "x": {deep}}}').reason == "its JSON is nested too deep"


def test_bytes_that_are_no_text_are_refused():
    """With the line."""
    data = eslint().replace('"m"', '\n"m\xff"').encode("latin-1")
    assert (refusal(data, "eslint.json").line) == 2


def test_a_long_message_is_cut():
    """The end is marked; control characters are for the renderer to show."""
    (one,) = read(eslint(message="x" * 5000 + "\x1b"), "eslint.json").findings.findings
    assert len(one.message) == LONGEST_MESSAGE
    assert one.message.endswith("x…")


def test_unmatched_quotes_are_read_in_one_pass():
    """Two million of them behind a stream's first message take no longer than they are."""
    text = b'{"config": {"protocol_version": "v1", "scanner_name": "govulncheck"}}\n{"' + b'\\"' * 1_000_000
    assert refusal(text).reason.startswith("it is not whole JSON")

"""One run of Ruff over one project, written in five formats: they tell of the same findings."""

import pytest

from tests.core.parse.reading import corpus_file, read_file

FORMATS = {
    "ruff-tabulate.json": "ruff",
    "ruff-tabulate.sarif": "sarif",
    "ruff-tabulate.rdjson": "rdjson",
    "ruff-tabulate.junit": "junit-lint",
    "ruff-tabulate.pylint": "pylint",
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_tells_of_the_same_findings(name: str):
    """52 of them, by line, rule and message; each in the one file that there is."""
    report = read_file(corpus_file(f"lint/{name}"))
    plain = read_file(corpus_file("lint/ruff-tabulate.json"))
    found = report.findings.findings
    assert (report.format, len(found)) == (FORMATS[name], 52)
    assert [(one.line, one.rule, one.message) for one in found] == [
        (one.line, one.rule, one.message) for one in plain.findings.findings
    ]
    assert all(one.path.endswith("tabulate/__init__.py") for one in found)

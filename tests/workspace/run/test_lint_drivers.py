"""Linters through diff-quality's drivers: what each tool printed, as findings."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.core.model.errors import CovgateError
from bot.core.model.findings import Level
from bot.workspace.reports import read_report
from bot.workspace.run.drivers import DRIVERS, driver_commands, findings_of, translation
from tests.workspace.run.projects import project_of, tools

SAMPLES = Path(__file__).parents[2] / "samples" / "lint-drivers"

# What each tool printed, counted by hand: how many findings, and one of them
PRINTED = {
    "clang": (5, "src/main.c", 1, "-Wclang-format-violations", Level.WARNING),
    "flake8": (8, "src/shop.py", 5, "F841", Level.WARNING),
    "go vet": (3, "inner/inner.go", 5, "vet", Level.WARNING),
    "mypy": (1, "src/typed.py", 2, "return-value", Level.ERROR),
    "pycodestyle": (4, "src/shop.py", 4, "E302", Level.WARNING),
    "pydocstyle": (3, "src/shop.py", 9, "D103", Level.WARNING),
    "pyflakes": (4, "src/shop.py", 10, "unnamed", Level.WARNING),
    "pylint": (8, "src/shop.py", 5, "W0612", Level.WARNING),
    "ruff.check": (5, "src/shop.py", 10, "F821", Level.WARNING),
    "shellcheck": (3, "src/clean.sh", 2, "SC2045", Level.ERROR),
}


@pytest.mark.parametrize("name", PRINTED)
def test_a_tools_lines_are_findings(name: str, tmp_path: Path) -> None:
    """Every line that it printed, with its place, its rule and its level."""
    count, *one = PRINTED[name]
    output = (SAMPLES / f"{name.replace(' ', '-')}.txt").read_text()
    findings = findings_of(DRIVERS[name], output, tmp_path, tmp_path).findings
    assert len(findings) == count
    assert one in [[found.path, found.line, found.rule, found.level] for found in findings]


def test_names_are_from_the_top_of_the_checkout(tmp_path: Path) -> None:
    """A tool that ran in a folder, or that prints whole paths, names the same files."""
    (tmp_path / "inner").mkdir()
    here = findings_of(DRIVERS["go vet"], "a/b.go:1:2: wrong\n", tmp_path / "inner", tmp_path)
    whole = findings_of(DRIVERS["flake8"], f"{tmp_path}/a.py:1:2: E1 wrong\n", tmp_path, tmp_path)
    assert [finding.path for finding in (*here.findings, *whole.findings)] == ["inner/a/b.go", "a.py"]


def test_the_report_is_sarif_that_is_read_again(tmp_path: Path) -> None:
    """What the driver found is what the gate will see."""
    report = tmp_path / "report.sarif"
    report.write_bytes((SAMPLES / "flake8.txt").read_bytes())
    translation("flake8", tmp_path, tmp_path)(report, 1)
    read = read_report(report, "report.sarif").findings
    assert read is not None
    assert [(found.path, found.line, found.rule) for found in read.findings][3] == ("src/shop.py", 5, "F841")
    assert len(read.findings) == 8


def test_a_tool_that_failed_without_a_finding_found_nothing_to_believe(tmp_path: Path) -> None:
    """A linter that broke is not a clean report; one that ended well without a word is."""
    report = tmp_path / "report.sarif"
    report.write_text("go: cannot find main module\n")
    with pytest.raises(CovgateError, match="go vet ended with status 1 and named no line"):
        translation("go vet", tmp_path, tmp_path)(report, 1)
    report.write_text("")
    translation("go vet", tmp_path, tmp_path)(report, 0)
    read = read_report(report, "report.sarif").findings
    assert read is not None
    assert (read.findings, read.tools) == ((), ("go vet",))


def test_the_first_tool_that_is_there_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the changed files of its kind alone; a name that looks like an option stays a name."""
    monkeypatch.setenv("PATH", str(tools(tmp_path / "machine", pyflakes="exit 0", pycodestyle="exit 0")))
    project = project_of(tmp_path / "p", {"-a.py": "", "b.py": "", "c.txt": ""})
    (command,) = driver_commands(("flake8", "pyflakes", "pycodestyle"), project, ["-a.py", "c.txt"])
    assert command.words[4:] == ("pyflakes", "./-a.py")
    assert command.output == "pyflakes.sarif"
    assert driver_commands(("flake8",), project, ["b.py"]) == ()

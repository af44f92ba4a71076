"""What ``covgate read`` says to people."""

from __future__ import annotations

from bot.core.model.coverage import Arms, Coverage, FileCoverage, Metric
from bot.core.model.evidence import Report
from bot.core.model.lines import Lines
from bot.core.render.read_text import render_read_text


def report(metric: Metric, path: str = "coverage.json", **file: object) -> Report:
    measured = {"measured": Lines.of([1, 2, 3]), "executed": Lines.of([1, 2])}
    files = {"a.py": FileCoverage(**{**measured, **file}), "b.py": FileCoverage()}
    return Report(path=path, format="some-format", digest="0" * 64, coverage=Coverage(metric=metric, files=files))


def test_the_tool_s_own_count_comes_first() -> None:
    """Then its parts, each only where it says more."""
    arms = {2: Arms(known=frozenset("xy"), taken=frozenset("x"))}
    one = report(Metric.STATEMENTS_AND_BRANCHES, arms=arms, functions={"f": True, "g": False})
    assert render_read_text([one]) == (
        "coverage.json: some-format\n"
        "  statements and branches  60.00% (3/5)\n"
        "  statements               66.66% (2/3)\n"
        "  lines                    66.66% (2/3)\n"
        "  branches                 50.00% (1/2)\n"
        "  partly covered           1 line\n"
        "  functions                50.00% (1/2)\n"
        "  in                       2 files\n"
    )


def test_a_report_of_lines_is_short() -> None:
    """Statements that nobody counted are not made up; names cannot act on a terminal."""
    text = render_read_text([report(Metric.LINES, path="\x1b[31m"), report(Metric.LINES)])
    assert text == (
        "\\u001b[31m: some-format\n  lines  66.66% (2/3)\n  in     2 files\n\n"
        "coverage.json: some-format\n  lines  66.66% (2/3)\n  in     2 files\n"
    )

"""The verdict in a terminal: plain where it is no terminal, and never a command to the runner that shows the log."""

from dataclasses import replace
from fractions import Fraction

import pytest
from inline_snapshot import snapshot

from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited
from bot.core.model.verdict import Unreadable
from bot.core.render.context import CommentContext
from bot.core.render.terminal import render_terminal, terminal_report
from tests.core.render.verdicts import (
    EVIL,
    comparison,
    component,
    evaluation,
    failing_change,
    file,
    gate,
    incomplete,
    missing,
    passing_change,
    patch,
    project,
)

HERE = CommentContext()


def test_a_failing_change():
    """Headline, patch, base, a table of gates, what to do, the lines to cover, the notes."""
    assert render_terminal(failing_change(), replace(HERE, unjudged=("tests",))) == snapshot("""\
Coverage gate failed: 94.90% (949/1000) of statements, needs 95% = 1 more; 1 more gate failed

Patch: 76.47% (13/17) of new lines, needs 95% = 4 more (4 missed, 1 partly covered)
Base: 0a1b2c3, where this branch left the base branch: 94.94% (940/990) to 94.90% (949/1000) of statements, -0.05 points

Result  Gate              Now                              Target
failed  coverage/project  94.90% (949/1000) of statements  95%
failed  coverage/patch    76.47% (13/17) of new lines      95%
passed  evidence          -                                -

Read: coverage.xml (coverage.py XML)

- coverage/project: 94.90% (949/1000) of statements, below the target of 95%. Cover 1 more statement.
- coverage/patch: 76.47% (13/17) of new lines, below the target of 95%. Cover 4 more new lines.

Uncovered new lines:
  - bot/parse.py: 12-14; partly 20
  - bot/units.py: 77

Changed files in no report: bot/new_thing.py

Note: This change edits .github/covgate.yml. It is judged by the base branch's policy; the edit applies once merged.
Note: Written in the policy and not judged by this version of covgate: tests.
""")


def test_a_passing_change():
    """Nothing to do."""
    assert render_terminal(passing_change(), HERE) == snapshot("""\
Coverage gate passed: 96.20% (962/1000) of statements, target 95%

Patch: 100% (20/20) of new lines, target 95%
Base: 0a1b2c3, where this branch left the base branch: 95.91% (940/980) to 96.20% (962/1000) of statements, +0.28 points

Result  Gate              Now                              Target
passed  coverage/project  96.20% (962/1000) of statements  95%
passed  coverage/patch    100% (20/20) of new lines        95%
passed  evidence          -                                -

Read: coverage.xml (coverage.py XML)
""")


def test_a_change_that_waits():
    """What is expected."""
    assert render_terminal(evaluation(incomplete(missing(Awaited.RUNNING, "ci.yml"))), HERE) == snapshot("""\
Waiting: ci.yml is still running

Result   Gate      Now  Target
pending  evidence  -    -

Read: coverage.xml (coverage.py XML)

- evidence: ci.yml is still running.
""")


def test_colours_mark_outcomes_and_are_only_there_when_asked_for():
    """The words are the same with and without them."""
    plain = render_terminal(failing_change(), HERE)
    coloured = render_terminal(failing_change(), HERE, colour=True)
    assert "\x1b" not in plain
    assert coloured.replace("\x1b[31m", "").replace("\x1b[32m", "").replace("\x1b[0m", "") == plain
    assert "\x1b[31mfailed" in coloured
    assert "\x1b[32mpassed" in coloured


def test_rows_for_a_printer_with_columns_of_its_own():
    """The same report as data."""
    report = terminal_report(failing_change(), HERE)
    assert report.header == ("Result", "Gate", "Now", "Target")
    assert [row.cells for row in report.rows] == snapshot(
        [
            ("failed", "coverage/project", "94.90% (949/1000) of statements", "95%"),
            ("failed", "coverage/patch", "76.47% (13/17) of new lines", "95%"),
            ("passed", "evidence", "-", "-"),
        ]
    )


@pytest.mark.parametrize("evil", EVIL)
def test_T31_no_line_commands_the_terminal_or_the_runner(evil: str):
    """No control character, no ``::command::`` at a line's start, no ``##[command]`` anywhere."""
    change = evaluation(
        project(1, 2),
        component(evil, 1, 2, Fraction(1)),
        gate(evil, Unreadable(problems=(Problem(path=evil, reason=evil),))),
        incomplete(missing(Awaited.RUNNING, evil)),
        coverage=comparison({evil: file(miss=[1])}),
    )
    said = render_terminal(change, HERE)
    assert said.replace("\n", "").isprintable()
    assert not any(line.lstrip().startswith("::") for line in said.splitlines())
    assert "##[" not in said


def test_a_long_list_ends_in_a_number():
    """A terminal is no place for ten thousand files."""
    many = comparison({f"m{number:04}.py": file(miss=range(1, 400, 5)) for number in range(60)})
    said = render_terminal(evaluation(patch(0, 4800), coverage=many), HERE)
    assert "  and 10 more files" in said
    assert said.count("and 30 more lines") == 50

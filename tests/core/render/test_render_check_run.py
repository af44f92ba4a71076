"""The check run: figures in the title, what to do in the summary, details in the text, marks in the diff."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.core.model.comparison import Patch, PatchFile
from bot.core.model.coverage import Metric
from bot.core.model.diff import Change, FileDiff
from bot.core.model.lines import Lines
from bot.core.model.verdict import LeftReport
from bot.core.render.annotations import MOST, Annotation, annotate
from bot.core.render.check_run import render_check
from tests.core.render.verdicts import (
    CONTEXT,
    EVIL,
    comparison,
    component,
    evaluation,
    failing_change,
    file,
    gate,
    measured,
    passing_change,
    patch,
)


def marks(changed: dict[str, PatchFile]) -> list[tuple[str, int, int, str]]:
    found, _ = annotate(comparison(changed), CONTEXT)
    return [(mark.path, mark.start_line, mark.end_line, mark.level) for mark in found]


def test_a_failing_change():
    """All four parts, word for word."""
    said = render_check(failing_change(), CONTEXT)
    assert said.title == snapshot(
        "Coverage gate failed: 94.90% (949/1000) of statements, needs 95% = 1 more; 1 more gate failed"
    )
    assert said.summary == snapshot("""\
- **Patch:** 76.47% (13/17) of new lines, needs 95% = 4 more (4 missed, 1 partly covered)
- **Base:** [`0a1b2c3`](https://github.com/octo/thing/commit/0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d), where this branch left the base branch: 94.94% (940/990) to 94.90% (949/1000) of statements, -0.05 points

| Gate | Now | Needs |
|-|-|-|
| `coverage/project` | 94.90% (949/1000) of statements | 95% = 1 more |
| `coverage/patch` | 76.47% (13/17) of new lines | 95% = 4 more |

**Uncovered new lines**

- [`bot/parse.py`](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/bot/parse.py): [12-14](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/bot/parse.py#L12-L14); partly [20](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/bot/parse.py#L20)
- [`bot/units.py`](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/bot/units.py): [77](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/bot/units.py#L77)

> This change edits `.github/covgate.yml`. It is judged by the base branch's policy; the edit applies once merged.

[Full report](https://covgate.example/octo/thing/commits/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a) · Judged [`4f3c2b1`](https://github.com/octo/thing/commit/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a), by the policy `cdcdcdc`\
""")
    assert said.text.splitlines()[:8] == snapshot(
        [
            "### All gates",
            "",
            "| Gate | Result | Now | Target |",
            "|-|-|-|-:|",
            "| `coverage/project` | failed | 94.90% (949/1000) of statements | 95% |",
            "| `coverage/patch` | failed | 76.47% (13/17) of new lines | 95% |",
            "| `evidence` | passed | 1 report in 1 upload, read whole. | - |",
            "",
        ]
    )
    assert said.annotations == snapshot(
        (
            Annotation(
                path="bot/parse.py",
                start_line=12,
                end_line=14,
                level="warning",
                title="3 new lines not covered",
                message="No test runs lines 12-14.",
            ),
            Annotation(
                path="bot/parse.py",
                start_line=20,
                end_line=20,
                level="notice",
                title="1 new line partly covered",
                message="Tests run line 20 only in part.",
            ),
            Annotation(
                path="bot/units.py",
                start_line=77,
                end_line=77,
                level="warning",
                title="1 new line not covered",
                message="No test runs line 77.",
            ),
        )
    )


def test_a_passing_change_marks_nothing():
    """Green leaves the diff alone."""
    said = render_check(passing_change(), CONTEXT)
    assert said.title == "Coverage gate passed: 96.20% (962/1000) of statements, target 95%"
    assert said.annotations == ()


def test_missed_lines_warn_and_partial_ones_are_noticed():
    """By file, those that miss most first, then by line."""
    changed = {"a.py": file([1], miss=[9]), "b.py": file(partial=[3, 4], miss=[1, 7])}
    assert marks(changed) == [
        ("b.py", 1, 1, "warning"),
        ("b.py", 3, 4, "notice"),
        ("b.py", 7, 7, "warning"),
        ("a.py", 9, 9, "warning"),
    ]


def test_neighbouring_lines_are_marked_once():
    """A blank line or a comment does not split a mark; a covered line, a measured line elsewhere or distance does."""
    head = replace(
        measured({}), files={"a.py": replace(measured({"a.py": (1, [])}).files["a.py"], measured=Lines.of([20]))}
    )
    coverage = replace(comparison({"a.py": file([5], miss=[1, 3, 7, 12, 18, 22])}), head={Metric.LINES: head})
    found, _ = annotate(coverage, CONTEXT)
    assert [(mark.start_line, mark.end_line) for mark in found] == [(1, 3), (7, 7), (12, 12), (18, 18), (22, 22)]
    assert found[0].title == "2 new lines not covered"


def test_marks_stand_at_the_heads_lines():
    """Measured in the merge commit, shown in the head; a line that is not in the head is not marked, but counted."""
    merged = FileDiff(path="a.py", old_path="a.py", change=Change.MODIFIED, deleted=Lines.of([1, 9]))
    context = replace(CONTEXT, head_lines=lambda _, lines: merged.moved(lines))
    found, left = annotate(comparison({"a.py": file(miss=[5, 9, 30])}), context)
    assert [(mark.start_line, mark.end_line) for mark in found] == [(4, 4), (28, 28)]
    assert left == 1


def test_two_hundred_marks_are_enough():
    """The rest is counted in the summary."""
    many = {f"m{number:03}.py": file([2], miss=[1, 3]) for number in range(150)}
    change = evaluation(patch(150, 450), coverage=comparison(many))
    said = render_check(change, CONTEXT)
    assert len(said.annotations) == MOST == 200
    assert "Not marked in the diff: 100 new lines that no test covers." in said.summary


def test_a_path_that_github_could_not_show_is_not_marked():
    """It is counted among those left out."""
    found, left = annotate(comparison({"a\x00\u202e.py": file(miss=[1, 2]), "\udcff.py": file(miss=[1])}), CONTEXT)
    assert (found, left) == ((), 3)


def test_without_coverage_there_are_no_marks():
    """Nothing was measured."""
    assert annotate(None, CONTEXT) == ((), 0)


@pytest.mark.parametrize("name", ["src/module", "x" * 5000, "`|@a<" * 1000])
def test_the_check_run_keeps_githubs_limits(name: str):
    """Title 255 characters, summary and text 65,535 each."""
    paths = [f"{name}/{number}" for number in range(2000)]
    change = evaluation(
        component(name, 1, 2, Fraction(1)),
        *(component(path, 1, 2, Fraction(1)) for path in paths[:200]),
        gate("evidence", LeftReport(paths=tuple(paths))),
        coverage=replace(
            comparison(unreported=paths),
            patch=Patch(files={path: file(range(1, 50, 2), miss=range(2, 50, 2)) for path in paths}),
        ),
    )
    said = render_check(change, CONTEXT)
    assert len(said.title) <= 255
    assert len(said.summary.encode()) <= 65_535
    assert len(said.text.encode()) <= 65_535
    assert len(said.annotations) == (200 if len(name) < 4096 else 0)


lines = st.sets(st.integers(1, 120)).map(Lines.of)


@given(lines, lines, lines)
@settings(max_examples=100)
def test_every_uncovered_line_is_marked_and_no_covered_one(hit: Lines, partial: Lines, miss: Lines):
    """Whatever falls between two marks is either marked or not measured."""
    new = PatchFile(hit=hit, partial=partial - hit, miss=miss - hit - partial)
    found, left = annotate(comparison({"a.py": new}), CONTEXT)

    def marked(level: str) -> Lines:
        return Lines.of(n for mark in found if mark.level == level for n in range(mark.start_line, mark.end_line + 1))

    everything = new.hit | new.partial | new.miss
    assert left == 0
    assert marked("warning") & everything == new.miss
    assert marked("notice") & everything == new.partial


@pytest.mark.parametrize("evil", EVIL)
def test_a_mark_says_nothing_that_is_not_ours(evil: str):
    """The path is a field of its own; title and message hold numbers and our words."""
    found, _ = annotate(comparison({evil: file(miss=[1])}), CONTEXT)
    assert all(
        mark
        == Annotation(
            path=evil,
            start_line=1,
            end_line=1,
            level="warning",
            title="1 new line not covered",
            message="No test runs line 1.",
        )
        for mark in found
    )

"""The first line: verdict, number, distance. Then the patch, then the base and the rule that found it."""

from dataclasses import replace
from fractions import Fraction

import pytest
from inline_snapshot import snapshot

from bot.core.model.commit import Base, BaseRule
from bot.core.model.comparison import CaseCounts
from bot.core.model.coverage import Metric, Tally
from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited
from bot.core.model.policy import Mode
from bot.core.model.verdict import (
    BrokenPolicy,
    Conclusion,
    Dropped,
    GateResult,
    NoRaces,
    NothingCoverable,
    NothingToJudge,
    Ratcheted,
    TestsFailed,
    TestsPassed,
    TooManyMissed,
    Unreadable,
)
from bot.core.render.escape import MARKDOWN, PLAIN
from bot.core.render.headline import base_words, check_title, headline, patch_line, since_line
from tests.core.render.verdicts import (
    BASE,
    EVIL,
    comparison,
    complete,
    component,
    evaluation,
    file,
    gate,
    incomplete,
    missing,
    patch,
    project,
)


def title(*gates: GateResult, mode: Mode = Mode.ENFORCE) -> str:
    conclusion = Conclusion.NEUTRAL if mode is Mode.REPORT else None
    return headline(evaluation(*gates, mode=mode, conclusion=conclusion).verdict, PLAIN)


@pytest.mark.parametrize(
    ("covered", "total", "target", "said"),
    [
        (949, 1000, "95", "Coverage gate failed: 94.90% (949/1000) of statements, needs 95% = 1 more"),
        (1999, 2000, "100", "Coverage gate failed: 99.95% (1999/2000) of statements, needs 100% = 1 more"),
        (9495, 10000, "95", "Coverage gate failed: 94.95% (9495/10000) of statements, needs 95% = 5 more"),
        (94999999, 10**8, "95", "Coverage gate failed: 94.99% (94999999/100000000) of statements, needs 95% = 1 more"),
        (19, 20, "95", "Coverage gate passed: 95.00% (19/20) of statements, target 95%"),
        (29, 100, "29", "Coverage gate passed: 29.00% (29/100) of statements, target 29%"),
        (57, 100, "57", "Coverage gate passed: 57.00% (57/100) of statements, target 57%"),
        (58, 100, "58", "Coverage gate passed: 58.00% (58/100) of statements, target 58%"),
        (1999, 2000, "99.95", "Coverage gate passed: 99.95% (1999/2000) of statements, target 99.95%"),
    ],
)
def test_the_boundary_is_told_truly(covered: int, total: int, target: str, said: str):
    """The ratios that other tools round the wrong way."""
    assert title(project(covered, total, Fraction(target) / 100), complete()) == said


def test_each_verdict_has_its_first_line():
    """Failed, passed, waiting, report only, broken, off."""
    dropped = Dropped(before=Tally(95, 100), after=Tally(94, 100), max_drop=Fraction(0))
    tally = Tally(94, 100)
    broken = BrokenPolicy(problem=Problem(path=".github/covgate.yml", line=4, reason="is empty"))
    running = missing(Awaited.RUNNING, "ci.yml")
    approval = missing(Awaited.APPROVAL, "lint.yml")
    held_back = project(949, 1000, enforced=False)
    said = {
        "patch": title(project(96, 100), patch(2, 3)),
        "several": title(project(949, 1000), patch(2, 3), component("api", 1, 2, Fraction(1))),
        "component": title(project(96, 100), component("api", 1, 2, Fraction(1))),
        "failed while others wait": title(project(949, 1000), incomplete(running)),
        "dropped": title(gate("coverage/project", dropped, tally=tally, target=Fraction(9, 10))),
        "missed": title(gate("coverage/patch", TooManyMissed(missed=5, allowed=3), tally=Tally(95, 100))),
        "unreadable": title(gate("evidence", Unreadable(problems=(Problem(path="c.xml", reason="is empty"),)))),
        "nothing came": title(incomplete(missing(Awaited.NO_ARTIFACT, "ci.yml", late=True))),
        "ratchet": title(
            gate("coverage/project", Ratcheted(before=Tally(1, 2)), Conclusion.SUCCESS, tally=Tally(60, 100))
        ),
        "docs only": title(gate("evidence", NothingCoverable(), Conclusion.SUCCESS)),
        "no gate": title(),
        "waiting": title(incomplete(running)),
        "waiting for several": title(incomplete(running, approval), incomplete(running)),
        "report": title(held_back, complete(), mode=Mode.REPORT),
        "report, several": title(held_back, held_back, mode=Mode.REPORT),
        "report, well": title(project(96, 100, enforced=False), mode=Mode.REPORT),
        "nothing judged": title(gate("coverage/patch", NothingToJudge(), Conclusion.NEUTRAL), mode=Mode.REPORT),
        "nothing judged, enforced": title(gate("coverage/patch", NothingToJudge(), Conclusion.NEUTRAL)),
        "a gate that only reports": title(project(949, 1000, enforced=False)),
        "ratchet, a little lower": title(
            gate("coverage/project", Ratcheted(before=Tally(2, 3)), Conclusion.SUCCESS, tally=Tally(60, 100))
        ),
        "broken": title(gate("evidence", broken, Conclusion.ACTION_REQUIRED)),
    }
    assert said == snapshot(
        {
            "patch": "Patch coverage gate failed: 66.66% (2/3) of new lines, needs 95% = 1 more",
            "several": "Coverage gate failed: 94.90% (949/1000) of statements, needs 95% = 1 more; 2 more gates failed",
            "component": "Coverage gate of api failed: 50.00% (1/2) of statements, needs 100% = 1 more",
            "failed while others wait": "Coverage gate failed: 94.90% (949/1000) of statements, needs 95% = 1 more; 1 gate pending",
            "dropped": "Coverage gate failed: 94.00% (94/100) of statements, 1.00 points lower than the base, 0% allowed = 1 more",
            "missed": "Patch coverage gate failed: 5 new lines missed, 3 allowed = 2 more",
            "unreadable": "Evidence gate failed: 1 report cannot be read: c.xml: is empty",
            "nothing came": "Evidence gate failed: ci.yml ended without uploading a report",
            "ratchet": "Coverage gate passed: 60.00% (60/100) of statements, not lower than the base, target 95% = 35 more",
            "docs only": "Passed: only files that no tool can cover changed",
            "no gate": "Passed: the policy asks for no gate",
            "waiting": "Waiting: ci.yml is still running",
            "waiting for several": "Waiting: ci.yml is still running, and 1 more thing",
            "report": "Report only: coverage gate would fail: 94.90% (949/1000) of statements, needs 95% = 1 more",
            "report, several": "Report only: coverage gate would fail: 94.90% (949/1000) of statements, needs 95% = 1 more; 1 more gate would fail",
            "report, well": "Report only: coverage gate would pass: 96.00% (96/100) of statements, target 95%",
            "nothing judged": "Report only: patch coverage gate: No new line is measured, so there is nothing to judge",
            "nothing judged, enforced": "Nothing was judged: No new line is measured, so there is nothing to judge",
            "a gate that only reports": "Report only: coverage gate would fail: 94.90% (949/1000) of statements, needs 95% = 1 more",
            "ratchet, a little lower": "Coverage gate passed: 60.00% (60/100) of statements, lower than the base, as far as is allowed, target 95% = 35 more",
            "broken": "The policy cannot be used: .github/covgate.yml line 4: is empty",
        }
    )


@pytest.mark.parametrize("conclusion", list(Conclusion))
def test_a_verdict_without_gates_still_speaks(conclusion: Conclusion):
    """No conclusion leaves the first line empty."""
    for mode in Mode:
        assert headline(evaluation(conclusion=conclusion, mode=mode).verdict, PLAIN)


@pytest.mark.parametrize("evil", EVIL)
def test_a_check_runs_title_keeps_githubs_limit(evil: str):
    """255 characters on one line, whatever a component is called."""
    said = check_title(evaluation(component(evil, 1, 2, Fraction(1))).verdict)
    assert len(said) <= 255
    assert said.replace("\u200b", "").isprintable()


def test_the_patch_line():
    """What of the new lines is covered, how far the target is, how many are missed or partly covered."""
    new = comparison({"a.py": file([1, 2], partial=[3], miss=[4])})
    lines = {
        "missed": patch_line(evaluation(patch(3, 4)).verdict, new),
        "reached": patch_line(evaluation(patch(3, 4, Fraction(1, 2))).verdict, new),
        "no gate": patch_line(evaluation(project(1, 1)).verdict, new),
        "nothing measured": patch_line(evaluation().verdict, comparison({})),
        "no diff": patch_line(evaluation().verdict, replace(new, patch=None)),
        "no coverage": patch_line(evaluation().verdict, None),
    }
    assert lines == snapshot(
        {
            "missed": "75.00% (3/4) of new lines, needs 95% = 1 more (1 missed, 1 partly covered)",
            "reached": "75.00% (3/4) of new lines, target 50% (1 missed, 1 partly covered)",
            "no gate": "75.00% (3/4) of new lines (1 missed, 1 partly covered)",
            "nothing measured": "no new line is measured",
            "no diff": "",
            "no coverage": "",
        }
    )


def test_the_base_and_the_rule_that_found_it():
    """Every rule, in words; and what is said where no data was found."""
    other = "1234567" + "0" * 33
    bases = {rule.value: base_words(Base(rule=rule, wanted=BASE, sha=BASE), lambda sha: sha[:7]) for rule in BaseRule}
    bases["older"] = base_words(Base(rule=BaseRule.ANCESTOR, wanted=BASE, sha=other, distance=3), lambda sha: sha[:7])
    bases["none"] = base_words(Base(rule=BaseRule.MERGE_BASE, wanted=BASE, sha=None), lambda sha: sha[:7])
    bases["unknown"] = base_words(Base(rule=BaseRule.NONE, wanted="", sha=None), lambda sha: sha[:7])
    assert bases == snapshot(
        {
            "merge_parent": "0a1b2c3, the first parent of the merge commit that CI tested",
            "merge_base": "0a1b2c3, where this branch left the base branch",
            "ancestor": "0a1b2c3, where this branch left the base branch",
            "previous": "0a1b2c3, the commit before this push",
            "explicit": "0a1b2c3, the base that was asked for",
            "none": "no baseline yet for 0a1b2c3, where this branch left the base branch; the drop is not judged",
            "older": "1234567, the nearest commit with data (3 commits older than 0a1b2c3, which has none)",
            "unknown": "no baseline yet; the drop is not judged",
        }
    )


def test_how_the_totals_moved():
    """Each metric on its own, with counts and points."""
    moved = comparison(base=Tally(21, 31), now=Tally(23, 33))
    same = comparison(base=Tally(1, 2), now=Tally(2, 4))
    first = comparison(now=Tally(1, 2))
    hair = comparison(base=Tally(9499998, 10**7), now=Tally(9499999, 10**7))
    two = replace(moved, projects=(*moved.projects, replace(same.projects[0], metric=Metric.STATEMENTS_AND_BRANCHES)))
    verdict = evaluation(project(23, 33)).verdict
    assert [since_line(verdict, one) for one in (moved, same, first, hair, two, None)] == snapshot(
        [
            "67.74% (21/31) to 69.69% (23/33) of statements, +1.96 points",
            "unchanged at 50.00% (2/4) of statements",
            "",
            "94.99998% (9499998/10000000) to 94.99999% (9499999/10000000) of statements, +<0.01 points",
            "67.74% (21/31) to 69.69% (23/33) of statements, +1.96 points; unchanged at 50.00% (2/4) of statements and branches",
            "",
        ]
    )


def test_names_in_the_first_line_are_escaped():
    """A workflow's file name comes from the pull request."""
    said = headline(evaluation(incomplete(missing(Awaited.RUNNING, "<b>@octocat"))).verdict, MARKDOWN)
    assert said == snapshot("Waiting: `<b>@\u200boctocat` is still running")


def test_several_gates_pass_together():
    """Nobody reads "coverage passed" where tests and lint were judged beside it."""
    tests = gate("tests", TestsPassed(counts=CaseCounts(passed=3)), Conclusion.SUCCESS, metric=None)
    races = gate("races", NoRaces(suites=2), Conclusion.SUCCESS, metric=None)
    said = [title(project(19, 20), tests), title(project(19, 20), tests, races, complete()), title(tests, races)]
    assert said == snapshot(
        [
            "Coverage and tests passed: 95.00% (19/20) of statements, target 95%",
            "Coverage, tests and races passed: 95.00% (19/20) of statements, target 95%",
            "Tests and races passed: 3 tests: 3 passed",
        ]
    )


def test_what_failed_first_is_said_first():
    """A package that does not compile leaves an empty profile: the profile is not the news."""
    empty = Unreadable(problems=(Problem(path="coverage.out", reason="the report measures no file"),))
    gates = [gate(name, empty, metric=None) for name in ("evidence", "coverage/project")]
    failed = gate("tests", TestsFailed(counts=CaseCounts(passed=1, errored=1), names=("(package)",)), metric=None)
    assert title(*gates, failed) == snapshot("Test gate failed: 1 of 2 tests broke off: (package); 1 more gate failed")

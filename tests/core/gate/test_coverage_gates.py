"""The coverage gates: exact at the border, and fair about what the change did."""

from fractions import Fraction

import pytest

from bot.core.model.commit import BaseRule
from bot.core.model.coverage import FileCoverage, Metric, Tally
from bot.core.model.diff import Change, Diff
from bot.core.model.policy import (
    BaseOverride,
    BranchRule,
    Component,
    CoverageRules,
    MetricChoice,
    Mode,
    PatchRule,
    Policy,
    Priority,
    ProjectRule,
    UntilReached,
    percentage,
)
from bot.core.model.verdict import (
    BelowTarget,
    Conclusion,
    Dropped,
    Evaluation,
    GateResult,
    MeetsTarget,
    NoDiff,
    NothingToJudge,
    NotMeasured,
    PartialDiff,
    Ratcheted,
    SmallPatch,
    TooManyMissed,
)
from tests.core.making import (
    baseline,
    changed,
    coverage,
    diff,
    evidence,
    gate,
    go_file,
    judged,
    percent,
    policy,
    report,
    tally_file,
    upload,
)

Files = dict[str, str | FileCoverage]
NO_CHANGE = diff(changed("README", "", "1"))


def outcome(result: GateResult) -> tuple[Conclusion, type]:
    return result.conclusion, type(result.reason)


def project(
    head: Files | tuple[int, int],
    base: Files | tuple[int, int] | None = None,
    change: Diff = NO_CHANGE,
    *,
    rules: Policy | None = None,
    base_ref: str = "main",
) -> GateResult:
    """The project gate for these files, or for one file of (covered, total)."""
    files = head if isinstance(head, dict) else {"a.py": tally_file(*head)}
    before = base if isinstance(base, dict) or base is None else {"a.py": tally_file(*base)}
    seen = evidence(upload(report(files)), base_ref=base_ref)
    return gate(judged(seen, None if before is None else baseline(before), change, rules), "coverage/project")


def patch(
    head: Files,
    change: Diff | None,
    *,
    rules: Policy | None = None,
    base: Files | None = None,
    rule: BaseRule = BaseRule.MERGE_PARENT,
) -> GateResult:
    seen = evidence(upload(report(head)), rule=rule)
    return gate(judged(seen, baseline(base) if base else None, change, rules), "coverage/patch")


# --- exactness ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("covered", "total", "target", "needed"),
    [
        (949, 1000, "95", 1),
        (1999, 2000, "100", 1),
        (9495, 10000, "95", 5),
        (9451, 10000, "95", 49),
        (189, 199, "95", 1),
        (94999, 100000, "95", 1),
        (1999, 2001, "99.95", 1),
        (19989999, 20000000, "99.95", 1),
        (9_499_999, 10_000_000, "95", 1),
    ],
)
def test_nothing_below_the_target_passes(covered: int, total: int, target: str, needed: int):
    """However near: no rounding, and the distance is said."""
    result = project((covered, total), rules=policy(target))
    assert outcome(result) == (Conclusion.FAILURE, BelowTarget)
    assert (result.tally, result.needed) == (Tally(covered, total), needed)


def test_six_nines_of_a_hundred_million_are_below_95():
    """94,999,999 of 100,000,000 lines, in ten files: a float would have it pass."""
    files: Files = {f"f{n}.py": tally_file(9_500_000 - (n == 0), 9_999_999) for n in range(10)}
    files["rest.py"] = tally_file(0, 10)
    result = project(files)
    assert (result.tally, result.needed) == (Tally(94_999_999, 100_000_000), 1)
    assert result.conclusion is Conclusion.FAILURE


@pytest.mark.parametrize(
    ("covered", "total", "target"),
    [
        (19, 20, "95"),
        (950, 1000, "95"),
        (29, 100, "29"),
        (57, 100, "57"),
        (58, 100, "58"),
        (1999, 2000, "99.95"),
        (7, 7, "100"),
    ],
)
def test_exactly_the_target_passes(covered: int, total: int, target: str):
    """Also where the ratio is no float (29, 57 and 58 % trip other tools)."""
    assert outcome(project((covered, total), rules=policy(target))) == (Conclusion.SUCCESS, MeetsTarget)


def test_every_percent_passes_at_exactly_that_ratio_and_fails_one_below():
    """All hundred targets, in the project gate and in the patch gate."""
    for target in range(1, 101):
        rules = policy(str(target), str(target))
        assert project((target, 100), rules=rules).conclusion is Conclusion.SUCCESS
        assert project((target - 1, 100), rules=rules).conclusion is Conclusion.FAILURE
        files: Files = {"a.py": tally_file(target, 100), "b.py": tally_file(target - 1, 100)}
        assert patch(files, diff(changed("a.py", "", "1-100")), rules=rules).conclusion is Conclusion.SUCCESS
        assert patch(files, diff(changed("b.py", "", "1-100")), rules=rules).conclusion is Conclusion.FAILURE


def test_the_policys_own_text_is_exact():
    """``99.95%`` in the policy is 1999/2000, not a float near it."""
    assert ProjectRule(target="99.95%").target == Fraction(1999, 2000) == percentage("99.95%")  # pyright: ignore[reportArgumentType] -- text, as YAML brings it


# --- drops -------------------------------------------------------------------------------------------------------


def test_a_drop_fails_even_above_the_target():
    """98 of 100 was 99 of 100, and no drop is allowed by default."""
    result = project((98, 100), (99, 100))
    assert result.reason == Dropped(before=Tally(99, 100), after=Tally(98, 100), max_drop=Fraction(0))
    assert result.base == Tally(99, 100)


def test_a_drop_within_what_is_allowed_passes():
    """One point, exactly: 98.0 % after 99.0 %."""
    rules = policy(project=ProjectRule(max_drop=percent("1")))
    assert project((98, 100), (99, 100), rules=rules).conclusion is Conclusion.SUCCESS
    assert project((979, 1000), (99, 100), rules=rules).conclusion is Conclusion.FAILURE


def test_deleting_covered_code_is_no_drop():
    """Half of the project, all of it covered, is deleted: the rest is as well covered as it was."""
    rules = policy("50")
    change = diff(changed("a.py", "1-40"))
    result = project({"a.py": tally_file(10, 20)}, {"a.py": tally_file(50, 60)}, change, rules=rules)
    assert outcome(result) == (Conclusion.SUCCESS, MeetsTarget)


def test_deleting_a_covered_file_is_no_drop():
    """Whole files count like lines."""
    change = diff(changed("b.py", "1-9", change=Change.DELETED))
    assert project({"a.py": "+-"}, {"a.py": "+-", "b.py": "+" * 9}, change, rules=policy("50")).conclusion is (
        Conclusion.SUCCESS
    )


def test_a_line_newly_missed_beside_a_deletion_is_a_drop():
    """What the deletion excuses does not cover what the change lost elsewhere."""
    change = diff(changed("a.py", "1-4"))
    result = project({"a.py": "-----+"}, {"a.py": "++++" + "++----"}, change, rules=policy("10"))
    assert isinstance(result.reason, Dropped)
    assert (result.reason.before, result.reason.after) == (Tally(6, 10), Tally(5, 10))


def test_rewriting_covered_code_badly_is_a_drop():
    """Replacing is not deleting: the new lines must be as good as what the project had."""
    change = diff(changed("a.py", "1-90", "1-90"))
    base: Files = {"a.py": tally_file(95, 100)}
    assert isinstance(project({"a.py": tally_file(90, 100)}, base, change, rules=policy("10")).reason, Dropped)
    assert project({"a.py": tally_file(95, 100)}, base, change, rules=policy("10")).conclusion is Conclusion.SUCCESS


def test_deleting_missed_code_never_hurts():
    """The total rises, and what is added besides is measured against the base's own level."""
    change = diff(changed("a.py", "91-100", "91-95"))
    assert project({"a.py": tally_file(90, 95)}, (90, 100), change, rules=policy("90")).conclusion is Conclusion.SUCCESS


def test_a_newly_missed_line_outside_the_patch_is_a_drop():
    """The change touched another file; the miss is its doing all the same."""
    result = project({"a.py": "++-", "b.py": "+"}, {"a.py": "+++"}, diff(changed("b.py", "", "1")), rules=policy("10"))
    assert isinstance(result.reason, Dropped)


def test_without_a_baseline_the_target_alone_judges():
    """It is said that the drop was not judged; and a ratchet has nothing to hold on to."""
    good, bad = project((19, 20)), project((18, 20))
    ratchet = policy(project=ProjectRule(until_reached=UntilReached.RATCHET))
    assert (good.conclusion, good.no_baseline, good.base) == (Conclusion.SUCCESS, True, None)
    assert (bad.conclusion, bad.no_baseline) == (Conclusion.FAILURE, True)
    assert outcome(project((18, 20), rules=ratchet)) == (Conclusion.FAILURE, BelowTarget)


def test_a_baseline_of_another_metric_is_none():
    """Statements are not compared with lines."""
    seen = evidence(upload(report({"a.go": go_file(["1.1,2.2 1"], [])}, Metric.STATEMENTS)))
    result = gate(judged(seen, baseline({"a.go": "+"}), NO_CHANGE), "coverage/project")
    assert (result.metric, result.no_baseline) == (Metric.STATEMENTS, True)


@pytest.mark.parametrize(
    ("head", "conclusion", "reason"),
    [
        ((51, 100), Conclusion.SUCCESS, Ratcheted),
        ((50, 100), Conclusion.SUCCESS, Ratcheted),
        ((49, 100), Conclusion.FAILURE, Dropped),
        ((95, 100), Conclusion.SUCCESS, MeetsTarget),
    ],
)
def test_a_ratchet_only_forbids_to_fall(head: tuple[int, int], conclusion: Conclusion, reason: type):
    """Until the target is reached; from then on it holds like any other."""
    rules = policy(project=ProjectRule(until_reached=UntilReached.RATCHET))
    assert outcome(project(head, (50, 100), rules=rules)) == (conclusion, reason)


def test_a_base_of_nothing_is_no_baseline_for_a_ratchet():
    """0 of 0 is no level to hold."""
    rules = policy(project=ProjectRule(until_reached=UntilReached.RATCHET))
    assert project({"a.py": "+-"}, {"a.py": "."}, rules=rules).conclusion is Conclusion.FAILURE


# --- metrics -----------------------------------------------------------------------------------------------------


def test_each_metric_has_a_project_gate_of_its_own():
    """Different metrics are never added up."""
    seen = evidence(
        upload(report({"a.go": go_file(["1.1,2.2 9"], ["3.1,4.2 1"])}, Metric.STATEMENTS, kind="go-cover")),
        upload(report({"b.py": "+" * 19 + "-"}), name="py"),
    )
    gates = [each for each in judged(seen, None, NO_CHANGE).verdict.gates if each.gate == "coverage/project"]
    assert [(each.metric, each.tally, each.conclusion) for each in gates] == [
        (Metric.LINES, Tally(19, 20), Conclusion.SUCCESS),
        (Metric.STATEMENTS, Tally(9, 10), Conclusion.FAILURE),
    ]


def test_codecovs_metric_takes_partial_lines_for_missed():
    """In the project and in the patch."""
    rules = policy("60", "60", metric=MetricChoice.CODECOV)
    change = diff(changed("a.py", "", "2-3"))
    assert project({"a.py": "+~"}, rules=rules).tally == Tally(1, 2)
    strict = patch({"a.py": "++~"}, change, rules=rules)
    assert (strict.tally, strict.conclusion) == (Tally(1, 2), Conclusion.FAILURE)
    assert patch({"a.py": "++~"}, change, rules=policy("60", "60")).tally == Tally(2, 2)


def test_a_forced_metric_that_nothing_measures_fails():
    """``metric: branches`` without branches in any report is an absence, not 100 %."""
    result = project({"a.py": "++"}, rules=policy("10", metric=MetricChoice.BRANCHES))
    assert outcome(result) == (Conclusion.FAILURE, NotMeasured)
    assert result.metric is Metric.BRANCHES


def test_branches_have_a_gate_only_where_the_policy_asks():
    """Arms of all files together."""
    seen = evidence(upload(report({"a.py": "+~~"})))
    assert not [each for each in judged(seen, None, NO_CHANGE).verdict.gates if each.gate == "coverage/branches"]
    asked = gate(judged(seen, None, NO_CHANGE, policy(branches=BranchRule(target=percent("50")))), "coverage/branches")
    assert (asked.tally, asked.metric, asked.conclusion, asked.no_baseline) == (
        Tally(2, 4),
        Metric.BRANCHES,
        Conclusion.SUCCESS,
        False,
    )
    bare = evidence(upload(report({"a.py": "+"})))
    lacking = gate(
        judged(bare, None, NO_CHANGE, policy(branches=BranchRule(target=percent("50")))), "coverage/branches"
    )
    assert outcome(lacking) == (Conclusion.FAILURE, NotMeasured)


# --- the patch ---------------------------------------------------------------------------------------------------


def test_one_changed_line_is_a_patch_of_one():
    """Its neighbours in the file, covered or not, say nothing of the change."""
    result = patch({"a.py": "----+----"}, diff(changed("a.py", "5", "5")))
    assert (result.tally, result.conclusion) == (Tally(1, 1), Conclusion.SUCCESS)


@pytest.mark.parametrize(
    ("signs", "reason", "conclusion"),
    [
        ("+" * 9, SmallPatch, Conclusion.NEUTRAL),
        ("-" * 9, SmallPatch, Conclusion.NEUTRAL),
        ("-" * 10, BelowTarget, Conclusion.FAILURE),
        ("+" * 10, MeetsTarget, Conclusion.SUCCESS),
    ],
)
def test_a_patch_smaller_than_min_lines_is_shown_and_not_judged(signs: str, reason: type, conclusion: Conclusion):
    """At the limit it is judged."""
    rules = policy(patch=PatchRule(min_lines=10))
    assert outcome(patch({"a.py": signs}, diff(changed("a.py", "", "1-50")), rules=rules)) == (conclusion, reason)


def test_max_missed_lines_is_a_ceiling_beside_the_percentage():
    """96 % of a large patch passes the target and may still miss too much."""
    rules = policy(patch=PatchRule(max_missed_lines=3))
    change = diff(changed("a.py", "", "1-100"))
    result = patch({"a.py": tally_file(96, 100)}, change, rules=rules)
    assert result.reason == TooManyMissed(missed=4, allowed=3)
    assert patch({"a.py": tally_file(97, 100)}, change, rules=rules).conclusion is Conclusion.SUCCESS
    strict = policy(patch=PatchRule(max_missed_lines=0))
    assert patch({"a.py": tally_file(99, 100)}, change, rules=strict).conclusion is Conclusion.FAILURE


def test_a_patch_of_no_measured_line_passes_and_says_so():
    """Comments in a measured file, say."""
    assert outcome(patch({"a.py": "+.+"}, diff(changed("a.py", "", "2")))) == (Conclusion.SUCCESS, NothingToJudge)


def test_a_patch_whose_files_are_in_no_report_does_not_pass():
    """New code that nobody measured is not known to be harmless: it is named, and the gate stays neutral."""
    result = patch({"a.py": "+"}, diff(changed("new.py", "", "1-50")))
    assert result.conclusion is Conclusion.NEUTRAL
    assert result.reason == NothingToJudge(unreported=("new.py",))


def test_a_diff_that_leaves_out_measured_files_never_passes():
    """However good the rest is. A left-out file that no report measures has no line in the patch anyway."""
    change = diff(changed("a.py", "", "1"), missing=("b.py", "package-lock.json"))
    assert patch({"a.py": "+", "b.py": "+"}, change).reason == PartialDiff(paths=("b.py",))
    assert patch({"a.py": "+", "b.py": "+"}, change).conclusion is Conclusion.FAILURE
    assert patch({"a.py": "+"}, diff(changed("a.py", "", "1"), missing=("big.json",))).conclusion is Conclusion.SUCCESS


@pytest.mark.parametrize(
    ("rule", "conclusion"),
    [
        (BaseRule.MERGE_PARENT, Conclusion.FAILURE),
        (BaseRule.MERGE_BASE, Conclusion.FAILURE),
        (BaseRule.ANCESTOR, Conclusion.FAILURE),
        (BaseRule.EXPLICIT, Conclusion.FAILURE),
        (BaseRule.PREVIOUS, Conclusion.NEUTRAL),
        (BaseRule.NONE, Conclusion.NEUTRAL),
    ],
)
def test_a_pull_request_without_a_diff_fails_its_patch(rule: BaseRule, conclusion: Conclusion):
    """A first commit or a push proposes nothing: there it is neutral."""
    assert outcome(patch({"a.py": "+"}, None, rule=rule)) == (conclusion, NoDiff)


# --- components --------------------------------------------------------------------------------------------------


def component_gates(head: Files, *components: Component, base: Files | None = None, **more: object) -> list[GateResult]:
    seen = evidence(upload(report(head)), **more)  # pyright: ignore[reportArgumentType] -- any field of evidence
    rules = policy("50", components=components)
    found = judged(seen, baseline(base) if base else None, NO_CHANGE, rules)
    return [each for each in found.verdict.gates if each.gate.startswith("coverage/component:")]


def test_a_component_has_a_target_and_a_priority_of_its_own():
    """What it does not write is the project's."""
    (monitor, api) = component_gates(
        {"pkg/monitor/a.py": "+++-", "pkg/api/b.py": "+-"},
        Component(name="monitor", paths=("pkg/monitor/**",), target=percent("100"), priority=Priority.CRITICAL),
        Component(name="api", paths=("pkg/api/**",)),
    )
    assert (monitor.gate, monitor.tally, monitor.target, monitor.needed) == (
        "coverage/component:monitor",
        Tally(3, 4),
        1,
        1,
    )
    assert (monitor.conclusion, monitor.priority) == (Conclusion.FAILURE, "critical")
    assert (api.conclusion, api.target, api.priority) == (Conclusion.SUCCESS, percent("50"), None)


def test_a_component_may_ratchet_by_itself():
    """The project is held to its target, the component only to its base."""
    rule = Component(name="a", paths=("a/**",), target=percent("100"), until_reached=UntilReached.RATCHET)
    assert outcome(component_gates({"a/x.py": "+-"}, rule, base={"a/x.py": "+-"})[0]) == (Conclusion.SUCCESS, Ratcheted)
    assert outcome(component_gates({"a/x.py": "--"}, rule, base={"a/x.py": "+-"})[0]) == (Conclusion.FAILURE, Dropped)


def test_a_component_that_no_report_measures_fails():
    """It was asked for; only one that the repository does not hold is left alone."""
    rule = Component(name="gone", paths=("gone/**",))
    head: Files = {"a.py": "+"}
    assert outcome(component_gates(head, rule)[0]) == (Conclusion.FAILURE, NotMeasured)
    there = frozenset({"a.py", "gone/x.py"})
    assert outcome(component_gates(head, rule, tracked=there)[0]) == (Conclusion.FAILURE, NotMeasured)
    nowhere = component_gates(head, rule, tracked=frozenset({"a.py"}))[0]
    assert outcome(nowhere) == (Conclusion.NEUTRAL, NothingToJudge)


# --- bases and modes ---------------------------------------------------------------------------------------------


def test_other_base_branches_may_have_other_rules():
    """The first glob that matches changes the keys that it writes; the rest stays."""
    rules = policy(
        "95",
        project=ProjectRule(target=percent("95"), max_drop=percent("5")),
        bases={
            "release/*": BaseOverride(project=ProjectRule(target=percent("80"))),
            "release/1": BaseOverride(project=ProjectRule(target=percent("10"))),
        },
    )
    assert project((85, 100), rules=rules).conclusion is Conclusion.FAILURE
    released = project((85, 100), (90, 100), rules=rules, base_ref="release/1")
    assert (released.conclusion, released.target) == (Conclusion.SUCCESS, percent("80"))
    assert project((79, 100), rules=rules, base_ref="release/1").conclusion is Conclusion.FAILURE


def modes_of(evaluation: Evaluation) -> dict[str, tuple[Conclusion, Conclusion]]:
    return {each.gate: (each.judged, each.conclusion) for each in evaluation.verdict.gates}


@pytest.mark.parametrize(
    ("outer", "inner", "own"),
    [
        (Mode.REPORT, None, None),
        (Mode.ENFORCE, Mode.REPORT, None),
        (Mode.ENFORCE, None, Mode.REPORT),
        (Mode.REPORT, Mode.ENFORCE, Mode.ENFORCE),
    ],
)
def test_the_mildest_mode_around_a_gate_counts(outer: Mode, inner: Mode | None, own: Mode | None):
    """A gate in report mode is judged, shown and never fails."""
    rules = Policy(mode=outer, coverage=CoverageRules(mode=inner, project=ProjectRule(mode=own)))
    found = judged(evidence(upload(report({"a.py": "+-"}))), None, NO_CHANGE, rules)
    assert modes_of(found)["coverage/project"] == (Conclusion.FAILURE, Conclusion.NEUTRAL)
    assert found.verdict.conclusion is (Conclusion.NEUTRAL if outer is Mode.REPORT else Conclusion.SUCCESS)


def test_a_gate_that_is_off_is_not_there():
    """Neither judged nor shown; the others stay."""
    rules = policy(project=ProjectRule(mode=Mode.OFF))
    found = judged(evidence(upload(report({"a.py": "+-"}))), None, NO_CHANGE, rules)
    assert [each.gate for each in found.verdict.gates] == ["coverage/patch", "evidence"]


def test_a_policy_that_is_off_judges_nothing():
    """Its verdict is neutral and has no gate."""
    found = judged(evidence(), None, None, Policy(mode=Mode.OFF))
    assert (found.verdict.conclusion, found.verdict.gates) == (Conclusion.NEUTRAL, ())


def test_coverage_that_is_off_asks_for_no_report():
    """Then uploads without one are in order."""
    found = judged(
        evidence(upload(outcomes={"build": "success"})), None, None, Policy(coverage=CoverageRules(mode=Mode.OFF))
    )
    passed = (Conclusion.SUCCESS, Conclusion.SUCCESS)
    assert modes_of(found) == {"build": passed, "evidence": passed}


def test_what_is_kept_of_a_push_is_the_tools_own_measurement():
    """Whatever metric the policy judges by, so that it may be changed later; without what it ignores."""
    rules = policy("10", metric=MetricChoice.CODECOV, ignore=("gen.py",))
    found = judged(evidence(upload(report({"a.py": "+~", "gen.py": "-"}))), None, None, rules)
    assert found.measured == {Metric.LINES: coverage({"a.py": "+~"})}


def test_the_distance_of_a_drop_is_that_of_the_nearer_way_back():
    """All but one line of the project went: covering that one is nearer than making up for what was deleted."""
    change = diff(changed("a.py", "1-100", "1"))
    files: Files = {"a.py": tally_file(90, 100)}
    reason = project({"a.py": "-"}, files, change, rules=policy("0")).reason
    assert isinstance(reason, Dropped)
    assert (reason.before, reason.after) == (Tally(90, 100), Tally(0, 1))

"""Coverage, tests, races, lint, build and benchmarks in one verdict."""

import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model.benchmarks import Benchmark, Benchmarks, Direction, Measure
from bot.core.model.coverage import Metric
from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited, Baseline, BenchRun, Gap, Layout, Report, Upload
from bot.core.model.policy import BenchmarkRules, BuildRule, LintRule, Mode, Policy, TestsRule
from bot.core.model.suites import Outcome
from bot.core.model.verdict import Complete, Conclusion
from tests.core.making import (
    HEAD,
    baseline,
    changed,
    conclusions,
    coverage,
    diff,
    evidence,
    gate,
    judged,
    report,
    upload,
)
from tests.core.telling import case, cases, finding, lint, of_base, race, told, with_jobs, without_coverage

CODE = diff(changed("a.go", "", "1"))
COVERED = report({"a.go": "+" * 20})
GREEN = told(*cases("a+ b+"), go=True)
RACED = told(*cases("a+ b+"), go=True, races=(race(),))
ALL = Policy(tests=TestsRule(), lint=LintRule(), build=BuildRule(jobs=("build",)))
NAMES = ["coverage/project", "coverage/patch", "tests", "races", "lint", "build"]


def bench(nanoseconds: float) -> Report:
    measure = Measure(unit="ns", direction=Direction.LOWER, samples=(nanoseconds,))
    benchmarks = Benchmarks(benchmarks=(Benchmark(name="BenchmarkX", measures={"time": measure}),))
    return Report(path="bench.txt", format="go-bench", digest="3" * 64, benchmarks=benchmarks)


def whole(*reports: Report) -> Upload:
    return upload(*reports, race=True)


def test_all_kinds_are_judged_beside_each_other():
    """Each has its place; evidence is last where it is in order, and first where it is not."""
    seen = with_jobs({"build": "success"}, whole(COVERED, GREEN, lint()))
    found = judged(seen, None, CODE, ALL)
    assert found.verdict.conclusion is Conclusion.SUCCESS
    assert [each.gate for each in found.verdict.gates] == [*NAMES, "evidence"]
    assert found.verdict.not_configured == ("benchmarks",)
    assert gate(found, "evidence").reason == Complete(reports=3, uploads=1)
    waiting = judged(with_jobs({}, gaps=(Gap(awaited=Awaited.RUNNING),)), None, CODE, ALL)
    assert [each.gate for each in waiting.verdict.gates] == ["evidence", *(name for name in NAMES if name != "races")]
    assert set(conclusions(waiting).values()) == {Conclusion.PENDING}


def test_each_gate_alone_turns_the_verdict_red():
    """For its own reason; the others stay as they were."""
    job, uploads = {"build": "success"}, (COVERED, GREEN, lint())
    bad = {
        "coverage/patch": (job, (report({"a.go": "-" + "+" * 99}), GREEN, lint())),
        "tests": (job, (COVERED, told(*cases("a+ b-"), go=True), lint())),
        "races": (job, (COVERED, RACED, lint())),
        "lint": (job, (COVERED, GREEN, lint(finding("a.go", 1)))),
        "build": ({"build": "failure"}, uploads),
    }
    for name, (jobs, reports) in bad.items():
        found = judged(with_jobs(jobs, whole(*reports)), None, CODE, ALL)
        red = [each.gate for each in found.verdict.gates if each.conclusion is not Conclusion.SUCCESS]
        assert (red, found.verdict.conclusion) == ([name], Conclusion.FAILURE)


def test_benchmarks_have_their_gate():
    """A limit that is not kept fails; switched off, it is neither there nor missing."""
    seen = evidence(whole(COVERED, bench(200)))
    rules = Policy(benchmarks=BenchmarkRules(limits=("BenchmarkX time < 100 ns",)))
    assert gate(judged(seen, None, CODE, rules), "benchmarks").conclusion is Conclusion.FAILURE
    kept = judged(evidence(whole(COVERED, bench(50))), None, CODE, rules)
    assert kept.verdict.conclusion is Conclusion.SUCCESS
    off = judged(seen, None, CODE, Policy(benchmarks=BenchmarkRules(mode=Mode.OFF)))
    assert "benchmarks" not in {*conclusions(off), *off.verdict.not_configured}


def test_a_push_keeps_all_that_later_changes_are_compared_with():
    """Coverage, outcomes, findings, benchmarks; and the next change is compared with them."""
    found = judged(evidence(whole(COVERED, told(*cases("a+ b-"), go=True), lint(finding("a.go")), bench(50))))
    kept = found.kept
    assert kept is not None
    assert (kept.sha, kept.raced) == (HEAD, True)
    assert kept.coverage == {Metric.LINES: coverage({"a.go": "+" * 20})}
    assert kept.suites == {each.key: each.outcome for each in cases("a+ b-")}
    assert kept.findings == (finding("a.go"),)
    assert [len(each.benchmarks.benchmarks) for each in kept.benchmarks] == [1]
    after = judged(evidence(whole(COVERED, GREEN, lint(finding("a.go")), bench(50))), kept, diff())
    assert after.suites is not None
    assert after.suites.newly_fixed == (("s", "b"),)
    assert conclusions(after)["lint"] is Conclusion.SUCCESS


def test_what_is_not_whole_is_not_kept():
    """A later change would be told that it brought back what was only missing."""
    broken = upload(name="broken", problems=(Problem(path="c.xml", reason="ends early"),))
    for seen in (
        evidence(whole(GREEN, lint()), gaps=(Gap(awaited=Awaited.RUNNING),)),
        evidence(whole(GREEN, lint()), broken),
    ):
        kept = judged(seen).kept
        assert kept is not None
        assert (kept.suites, kept.findings, kept.raced, kept.benchmarks) == (None, None, False, ())
    none = judged(evidence(whole(told(), COVERED))).kept
    assert none is not None
    assert (none.suites, none.findings) == (None, None)


def test_a_policy_that_is_off_judges_none_of_it():
    """And names nothing as missing."""
    found = judged(evidence(whole(RACED)), None, CODE, Policy(mode=Mode.OFF))
    assert (found.verdict.gates, found.verdict.not_configured) == ((), ())


# --- laws --------------------------------------------------------------------------------------------------------

REPORTS = st.sampled_from(
    [
        COVERED,
        GREEN,
        RACED,
        told(),
        told(*cases("a- c+")),
        told(case("a", "_")),
        lint(),
        lint(finding("a.go", 1)),
        lint(finding("a.go", 2), finding("", None)),
    ]
)
STEPS = st.dictionaries(
    st.sampled_from(["build", "lint", "test"]), st.sampled_from(["success", "failure", "skipped"]), max_size=2
)
UPLOADS = st.lists(
    st.builds(
        lambda reports, outcomes, on: upload(*reports, outcomes=outcomes, race=on),
        st.lists(REPORTS, max_size=3),
        STEPS,
        st.sampled_from([None, True, False]),
    ),
    max_size=3,
).map(
    lambda made: [upload(*one.reports, name=str(n), outcomes=one.outcomes, race=one.race) for n, one in enumerate(made)]
)
JOBS = st.dictionaries(
    st.sampled_from(["build", "build (1)", "ci / lint"]), st.sampled_from(["success", "failure", "skipped", None])
)
GAPS = st.sampled_from([(), (Gap(awaited=Awaited.RUNNING),), (Gap(awaited=Awaited.RUNNING, expired=True),)])
BASES = st.sampled_from(
    [None, baseline({"a.go": "++"}), of_base("a+ d-"), of_base(found=(finding("a.go", 1),)), of_base("a+", raced=True)]
)
POLICIES = st.sampled_from([Policy(), ALL, without_coverage(), without_coverage(tests=TestsRule(), lint=LintRule())])


@settings(max_examples=50)
@given(UPLOADS, JOBS, GAPS, BASES, POLICIES)
def test_the_order_of_evidence_does_not_matter(
    uploads: list[Upload],
    jobs: dict[str, str | None],
    gaps: tuple[Gap, ...],
    base: Baseline | None,
    rules: Policy,
):
    """Neither of uploads nor of jobs: the gates and all that they rest on are the same."""
    first = judged(with_jobs(jobs, *uploads, gaps=gaps), base, CODE, rules)
    for turned in itertools.permutations(uploads):
        other = judged(with_jobs(dict(reversed(jobs.items())), *turned, gaps=gaps), base, CODE, rules)
        assert other.verdict.gates == first.verdict.gates
        assert (other.suites, other.findings, other.kept) == (first.suites, first.findings, first.kept)


@settings(max_examples=50)
@given(UPLOADS, JOBS, BASES, POLICIES)
def test_missing_evidence_never_makes_green(
    uploads: list[Upload], jobs: dict[str, str | None], base: Baseline | None, rules: Policy
):
    """While something is expected, no gate and no verdict is a success, but those of jobs where it can no longer come."""
    for expired in (False, True):
        gaps = (Gap(awaited=Awaited.RUNNING, expired=expired),)
        found = judged(with_jobs(jobs, *uploads, gaps=gaps), base, CODE, rules)
        green = {name for name, conclusion in conclusions(found).items() if conclusion is Conclusion.SUCCESS}
        assert green <= ({"build"} if expired else set())
        assert found.verdict.conclusion in {Conclusion.PENDING, Conclusion.FAILURE}


@settings(max_examples=50)
@given(UPLOADS, REPORTS, JOBS, BASES, POLICIES)
def test_a_gate_that_is_there_is_green_only_of_its_own_evidence(
    uploads: list[Upload], more: Report, jobs: dict[str, str | None], base: Baseline | None, rules: Policy
):
    """Tests of cases or a step that passed, races of a detector that was on, lint of a report or a step."""
    found = judged(with_jobs(jobs, *uploads, upload(more, name="more")), base, CODE, rules)
    green = {name for name, conclusion in conclusions(found).items() if conclusion is Conclusion.SUCCESS}
    steps = {name for one in uploads for name in one.outcomes}
    if "tests" in green:
        assert (found.suites is not None and found.suites.counts.passed > 0) or "test" in steps
    if "races" in green:
        assert found.suites is not None
        assert found.suites.raced
    if "lint" in green:
        assert found.findings is not None or "lint" in steps


def test_a_run_that_confirms_is_not_expected_of_every_change():
    """It is made only where something looked worse; the base's having had one makes its absence no gap."""
    first = whole(COVERED, GREEN)
    second = replace(
        upload(bench(1.0), name="confirm"), bench=BenchRun(layout=Layout.INTERLEAVED, base_sha=HEAD, confirms=True)
    )
    kept = judged(evidence(first, second)).kept
    assert kept is not None
    assert kept.uploads == {(first.workflow, first.name)}


def test_to_skip_every_test_is_no_way_to_green():
    """Where some passed on the base. Where none ever did, nothing is judged."""
    skipped = evidence(upload(told(*cases("a_ b_"))))
    before = Baseline(sha=HEAD, suites={("s", "a"): Outcome.PASSED, ("s", "b"): Outcome.PASSED})
    assert conclusions(judged(skipped, before, rules=without_coverage()))["tests"] is Conclusion.FAILURE
    assert conclusions(judged(skipped, rules=without_coverage()))["tests"] is Conclusion.NEUTRAL

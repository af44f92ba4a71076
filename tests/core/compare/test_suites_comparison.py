"""Test results of many reports as one run, beside the base's."""

import itertools
import time

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.compare.suites import compare_suites
from bot.core.model.comparison import CaseCounts, SuitesComparison
from bot.core.model.evidence import Baseline, Side, Upload
from bot.core.model.policy import TestsRule
from bot.core.model.suites import Case
from tests.core.making import upload
from tests.core.telling import E, F, P, S, case, cases, of_base, race, told


def compared(*uploads: Upload, base: Baseline | None = None, **rules: object) -> SuitesComparison:
    found = compare_suites(uploads, base, TestsRule(**rules))  # pyright: ignore[reportArgumentType] -- any key of tests
    assert found is not None
    return found


def test_without_a_report_of_tests_there_is_nothing_to_compare():
    """Coverage alone is none, and a base's measurement beside the head's is not the head's."""
    base_side = told(*cases("a+"))
    other = upload(type(base_side)(path="t", format="junit", digest="", suites=base_side.suites, side=Side.BASE))
    assert compare_suites([upload(), other], of_base("a+"), TestsRule()) is None


def test_legs_of_a_matrix_are_compared_not_summed():
    """Three jobs ran the same three tests: three cases. What one leg skips and another passes has passed."""
    found = compared(
        upload(told(*cases("a+ b+ c_")), name="1.21"),
        upload(told(*cases("a+ b- c+")), name="1.22"),
        upload(told(*cases("a+ b! c_")), name="1.23"),
    )
    assert found.counts == CaseCounts(passed=2, errored=1)
    assert [each.key for each in found.bad] == [("s", "b")]
    assert found.ran_in == {("s", "b"): ("1.22", "1.23")}
    assert (found.reports, found.suites, found.flaky) == (3, 1, ())


def test_one_run_told_twice_counts_once():
    """A JSON file and a log in one upload; the telling that explains the failure is kept, with the longer time."""
    found = compared(
        upload(
            told(case("a", "-", duration_us=5), case("b"), path="t.json"),
            told(case("a", "-", message="got 2", duration_us=7), case("b"), path="t.log"),
        )
    )
    assert (found.counts, found.duration_us) == (CaseCounts(passed=1, failed=1), 7)
    assert [(each.message, each.duration_us) for each in found.bad] == [("got 2", 7)]


def test_a_line_for_a_whole_package_is_no_test_beside_its_tests():
    """`ok example.org/m/a` in a log, with the package's own tests in a report; a package without those stays."""
    log = (case("(package)", suite="a", synthetic=True), case("(package)", suite="b", synthetic=True))
    found = compared(upload(told(*cases("x+ y+", "a"))), upload(told(*log), name="log"))
    assert list(found.outcomes) == [("a", "x"), ("a", "y"), ("b", "(package)")]


def test_a_package_that_failed_without_a_failed_test_stays_failed():
    """Its tests pass in one leg; in another it does not even build."""
    broken = case("(package)", "!", suite="a", synthetic=True)
    found = compared(upload(told(*cases("x+", "a"))), upload(told(broken), name="windows"))
    assert (found.counts, [each.key for each in found.bad]) == (CaseCounts(passed=1, errored=1), [("a", "(package)")])
    beside = compared(upload(told(*cases("x-", "a")), told(broken, path="log")))
    assert [each.key for each in beside.bad] == [("a", "x")]


def test_what_became_of_the_bases_cases():
    """Newly failing, fixed, removed with a whole suite, and newly skipped."""
    base = of_base("kept+ worse+ better- broken- gone+ idle+")
    base = of_base(dict(base.suites or {}) | {("other", "x"): P, ("s", "(package)"): E})
    found = compared(upload(told(*cases("kept+ worse- better+ broken- idle_ new- (x)+"))), base=base)
    assert found.newly_failing == (("s", "new"), ("s", "worse"))
    assert [each.name for each in found.bad] == ["new", "worse", "broken"]
    assert found.newly_fixed == (("s", "better"),)
    assert found.removed == (("other", "x"), ("s", "gone"))
    assert found.newly_skipped == (("s", "idle"),)
    assert found.base == CaseCounts(passed=5, failed=2, errored=1)


def test_without_a_base_nothing_is_new():
    """All four lists are empty, and the failures are told in order."""
    found = compared(upload(told(*cases("b- a-"))))
    assert (found.base, found.newly_failing, found.removed) == (None, (), ())
    assert [each.name for each in found.bad] == ["a", "b"]


def test_a_package_that_builds_again_is_fixed():
    """The case that stood for it is gone because its tests are back, not because somebody removed it."""
    found = compared(upload(told(*cases("x+", "a"))), base=of_base({("a", "(package)"): E}))
    assert (found.newly_fixed, found.removed) == ((("a", "(package)"),), ())


def test_the_slowest_ten_are_told():
    """Longest first; those of one length by name."""
    ran = [case(f"t{n:02}", duration_us=n // 2) for n in range(30)]
    names = [each.name for each in compared(upload(told(*ran))).slowest]
    assert names == ["t28", "t29", "t26", "t27", "t24", "t25", "t22", "t23", "t20", "t21"]


def test_a_test_is_flaky_if_its_own_attempts_disagree():
    """In whichever telling; not because two jobs disagree. Switched off it is not told."""
    again = upload(told(case("a", "+", attempts=(F, P)), case("b", "-", attempts=(F, F))), name="1")
    other = upload(told(*cases("a+ b+")), name="2")
    assert [each.name for each in compared(again, other).flaky] == ["a"]
    assert compared(again, other, flaky="off").flaky == ()


# --- races -------------------------------------------------------------------------------------------------------


def go(*suites: str, name: str = "unit", **more: object) -> Upload:
    return upload(told(*(case("T", suite=suite) for suite in suites), go=True), name=name, **more)


def test_a_detector_is_on_where_somebody_says_so():
    """The manifest, or the policy for an upload without one; a manifest that denies it is believed."""
    for raced in (go("a", race=True), go("a", name="test-results-1.22")):
        found = compared(raced, race_detector=("test-results-*",))
        assert (found.raced, found.unraced) == (("a",), ())
    for unraced in (go("a"), go("a", race=False, name="test-results-1.22")):
        found = compared(unraced, race_detector=("test-results-*",))
        assert (found.raced, found.unraced) == ((), ("a",))


def test_a_reported_race_shows_that_the_detector_was_on():
    """Go's: another detector's says nothing of Go's."""
    ran = case("T", suite="a")
    found = compared(upload(told(ran, go=True, races=(race(),))))
    assert (found.raced, found.unraced) == (("a",), ())
    assert compared(upload(told(ran, go=True, races=(race(detector="tsan"),)))).unraced == ("a",)


def test_one_leg_with_the_detector_is_enough():
    """The others ran the same packages; a package that only they ran is not covered."""
    found = compared(go("a", "b", race=True), go("a", "b", "c", name="windows"))
    assert (found.raced, found.unraced) == (("a", "b"), ("c",))


def test_a_package_that_did_not_build_ran_no_detector():
    """Nothing of it ran, with it or without."""
    broken = case("(package)", "!", suite="b", synthetic=True)
    found = compared(upload(told(case("T", suite="a"), broken, go=True), race=True))
    assert (found.raced, found.unraced) == (("a",), ())


def test_other_languages_have_no_detector():
    """JUnit of pytest is neither raced nor unraced."""
    found = compared(upload(told(*cases("a+"))))
    assert (found.raced, found.unraced) == ((), ())


def test_a_race_is_told_once():
    """By where its sides stood, in the log and in the JSON of one run, by three legs."""
    seen = told(*cases("a+"), go=True, races=(race(3, count=2), race(4)))
    again = told(*cases("a+"), go=True, races=(race(3, suite="other"),), path="log")
    found = compared(upload(seen, again), upload(seen, name="2"))
    assert sorted((each.key[0][2], each.count) for each in found.races) == [(3, 2), (4, 1)]
    assert compared(upload(seen), races="off").races == ()


# --- laws --------------------------------------------------------------------------------------------------------

CASES = st.builds(
    case,
    st.sampled_from(["a", "b", "(package)"]),
    st.sampled_from("+-!_"),
    st.sampled_from(["s", "t"]),
    duration_us=st.none() | st.integers(0, 3),
    attempts=st.sampled_from([(), (F, P), (P, P), (P, S)]),
    message=st.sampled_from(["", "m", "n"]),
    line=st.none() | st.integers(1, 2),
).map(lambda made: made if made.name != "(package)" else _standing(made))


def _standing(made: Case) -> Case:
    return case(made.name, {P: "+", F: "-", E: "!", S: "_"}[made.outcome], made.suite, synthetic=True)


REPORTS = st.lists(CASES, max_size=4).map(lambda ran: told(*ran, go=True, races=(race(len(ran)),)))
UPLOADS = st.lists(st.lists(REPORTS, min_size=1, max_size=2), min_size=1, max_size=3).map(
    lambda groups: [upload(*reports, name=str(number)) for number, reports in enumerate(groups)]
)
BASES = st.none() | st.lists(CASES, max_size=4).map(lambda ran: of_base({c.key: c.outcome for c in ran}))


@settings(max_examples=50)
@given(UPLOADS, BASES)
def test_the_order_of_uploads_does_not_matter(uploads: list[Upload], base: Baseline | None):
    """Nor does that of the reports in one."""
    first = compared(*uploads, base=base)
    for turned in itertools.permutations(uploads):
        assert compared(*turned, base=base) == first
    backwards = [upload(*reversed(each.reports), name=each.name) for each in uploads]
    assert compared(*backwards, base=base) == first


@settings(max_examples=50)
@given(UPLOADS, BASES)
def test_telling_it_again_changes_nothing(uploads: list[Upload], base: Baseline | None):
    """But the number of reports."""
    once = compared(*uploads, base=base)
    twice = compared(*(upload(*each.reports, *each.reports, name=each.name) for each in uploads), base=base)
    assert (twice.outcomes, twice.bad, twice.ran_in) == (once.outcomes, once.bad, once.ran_in)
    assert (twice.counts, twice.slowest, twice.flaky, twice.races) == (
        once.counts,
        once.slowest,
        once.flaky,
        once.races,
    )


def test_a_hundred_thousand_cases_take_a_moment():
    """Told twice, beside as many on the base."""
    ran = tuple(case(f"test_{n}", duration_us=n, suite=f"s{n % 997}") for n in range(100_000))
    base = of_base({each.key: each.outcome for each in ran})
    started = time.perf_counter()
    found = compared(upload(told(*ran)), upload(told(*ran), name="2"), base=base)
    assert found.counts.passed == 100_000
    assert time.perf_counter() - started < 5

"""What JUnit's elements and attributes come to. Tools that are not to be had here are written from their documentation."""

import pytest

from tests.core.parse.suite_reading import case, ends, figures, junit, suites

RACE = """==================
WARNING: DATA RACE
Write at 0x00c000012345 by goroutine 8:
  example.com/shop.add()
      /home/runner/work/shop/shop/add.go:7 +0x3a

Previous write at 0x00c000012345 by goroutine 7:
  example.com/shop.add()
      /home/runner/work/shop/shop/add.go:7 +0x3a
==================
"""


def test_reruns_of_surefire_that_passed_are_flaky():
    """`rerunFailingTestsCount`: flaky elements stand for the runs before the one that passed."""
    found = case(
        '<flakyFailure message="a">x</flakyFailure><flakyError message="b"><stackTrace>y</stackTrace></flakyError>'
    )
    assert found.outcome == "passed"
    assert found.attempts == ("failed", "errored", "passed")
    assert found.flaky
    assert found.message == "a"


def test_reruns_of_surefire_that_never_passed_are_attempts():
    """The first run is the failure itself."""
    inner = (
        '<failure message="first">x</failure><rerunFailure message="second"><stackTrace>y</stackTrace></rerunFailure>'
    )
    found = case(f"{inner}<rerunError/>")
    assert found.outcome == "errored"
    assert found.attempts == ("failed", "failed", "errored")
    assert not found.flaky


def test_a_case_that_is_listed_twice_is_one_and_the_worst_counts():
    """Gradle's retries, and parametrised cases without names of their own: nothing says that one was a second try."""
    twice = '<testcase classname="c" name="n" time="1"><failure message="no"/></testcase>'
    twice += '<testcase classname="c" name="n" time="0.5"/>'
    (found,) = junit(twice).cases
    assert (found.outcome, found.attempts, found.message) == ("failed", ("failed", "passed"), "no")
    assert found.duration_us == 1_500_000


def test_cases_of_one_name_in_different_files_suites_or_browsers_are_different():
    """None may hide another: a browser is a host of playwright's."""
    one = '<testcase classname="a.spec.ts" name="n" time="1">{}</testcase>'
    text = "".join(
        f'<testsuite name="a.spec.ts" hostname="{host}">{one.format(inner)}</testsuite>'
        for host, inner in (("chromium", ""), ("firefox", "<failure/>"))
    )
    found = suites(f"<testsuites>{text}</testsuites>")
    assert [(case.suite, case.outcome) for case in found.cases] == [
        ("a.spec.ts (chromium)", "passed"),
        ("a.spec.ts (firefox)", "failed"),
    ]
    files = junit("".join(f'<testcase classname="c" name="n" file="{name}"/>' for name in "ab"))
    assert [case.suite for case in files.cases] == ["c (a)", "c (b)"]


def test_several_results_of_one_run_come_to_the_worst():
    """A skipped mark, a failure and an error in the tear-down are one run."""
    found = case('<skipped/><failure message="f"/><error message="e"/>')
    assert (found.outcome, found.attempts, found.message) == ("errored", (), "e")


@pytest.mark.parametrize("status", ["notrun", "disabled", "skipped", "NotRun"])
def test_a_status_alone_can_say_skipped(status: str):
    """GoogleTest writes no element for a disabled test."""
    assert case("", f'classname="c" name="n" time="0" status="{status}" result="suppressed"').outcome == "skipped"


@pytest.mark.parametrize(("status", "outcome"), [("failed", "failed"), ("error", "errored"), ("run", "passed")])
def test_a_status_alone_can_say_failed(status: str, outcome: str):
    """It is never green for want of an element."""
    assert case("", f'classname="c" name="n" status="{status}"').outcome == outcome


def test_a_suite_that_counts_failures_and_shows_no_case_is_an_errored_case():
    """A program that crashed before its first test."""
    found = suites('<testsuites><testsuite name="s" tests="3" failures="0" errors="1"/></testsuites>')
    assert [(case.suite, case.name, case.outcome, case.synthetic) for case in found.cases] == [
        ("s", "(suite)", "errored", True)
    ]
    assert not suites('<testsuites><testsuite name="s" tests="0" failures="0"/></testsuites>').cases


def test_a_failure_of_a_suite_itself_is_an_errored_case():
    """A set-up for all tests, as some tools write it."""
    found = junit('<error message="no database">trace</error><testcase classname="c" name="n" time="1"/>')
    assert ends(found) == {"n": "passed", "(suite)": "errored"}
    assert found.cases[0].message == "no database"
    assert found.cases[0].synthetic


def test_a_program_that_is_one_case_is_explained_by_what_it_printed():
    """For bazel writes the log beside the case."""
    found = junit(
        '<testcase name="//a:test"><error message="exited with error code 1"/></testcase><system-out>why</system-out>'
    )
    assert (found.cases[0].suite, found.cases[0].detail) == ("s", "why")


def test_without_names_each_case_is_its_own():
    """And a suite without cases has run."""
    found = suites(
        "<testsuites><testsuite/><testsuite name='e'/><testsuite><testcase/><testcase/></testsuite></testsuites>"
    )
    assert [case.name for case in found.cases] == ["#1", "#2"]
    assert found.suites == ("e",)


def test_a_lone_suite_a_namespace_and_a_doctype_are_read():
    """Roots vary."""
    one = '<testcase classname="c" name="n" time="1"/>'
    for text in (
        f"<testsuite>{one}</testsuite>",
        f'<testsuites xmlns="urn:x"><testsuite>{one}</testsuite></testsuites>',
        f'<j:testsuite xmlns:j="urn:x">{one.replace("<", "<j:")}</j:testsuite>',
        f"\ufeff<?xml version='1.0'?>\n<!-- by hand --><testsuite>{one}</testsuite>",
    ):
        assert figures(suites(text))["tests_succ"] == 1


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("0.003", 3_000),
        ("1,234.5", 1_234_500_000),
        ("1,234", 1_234_000_000),
        ("0,5", 500_000),
        ("2.5e-3", 2_500),
        (".25", 250_000),
        ("0.1000000000000000055", 100_000),
        ("-0.000000", None),
        ("-1", None),
        ("NaN", None),
        ("inf", None),
        ("", None),
        ("9" * 15 + "e99", None),
        ("1" * 50, None),
        ("\u0661", None),
    ],
)
def test_durations_are_whole_microseconds(text: str, microseconds: int | None):
    """As tools of all locales write them; what is none is left out."""
    assert case("", f'classname="c" name="n" time="{text}"').duration_us == microseconds


def test_a_race_in_what_was_printed_is_found_wherever_it_is():
    """In a failure, or beside tests that passed."""
    found = junit(
        f'<testcase classname="c" name="n" time="1"><failure message="Failed">{RACE}</failure></testcase>'
        f"<system-err><![CDATA[{RACE}]]></system-err>"
    )
    (race,) = found.races
    assert (race.suite, race.case, race.count, race.accesses[0].frames[0].line) == ("c", "n", 2, 7)
    assert found.toolchain == "go"


def test_parents_of_go_subtests_stay_only_where_nothing_else_tells():
    """A parent that failed though its subtests passed is counted; one that was skipped, too."""
    names = ("P/a", "P", "F/a", "F", "S/a", "S")
    results = {"F": '<failure message="Failed"/>', "S": "<skipped/>"}
    text = "".join(f'<testcase classname="p" name="{n}" time="1">{results.get(n, "")}</testcase>' for n in names)
    found = junit(f'<properties><property name="go.version" value="go1.27"/></properties>{text}')
    assert ends(found) == {"P/a": "passed", "F/a": "passed", "F": "failed", "S/a": "passed", "S": "skipped"}


def test_the_place_is_that_of_the_test_where_several_are_named():
    """Frames of the JVM name their class; places of others are no place where none is the test's."""
    trace = "java.lang.AssertionError\n\tat org.junit.Assert.fail(Assert.java:89)\n\tat org.example.PriceTest.x(PriceTest.java:12)"
    found = case(f'<failure message="m">{trace}</failure>', 'classname="org.example.PriceTest" name="x"')
    assert (found.file, found.line) == ("PriceTest.java", 12)
    found = case(f'<failure message="m">{trace}</failure>', 'classname="org.example.OtherTest" name="x"')
    assert (found.file, found.line) == ("", None)


def test_long_texts_keep_their_beginning_and_their_end():
    """A stack begins with what happened, a log ends with it."""
    found = case(f'<failure message="{"m" * 5000}">first{"x" * 9000}last</failure>')
    assert len(found.message) == 1000
    assert len(found.detail) <= 4000
    assert found.detail.startswith("first")
    assert found.detail.endswith("last")


def test_a_test_of_pytest_that_never_ended_is_no_passed_one():
    """``pytest.exit()`` or an interrupt within a test: pytest writes a case without a name, a class or a result."""
    found = suites(
        '<testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="0" tests="1">'
        '<testcase classname="exit_test" name="test_1" time="0.001" /><testcase time="0.000" />'
        "</testsuite></testsuites>"
    )
    assert [case.outcome.value for case in found.cases] == ["passed", "errored"]


@pytest.mark.parametrize("go", ["", '<properties><property name="go.version" value="go1.22"/></properties>'])
def test_a_suite_that_counts_failures_and_shows_none_is_not_green(go: str):
    """It is at odds with itself: what failed is not among its cases."""
    found = junit(f'{go}<testcase classname="p" name="TestA"/>', 'name="p" tests="1" failures="1"')
    assert [case.outcome.value for case in found.cases if case.bad] == ["errored"]
    shown = junit('<testcase classname="p" name="x"><failure/></testcase>', 'name="p" tests="1" failures="1"')
    assert figures(shown)["tests"] == 1

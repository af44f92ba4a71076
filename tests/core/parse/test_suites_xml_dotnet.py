"""NUnit, xUnit.net and TRX. Their tools are not to be had here: reports are written by hand from their schemas."""

from tests.core.parse.reading import read
from tests.core.parse.suite_reading import ends, suites

NUNIT3 = """<test-run id="0" testcasecount="9" result="Failed">
<test-suite type="Assembly" name="Shop.dll" fullname="/a/Shop.dll" result="Failed">
<failure><message>One or more child tests had errors</message></failure>
<test-suite type="TestFixture" name="Price" fullname="Shop.Price" classname="Shop.Price" result="Failed" site="Child">
<failure><message>One or more child tests had errors</message></failure>
<test-case name="Holds" fullname="Shop.Price.Holds" classname="Shop.Price" result="Passed" duration="0.0125">
<output><![CDATA[a line]]></output></test-case>
<test-case name="Fails(1)" classname="Shop.Price" result="Failed" duration="1.5"><failure><message><![CDATA[not 2]]></message>
<stack-trace><![CDATA[   at Shop.Price.Fails(Int32 n) in /home/runner/work/shop/Price.cs:line 12]]></stack-trace></failure></test-case>
<test-case name="Throws" classname="Shop.Price" result="Failed" label="Error"><failure><message>x</message></failure></test-case>
<test-case name="Warns" classname="Shop.Price" result="Warning"/>
<test-case name="Ignored" classname="Shop.Price" result="Skipped" label="Ignored"><reason><message>later</message></reason></test-case>
<test-case name="Open" classname="Shop.Price" result="Inconclusive"/>
</test-suite>
<test-suite type="TestFixture" name="Stock" fullname="Shop.Stock" result="Failed" site="TearDown">
<failure><message>TearDown : no database</message></failure>
<test-case name="Holds" classname="Shop.Stock" result="Passed"/>
</test-suite>
<test-suite type="TestFixture" name="Empty" fullname="Shop.Empty" result="Passed"/>
</test-suite></test-run>"""


def test_nunit_3_tells_failures_errors_and_its_suites_own():
    """A suite whose tear-down failed is a case of its own; one whose tests failed is not."""
    report = read(NUNIT3)
    assert report.format == "nunit3"
    assert report.suites is not None
    assert [(case.suite, case.name, case.outcome.value) for case in report.suites.cases] == [
        ("Shop.Price", "Holds", "passed"),
        ("Shop.Price", "Fails(1)", "failed"),
        ("Shop.Price", "Throws", "errored"),
        ("Shop.Price", "Warns", "passed"),
        ("Shop.Price", "Ignored", "skipped"),
        ("Shop.Price", "Open", "skipped"),
        ("Shop.Stock", "Holds", "passed"),
        ("Shop.Stock", "(suite)", "errored"),
    ]
    fails = report.suites.cases[1]
    assert (fails.message, fails.file, fails.line) == ("not 2", "/home/runner/work/shop/Price.cs", 12)
    assert fails.duration_us == 1_500_000
    assert report.suites.cases[4].message == "later"
    assert report.suites.suites == ("Shop.Price", "Shop.Stock", "Shop.Empty")


def test_nunit_2_splits_full_names_and_knows_what_was_not_executed():
    """Its oldest releases say only whether a case was executed and succeeded."""
    cases = {
        "Shop.Price.Holds": 'executed="True" success="True"',
        "Shop.Price.Fails(&quot;a.b&quot;)": 'executed="True" result="Failure" success="False"',
        "Shop.Price.Throws": 'executed="True" result="Error" success="False"',
        "Shop.Price.Later": 'executed="False"',
        "Shop.Price.Bad": 'executed="False" result="NotRunnable"',
    }
    inner = "".join(f'<test-case name="{name}" {rest}/>' for name, rest in cases.items())
    suite = f'<test-suite type="TestFixture" name="Price" success="False"><results>{inner}</results></test-suite>'
    report = read(f'<test-results name="Shop.dll">{suite}</test-results>')
    assert report.format == "nunit2"
    assert report.suites is not None
    assert ends(report.suites) == {
        "Holds": "passed",
        'Fails("a.b")': "failed",
        "Throws": "errored",
        "Later": "skipped",
        "Bad": "errored",
    }
    assert {case.suite for case in report.suites.cases} == {"Shop.Price"}


def test_a_nunit_suite_that_failed_and_shows_nothing_is_an_errored_case():
    """An assembly that could not be loaded."""
    text = '<test-run><test-suite type="Assembly" name="a.dll" result="Failed" label="Invalid"/></test-run>'
    assert ends(suites(text)) == {"(suite)": "errored"}


XUNIT = """<assemblies><assembly name="C:\\b\\Shop.dll" test-framework="xUnit.net 2.9" total="4">
<errors><error type="assembly-cleanup" name="Db"><failure exception-type="E"><message>gone</message></failure></error></errors>
<collection name="c"><test name="Shop.Price.Adds(a: 1)" type="Shop.Price" method="Adds" time="0.25" result="Pass"/>
<test name="Shop.Price.Adds(a: 2)" type="Shop.Price" method="Adds" time="0.5" result="Fail">
<failure exception-type="Xunit.Sdk.EqualException"><message>not 3</message>
<stack-trace>   at Shop.Price.Adds(Int32 a) in C:\\b\\Price.cs:line 7</stack-trace></failure></test>
<test name="Shop.Price.Later" type="Shop.Price" method="Later" time="0" result="Skip"><reason>later</reason></test>
<test name="Shop.Price.Odd" type="Shop.Price" method="Odd" result="Exploded"/></collection></assembly></assemblies>"""


def test_xunit_counts_each_row_of_a_theory_and_what_failed_outside_of_tests():
    """As xunit.net does; a result that is not known is no pass."""
    report = read(XUNIT)
    assert report.format == "xunit"
    assert report.suites is not None
    assert ends(report.suites) == {
        "Db": "errored",
        "Adds(a: 1)": "passed",
        "Adds(a: 2)": "failed",
        "Later": "skipped",
        "Odd": "errored",
    }
    db, _, adds, later, _ = report.suites.cases
    assert (db.suite, db.message, db.synthetic) == ("Shop.dll", "gone", True)
    assert (adds.suite, adds.message, adds.file, adds.line) == ("Shop.Price", "not 3", "C:\\b\\Price.cs", 7)
    assert later.message == "later"


def test_xunit_1_has_classes():
    """And failures of a class itself. Another tool's ``assembly`` is no report."""
    text = (
        '<assembly name="a.dll" test-framework="xUnit.net 1.9"><class name="Shop.Price">'
        "<failure><message>fixture</message></failure>"
        '<test name="Shop.Price.Holds" type="Shop.Price" method="Holds" result="Pass" time="0.1"/></class></assembly>'
    )
    assert ends(suites(text)) == {"(suite)": "errored", "Holds": "passed"}


TRX = """<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
<UnitTestResult testId="1" testName="Holds" outcome="Passed" duration="00:01:00.5000000"/>
<UnitTestResult testId="2" testName="Rows" outcome="Failed" resultType="DataDrivenTest"><InnerResults>
<UnitTestResult testId="2" testName="Rows (1)" outcome="Passed"/><UnitTestResult testId="2" testName="Rows (2)" outcome="Failed"/>
</InnerResults></UnitTestResult>
<UnitTestResult testId="3" testName="Hangs" outcome="Timeout"/><UnitTestResult testId="3" testName="Silent"/>
<UnitTestResult testId="3" testName="Later" outcome="NotExecuted"/></Results>
<TestDefinitions><UnitTest id="1"><TestMethod className="Shop.Price, Shop, Version=1.0" name="Holds"/></UnitTest></TestDefinitions>
<ResultSummary outcome="Failed"/></TestRun>"""


def test_trx_counts_rows_and_takes_classes_from_the_definitions():
    """A result without an outcome is an error: that is what writers leave out."""
    report = read(TRX)
    assert report.format == "trx"
    assert report.suites is not None
    assert ends(report.suites) == {
        "Holds": "passed",
        "Rows (1)": "passed",
        "Rows (2)": "failed",
        "Hangs": "errored",
        "Silent": "errored",
        "Later": "skipped",
    }
    assert (report.suites.cases[0].suite, report.suites.cases[0].duration_us) == ("Shop.Price", 60_500_000)


def test_a_trx_run_that_failed_without_a_failed_test_is_an_errored_case():
    """Its host crashed."""
    text = (
        '<TestRun><Results><UnitTestResult testName="a.B.C" outcome="Passed"/></Results><ResultSummary outcome="Failed">'
        '<RunInfos><RunInfo outcome="Error"><Text>The active test run was aborted.</Text></RunInfo></RunInfos>'
        "</ResultSummary></TestRun>"
    )
    found = suites(text)
    assert ends(found) == {"C": "passed", "(run)": "errored"}
    assert found.cases[1].message == "The active test run was aborted."

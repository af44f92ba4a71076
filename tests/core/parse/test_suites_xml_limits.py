"""Reports of tests that are long, broken or made to hurt."""

import re
from collections.abc import Callable

import pytest

from bot.core.parse.report import parse_report
from tests.core.parse.reading import refusal
from tests.core.parse.suite_reading import case, figures, junit, suites

MB = 1_000_000
ONE = '<testcase classname="c" name="n" time="1">{}</testcase>'
LOG = "a line of output with a < and a > and 'quotes\" in it\n"


def log(size: int) -> str:
    return LOG * (size // len(LOG))


def blocks(text: str, size: int) -> list[bytes]:
    data = f"<testsuites><testsuite>{text}</testsuite></testsuites>".encode()
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [65_536, 65_531, 1_000])
def test_a_megabyte_that_a_test_printed_is_read(size: int):
    """In a CDATA section or in a text, wherever blocks are cut."""
    text = log(MB // 4).replace("<", "&lt;")
    for inner in (f"<![CDATA[{log(MB)}]]>", text, f"<![CDATA[{log(MB // 4)}]]>{text}<![CDATA[x]]>"):
        report = parse_report("a.xml", iter(blocks(ONE.format(f"<system-out>{inner}</system-out>") + ONE, size)))
        assert report.suites is not None
        assert figures(report.suites)["runs"] == 2


TOO_LONG = {
    "a CDATA section": (
        lambda: ONE.format(f"<system-out><![CDATA[{log(11 * MB)}]]></system-out>"),
        "text.* over 10 MB",
    ),
    "a text": (lambda: ONE.format(f"<system-out>{'x' * 11 * MB}</system-out>"), "text.* over 10 MB"),
    "an attribute": (lambda: f'<testcase name="{"x" * 2 * MB}"/>', "tag.* over 1024 KiB"),
    "an attribute with brackets": (lambda: f'<testcase name="{">" * 2 * MB}"/>', "tag.* over 1024 KiB"),
    "a name": (lambda: f"<{'x' * 2 * MB}/>", "tag.* over 1024 KiB|well-formed"),
    "attributes": (lambda: "<testcase " + " ".join(f"a{n}=''" for n in range(100)) + "/>", "attributes"),
    "cases within cases": (lambda: "<testcase><testcase/></testcase>", "case within a case"),
    "suites within cases": (lambda: "<testcase><testsuite/></testcase>", "suite within a case"),
    "depth": (lambda: "<testsuite>" * 200, "within each other"),
}


@pytest.mark.parametrize(("make", "reason"), TOO_LONG.values(), ids=TOO_LONG)
@pytest.mark.timeout(10)
def test_what_is_too_long_is_refused_with_a_reason(make: Callable[[], str], reason: str):
    """Before it is held."""
    error = refusal(iter(blocks(make(), 65_536)))
    assert re.search(reason, error.reason), error.reason
    assert error.line


def test_a_tag_that_no_text_may_be_is_read():
    """For gotestsum writes all that a skipped test printed into an attribute."""
    found = case(f'<skipped message="{"x" * 200_000}"/>')
    assert len(found.message) == 1_000


LAUGHS = '<!DOCTYPE testsuites [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><testsuites>&c;</testsuites>'


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        "<testsuites><testsuite>",
        "<testsuites></testsuites><testsuites/>",
        "<testsuites>\0</testsuites>",
        "<testsuites",
    ],
)
def test_what_is_not_whole_or_declares_things_is_refused(text: str):
    """Nothing is repaired or expanded."""
    refusal(text)


def test_long_and_strange_names_are_bounded():
    """Whatever is in them."""
    found = junit(f'<testcase classname="{"c" * 5000}" name="&#10;&#xFFFD;{"n" * 5000}" time="1"/>').cases[0]
    assert len(found.suite) == len(found.name) == 4096
    lines = case("", 'classname="c" name="n" file="f" line="99999999999999999999"')
    assert lines.line is None


@pytest.mark.timeout(10)
def test_many_cases_of_one_name_and_many_slashes_are_read_in_linear_time():
    """One case with a bounded number of attempts; Go's subtests of any depth."""
    found = junit(ONE.format("<failure/>") * 20_000)
    assert len(found.cases) == 1
    assert len(found.cases[0].attempts) == 100
    slashes = "".join(f'<testcase classname="p" name="T{n}{"/a" * 1000}" time="1"/>' for n in range(500))
    go = suites(f'<testsuite><properties><property name="go.version"/></properties>{slashes}</testsuite>')
    assert len(go.cases) == 500

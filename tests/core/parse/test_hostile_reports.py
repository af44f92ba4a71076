"""Reports made to hurt: refused for what they are, at once and in little memory; see also the limited child's tests."""

import json
import tracemalloc
from collections.abc import Callable

import pytest

from bot.core.model.errors import ReportError
from bot.core.parse.coverage.ledger import MOST_FILES
from bot.core.parse.report import parse_report
from tests.core.parse.reading import cobertura, read, refusal

MIB = 1 << 20


def doctype(declared: str, inside: str = "&a;") -> str:
    return (
        f'<!DOCTYPE coverage {declared}><coverage line-rate="1"><sources><source>{inside}</source></sources></coverage>'
    )


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
ENTITIES = {
    "an entity": doctype('[<!ENTITY a "b">]'),
    "an entity that is not used": doctype('[<!ENTITY a "b">]', ""),
    "an entity in an attribute": doctype('[<!ENTITY a "b">]').replace('"1"', '"&a;"'),
    "a billion laughs": doctype(f'[<!ENTITY l0 "lol">{LAUGHS}]', "&l9;"),
    "a file": doctype('[<!ENTITY a SYSTEM "file:///etc/passwd">]'),
    "an address": doctype('[<!ENTITY a SYSTEM "http://127.0.0.1:9/x">]'),
    "a parameter entity": doctype('[<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]', ""),
    "attributes by default": doctype('[<!ATTLIST line hits CDATA "1">]', ""),
    "an external subset's entity": doctype('SYSTEM "file:///tmp/evil.dtd"'),
    "one in an attribute": doctype('SYSTEM "file:///tmp/evil.dtd"', "").replace('"1"', '"&a;"'),
    "behind a comment": "<!-- [ -->" + doctype('PUBLIC "-//x//[" "y" [<!ENTITY a "b">]'),
    "in UTF-16": doctype('[<!ENTITY a "b">]').encode("utf-16"),
    "one undeclared in UTF-16": doctype('SYSTEM "x.dtd"').encode("utf-16"),
    "in UTF-7": '<?xml version="1.0" encoding="UTF-7"?><coverage line-rate="1"/>',
    "in EBCDIC": '<?xml version="1.0" encoding="IBM037"?><coverage line-rate="1"/>',
}


@pytest.mark.parametrize("text", ENTITIES.values(), ids=ENTITIES)
@pytest.mark.timeout(5)
def test_T13_nothing_is_declared_expanded_or_fetched(text: str | bytes):
    """Whatever stands in for something else is refused, and so is what could hide it."""
    refusal(text, "coverage.xml")


def test_a_benign_doctype_and_the_five_entities_are_read():
    """Real reports have both."""
    text = cobertura().replace("<coverage", '<!DOCTYPE coverage SYSTEM "http://x/coverage-04.dtd"><coverage')
    assert list(read(text.replace("a.c", "a&lt;&#233;&amp;.c")).coverage.files) == ["a<\u00e9&.c"]


BROKEN = {
    "a reference to NUL": cobertura().replace("a.c", "a&#0;.c"),
    "a NUL": cobertura().replace("a.c", "a\0.c"),
    "bad UTF-8": cobertura().encode().replace(b"a.c", b"a\xe9.c"),
    "an attribute twice": cobertura('<line number="1" number="2" hits="1"/>'),
    "two documents": cobertura() + cobertura(),
    "text behind it": cobertura() + "trailing",
    "an unknown encoding": cobertura().replace("?>", ' encoding="x-none"?>'),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_xml_that_is_not_well_formed_is_refused(text: str | bytes):
    """Nothing is recovered."""
    assert refusal(text, "coverage.xml").line is not None


def attributes(count: int) -> str:
    return " ".join(f"a{number}=''" for number in range(count))


HUGE = {
    "an attribute": lambda: f'<coverage line-rate="{"1" * 20 * MIB}"/>',
    "many attributes": lambda: f'<coverage line-rate="1" {attributes(500_000)}/>',
    "a text": lambda: cobertura(sources=f"<source>{'x' * 20 * MIB}</source>"),
    "a comment": lambda: cobertura(sources=f"<!--{'x' * 20 * MIB}-->"),
    "a name": lambda: cobertura(f"<{'n' * MIB}/>"),
    "many attributes in 64 KiB": lambda: cobertura(f'<line number="1" hits="1" {attributes(70)}/>'),
    "many attributes of a class": lambda: cobertura(classes=f"<class filename='a' {attributes(70)}/>"),
    "many sources": lambda: cobertura(sources="<source>a</source>" * 1001),
    "a file name": lambda: "mode: set\n" + "x" * 70_000 + ":1.1,2.2 1 1\n",
    "depth": lambda: cobertura("<a>" * 100 + "</a>" * 100),
    "endless depth": lambda: cobertura("<a>" * 100_000),
}


@pytest.mark.parametrize("make", HUGE.values(), ids=HUGE)
@pytest.mark.timeout(20)
def test_T13_huge_xml_is_refused_in_little_memory(make: Callable[[], str]):
    """Before it is held, let alone parsed."""
    data = make().encode()
    tracemalloc.start()
    try:
        refusal((data[at : at + 65536] for at in range(0, len(data), 65536)), "coverage.xml")
        assert tracemalloc.get_traced_memory()[1] < 4 * MIB
    finally:
        tracemalloc.stop()


def test_more_files_than_any_repository_are_refused():
    """Each costs memory."""
    text = "mode: set\n" + "".join(f"{n}.go:1.1,2.2 1 1\n" for n in range(MOST_FILES + 1))
    assert "files" in refusal(text).reason


def test_lines_that_cost_memory_without_end_are_refused():
    """One line at the end of the highest file costs a mebibyte; a few hundred such files are no repository."""
    text = "".join(f"SF:{n}.c\nDA:9999999,1\nend_of_record\n" for n in range(120))
    assert "lines" in refusal(text).reason


@pytest.mark.parametrize("head", ["mode: set\n", "TN:\nSF:a.c\n"])
def test_a_line_without_end_is_refused(head: str):
    """It is not gathered."""
    blocks = [head.encode(), *[b"x" * 65536] * 8]
    with pytest.raises(ReportError, match="a line is over"):
        parse_report("report", iter(blocks))


@pytest.mark.timeout(10)
def test_names_that_alternate_are_read_in_linear_time():
    """Runs of one line each, and a search by halves that is misled each time."""
    lines = "".join(f"{'ab'[n % 3 == 0]}.go:{n + 1}.1,{n + 1}.9 1 1\n" for n in range(60_000))
    assert read("mode: set\n" + lines).coverage.native.total == 60_000


@pytest.mark.timeout(10)
def test_branches_of_one_line_are_read_in_linear_time():
    """However many there are."""
    rows = "".join(f"BRDA:1,0,{n},1\n" for n in range(100_000))
    assert read(f"SF:a.c\nDA:1,1\n{rows}end_of_record\n").coverage.files["a.c"].branches.total == 100_000


def test_T15_a_name_longer_than_any_is_refused():
    """JSON has no lines whose length would bound it."""
    counted = {"covered_lines": 0, "num_statements": 0}
    entry = {"executed_lines": [], "missing_lines": [], "summary": counted}
    whole = {"meta": {"branch_coverage": False}, "files": {"x" * 70_000: entry}, "totals": counted}
    assert "file name" in refusal(json.dumps(whole)).reason


def test_T15_deep_json_is_refused():
    """Under a key that nobody reads."""
    whole = {"meta": {"branch_coverage": False}, "files": {}, "totals": {"covered_lines": 0, "num_statements": 0}}
    text = json.dumps(whole)[:-1] + ', "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
    assert "deep" in refusal(text).reason or "JSON" in refusal(text).reason


def test_T15_json_over_its_limit_is_refused():
    """It has to be held whole."""
    blocks = [b'{"meta": {"branch_coverage": false}, "x": "', *[b"x" * MIB] * 65]
    assert "64 MiB" in refusal(iter(blocks)).reason

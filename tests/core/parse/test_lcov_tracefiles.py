"""LCOV tracefiles: every record that a count rests on, in every spelling that tools have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.coverage import Arms, Metric, Tally
from bot.core.model.lines import Lines
from tests.core.parse.reading import only_file, read, refusal


def section(*records: str, name: str = "a.c") -> str:
    return "\n".join(("TN:", f"SF:{name}", *records, "end_of_record", ""))


def test_lines_unite_within_a_section_and_across_sections():
    """Each test has its own section of a file, and compilers list an inlined line twice."""
    text = section("DA:1,0", "DA:2,3", "DA:1,4") + section("DA:3,0", name="b.c") + section("DA:2,0", "DA:4,1")
    report = read(text)
    assert report.coverage.files["a.c"].executed == Lines.of([1, 2, 4])
    assert report.coverage.native == Tally(3, 4)


def test_branches_unite_by_block_and_branch():
    """``-`` is a branch that was never come to; the ``e`` of lcov 2 marks an exception and names no other branch."""
    file = only_file(section("DA:5,1", "BRDA:5,0,0,-", "BRDA:5,0,1,7", "BRDA:5,e1,0,0", "BRDA:5,0,0,2", "BRDA:5,1,0,-"))
    assert file.arms == {5: Arms(frozenset({"0,0", "0,1", "1,0"}), frozenset({"0,0", "0,1"}))}
    assert file.partial == Lines.of([5])


def test_branches_may_be_named_by_expressions():
    """The tool takes any text there since its version 2, commas included."""
    file = only_file(section("DA:5,1", "BRDA:5,0,if (a, b),1", "BRDA:5,0,else,-"))
    assert file.branches == Tally(1, 2)


def test_records_may_stand_in_any_order_and_between_each_other():
    """llvm-cov, grcov, istanbul and Debian's lcov each have their own."""
    rows = section("BRDA:1,0,0,1", "BRDA:1,0,1,0", "DA:1,1", "DA:2,0")
    mixed = section("DA:1,1", "BRDA:1,0,1,0", "LF:2", "DA:2,0", "BRDA:1,0,0,1", "LH:1")
    assert read(rows).coverage == read(mixed).coverage


def test_functions_of_lcov_1_and_2_are_counted():
    """By line and name; with ``FNL`` and ``FNA`` a function's aliases are one."""
    first = only_file(section("FN:1,f", "FN:9,20,g(int, int)", "FNDA:3,f", "FNDA:0,g(int, int)", "DA:1,1"))
    assert first.functions == {"1:f": True, "9:g(int, int)": False}
    second = only_file(section("FNL:0,4,8", "FNA:0,0,t<int>", "FNA:0,2,t<float>", "FNL:1,9", "FNA:1,0,u", "DA:4,1"))
    assert second.functions == {"4:t<int>": True, "9:u": False}


def test_comments_blank_lines_and_other_records_are_passed_over():
    """Sums, versions and conditions say nothing that is counted here."""
    text = "# by hand\n\nTN:unit\nSF:a.c\nVER:1\n# more\n\nDA:1,1 \nMCDC:1,2,t,1,0,a\nMCF:2\nMRF:1\nLF:9\nend_of_record \n\n"
    assert read(text).coverage.native == Tally(1, 1)


@pytest.mark.parametrize("count", ["1.0", "2e3", str(10**25), "0.5"])
def test_odd_counts_that_ran(count: str):
    """Decimals, exponents and more than 64 bits."""
    assert only_file(section(f"DA:1,{count}")).lines == Tally(1, 1)


@pytest.mark.parametrize("count", ["-3", "0.0", "00"])
def test_odd_counts_that_did_not_run(count: str):
    """A counter that overflowed is none, as for lcov."""
    assert only_file(section(f"DA:1,{count}", "DA:2,1")).lines == Tally(1, 2)


def test_checksums_are_passed_over():
    """``lcov --checksum`` and coverage.py before 7.6.2 put one behind the count."""
    assert only_file(section("DA:1,1,3YXN3kq+/==", "DA:2,0,x")).lines == Tally(1, 2)


def test_line_0_is_no_line():
    """Compilers put what they made up there; its branches still count."""
    file = only_file(section("DA:0,1", "DA:1,1", "BRDA:0,0,0,1"))
    assert (file.measured, file.branches) == (Lines.of([1]), Tally(1, 1))


def test_a_file_without_lines_is_measured_and_has_none():
    """As in the section that coverage.py writes for an empty ``__init__.py``."""
    assert read("SF:a/__init__.py\nend_of_record\n").coverage.files["a/__init__.py"].measured == Lines()


@pytest.mark.parametrize("name", ["C:\\src\\a.c", "./a b.c", "data:text/plain,x", "caf\u00e9.c"])
def test_names_are_kept_as_written(name: str):
    """Where a file belongs is found out when names are compared with the repository's."""
    assert list(read(section("DA:1,1", name=name)).coverage.files) == [name]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("TN:\nSF:a.c\nDA:1,1\n", 3, "ends within"),
        ("TN:\nSF:a.c\nDA:1,1\nend_of_recor", 4, "not a record"),
        ("TN:\nSF:a.c\nDA:1,1\nSF:b.c\nDA:1,1\nend_of_record\n", 4, "no end_of_record"),
        ("TN:\nSF:a.c\nDA:1\nend_of_record\n", 3, "DA:1"),
        ("TN:\nSF:a.c\nDA:1,\nend_of_record\n", 3, "DA"),
        ("TN:\nSF:a.c\nDA:1,NaN\nend_of_record\n", 3, "NaN"),
        ("TN:\nSF:a.c\nDA:undefined,1\nend_of_record\n", 3, "undefined"),
        ("TN:\nSF:a.c\nDA:-1,1\nend_of_record\n", 3, "-1"),
        ("TN:\nSF:a.c\nDA:1,1\nDA:10000001,1\nend_of_record\n", 4, "10000001"),
        ("TN:\nSF:a.c\nBRDA:1,0,0\nend_of_record\n", 3, "BRDA"),
        ("TN:\nSF:a.c\nBRDA:1,0,0,x\nend_of_record\n", 3, "'x' is not a count"),
        ("TN:\nSF:a.c\nFN:f\nend_of_record\n", 3, "FN"),
        ("TN:\nSF:a.c\nhello\nend_of_record\n", 3, "hello"),
        ("TN:\nSF:a.c\nDA:1,1\nend_of_record of what\n", 4, "follows"),
        ("TN:\nSF:a.c\nDA:1,1\nend_of_record\nDA:2,1\n", 5, "no file"),
        ("TN:\nSF:a.c\nDA:1,1\nend_of_record\nTN:next\n", 5, "between"),
        ("TN:\nSF:\nDA:1,1\nend_of_record\n", 2, "without a name"),
        ("TN:\nSF:a\tb.c\nDA:1,1\nend_of_record\n", 2, "control"),
        ("TN:\nSF:a.c\nLF:3\nLH:0\nend_of_record\n", 5, "lists none"),
    ],
)
def test_what_cannot_be_believed_is_refused_with_its_line(text: str, line: int, reason: str):
    """Behind a whole section, and even where lcov itself would go on without a word."""
    error = refusal(text, "lcov.info")
    assert (error.line, reason in error.reason) == (line, True), error
    if not text.startswith("TN:\nSF:a.c\nDA:1,1\nend"):
        later = refusal(section("DA:1,1", "DA:2,0") + text, "lcov.info")
        assert later.line == line + 5


def test_coverage_pys_tracefile_is_told_by_its_branches():
    """No other tool names branches so; then it counts as coverage.py does, exempt branches included."""
    text = "SF:a.py\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nBRDA:1,0,jump to line 2,0\nBRDA:1,0,exit the module,1\nBRF:4\nBRH:3\nend_of_record\n"
    report = read(text)
    assert (report.format, report.coverage.metric) == ("coverage.py-lcov", Metric.STATEMENTS_AND_BRANCHES)
    assert report.coverage.native == Tally(4, 6)


def test_coverage_pys_tracefile_is_told_by_its_functions():
    """Without branches: it alone tells functions, with their last line, behind the sums of the lines."""
    report = read("SF:a.py\nDA:1,1\nLF:1\nLH:1\nFN:1,3,f\nFNDA:1,f\nFNF:1\nFNH:1\nend_of_record\n")
    assert (report.format, report.coverage.metric) == ("coverage.py-lcov", Metric.STATEMENTS)


RECORD = st.one_of(
    st.tuples(st.just("DA:{},{}"), st.integers(1, 20), st.integers(0, 2), st.just(0), st.just(0)),
    st.tuples(st.just("BRDA:{},{},{},{}"), st.integers(1, 20), st.integers(0, 1), st.integers(0, 2), st.integers(0, 2)),
)


@given(st.lists(RECORD, max_size=30))
def test_rows_and_scattered_records_come_to_the_same(records: list[tuple[str, int, int, int, int]]):
    """Read row by row or one by one, a tracefile says what its records say."""
    lines = [shape.format(*numbers) for shape, *numbers in records]
    file = only_file(section(*lines))
    asides = section(*(part for line in lines for part in (line, "# aside")))
    assert only_file(asides) == file
    assert file.measured == Lines.of(n for shape, n, *_ in records if shape.startswith("DA"))
    assert file.executed == Lines.of(n for shape, n, hits, *_ in records if shape.startswith("DA") and hits)
    arms = {(n, block, branch) for shape, n, block, branch, _ in records if shape.startswith("BRDA")}
    taken = {(n, block, branch) for shape, n, block, branch, hit in records if shape.startswith("BRDA") and hit}
    assert file.branches == Tally(len(taken), len(arms))

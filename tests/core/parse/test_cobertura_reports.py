"""Cobertura XML: lines by file and number, whatever class or method repeats them, and coverage.py's dialect of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.coverage import Arms, Metric, Tally
from bot.core.model.lines import Lines
from tests.core.parse.reading import cobertura, only_file, read, refusal


def line(number: object, hits: object, more: str = "") -> str:
    return f'<line number="{number}" hits="{hits}" {more}/>'


def in_class(lines: str = "", *, methods: str = "", name: str = "a.c") -> str:
    return f'<class name="A" filename="{name}"><methods>{methods}</methods><lines>{lines}</lines></class>'


def method(name: str, lines: str) -> str:
    return f'<method name="{name}" signature="()"><lines>{lines}</lines></method>'


def test_classes_of_one_file_unite():
    """Generics, lambdas and partial classes list the same lines again."""
    classes = in_class(line(1, 0) + line(2, 1)) + in_class(line(1, 3) + line(3, 0)) + in_class(line(9, 0), name="b.c")
    report = read(cobertura(classes=classes))
    assert report.coverage.files["a.c"].executed == Lines.of([1, 2])
    assert report.coverage.native == Tally(2, 4)


def test_methods_lines_count_only_where_the_class_lists_none():
    """Istanbul puts a function's first line there though it is no statement; Swift's tools list lines nowhere else."""
    own = only_file(cobertura(classes=in_class(line(2, 1), methods=method("f", line(1, 1)))))
    assert (own.measured, own.functions) == (Lines.of([2]), {"1:f": True})
    alone = only_file(cobertura(classes=in_class(methods=method("f", line(5, 0)) + method("g", line(7, 2)))))
    assert (alone.lines, alone.functions) == (Tally(1, 2), {"5:f": False, "7:g": True})


def test_conditions_count_their_arms():
    """The fraction counts; ``<condition>`` elements and a percentage alone count nothing."""
    lines = (
        line(1, 1, 'branch="true" condition-coverage="50% (1/2)"')
        + line(2, 1, 'branch="True" condition-coverage="100% (4/4)"')
        + line(3, 1, 'branch="true" condition-coverage="50%"')
        + line(4, 1, 'branch="false"')
    )
    file = only_file(cobertura(lines))
    assert (file.branches, file.partial) == (Tally(5, 6), Lines.of([1]))


def test_the_same_condition_in_two_classes_is_one():
    """The better of both is what is known."""
    half, whole = 'condition-coverage="50% (1/2)"', 'condition-coverage="100% (2/2)"'
    classes = in_class(line(1, 1, half)) + in_class(line(1, 1, whole)) + in_class(line(1, 0, half))
    assert only_file(cobertura(classes=classes)).arms == {1: Arms(total=2, covered=2)}


@pytest.mark.parametrize(("hits", "ran"), [("1.0", 1), (str(10**30), 1), ("0.0", 0), ("-1", 0), ("1e3", 1)])
def test_hits_may_be_decimal_huge_or_overflown(hits: str, ran: int):
    """Some producers count in floating point, some in more than 64 bits, some past the end."""
    assert only_file(cobertura(line(1, hits) + line(2, 1))).lines == Tally(1 + ran, 2)


def test_code_that_belongs_to_no_line_is_none():
    """Line 0, and .NET's mark for hidden code."""
    assert only_file(cobertura(line(0, 1) + line(0xFEEFEE, 0) + line(3, 1))).measured == Lines.of([3])


def test_sources_are_told_and_names_kept():
    """Where a file belongs is found out when names are compared with the repository's."""
    sources = "<source>\n /work/app </source><source/><source>.</source><source>/work/app</source>"
    report = read(cobertura(line(1, 1), sources=sources))
    assert (report.roots, list(report.coverage.files)) == (("/work/app", "."), ["a.c"])


def test_a_report_without_classes_has_no_files():
    """It is well-formed; that nothing was measured is for the gates to judge."""
    assert read(cobertura(classes="")).coverage.files == {}


@pytest.mark.parametrize(
    "root",
    [
        'line-rate="0.5" version="1.9"',
        'lines-valid="2" timestamp="1"',
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="5"',
    ],
)
def test_a_root_is_known_by_its_rates_or_its_children(root: str):
    """Producers leave out most of what the DTD asks for."""
    assert read(cobertura(line(1, 1), root=root)).format == "cobertura"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1", "windows-1252"])
def test_encodings_that_tools_declare_are_read(encoding: str):
    """A name with an accent comes out the same from each."""
    declared = encoding.removesuffix("-sig")
    text = cobertura(classes=in_class(line(1, 1), name="caf\u00e9.cs")).replace("?>", f' encoding="{declared}"?>')
    assert list(read(text.encode(encoding)).coverage.files) == ["caf\u00e9.cs"]


@pytest.mark.parametrize(
    ("lines", "at", "reason"),
    [
        ('<line number="1"/>', 0, "hits"),
        ('<line hits="1"/>', 0, "number"),
        (line("x", 1), 1, "'x' is not a line number"),
        (line(-5, 1), 1, "-5"),
        (line(10_000_001, 1), 1, "10000001"),
        (line("1,2", "1,1"), 1, "1,2"),
        (line(1, "many"), 1, "'many' is not a count"),
        (line(1, ""), 1, "not a count"),
        (line(1, "nan"), 1, "nan"),
        (line(1, 1, 'condition-coverage="150% (3/2)"'), 1, "(3/2)"),
        (line(1, 1, 'condition-coverage="50% (x/2)"'), 1, "(x/2)"),
        ("<class filename='b.c'/>", 0, "within a class"),
        ("</lines>", 0, "well-formed"),
    ],
)
def test_what_cannot_be_believed_is_refused_with_its_line(lines: str, at: int, reason: str):
    """Some lines into the report, and for values exactly there."""
    good = "\n".join(line(number, 1) for number in range(1, 9))
    error = refusal(cobertura(f"\n{good}\n{lines}\n"), "coverage.xml")
    assert reason in error.reason
    assert error.line == 12 if at else error.line is not None


@pytest.mark.parametrize(
    ("classes", "reason"),
    [
        ('<class name="A"><lines/></class>', "without a name"),
        (in_class(name="a\x7fb.c"), "control"),
        ("<lines>" + line(1, 1) + "</lines>", "outside"),
        (f"<methods>{method('f', line(1, 1))}</methods>", "outside"),
    ],
)
def test_lines_must_belong_to_a_file(classes: str, reason: str):
    """Counted for none, they would be lost without a word."""
    assert reason in refusal(cobertura(classes=classes), "coverage.xml").reason


def python(lines: str, *, sources: str = "<source>/w</source>", root: str = "") -> str:
    comment = "<!-- Generated by coverage.py: https://coverage.readthedocs.io/en/7.17.3 -->"
    root = root or 'line-rate="1" branch-rate="1" branches-valid="2"'
    return cobertura(lines, sources=sources, root=root).replace("<sources>", comment + "<sources>")


def test_coverage_pys_report_is_told_by_its_comment():
    """And by ``missing-branches``, where some tool has dropped the comment."""
    half = line(1, 1, 'branch="true" condition-coverage="50% (1/2)" missing-branches="3"')
    assert read(python(half)).format == "coverage.py-xml"
    assert read(cobertura(half)).format == "coverage.py-xml"
    assert read(cobertura(line(1, 1))).format == "cobertura"


@pytest.mark.parametrize(
    ("root", "metric"),
    [
        ('line-rate="1" branch-rate="0" branches-valid="0"', Metric.STATEMENTS),
        ('line-rate="1" branch-rate="1" branches-valid="0"', Metric.STATEMENTS_AND_BRANCHES),
        ('line-rate="1" branch-rate="0" branches-valid="4"', Metric.STATEMENTS_AND_BRANCHES),
    ],
)
def test_coverage_py_says_whether_it_measured_branches(root: str, metric: Metric):
    """Even where there was none to measure: reports of one project must be of one metric."""
    assert read(python(line(1, 1), root=root)).coverage.metric == metric


def test_coverage_pys_open_branches_unite():
    """Two runs that each miss another way on miss none together."""
    first = read(python(line(1, 1, 'condition-coverage="50% (1/2)" missing-branches="3"'))).coverage
    second = read(python(line(1, 1, 'condition-coverage="50% (1/2)" missing-branches="exit"'))).coverage
    whole = read(python(line(1, 1, 'condition-coverage="100% (2/2)"'))).coverage
    assert (first | second).tally(Metric.BRANCHES) == Tally(2, 2)
    assert (first | whole).tally(Metric.BRANCHES) == Tally(2, 2)
    assert (first | first).tally(Metric.BRANCHES) == Tally(1, 2)


def test_two_open_exits_are_two():
    """A line may leave two code objects, and both ways are called ``exit``."""
    file = only_file(python(line(1, 1, 'condition-coverage="33% (1/3)" missing-branches="exit,exit"')))
    assert file.branches == Tally(1, 3)


@pytest.mark.parametrize(
    ("sources", "path", "roots"),
    [
        ("<source>src/app</source>", "src/app/a.c", ()),
        ("<source>src\\app</source>", "src/app/a.c", ()),
        ("<source>.</source>", "a.c", (".",)),
        ("<source>/w</source>", "a.c", ("/w",)),
        ("<source>C:\\w</source>", "a.c", ("C:\\w",)),
        ("<source>./src/</source>", "src/a.c", ()),
        ("<source>src</source><source>lib</source>", "a.c", ("src", "lib")),
        ("<source/><source>src</source>", "a.c", ("src",)),
    ],
)
def test_coverage_pys_one_relative_source_stands_before_its_names(sources: str, path: str, roots: tuple[str, ...]):
    """With several, only the repository knows which; with an absolute one, names are the repository's already."""
    report = read(python(line(1, 1), sources=sources))
    assert (list(report.coverage.files), report.roots) == ([path], roots)


LINE = st.tuples(st.sampled_from("ab"), st.integers(1, 30), st.integers(0, 2), st.booleans())


@given(st.lists(LINE, max_size=40))
def test_a_report_says_what_its_lines_say(lines: list[tuple[str, int, int, bool]]):
    """Each line in a class of its own, half of them as methods' lines beside the same class line."""
    classes = "".join(
        in_class(line(n, hits), methods=method("m", line(n + 50, 1)) if doubled else "", name=f"{file}.c")
        for file, n, hits, doubled in lines
    )
    found = read(cobertura(classes=classes)).coverage.files
    assert {(name, n) for name, file in found.items() for n in file.measured} == {(f"{f}.c", n) for f, n, _, _ in lines}
    assert {(name, n) for name, file in found.items() for n in file.executed} == {
        (f"{file}.c", n) for file, n, hits, _ in lines if hits
    }

"""coverage.py's JSON: counts as coverage.py prints them, and nothing that contradicts itself."""

import json
from typing import Any

import pytest

from bot.core.model.coverage import Arms, Metric, Tally
from bot.core.model.lines import Lines
from tests.core.parse.reading import only_file, read, refusal


def summary(covered: int, statements: int, branches: tuple[int, int] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {
        "covered_lines": covered,
        "num_statements": statements,
        "percent_covered": 100.0,
        "missing_lines": statements - covered,
        "excluded_lines": 0,
    }
    if branches is not None:
        found |= {"covered_branches": branches[0], "num_branches": branches[1]}
    return found


def report(files: dict[str, Any], totals: dict[str, Any], *, branches: bool = False) -> dict[str, Any]:
    meta = {
        "format": 2,
        "version": "7.2.0",
        "timestamp": "2026-01-01",
        "branch_coverage": branches,
        "show_contexts": False,
    }
    return {"meta": meta, "files": files, "totals": totals}


def file(executed: list[int], missing: list[int], counted: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"executed_lines": executed, "summary": counted, "missing_lines": missing, "excluded_lines": []} | more


def one(**more: Any) -> str:
    """A report of one file with two statements, one of which ran."""
    whole = report({"a.py": file([1], [2], summary(1, 2), **more)}, summary(1, 2))
    return json.dumps(whole)


def test_statements_are_the_metric_without_branches():
    """Contexts, regions and whatever later versions add are passed over."""
    found = read(one(contexts={"1": ["test"]}, classes={"": {}}, later=[1, {"x": None}]))
    assert (found.format, found.coverage.metric) == ("coverage.py-json", Metric.STATEMENTS)
    assert found.coverage.native == Tally(1, 2)


def test_branches_are_known_by_where_they_lead():
    """So many lines on, or out of what begins so many lines above."""
    counted = summary(2, 2, (1, 2))
    arcs = {"executed_branches": [[1, 2]], "missing_branches": [[1, -1]]}
    text = json.dumps(report({"a.py": file([1, 2], [], counted, **arcs)}, counted, branches=True))
    assert only_file(text).arms == {1: Arms(frozenset({"+1", "exit 0"}), frozenset({"+1"}))}
    assert read(text).coverage.native == Tally(3, 4)


def test_branches_that_are_counted_and_not_listed_are_counted():
    """``# pragma: no branch`` exempts a way; before 6.3 none were listed."""
    counted = summary(1, 1, (3, 4))
    text = json.dumps(report({"a.py": file([1], [], counted)}, counted, branches=True))
    assert only_file(text).branches == Tally(3, 4)
    assert only_file(text).partial == Lines()


def test_lines_that_ran_and_are_no_statements_are_left_out():
    """Up to 7.13.0 excluded lines and docstrings of modules and classes stood among the executed ones."""
    lines = [1, 4, 5, 8, 9, 12, 15]  # 1 and 9 are docstrings, 15 is excluded
    text = json.dumps(report({"a.py": file(lines, [20], summary(4, 5), excluded_lines=[15, 16])}, summary(4, 5)))
    found = only_file(text)
    assert found.measured == Lines.of([4, 5, 8, 12, 20])
    assert found.excluded == Lines.of([15, 16])


def test_more_docstrings_than_look_like_some_are_left_out_all_the_same():
    """The totals are right whatever the lines look like."""
    found = only_file(json.dumps(report({"a.py": file([1, 2, 3, 4], [5], summary(2, 3))}, summary(2, 3))))
    assert found.lines == Tally(2, 3)


def test_functions_ran_if_any_of_them_did():
    """The module itself is none, nor is one that holds no statement."""
    region = {"executed_lines": [], "missing_lines": [], "excluded_lines": []}
    functions = {
        "": region | {"summary": summary(1, 1)},
        "f": region | {"summary": summary(0, 3), "start_line": 4},
        "g": region | {"summary": summary(1, 3)},
        "h": region | {"summary": summary(0, 0)},
    }
    assert only_file(one(functions=functions)).functions == {"4:f": False, "g": True}


def test_an_empty_report_has_no_files():
    """It is well-formed; that nothing was measured is for the gates to judge."""
    assert read(json.dumps(report({}, summary(0, 0)))).coverage.files == {}


def test_T15_files_that_do_not_add_up_to_the_totals_are_refused():
    """A second ``files`` replaces the first without a word, and would leave only what is green."""
    text = one()
    twice = text.replace('"totals"', f'"files": {json.dumps({"b.py": file([1], [], summary(1, 1))})}, "totals"')
    assert refusal(twice).reason == "its files add up to 1 of 1 statements, its totals say 1 of 2"
    assert "totals" in refusal(text.replace('"files": {', '"files": {}, "was": {')).reason


def test_a_file_named_twice_is_refused():
    """Only the last of them would count."""
    green = json.dumps(file([1, 2], [], summary(2, 2)))
    assert "add up" in refusal(one().replace('}}, "totals"', f'}}, "a.py": {green}}}, "totals"')).reason


@pytest.mark.parametrize(
    ("executed", "missing", "counted"),
    [([1], [2], summary(2, 2)), ([1], [2, 3], summary(1, 2)), ([1], [1], summary(1, 2)), ([], [], summary(1, 1))],
)
def test_a_file_that_counts_other_statements_than_it_lists_is_refused(
    executed: list[int], missing: list[int], counted: dict[str, Any]
):
    """Lists that were cut, or a line that ran and did not."""
    text = json.dumps(report({"a.py": file(executed, missing, counted)}, counted))
    assert refusal(text).reason == "a.py counts other statements than it lists"


def test_branches_that_are_listed_and_not_counted_are_refused():
    """More ways than there are."""
    counted = summary(1, 1, (0, 1))
    arcs = {"executed_branches": [[1, 2]], "missing_branches": [[1, 3]]}
    text = json.dumps(report({"a.py": file([1], [], counted, **arcs)}, counted, branches=True))
    assert "branches" in refusal(text).reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('"executed_lines": [1]', '"executed_lines": [-1]'), "executed_lines"),
        (('"executed_lines": [1]', '"executed_lines": [10000001]'), "executed_lines"),
        (('"executed_lines": [1]', '"executed_lines": [true]'), "executed_lines"),
        (('"executed_lines": [1]', '"executed_lines": [1.5]'), "executed_lines"),
        (('"executed_lines": [1]', '"executed_lines": [NaN]'), "whole JSON"),
        (('"executed_lines": [1]', '"executed_lines": [1e999]'), "executed_lines"),
        (('"executed_lines": [1], ', ""), "executed_lines"),
        (('"a.py"', '"a\\u0000.py"'), "control"),
        (('"a.py"', '""'), "without a name"),
        (('"a.py"', '"a\\udce9.py"'), "whole JSON"),
        (('"later"', '"later": ' + "[" * 100_000), "JSON"),
        (('"totals"', '"total"'), "totals"),
    ],
)
def test_T15_what_coverage_py_would_not_write_is_refused(change: tuple[str, str], reason: str):
    """Numbers that are none, names that are none, nesting without end."""
    assert reason in refusal(one(later=0).replace(*change, 1)).reason


def test_broken_json_is_refused_with_its_line():
    """Cut short, or followed by more."""
    text = json.dumps(json.loads(one()), indent=1)
    assert refusal(text[:-30]).line == text[:-30].count("\n") + 1
    assert refusal(text + "\n{}").line == text.count("\n") + 2

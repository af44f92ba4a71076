"""The documents for scripts: the contract's shape, exact, the same bytes for the same inputs."""

import json
from dataclasses import replace
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.core.model.comparison import Indirect
from bot.core.model.coverage import Arms, Blocks, Coverage, FileCoverage, Metric, Tally
from bot.core.model.evidence import Awaited, Report
from bot.core.model.lines import Lines
from bot.core.render.read_json import render_read
from bot.core.render.result_json import read_result, render_json, result_of
from tests.core.render.verdicts import (
    EVIL,
    comparison,
    component,
    evaluation,
    failing_change,
    file,
    incomplete,
    missing,
    patch,
    project,
)


def test_the_verdict_for_scripts():
    """Key by key."""
    assert json.loads(render_json(failing_change())) == snapshot(
        {
            "benchmarks": None,
            "conclusion": "failure",
            "coverage": {
                "indirect": {"bot/app.py": {"newly_hit": [[7, 9]], "newly_missed": [[101, 102]]}},
                "patch": {
                    "covered": 13,
                    "files": {
                        "bot/parse.py": {"hit": [[1, 8]], "miss": [[12, 14]], "partial": [[20, 20]]},
                        "bot/units.py": {"hit": [[70, 73]], "miss": [[77, 77]], "partial": []},
                    },
                    "partial": 1,
                    "total": 17,
                },
                "project": {"statements": {"base": {"covered": 940, "total": 990}, "covered": 949, "total": 1000}},
                "unreported": ["bot/new_thing.py"],
            },
            "findings": None,
            "gates": [
                {
                    "conclusion": "failure",
                    "covered": 949,
                    "gate": "coverage/project",
                    "message": "94.90% (949/1000) of statements, below the target of 95%. Cover 1 more statement.",
                    "metric": "statements",
                    "needed": 1,
                    "target": "95%",
                    "total": 1000,
                },
                {
                    "conclusion": "failure",
                    "covered": 13,
                    "gate": "coverage/patch",
                    "message": "76.47% (13/17) of new lines, below the target of 95%. Cover 4 more new lines.",
                    "metric": "lines",
                    "needed": 4,
                    "target": "95%",
                    "total": 17,
                },
                {
                    "conclusion": "success",
                    "covered": None,
                    "gate": "evidence",
                    "message": "1 report in 1 upload, read whole.",
                    "metric": None,
                    "needed": None,
                    "target": None,
                    "total": None,
                },
            ],
            "inputs": {
                "base_rule": "merge_base",
                "base_sha": "0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d",
                "head_sha": "4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a",
                "policy_sha256": "abababababababababababababababababababababababababababababababab",
                "reports": [
                    {
                        "format": "coverage.py XML",
                        "path": "coverage.xml",
                        "sha256": "efefefefefefefefefefefefefefefefefefefefefefefefefefefefefefefef",
                    }
                ],
            },
            "suites": None,
        }
    )


def test_the_shape_stays_where_nothing_was_measured():
    """Every key is there; what was not judged is null."""
    waiting = evaluation(incomplete(missing(Awaited.RUNNING, "ci.yml")))
    assert json.loads(render_json(waiting))["coverage"] == {
        "project": {},
        "patch": None,
        "indirect": {},
        "unreported": [],
    }


def test_the_patch_is_counted_as_its_gate_counts_it():
    """By Codecov's metric a partial line is not covered; the files say which lines are which."""
    strict = evaluation(patch(1, 3), coverage=comparison({"a.py": file([1], partial=[2], miss=[3])}))
    document = json.loads(render_json(strict))["coverage"]["patch"]
    assert (document["covered"], document["partial"], document["total"]) == (1, 1, 3)
    without = json.loads(render_json(replace(strict, verdict=replace(strict.verdict, gates=()))))
    assert without["coverage"]["patch"]["covered"] == 2


def test_no_float_is_ever_written():
    """Targets are percentages as text, everything else is an integer."""
    text = render_json(evaluation(project(94999999, 10**8, Fraction(9995, 10000))))
    assert '"target": "99.95%"' in text
    json.loads(text, parse_float=lambda number: pytest.fail(f"a float: {number}"))


paths = st.one_of(st.sampled_from(EVIL), st.text(max_size=20))
lines = st.sets(st.integers(1, 300)).map(Lines.of)


@given(st.dictionaries(paths, lines, max_size=5), st.lists(paths, max_size=3), st.integers(0, 50), st.integers(50, 99))
def test_the_verdict_survives_the_journey(files: dict[str, Lines], names: list[str], covered: int, total: int):
    """What is written is read back equal, and written again it is the same bytes."""
    change = evaluation(
        project(covered, total),
        *(component(name, covered, total, Fraction(1, 3)) for name in names),
        coverage=replace(
            comparison({path: file(list(found), miss=[1000]) for path, found in files.items()}, unreported=names),
            indirect={path: Indirect(newly_missed=found, newly_hit=Lines()) for path, found in files.items()},
        ),
    )
    text = render_json(change)
    assert read_result(text) == result_of(change)
    assert render_json(change) == text
    assert list(json.loads(text)) == sorted(json.loads(text))


def test_another_shape_is_refused():
    """A document that covgate did not write is no verdict."""
    with pytest.raises(msgspec.ValidationError):
        read_result('{"conclusion": "success"}')


GO = Coverage(
    metric=Metric.STATEMENTS,
    files={"a.go": FileCoverage.of_blocks(Blocks(hit=frozenset({b"1.1,3.2 2"}), miss=frozenset({b"3.2,5.2 3"})))},
)
PYTHON = Coverage(
    metric=Metric.STATEMENTS_AND_BRANCHES,
    files={
        "b.py": FileCoverage(
            measured=Lines.of([1, 2, 3, 5]),
            executed=Lines.of([1, 2, 5]),
            arms={2: Arms(known=frozenset({"3", "5"}), taken=frozenset({"5"}))},
            functions={"1:f": True, "9:g": False},
        )
    },
)
LCOV = Coverage(metric=Metric.LINES, files={"c.c": FileCoverage(measured=Lines.of([1]), executed=Lines.of([1]))})


def test_what_a_file_holds():
    """Native number, lines, statements, branches, functions (null where the format has none), line fates as ranges."""
    reports = [
        Report(path="coverage.out", format="Go cover profile", digest="ab" * 32, coverage=GO),
        Report(path="coverage.json", format="coverage.py JSON", digest="cd" * 32, coverage=PYTHON),
        Report(path="lcov.info", format="LCOV", digest="ef" * 32, coverage=LCOV),
    ]
    assert json.loads(render_read(reports)) == snapshot(
        {
            "reports": [
                {
                    "branches": None,
                    "files": {"a.go": {"hit": [[1, 2]], "miss": [[4, 5]], "partial": [[3, 3]]}},
                    "format": "Go cover profile",
                    "functions": None,
                    "kind": "coverage",
                    "lines": {"covered": 3, "partial": 1, "total": 5},
                    "metric": "statements",
                    "native": {"covered": 2, "total": 5},
                    "path": "coverage.out",
                    "statements": {"covered": 2, "total": 5},
                },
                {
                    "branches": {"covered": 1, "total": 2},
                    "files": {"b.py": {"hit": [[1, 1], [5, 5]], "miss": [[3, 3]], "partial": [[2, 2]]}},
                    "format": "coverage.py JSON",
                    "functions": {"covered": 1, "total": 2},
                    "kind": "coverage",
                    "lines": {"covered": 3, "partial": 1, "total": 4},
                    "metric": "statements+branches",
                    "native": {"covered": 4, "total": 6},
                    "path": "coverage.json",
                    "statements": {"covered": 3, "total": 4},
                },
                {
                    "branches": None,
                    "files": {"c.c": {"hit": [[1, 1]], "miss": [], "partial": []}},
                    "format": "LCOV",
                    "functions": None,
                    "kind": "coverage",
                    "lines": {"covered": 1, "partial": 0, "total": 1},
                    "metric": "lines",
                    "native": {"covered": 1, "total": 1},
                    "path": "lcov.info",
                    "statements": None,
                },
            ]
        }
    )


def test_a_tally_is_what_the_tool_prints():
    """``native`` is counted in the metric that is named beside it."""
    document = json.loads(render_read([Report(path="x", format="x", digest="", coverage=PYTHON)]))["reports"][0]
    assert Tally(**document["native"]) == PYTHON.native == Tally(4, 6)

"""Which uploads and reports count, and what they come to together."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.core.compare.merge import Merged, chosen, merge
from bot.core.compare.names import KnownNames
from bot.core.model.coverage import Metric, Tally
from bot.core.model.evidence import Report, Upload
from bot.core.model.lines import Lines
from bot.core.model.policy import CoverageRules, MetricChoice
from tests.core.making import coverage, go_file, report, upload

S_AND_B = Metric.STATEMENTS_AND_BRANCHES


def merged(*uploads: Upload, tracked: frozenset[str] | None = None, **rules: object) -> Merged:
    known = KnownNames(tracked or frozenset(), complete=tracked is not None)
    return merge(uploads, known, CoverageRules(**rules))  # pyright: ignore[reportArgumentType] -- any key of coverage


def lines(found: Merged, path: str, metric: Metric = Metric.LINES) -> tuple[list[int], list[int]]:
    """(executed, missed) of one file."""
    file = found.measured[metric].files[path]
    return list(file.executed), list(file.miss)


def test_shards_add_up():
    """Uploads of several jobs unite: a line that any of them hit is hit."""
    found = merged(upload(report({"a.py": "+--."}), name="1"), upload(report({"a.py": "-+-+"}), name="2"))
    assert lines(found, "a.py") == ([1, 2, 4], [3])


def test_the_last_attempt_of_a_job_counts_alone():
    """A re-run replaces what its first attempt brought, even with less; another job's upload stays."""
    first, again = upload(report({"a.py": "++"}), run_attempt=1), upload(report({"a.py": "+-"}), run_attempt=2)
    other = upload(report({"b.py": "+"}), name="e2e")
    found = merged(again, first, other)
    assert lines(found, "a.py") == ([1], [2])
    assert [each.run_attempt for each in found.uploads if each.name == "unit"] == [2]
    assert "b.py" in found.measured[Metric.LINES].files


def test_a_later_run_of_the_same_workflow_counts_alone():
    """Closing and opening a pull request runs its workflow anew, under a new number."""
    found = merged(upload(report({"a.py": "++"}), run_id=1, run_attempt=3), upload(report({"a.py": "+-"}), run_id=2))
    assert lines(found, "a.py") == ([1], [2])


def test_jobs_of_two_workflows_may_share_a_name():
    """Neither replaces the other."""
    one = upload(report({"a.py": "+"}), workflow=".github/workflows/py.yml", run_id=1)
    two = upload(report({"b.ts": "+"}), workflow=".github/workflows/js.yml", run_id=2)
    assert set(merged(one, two).measured[Metric.LINES].files) == {"a.py", "b.ts"}


def test_matrix_legs_do_not_replace_each_other():
    """Shards of one job differ in their index."""
    found = merged(upload(report({"a.py": "+-"}), index=0, total=2), upload(report({"a.py": "-+"}), index=1, total=2))
    assert lines(found, "a.py") == ([1, 2], [])


def test_of_several_formats_of_one_run_the_richest_is_judged():
    """JSON, XML and LCOV of the same files tell of one run: one is judged, the others are set aside by name."""
    files = {"a.py": "+-", "b.py": "++"}
    found = merged(
        upload(
            report(files, Metric.LINES, path="cov.info", kind="coverage.py-lcov"),
            report({"a.py": "+~", "b.py": "++"}, S_AND_B, path="coverage.json", kind="coverage.py-json"),
            report({"a.py": "+~", "b.py": "++"}, S_AND_B, path="coverage.xml", kind="coverage.py-xml"),
        )
    )
    assert list(found.measured) == [S_AND_B]
    assert found.set_aside == ("cov.info", "coverage.xml")


def test_a_format_with_branches_is_richer_than_one_without():
    """Even one further down the published order."""
    found = merged(
        upload(report({"a.ts": "+-"}, path="lcov.info"), report({"a.ts": "+~"}, path="cobertura.xml", kind="cobertura"))
    )
    assert found.set_aside == ("lcov.info",)


def test_formats_of_one_run_are_known_even_under_shorter_names():
    """Without a list of files, coverage.py's XML names files from its source folder and its JSON from the top."""
    found = merged(
        upload(
            report({"src/pkg/a.py": "+~"}, path="c.json", kind="coverage.py-json"),
            report({"pkg/a.py": "+~"}, path="c.xml", kind="coverage.py-xml", roots=("/x/src",)),
        )
    )
    assert found.set_aside == ("c.xml",)


def test_formats_of_different_files_are_all_judged():
    """Two packages that each write another format are two runs: nothing is set aside, though names end alike."""
    tracked = frozenset({"a/src/index.ts", "b/src/index.ts"})
    found = merged(
        upload(
            report({"a/src/index.ts": "+~"}, path="a.info"),
            report({"b/src/index.ts": "+-"}, path="b.xml", kind="cobertura"),
        ),
        tracked=tracked,
    )
    assert found.set_aside == ()
    assert set(found.measured[Metric.LINES].files) == tracked


def test_files_of_one_format_are_parts_of_a_whole():
    """Several profiles in one upload unite."""
    found = merged(upload(report({"a.go": "+-"}, path="1.out"), report({"a.go": "-+"}, path="2.out")))
    assert lines(found, "a.go") == ([1, 2], [])


def test_what_the_policy_ignores_is_not_measured():
    """Neither counted nor listed."""
    found = merged(
        upload(report({"a.py": "+", "gen/b.py": "-", "/x/gen.py": "-"})),
        tracked=frozenset({"a.py", "gen/b.py"}),
        ignore=("gen/**", "gen.py"),
    )
    assert set(found.measured[Metric.LINES].files) == {"a.py"}
    assert found.unmatched == ()


def test_a_path_that_fits_no_file_still_counts():
    """It is listed, and the total stays the tool's own."""
    found = merged(upload(report({"a.py": "+", "made/up.py": "--"})), tracked=frozenset({"a.py"}))
    assert found.unmatched == ("made/up.py",)
    assert found.measured[Metric.LINES].native == Tally(1, 3)


def test_metrics_stay_apart():
    """Go's statements and Python's statements and branches are two measurements."""
    go = report({"a.go": go_file(["1.2,3.4 2"], [])}, Metric.STATEMENTS, kind="go-cover")
    found = merged(upload(go, report({"b.py": "+~"}, S_AND_B, kind="coverage.py-json")))
    assert {metric: each.native for metric, each in found.measured.items()} == {
        Metric.STATEMENTS: Tally(2, 2),
        S_AND_B: Tally(3, 4),
    }


def test_an_empty_report_is_a_problem():
    """A report that measures no file is named, whatever the others hold."""
    found = merged(upload(report({"a.py": "+"}), report({}, path="empty.info")))
    assert [(each.path, each.reason) for each in found.problems] == [("empty.info", "the report measures no file")]


def test_the_policy_may_force_one_metric_on_all():
    """In lines, files of different tools are counted together; each choice keeps exact integers."""
    measured = {
        S_AND_B: coverage({"a.py": "+~-"}, S_AND_B),
        Metric.STATEMENTS: coverage({"b.go": go_file(["1.2,3.4 5"], ["3.4,5.2 2"])}, Metric.STATEMENTS),
    }
    totals = {
        choice: {metric: each.native for metric, each in chosen(measured, choice).items()} for choice in MetricChoice
    }
    assert totals == {
        MetricChoice.NATIVE: {S_AND_B: Tally(3, 5), Metric.STATEMENTS: Tally(5, 7)},
        MetricChoice.LINES: {Metric.LINES: Tally(5, 8)},
        MetricChoice.STATEMENTS: {Metric.STATEMENTS: Tally(7, 10)},
        MetricChoice.BRANCHES: {Metric.BRANCHES: Tally(1, 2)},
        MetricChoice.CODECOV: {Metric.LINES: Tally(3, 8)},
    }


SIGNS = st.text(alphabet="+-~.", max_size=6)
UPLOADS = st.lists(
    st.builds(
        lambda files, name: upload(report(files), name=name),
        st.dictionaries(st.sampled_from(["a.py", "b.py", "./a.py"]), SIGNS, min_size=1, max_size=3),
        st.sampled_from(["1", "2", "3"]),
    ),
    max_size=4,
)


@given(UPLOADS, st.randoms())
def test_order_and_repetition_change_nothing(uploads: list[Upload], chance: object):
    """Uploads may arrive in any order and twice."""
    shuffled = [*uploads, *uploads[:1]]
    chance.shuffle(shuffled)  # pyright: ignore[reportAttributeAccessIssue] -- hypothesis hands in a Random
    one, two = merged(*uploads), merged(*shuffled)
    assert {metric: dict(each.files) for metric, each in one.measured.items()} == {
        metric: dict(each.files) for metric, each in two.measured.items()
    }


@given(SIGNS, SIGNS)
def test_two_names_of_one_file_unite(one: str, two: str):
    """``./a.py`` and ``a.py`` are one file, whose lines are those of both."""
    found = merged(upload(report({"a.py": one, "./a.py": two})))
    apart = report({"a.py": one}).coverage.files["a.py"] | report({"a.py": two}).coverage.files["a.py"]
    assert found.measured[Metric.LINES].files == {"a.py": apart}


def test_a_report_is_never_changed_by_merging():
    """Values are frozen: the same reports can be judged again."""
    one = report({"./a.py": "+-"})
    before = replace(one)
    merged(upload(one), upload(Report(path="b", format="lcov", digest="", coverage=one.coverage), name="2"))
    assert one == before
    assert one.coverage.files["./a.py"].measured == Lines.of([1, 2])

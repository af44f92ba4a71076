"""What linters found, on the repository's paths, each once; and which of it is new."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.compare.findings import compare_findings
from bot.core.compare.names import KnownNames
from bot.core.model.comparison import FindingsComparison, FindingScope
from bot.core.model.diff import Change, Diff
from bot.core.model.evidence import Baseline, Report, Side, Upload
from bot.core.model.findings import Finding, Findings, Level
from bot.core.model.policy import LintRule, PathRule
from tests.core.making import changed, diff, upload
from tests.core.telling import finding, lint, of_base

NO_CHANGE = diff()


def compared(
    *uploads: Upload,
    base: Baseline | None = None,
    change: Diff | None = NO_CHANGE,
    tracked: tuple[str, ...] = (),
    paths: tuple[PathRule, ...] = (),
    **rules: object,
) -> FindingsComparison:
    known = KnownNames(tracked, complete=bool(tracked))
    made = LintRule(**rules)  # pyright: ignore[reportArgumentType] -- any key of lint
    found = compare_findings(uploads, base, change, known, made, paths)
    assert found is not None
    return found


def spots(findings: tuple[Finding, ...]) -> list[tuple[str, int | None]]:
    return [(each.path, each.line) for each in findings]


def test_without_a_report_of_findings_there_is_nothing_to_compare():
    """What is of the base's side is not the head's; a clean report is a report."""
    uploads = [upload(lint(finding("a.py"), side=Side.BASE))]
    assert compare_findings(uploads, None, None, KnownNames((), complete=False), LintRule()) is None
    assert compared(upload(lint(tools=("ruff",)))).tools == ("ruff",)


def test_paths_are_the_repositorys():
    """By the checkout's folder, by the policy's rule, by where the report says that its names begin."""
    absolute = upload(lint(finding("/w/x/src/a.py")), root="/w/x")
    ruled = upload(lint(finding("/app/src/b.py")), name="2")
    below = Report(
        path="l", format="sarif", digest="", findings=Findings(findings=(finding("c.py"),)), roots=("/w/x/src",)
    )
    rules = PathRule.model_validate({"from": "/app/", "to": ""})
    found = compared(
        absolute,
        ruled,
        upload(below, name="3", root="/w/x"),
        tracked=("src/a.py", "src/b.py", "src/c.py"),
        paths=(rules,),
    )
    assert [each.path for each in found.findings] == ["src/a.py", "src/b.py", "src/c.py"]


def test_what_several_reports_tell_is_one_finding():
    """Three legs, or two formats of one run; two in one report on one line are two."""
    twice = (finding("a.py", 3, column=1), finding("a.py", 3, column=9))
    found = compared(upload(lint(*twice), lint(finding("a.py", 3), path="2")), upload(lint(*twice), name="b"))
    assert [(each.line, each.column) for each in found.findings] == [(3, 1), (3, 9)]
    assert found.reports == 3


@pytest.mark.parametrize(("level", "counted"), [("error", 1), ("warning", 2), ("note", 3)])
def test_milder_findings_than_asked_for_do_not_count(level: str, counted: int):
    """They are still told."""
    found = compared(
        upload(lint(finding("a.py", level=Level.ERROR), finding("a.py", 2), finding("a.py", 3, level=Level.NOTE))),
        scope="all",
        level=level,
    )
    assert (len(found.counted), len(found.findings)) == (counted, 3)


# --- new ---------------------------------------------------------------------------------------------------------


def test_what_the_base_has_is_not_new():
    """One more is; one less is fixed."""
    base = of_base(found=(finding("a.py", 1), finding("a.py", 2, rule="R2")))
    found = compared(upload(lint(finding("a.py", 1), finding("b.py", 1))), base=base)
    assert spots(found.counted) == [("b.py", 1)]
    assert (found.scope, found.base, found.fixed) == (FindingScope.NEW, 2, 1)


def test_findings_move_with_their_lines_and_files():
    """Ten lines were put in above, and the file was renamed."""
    base = of_base(found=(finding("old.py", 5),))
    change = diff(changed("new.py", "", "1-10", old="old.py"))
    found = compared(upload(lint(finding("new.py", 15))), base=base, change=change)
    assert (found.counted, found.fixed) == ((), 0)


def test_of_two_that_are_alike_the_one_on_an_added_line_is_new():
    """The old one stands where it stood, moved by the lines above it."""
    base = of_base(found=(finding("a.py", 5),))
    change = diff(changed("a.py", "", "1-2"))
    found = compared(upload(lint(finding("a.py", 1), finding("a.py", 7))), base=base, change=change)
    assert spots(found.counted) == [("a.py", 1)]


def test_moved_code_brings_nothing_new():
    """It was deleted here and added there, in one file."""
    base = of_base(found=(finding("a.py", 5),))
    change = diff(changed("a.py", "5", "20"))
    found = compared(upload(lint(finding("a.py", 20))), base=base, change=change)
    assert (found.counted, found.fixed) == ((), 0)


def test_another_number_in_a_message_is_no_other_finding():
    """A function that was too complex got more so; its rule and place are the same. Another wording is another."""
    base = of_base(found=(finding("a.py", 5, message="too complex (12)"),))
    grown = finding("a.py", 6, message="too complex (13)")
    change = diff(changed("a.py", "5", "5-6"))
    assert compared(upload(lint(grown)), base=base, change=change).counted == ()
    reworded = finding("a.py", 5, message="too long (12)")
    assert compared(upload(lint(reworded)), base=base, change=change).counted == (reworded,)


def test_a_copy_of_the_file_of_a_deleted_finding_is_not_excused():
    """The base's file is gone, so what it had stands for nothing in another."""
    base = of_base(found=(finding("a.py", 5), finding("", None)))
    change = diff(changed("a.py", "1-9", change=Change.DELETED), changed("b.py", "", "1-9", change=Change.ADDED))
    found = compared(upload(lint(finding("b.py", 5), finding("", None))), base=base, change=change)
    assert (spots(found.counted), found.fixed) == ([("b.py", 5)], 1)


def test_a_file_whose_hunks_are_missing_is_matched_by_what_is_said():
    """Where its lines went is not known."""
    base = of_base(found=(finding("a.py", 5),))
    change = diff(changed("a.py"), missing=("a.py",))
    found = compared(upload(lint(finding("a.py", 50), finding("a.py", 5, rule="R2"))), base=base, change=change)
    assert [each.rule for each in found.counted] == ["R2"]


def test_a_name_that_was_not_understood_on_the_base_is_looked_for_again():
    """The base was recorded without a list of the repository's files."""
    base = of_base(found=(finding("/w/x/src/a.py", 5),))
    found = compared(upload(lint(finding("src/a.py", 5))), base=base, tracked=("src/a.py",))
    assert (found.counted, found.fixed) == ((), 0)


# --- on added lines ----------------------------------------------------------------------------------------------


def test_without_a_baseline_added_lines_are_what_is_new():
    """A finding's first line decides; one of a whole file counts where the file is new, one of no file always."""
    change = diff(changed("a.py", "", "3-4"), changed("new.py", "", "1-9", change=Change.ADDED))
    ran = lint(
        finding("a.py", 2, end_line=4),
        finding("a.py", 3),
        finding("a.py", None),
        finding("new.py", None),
        finding("untouched.py", 3),
        finding("", None, rule="CVE-1"),
    )
    found = compared(upload(ran), change=change)
    assert spots(found.counted) == [("", None), ("a.py", 3), ("new.py", None)]
    assert (found.scope, found.base, found.fixed) == (FindingScope.ADDED, None, None)


def test_what_the_policy_calls_added_is_so_with_a_baseline_too():
    """An old finding on a rewritten line counts."""
    change = diff(changed("a.py", "3", "3"))
    found = compared(
        upload(lint(finding("a.py", 3))), base=of_base(found=(finding("a.py", 3),)), change=change, scope="added"
    )
    assert (spots(found.counted), found.fixed) == ([("a.py", 3)], 0)


def test_a_note_of_no_file_is_no_finding_of_the_change():
    """A scanner says so of a dependency that it passed over, or that is never called: by itself it passes."""
    ran = upload(lint(finding("", None, level=Level.NOTE), finding("", None, rule="CVE-1", level=Level.WARNING)))
    assert [each.rule for each in compared(ran, change=diff()).counted] == ["CVE-1"]


@pytest.mark.parametrize(
    ("told", "tracked", "counted"),
    [
        ("/home/runner/work/web/web/app.py", (), ["app.py"]),
        ("/srv/app.py", ("app.py", "lib/app.py", "svc/main.go"), ["app.py"]),
        ("main.go", ("app.py", "lib/app.py", "svc/main.go"), ["svc/main.go"]),
        ("main.go", ("main.go", "app.py", "svc/main.go"), []),
        ("main.go", (), []),
        ("/srv/snapp.py", (), []),
    ],
)
def test_a_path_that_fits_no_file_may_be_a_changed_one(told: str, tracked: tuple[str, ...], counted: list[str]):
    """A linter names a file by the folder of a machine, or from the folder that it ran in, and nothing tells which:
    what it found on a line that the change adds is not lost for that.
    """
    change = diff(changed("app.py", "", "3"), changed("svc/main.go", "", "3"))
    found = compared(upload(lint(finding(told, 3), finding(told, 4))), change=change, tracked=tracked)
    assert spots(found.counted) == [(path, 3) for path in counted]


def test_where_the_diff_does_not_tell_it_is_undecided():
    """Hunks of one file are missing, or there is no diff."""
    ran = upload(lint(finding("a.py", 3), finding("b.py", 3)))
    assert spots(compared(ran, change=diff(changed("a.py"), missing=("a.py",))).undecided) == [("a.py", 3)]
    found = compared(ran, change=None)
    assert (spots(found.undecided), found.counted, found.without_diff) == ([("a.py", 3), ("b.py", 3)], (), True)


# --- laws --------------------------------------------------------------------------------------------------------

FINDINGS = st.lists(
    st.builds(
        finding,
        st.sampled_from(["a.py", "b.py", ""]),
        st.none() | st.integers(1, 4),
        st.sampled_from(["R1", "R2"]),
        st.sampled_from(["bad (1)", "bad (2)", "worse"]),
        level=st.sampled_from(Level),
        column=st.none() | st.integers(1, 2),
    ),
    max_size=5,
)
UPLOADS = st.lists(FINDINGS, min_size=1, max_size=3).map(
    lambda many: [upload(lint(*found), name=str(number)) for number, found in enumerate(many)]
)
BASES = st.none() | FINDINGS.map(lambda found: of_base(found=tuple(found)))
NUMBERS = st.frozensets(st.integers(1, 4)).map(lambda lines: " ".join(map(str, lines)))
CHANGES = st.none() | st.builds(lambda gone, new: diff(changed("a.py", gone, new)), NUMBERS, NUMBERS)
SCOPES = st.sampled_from(["new", "added", "all"])


@settings(max_examples=50)
@given(UPLOADS, BASES, CHANGES, SCOPES)
def test_neither_order_nor_repetition_matters(
    uploads: list[Upload], base: Baseline | None, change: Diff | None, scope: str
):
    """But for the number of reports."""
    first = compared(*uploads, base=base, change=change, scope=scope)
    for turned in itertools.permutations(uploads):
        assert compared(*turned, base=base, change=change, scope=scope) == first
    again = compared(*uploads, *uploads, base=base, change=change, scope=scope)
    assert (again.findings, again.counted, again.undecided) == (first.findings, first.counted, first.undecided)


@settings(max_examples=50)
@given(FINDINGS, CHANGES)
def test_new_and_fixed_account_for_every_finding(found: list[Finding], change: Diff | None):
    """Heads less new ones are as many as the base's less those fixed; and nothing is new beside itself."""
    base = compared(upload(lint(*found))).findings
    for head in ([], found[:2], found):
        one = compared(upload(lint(*head)), base=of_base(found=base), change=change)
        assert len(one.findings) - len(one.counted) == len(base) - (one.fixed or 0)
    same = compared(upload(lint(*found)), base=of_base(found=base))
    assert (same.counted, same.fixed) == ((), 0)

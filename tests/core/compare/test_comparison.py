"""Head beside base: new lines, lines that changed their fate untouched, and what is missing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.compare.coverage import compare_coverage, merge_evidence
from bot.core.model.comparison import CoverageComparison
from bot.core.model.coverable import NEVER_COVERABLE, cannot_be_covered
from bot.core.model.coverage import Arms, FileCoverage, Metric, Tally
from bot.core.model.diff import Change, Diff
from bot.core.model.evidence import Baseline
from bot.core.model.policy import Component, CoverageRules
from tests.core.making import AN_ARM_MISSED, baseline, changed, diff, evidence, file, go_file, numbers, report, upload

Files = dict[str, str | FileCoverage]


def compared(
    head: Files,
    base: Files | None = None,
    change: Diff | None = None,
    *,
    tracked: frozenset[str] | None = None,
    metric: Metric = Metric.LINES,
    **rules: object,
) -> CoverageComparison:
    keys = CoverageRules(**rules)  # pyright: ignore[reportArgumentType] -- any key of coverage
    seen = evidence(upload(report(head, metric)), tracked=tracked)
    before: Baseline | None = None if base is None else baseline(base, metric)
    merged = merge_evidence(seen, before, change, keys)
    return compare_coverage(merged, baseline=before, diff=change, tracked=tracked, rules=keys)


# --- the patch ---------------------------------------------------------------------------------------------------


def test_the_patch_is_added_lines_that_are_measured():
    """Context, deletions and lines that no tool measures are not in it."""
    found = compared(
        {"a.py": "+-~.+", "b.py": "---"}, change=diff(changed("a.py", "9", "1-4"), changed("c.md", "", "1"))
    )
    assert found.patch is not None
    assert {path: (one.hit, one.partial, one.miss) for path, one in found.patch.files.items()} == {
        "a.py": (numbers("1"), numbers("3"), numbers("2"))
    }
    assert (found.patch.tally, found.patch.strict_tally) == (Tally(2, 3), Tally(1, 3))


def test_a_renamed_file_adds_only_what_was_edited():
    """A pure rename adds nothing."""
    change = diff(changed("new.py", old="old.py"), changed("moved.py", "1", "1", old="was.py"))
    found = compared({"new.py": "--", "moved.py": "+-"}, change=change)
    assert found.patch is not None
    assert (set(found.patch.files), found.patch.tally) == ({"moved.py"}, Tally(1, 1))


def test_a_go_line_is_partial_where_a_block_that_ran_meets_one_that_did_not():
    """``if x {`` ran, and its body did not."""
    go = go_file(["1.1,2.9 2"], ["2.9,4.2 1"])
    found = compared({"a.go": go}, change=diff(changed("a.go", "", "1-4")), metric=Metric.STATEMENTS)
    assert found.patch is not None
    one = found.patch.files["a.go"]
    assert (one.hit, one.partial, one.miss) == (numbers("1"), numbers("2"), numbers("3-4"))


def test_new_lines_of_which_only_branches_or_a_function_are_told_are_in_the_patch():
    """Istanbul's LCOV gives a multi-line condition arms and no count, and a function a start and no count. They are
    hit if every arm was taken, or the function ran; the project's total leaves them out, as the tool does.
    """
    arms = {2: Arms(known=frozenset("01"), taken=frozenset("01")), 3: AN_ARM_MISSED, 9: AN_ARM_MISSED}
    made = FileCoverage(
        measured=numbers("1"), executed=numbers("1"), arms=arms, functions={"4:f": True, "5:g": False, "h": True}
    )
    found = compared({"a.ts": made}, change=diff(changed("a.ts", "", "1-8")))
    assert found.patch is not None
    one = found.patch.files["a.ts"]
    assert (one.hit, one.partial, one.miss) == (numbers("1-2 4"), numbers(""), numbers("3 5"))
    assert found.projects[0].head == Tally(1, 1)


SIGNS = st.text(alphabet="+-~.", max_size=20)
ADDED = st.frozensets(st.integers(1, 25)).map(lambda lines: " ".join(map(str, lines)))


@given(SIGNS, ADDED)
def test_the_patch_lies_within_the_diff_and_within_what_is_measured(signs: str, added: str):
    """Its three sets are disjoint, and together exactly the added, measured lines."""
    patch = compared({"a.py": signs}, change=diff(changed("a.py", "", added))).patch
    assert patch is not None
    wanted = numbers(added) & file(signs).measured
    if not wanted:
        assert not patch.files
        return
    one = patch.files["a.py"]
    assert one.hit | one.partial | one.miss == wanted
    assert len(one.hit) + len(one.partial) + len(one.miss) == len(wanted)


# --- elsewhere ---------------------------------------------------------------------------------------------------


def test_untouched_lines_that_changed_their_fate_are_told_in_the_heads_numbers():
    """Two lines were added on top: old line 2, now 4, is no longer hit, and old line 3, now 5, is."""
    found = compared({"a.py": "--+-+"}, {"a.py": "++-"}, diff(changed("a.py", "", "1-2")))
    assert set(found.indirect) == {"a.py"}
    assert (found.indirect["a.py"].newly_missed, found.indirect["a.py"].newly_hit) == (numbers("4"), numbers("5"))


def test_a_file_outside_the_diff_may_change_too():
    """Its lines are compared as they stand; a partial line is not a missed one."""
    found = compared({"a.py": "~-", "same.py": "+-"}, {"a.py": "++", "same.py": "+-"}, diff(changed("b.py", "", "1")))
    assert set(found.indirect) == {"a.py"}
    assert (found.indirect["a.py"].newly_missed, found.indirect["a.py"].newly_hit) == (numbers("2"), numbers(""))


def test_nothing_is_said_of_lines_whose_place_is_unknown():
    """A file whose hunks are missing has no indirect changes."""
    assert not compared({"a.py": "-"}, {"a.py": "+"}, diff(missing=("a.py",))).indirect


# --- what is missing ---------------------------------------------------------------------------------------------


def test_changed_sources_in_no_report_are_listed():
    """Not tests, prose, deleted files, pure renames, or what the policy ignores."""
    change = diff(
        changed("src/new.py", "", "1"),
        changed("tool.weird", "", "1"),
        changed("known.py", "", "1"),
        changed("tests/test_new.py", "", "1"),
        changed("pkg/new_test.go", "", "1"),
        changed("README.md", "", "1"),
        changed("data.json", "", "1"),
        changed("gone.py", "1", change=Change.DELETED),
        changed("moved.py", old="was.py"),
        changed("gen/out.py", "", "1"),
    )
    found = compared({"known.py": "+", "x.weird": "+"}, change=change, ignore=("gen/**",))
    assert found.unreported == ("src/new.py", "tool.weird")


def test_files_that_left_the_reports_are_listed_if_they_still_exist():
    """Deleted files, ignored ones, and those whose measured lines are all gone, are not missed."""
    base: Files = {
        "a.py": "+",
        "kept.py": "+",
        "gone.py": "+",
        "old.py": "+",
        "gen/x.py": "+",
        "hollow.py": "++",
        "e.py": ".",
    }
    change = diff(
        changed("gone.py", "1", change=Change.DELETED),
        changed("renamed.py", old="old.py"),
        changed("hollow.py", "1-2"),
    )
    found = compared({"a.py": "+"}, base, change, ignore=("gen/**",))
    assert found.left == ("kept.py", "renamed.py")


def test_the_list_of_tracked_files_tells_what_still_exists():
    """Without a diff it is all there is to go by."""
    assert compared(
        {"a.py": "+"}, {"a.py": "+", "b.py": "+", "c.py": "+"}, tracked=frozenset({"a.py", "b.py"})
    ).left == ("b.py",)


def test_a_renamed_file_is_not_missed():
    """It is measured under its new name."""
    assert compared({"b.py": "+"}, {"a.py": "+"}, diff(changed("b.py", old="a.py"))).left == ()


@pytest.mark.parametrize(
    ("paths", "nothing"),
    [
        (["README.md"], True),
        (["docs/guide/index.html", "pkg/doc.MD", "logo.svg", "LICENSE", ".gitignore"], True),
        ([".github/ISSUE_TEMPLATE/bug.yml"], True),
        (["README.md", "src/a.py"], False),
        (["package-lock.json"], False),
        (["poetry.lock"], False),
        (["go.sum"], False),
        (["requirements.txt"], False),
        (["Dockerfile"], False),
        ([".github/workflows/ci.yml"], False),
        ([".github/covgate.yml"], False),
        (["pyproject.toml"], False),
        (["docs.py"], False),
        (["mydocs/a.py"], False),
        ([], False),
    ],
)
def test_only_a_change_of_nothing_that_can_be_covered_is_called_so(paths: list[str], nothing: bool):
    """Prose, pictures, licences; never what tests or builds depend on, and never an empty diff."""
    assert (
        compared({"a.py": "+"}, change=diff(*(changed(path, "", "1") for path in paths))).nothing_coverable is nothing
    )


def test_both_names_of_a_rename_must_be_uncoverable():
    """Source that is renamed into the documentation is a deletion of source."""
    assert not compared({"a.py": "+"}, change=diff(changed("docs/a.py", old="src/a.py"))).nothing_coverable


def test_what_is_measured_can_be_covered():
    """A repository that measures a file below ``docs`` is taken at its word."""
    change = diff(changed("docs/conf.py", "", "1"))
    assert compared({"a.py": "+"}, {"a.py": "+"}, change).nothing_coverable
    assert not compared({"a.py": "+"}, {"docs/conf.py": "+"}, change).nothing_coverable


def test_files_without_hunks_count_among_the_changed():
    """A change is not harmless because the diff leaves out what it does."""
    assert not compared(
        {"a.py": "+"}, change=diff(changed("README.md", "", "1"), missing=("src/a.py",))
    ).nothing_coverable


def test_every_published_glob_matches_something():
    """The list holds no pattern that our globs read differently from what it says."""
    for pattern in NEVER_COVERABLE:
        assert cannot_be_covered(pattern.replace("**", "x").replace("*", "x"))


# --- components --------------------------------------------------------------------------------------------------

MONITOR = Component(name="monitor", paths=("pkg/monitor/**",))


def test_a_component_is_the_files_that_its_paths_select():
    """By each metric measured there; a file may belong to several components or to none."""
    both = (MONITOR, Component(name="all", paths=("**",)))
    found = compared(
        {"pkg/monitor/a.py": "+-", "b.py": "+++"}, {"pkg/monitor/a.py": "--", "b.py": "+"}, components=both
    )
    monitor, everything = found.components
    assert (monitor.head, monitor.base) == ({Metric.LINES: Tally(1, 2)}, {Metric.LINES: Tally(0, 2)})
    assert (everything.head, everything.base) == ({Metric.LINES: Tally(4, 5)}, {Metric.LINES: Tally(1, 3)})


def test_a_component_loses_what_was_deleted_from_it_and_what_moved_out():
    """Both are taken into account when its drop is judged."""
    change = diff(changed("pkg/monitor/a.py", "1"), changed("pkg/api/b.py", old="pkg/monitor/b.py"))
    found = compared(
        {"pkg/monitor/a.py": "-", "pkg/api/b.py": "++"},
        {"pkg/monitor/a.py": "+-", "pkg/monitor/b.py": "++"},
        change,
        components=(MONITOR,),
    )
    assert found.components[0].deleted == {Metric.LINES: Tally(3, 3)}


@pytest.mark.parametrize(
    ("tracked", "exists"),
    [(None, True), (frozenset({"b.py"}), False), (frozenset({"b.py", "pkg/monitor/a.py"}), True)],
)
def test_a_component_exists_where_the_repository_holds_a_file_of_it(tracked: frozenset[str] | None, exists: bool):
    """Where its files are not known it is taken to exist."""
    assert compared({"b.py": "+"}, tracked=tracked, components=(MONITOR,)).components[0].exists is exists


def test_a_component_that_the_change_deletes_exists_no_more():
    """Also without a list of files."""
    change = diff(changed("pkg/monitor/a.py", "1", change=Change.DELETED))
    found = compared({"b.py": "+"}, {"b.py": "+", "pkg/monitor/a.py": "+"}, change, components=(MONITOR,))
    assert not found.components[0].exists


# --- names that were not understood before -----------------------------------------------------------------------


def test_a_baseline_of_names_not_understood_is_understood_with_the_head():
    """The first push taught nothing of Go's module path; the first change to a Go file does, for both sides."""
    go = go_file(["1.1,3.2 3"], [])
    recorded: Files = {"example.org/shop/cart/cart.go": go, "example.org/shop/pay/pay.go": go}
    found = compared(recorded, recorded, diff(changed("cart/cart.go", "", "1")), metric=Metric.STATEMENTS)
    assert set(found.head[Metric.STATEMENTS].files) == {"cart/cart.go", "pay/pay.go"}
    assert (found.left, found.patch and found.patch.tally) == ((), Tally(1, 1))
    assert found.projects[0].delta is not None
    assert (found.projects[0].delta.base, found.projects[0].delta.elsewhere_after) == (Tally(6, 6), Tally(3, 3))


def test_folders_with_dots_are_folders():
    """C# projects are named so: a renamed one is followed by the diff, not guessed at."""
    change = diff(changed("Acme.Store/Util/Text.cs", old="Acme.Shop/Util/Text.cs"))
    tracked = frozenset({"Acme.Store/Util/Text.cs"})
    found = compared({"Acme.Store/Util/Text.cs": "+"}, {"Acme.Shop/Util/Text.cs": "+"}, change, tracked=tracked)
    assert found.projects[0].delta is not None
    assert (found.left, found.projects[0].delta.elsewhere_after) == ((), Tally(1, 1))


def test_files_outside_the_repository_are_not_missed():
    """A temporary folder has another name in every run."""
    found = compared({"a.py": "+", "/tmp/run-2/x.py": "+"}, {"a.py": "+", "/tmp/run-1/x.py": "+"})
    assert found.left == ()

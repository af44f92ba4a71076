"""Why a total moved: the parts, and that they always sum to it."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.compare.deltas import FileDelta, file_deltas, total
from bot.core.compare.lineage import Lineage
from bot.core.model.comparison import Delta
from bot.core.model.coverage import FileCoverage, Metric, Tally
from bot.core.model.diff import Change, Diff
from tests.core.making import changed, coverage, diff, file, go_file

Files = dict[str, str | FileCoverage]


def delta(head: Files, base: Files, change: Diff | None = None, metric: Metric = Metric.LINES) -> Delta:
    return total(file_deltas(coverage(head, metric), coverage(base, metric), Lineage(change)))


def parts(of: Delta) -> dict[str, tuple[int, int]]:
    named = {"added": of.added, "deleted": of.deleted, "before": of.elsewhere_before, "after": of.elsewhere_after}
    return {name: (tally.covered, tally.total) for name, tally in named.items() if tally.total}


def test_added_and_deleted_lines_are_told_from_those_that_moved_by():
    """Line 2 was replaced by two lines; what lies below moved down and changed its fate."""
    found = delta({"a.py": "++-+"}, {"a.py": "+--"}, diff(changed("a.py", "2", "2-3")))
    assert parts(found) == {"added": (1, 2), "deleted": (0, 1), "before": (1, 2), "after": (2, 2)}


def test_a_renamed_file_is_the_same_file():
    """Only its edited lines are added and deleted."""
    found = delta({"new.py": "++-"}, {"old.py": "++"}, diff(changed("new.py", "", "3", old="old.py")))
    assert parts(found) == {"added": (0, 1), "before": (2, 2), "after": (2, 2)}


def test_files_that_come_and_go_count_whole():
    """A new file is added, a deleted one deleted; so are files that enter and leave the measurement."""
    change = diff(changed("n.py", "", "1-2", change=Change.ADDED), changed("d.py", "1-3", change=Change.DELETED))
    found = delta({"n.py": "+-", "entered.py": "+"}, {"d.py": "++-", "left.py": "-"}, change)
    assert parts(found) == {"added": (2, 3), "deleted": (2, 4)}


def test_a_name_taken_over_by_another_file_is_not_mixed_up():
    """``a`` was renamed to ``b`` and a new ``a`` was written: the old ``a`` is ``b``."""
    change = diff(changed("b.py", old="a.py"), changed("a.py", "", "1-2", change=Change.ADDED))
    found = delta({"a.py": "--", "b.py": "+++"}, {"a.py": "+++"}, change)
    assert parts(found) == {"added": (0, 2), "before": (3, 3), "after": (3, 3)}


def test_a_copy_is_new():
    """Its source stays what it was."""
    change = diff(changed("copy.py", old="a.py", change=Change.COPIED))
    found = delta({"a.py": "++", "copy.py": "--"}, {"a.py": "++"}, change)
    assert parts(found) == {"added": (0, 2), "before": (2, 2), "after": (2, 2)}


def test_branch_arms_lie_on_their_line():
    """Arms of an added line are added; statements and branches are counted together where the tool does."""
    found = delta({"a.py": "+~"}, {"a.py": "~"}, diff(changed("a.py", "", "2")), Metric.STATEMENTS_AND_BRANCHES)
    assert parts(found) == {"added": (2, 3), "before": (2, 3), "after": (1, 1)}


def test_a_go_block_counts_whole_once_the_change_touches_it():
    """Lines 1-5 held one block of three statements; one was added inside it."""
    base = {"a.go": go_file(["1.1,5.2 3", "7.1,9.2 2"], [])}
    head = {"a.go": go_file(["1.1,6.2 4"], ["8.1,10.2 2"])}
    found = delta(head, base, diff(changed("a.go", "", "3")), Metric.STATEMENTS)
    assert parts(found) == {"added": (4, 4), "deleted": (3, 3), "before": (2, 2), "after": (0, 2)}


def test_a_go_block_that_lost_a_line_is_another_block():
    """The head's block holds no added line, but the change took one out between its lines."""
    base = {"a.go": go_file(["1.1,5.2 3", "7.1,9.2 2"], [])}
    head = {"a.go": go_file(["1.1,4.2 2", "6.1,8.2 2"], [])}
    found = delta(head, base, diff(changed("a.go", "3", "")), Metric.STATEMENTS)
    assert parts(found) == {"added": (2, 2), "deleted": (3, 3), "before": (2, 2), "after": (2, 2)}


def test_lines_put_between_two_go_blocks_touch_neither():
    """A block begins where it begins: what is inserted before its first line is not in it."""
    base = {"a.go": go_file(["1.1,3.2 2", "4.1,6.2 2"], [])}
    head = {"a.go": go_file(["1.1,3.2 2", "6.1,8.2 2"], [])}
    found = delta(head, base, diff(changed("a.go", "", "4-5")), Metric.STATEMENTS)
    assert parts(found) == {"before": (4, 4), "after": (4, 4)}


def test_without_hunks_everything_is_elsewhere():
    """A file whose changes the diff leaves out is counted, and nothing in it is called added or deleted."""
    change = diff(changed("a.py"), missing=("a.py",))
    assert parts(delta({"a.py": "+-"}, {"a.py": "+"}, change)) == {"before": (1, 1), "after": (1, 2)}


NAMES = ("a.py", "b.py", "c.py")
SIGNS = st.text(alphabet="+-~.", max_size=12)
GO = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 4), st.integers(0, 3), st.booleans()), max_size=5).map(
    lambda blocks: go_file(
        [f"{first}.1,{first + more}.9 {statements}" for first, more, statements, ran in blocks if ran],
        [f"{first}.2,{first + more}.9 {statements}" for first, more, statements, ran in blocks if not ran],
    )
)
FILES = st.dictionaries(st.sampled_from(NAMES), SIGNS.map(file) | GO, max_size=3)
LINE_SET = st.frozensets(st.integers(1, 14)).map(lambda lines: " ".join(map(str, lines)))
CHANGES = st.dictionaries(
    st.sampled_from(NAMES),
    st.tuples(LINE_SET, LINE_SET, st.sampled_from(list(Change)), st.sampled_from(NAMES)),
    max_size=3,
).map(
    lambda made: diff(
        *(
            changed(path, gone, new, old=old if kind in (Change.RENAMED, Change.COPIED) else "", change=kind)
            for path, (gone, new, kind, old) in made.items()
        )
    )
)


@given(FILES, FILES, CHANGES | st.none(), st.sampled_from(list(Metric)))
def test_the_parts_always_sum_to_the_difference(head: Files, base: Files, change: Diff | None, metric: Metric):
    """Whatever changed, in covered and in total, for every metric: base - deleted - before + after + added = head."""
    found = delta(head, base, change, metric)
    assert found.head == coverage(head, metric).native
    assert found.base == coverage(base, metric).native
    for number in ("covered", "total"):
        base_n, head_n, added, deleted, before, after = (
            getattr(tally, number)
            for tally in (
                found.base,
                found.head,
                found.added,
                found.deleted,
                found.elsewhere_before,
                found.elsewhere_after,
            )
        )
        assert base_n - deleted + after - before + added == head_n
    for part in (found.added, found.deleted, found.elsewhere_before, found.elsewhere_after):
        assert 0 <= part.covered <= part.total


@given(FILES, FILES, CHANGES)
def test_every_file_of_either_side_counts_once(head: Files, base: Files, change: Diff):
    """No file is counted twice or lost, however names were exchanged."""
    found = file_deltas(coverage(head), coverage(base), Lineage(change))
    assert sorted(one.path for one in found if one.path) == sorted(head)
    assert sorted(one.old_path for one in found if one.old_path) == sorted(base)


def test_a_file_deltas_sides_are_its_parts():
    """``head`` and ``base`` of one file come from the same four tallies."""
    one = FileDelta(
        path="a", old_path="a", added=Tally(1, 2), deleted=Tally(0, 1), before=Tally(3, 3), after=Tally(2, 3)
    )
    assert (one.head, one.base) == (Tally(3, 5), Tally(3, 4))

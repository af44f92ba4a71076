"""Line numbers through a change: what stayed, where it stands now, and where something was put in or taken out."""

import time

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.diff import Change, FileDiff
from bot.core.model.lines import Lines

EDITS = st.lists(st.sampled_from("=-+"), max_size=60)
LINES = st.frozensets(st.integers(1, 80))


def played(edits: list[str]) -> tuple[FileDiff, dict[int, int]]:
    """The diff that *edits* make (= keeps a line, - deletes one, + adds one), and where lines went, by counting."""
    old = new = 0
    kept: dict[int, int] = {}
    added: list[int] = []
    deleted: list[int] = []
    for edit in edits:
        old += edit != "+"
        new += edit != "-"
        if edit == "=":
            kept[old] = new
        elif edit == "-":
            deleted.append(old)
        else:
            added.append(new)
    kept |= {old + further: new + further for further in range(1, 100)}  # what lies below the last edit
    diff = FileDiff(path="a", old_path="a", change=Change.MODIFIED, added=Lines.of(added), deleted=Lines.of(deleted))
    return diff, kept


@given(EDITS, LINES)
def test_unchanged_lines_are_found_where_counting_finds_them(edits: list[str], wanted: frozenset[int]):
    """``moved`` gives the new numbers of the lines that stayed, and drops those that did not."""
    diff, kept = played(edits)
    assert list(diff.moved(Lines.of(wanted))) == sorted(kept[line] for line in wanted if line in kept)


@given(EDITS)
def test_seams_lie_where_unchanged_neighbours_were_parted_or_joined(edits: list[str]):
    """Two unchanged lines that follow each other on one side only have a seam before the second on that side."""
    diff, kept = played(edits)
    old_seams, new_seams = diff.seams()
    before_old, before_new = 0, 0
    for old, new in sorted(kept.items()):
        put_in, taken_out = new - before_new > 1, old - before_old > 1
        assert (old in old_seams) == put_in
        assert (new in new_seams) == taken_out
        before_old, before_new = old, new


def test_a_large_file_with_many_edits_moves_in_linear_time():
    """Two hundred thousand lines with fifty thousand edits take a fraction of a second, not the square of one."""
    every_fourth = Lines.of(range(1, 200_000, 4))
    diff = FileDiff(path="a", old_path="a", change=Change.MODIFIED, added=every_fourth)
    began = time.process_time()
    moved = diff.moved(Lines.span(1, 150_000))
    assert len(moved) == 150_000
    assert time.process_time() - began < 2

"""Which of Go's blocks a change touches, beside counting line by line."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.coverage import Blocks, Tally
from bot.core.model.lines import Lines

NUMBERS = st.frozensets(st.integers(1, 40))
BLOCKS = st.dictionaries(st.tuples(st.integers(1, 45), st.integers(0, 9), st.integers(0, 3)), st.booleans(), max_size=8)


@given(BLOCKS, NUMBERS, NUMBERS)
def test_a_block_is_crossed_by_a_line_in_it_or_a_seam_behind_its_first(
    made: dict[tuple[int, int, int], bool], lines: frozenset[int], seams: frozenset[int]
):
    """Blocks that reach beyond all that changed included."""
    written = {
        f"{first}.1,{first + more}.2 {statements}".encode(): ran for (first, more, statements), ran in made.items()
    }
    blocks = Blocks(
        frozenset(block for block, ran in written.items() if ran),
        frozenset(block for block, ran in written.items() if not ran),
    )
    crossed = {
        key: ran
        for key, ran in made.items()
        if lines & set(range(key[0], key[0] + key[1] + 1)) or seams & set(range(key[0] + 1, key[0] + key[1] + 1))
    }
    covered = sum(statements for (_, _, statements), ran in crossed.items() if ran)
    assert blocks.crossed(Lines.of(lines), Lines.of(seams)) == Tally(covered, sum(key[2] for key in crossed))


@given(NUMBERS, st.integers(0, 50))
def test_running_counts_are_what_counting_says(lines: frozenset[int], top: int):
    """One number for each line up to the top, and one beyond it."""
    assert Lines.of(lines).running(top) == [sum(line < n for line in lines) for n in range(top + 2)]

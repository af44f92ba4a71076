"""Go cover profiles: blocks by identity, modes, names with anything in them, and what Go would not have written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.coverage import Blocks, FileCoverage, Metric, Tally
from bot.core.model.lines import Lines
from tests.core.parse.reading import only_file, read, refusal


def profile(*lines: str, mode: str = "set") -> str:
    return "\n".join((f"mode: {mode}", *lines, ""))


def test_a_block_that_ran_in_any_line_ran():
    """Tests of several packages repeat each other's blocks."""
    report = read(profile("a.go:1.1,3.2 2 0", "b.go:1.1,2.2 1 1", "a.go:1.1,3.2 2 7", "a.go:4.1,5.2 3 0"))
    assert report.coverage.native == Tally(3, 6)
    assert report.coverage.files["a.go"].blocks == Blocks(frozenset({b"1.1,3.2 2"}), frozenset({b"4.1,5.2 3"}))


def test_profiles_of_different_modes_may_follow_each_other():
    """Whether a block ran means the same in each; blank lines between them come of ``cat`` and ``echo``."""
    text = profile("a.go:1.1,3.2 2 1") + "\n" + profile("a.go:1.1,3.2 2 0", "b.go:1.1,2.2 1 9", mode="atomic")
    assert read(text).coverage.native == Tally(3, 3)


@pytest.mark.parametrize(
    "name",
    [
        "C:\\work\\a b\\x.go",
        "C:/work/x.go",
        "host:8080/x.go",
        "with space/x y.go",
        "caf\u00e9/\u6f22.go",
        "mode:x.go",
        "1.1,2.2 3 4.go",
    ],
)
def test_a_file_name_may_hold_colons_and_spaces(name: str):
    """It ends at the last colon, as Go reads it."""
    assert list(read(profile(f"{name}:1.1,2.2 1 1")).coverage.files) == [name]


def test_bytes_that_are_no_utf8_show_as_escapes():
    """As in the names that a diff is read with, so that both meet."""
    (name,) = read(b"mode: set\ncaf\xe9.go:1.1,2.2 1 1\n").coverage.files
    assert name == "caf\\xe9.go"


def test_an_empty_block_counts_its_statements_and_no_lines():
    """``func f() {}`` has a block of none; generated code with ``//line`` may end before it starts."""
    file = only_file(profile("a.go:5.10,5.12 0 1", "a.go:9.1,7.1 2 1"))
    assert (file.statements, file.measured) == (Tally(2, 2), Lines())


def test_counts_are_of_any_size():
    """A counter of 64 bits and more is still a count."""
    assert only_file(profile(f"a.go:1.1,2.2 1 {10**20 - 1}", "a.go:3.1,4.2 1 0", mode="count")).statements == Tally(
        1, 2
    )


def test_a_profile_of_its_mode_alone_has_no_files():
    """Go writes it for packages without statements."""
    report = read("mode: set\n")
    assert (report.coverage.files, report.coverage.metric) == ({}, Metric.STATEMENTS)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a.go:1.1,2.2 1", "block"),
        ("a.go:1.1,2.2 1 x", "block"),
        ("a.go:1.1,2.2 1 -1", "block"),
        ("a.go:1,2.2 1 1", "block"),
        ("a.go:1.1 2.2 1 1", "block"),
        ("a.go:1.,2.2 1 1", "block"),
        ("a.go:0.1,2.2 1 1", "block"),
        ("a.go:1.1,10000001.2 1 1", "block"),
        ("a.go:1.1,2.2 9999999999 1", "block"),
        ("a.go:1.1,2.2 1 1 1", "block"),
        ("a.go:1.1,2.2 1 1 ", "block"),
        (":1.1,2.2 1 1", "without a name"),
        ("PASS", "neither"),
        ("mode: other", "neither"),
        ("mode:", "neither"),
    ],
)
def test_a_line_that_go_would_not_write_is_refused_with_its_number(line: str, reason: str):
    """Behind many good lines of the same file, and before others."""
    good = [f"a.go:{n}.1,{n}.9 1 1" for n in range(1, 41)]
    error = refusal(profile(*good, line, *good), "cover.out")
    assert reason in error.reason
    assert error.line == (42 if reason != "without a name" else None)


def test_numbers_of_statements_that_differ_are_refused():
    """Profiles of different sources were put together."""
    assert "two numbers" in refusal(profile("a.go:1.1,2.2 1 1") + profile("a.go:1.1,2.2 2 1")).reason


def test_a_profile_that_lacks_its_first_line_is_refused():
    """Its head was cut off, and nobody knows how much of it."""
    assert refusal("a.go:1.1,2.2 1 1\n").line == 1
    assert refusal("mode: bogus\na.go:1.1,2.2 1 1\n").line == 1


def test_control_characters_in_a_name_are_refused():
    """No repository has such a file, and pages and logs would show it."""
    assert "control" in refusal(b"mode: set\na\x1b[2J.go:1.1,2.2 1 1\n").reason


BLOCK = st.tuples(st.sampled_from("ab"), st.integers(1, 30), st.integers(0, 3), st.integers(0, 2), st.integers(0, 12))


@given(st.lists(BLOCK, max_size=40))
def test_a_profile_is_read_as_the_model_reads_its_blocks(blocks: list[tuple[str, int, int, int, int]]):
    """However files alternate, lines and statements are those of the set of blocks."""
    hit: dict[str, set[bytes]] = {}
    known: dict[str, set[bytes]] = {}
    lines: list[str] = []
    for name, first, length, statements, count in blocks:
        identity = f"{first}.{statements},{first + length}.9 {statements}"
        lines.append(f"{name}.go:{identity} {count}")
        known.setdefault(name, set()).add(identity.encode())
        if count:
            hit.setdefault(name, set()).add(identity.encode())
    expected = {
        f"{name}.go": FileCoverage.of_blocks(
            Blocks(frozenset(hit.get(name, ())), frozenset(found - hit.get(name, set())))
        )
        for name, found in known.items()
    }
    assert read(profile(*lines)).coverage.files == expected

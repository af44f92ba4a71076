"""Data races as Go's detector and ThreadSanitizer report them."""

import pytest

from bot.core.model.suites import Race
from bot.core.parse.suites.races import find_races
from tests.core.parse.reading import SAMPLES, read_file

LINE = "=================="
STACK = "  example.com/p.{0}()\n      /x/p/{0}.go:{1} +0x1d\n"
READ = "Read at 0x00c000018238 by goroutine 8:\n"
WRITE = "Previous write at 0x00c000018238 by main goroutine:\n"
CREATED = "Goroutine 8 (running) created at:\n  example.com/p.TestA()\n      /x/p/a_test.go:3 +0x1\n"


def report(read: str = STACK.format("get", 3), write: str = STACK.format("set", 7)) -> str:
    return f"{LINE}\nWARNING: DATA RACE\n{READ}{read}\n{WRITE}{write}\n{CREATED}{LINE}\n"


def tops(race: Race) -> list[tuple[str, str, int]]:
    return [(top.function, top.file, top.line) for top in (access.frames[0] for access in race.accesses)]


def only(text: str) -> Race:
    (race,) = find_races(text)
    return race


def test_a_report_has_two_accesses_with_their_frames():
    """Where each side stood; where goroutines were made is no access."""
    race = only(report())
    assert [access.kind for access in race.accesses] == ["Read", "Previous write"]
    assert tops(race) == [("example.com/p.get", "/x/p/get.go", 3), ("example.com/p.set", "/x/p/set.go", 7)]
    assert [len(access.frames) for access in race.accesses] == [1, 1]


def test_the_same_race_is_told_once():
    """Whichever side came first, however often: the count says it."""
    turned = f"{LINE}\nWARNING: DATA RACE\n{READ}{STACK.format('set', 7)}\n{WRITE}{STACK.format('get', 3)}{LINE}\n"
    races = find_races(report() + turned + report(write=STACK.format("set", 8)), suite="example.com/p", case="TestA")
    assert [(race.count, race.suite, race.case) for race in races] == [
        (2, "example.com/p", "TestA"),
        (1, "example.com/p", "TestA"),
    ]


def test_frames_of_the_run_time_are_not_where_a_race_is():
    """Unless there is no other."""
    own = "  runtime.mapassign_faststr()\n      /go/src/runtime/map.go:1 +0x0\n  sync/atomic.AddInt32()\n      /go/x.go:2 +0x0\n"
    race = only(report(read=own + STACK.format("get", 3), write=own))
    assert [name for name, _, _ in tops(race)] == ["example.com/p.get", "runtime.mapassign_faststr"]


@pytest.mark.parametrize("lines", range(2, 15))
def test_a_report_that_is_cut_short_is_still_a_race(lines: int):
    """Wherever the output ends."""
    text = "\n".join(report().split("\n")[:lines])
    assert only(text).detector == "go"


def test_lines_of_others_may_stand_within_a_report():
    """Tests that run side by side print at once."""
    lines = report().splitlines()
    assert only("\n".join(f"{line}\n2026/01/01 served /health" for line in lines)).key == only(report()).key


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("PASS\nFound 3 data race(s)\nFAIL\n", 3),
        ("    testing.go:1867: race detected during execution of test\n", 1),
        ("    testing.go:1867: race detected during execution of test\nFound 1 data race(s)\n", 1),
    ],
)
def test_a_race_whose_report_is_not_to_be_seen_is_still_one(text: str, count: int):
    """Go says that there was one; it has no frames."""
    race = only(text)
    assert (race.accesses, race.count, race.key) == ((), count, ())


def test_a_race_that_is_reported_and_counted_is_one():
    """The count at the end is of the same races."""
    assert [race.count for race in find_races(report() + "Found 1 data race(s)\n")] == [1]
    assert [race.count for race in find_races(report() + "Found 3 data race(s)\n")] == [1, 2]


@pytest.mark.parametrize(
    "text",
    [
        'if grep -q "WARNING: DATA RACE" test_output.log; then exit 1; fi\n',
        "+ echo no race detected\n",
        "WARNING: ThreadSanitizer: signal-unsafe call inside of a signal (pid=1)\n",
        "race: limit on 8128 simultaneously alive goroutines is exceeded, dying\n",
    ],
)
def test_words_about_races_are_no_race(text: str):
    """A workflow that looks for the line has it in its log."""
    assert find_races(text) == ()


def test_thread_sanitizers_report_of_a_real_program():
    """A C++ program built by g++ with -fsanitize=thread; its output is a log without a test."""
    found = read_file(SAMPLES / "tsan" / "race.log")
    assert found.format == "log"
    assert found.suites is not None
    assert (found.suites.cases, found.suites.toolchain) == ((), "")
    (race,) = found.suites.races
    assert race.detector == "tsan"
    assert tops(race) == [("Counter::add()", "/home/runner/work/race/race.cpp", 6)] * 2
    assert race.accesses[1].frames[1].line == 11


def test_thread_sanitizers_report_as_clang_writes_it():
    """With columns and build ids, after an interceptor's own frame, within the output of ctest: written by hand from
    its documentation.
    """
    text = """12: WARNING: ThreadSanitizer: data race (pid=1)
12:   Write of size 8 at 0x7b0400000010 by thread T1 (mutexes: write M1):
12:     #0 memcpy <null> (app+0x1) (BuildId: ab)
12:     #1 store(char const*, int) /src/app/store.cpp:12:3 (app+0x4b) (BuildId: ab)
12:   Previous atomic read of size 8 at 0x7b0400000010 by main thread:
12:     #0 std::atomic<int>::load(std::memory_order) const /usr/include/c++/12/atomic:5:1 (app+0x4)
12:     #1 main /src/app/main.cpp:20:9 (app+0x5)
12:   Location is heap block of size 8 at 0x7b0400000010 allocated by main thread:
12:     #0 operator new(unsigned long) <null> (app+0x6)
12: SUMMARY: ThreadSanitizer: data race /src/app/store.cpp:12:3 in store(char const*, int)
"""
    race = only(text)
    assert [access.kind for access in race.accesses] == ["Write", "Previous atomic read"]
    assert tops(race) == [
        ("store(char const*, int)", "/src/app/store.cpp", 12),
        ("main", "/src/app/main.cpp", 20),
    ]


def test_hostile_reports_stay_within_bounds():
    """Endless stacks, names and numbers end in a race of a bounded size."""
    endless = STACK.format("x" * 50_000, 9_999_999) + "".join(STACK.format(f"f{n}", n) for n in range(2_000))
    many = f"{READ}{STACK.format('get', 1)}" * 50
    for race in find_races(
        report(read=endless) + f"WARNING: DATA RACE\n{many}\nFound 99999999999999999999 data race(s)\n"
    ):
        assert len(race.accesses) <= 8
        assert all(len(access.frames) <= 32 for access in race.accesses)
        assert all(len(frame.function) <= 4_096 for access in race.accesses for frame in access.frames)

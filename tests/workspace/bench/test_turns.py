"""Benchmarks of two trees in turns."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.core.model.evidence import Side
from bot.workspace.bench.machine import machine
from bot.workspace.bench.sides import Trees, go_names, pairs_of, pattern
from bot.workspace.bench.turns import Bench, Pair, Turns
from bot.workspace.git import Checkout
from bot.workspace.reports import read_report
from bot.workspace.run.perform import Failed, Room
from bot.workspace.run.processes import Processes
from tests.workspace.repositories import Repository
from tests.workspace.run.projects import GO, go_bench, go_folder, project_of, tools


@dataclass
class Place:
    """A folder in which both sides are measured, and what was said of how far it is."""

    root: Path
    said: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def pair(self, name: str = "one", **texts: str) -> Pair:
        """Commands of shell for ``base`` and ``head``."""
        sides = {
            Side(side): Bench(words=("/bin/sh", "-c", text, "{report}" if "$0" in text else "sh"), folder=self.root)
            for side, text in texts.items()
        }
        return Pair(name=name, sides=sides)

    def run(self, *pairs: Pair, rounds: int) -> str:
        with (self.root / "log").open("ab") as log:
            room = Room(
                processes=Processes(20),
                log=log,
                advanced=lambda done, total: self.said.append((done, total)),
                rounded=lambda _number: None,
            )
            return Turns(pairs, rounds, self.root / "staged", "benchmark").run(room)

    def reports(self) -> dict[str, str]:
        staged = self.root / "staged"
        return {str(path.relative_to(staged)): path.read_text() for path in sorted(staged.rglob("*")) if path.is_file()}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_the_sides_take_turns_at_going_first(place: Place) -> None:
    """Base head, head base: what slows the machine down over time slows both alike."""
    both = place.pair(base="printf b >> order; echo x", head="printf h >> order; echo x")
    other = place.pair("two", base="printf B >> order; echo x", head="printf H >> order; echo x")
    place.run(both, other, rounds=3)
    assert (place.root / "order").read_text() == "bhHB" + "hbBH" + "bhHB"
    assert place.said[0] == (1, 12)
    assert place.said[-1] == (12, 12)


def test_each_round_is_a_report_of_its_side(place: Place) -> None:
    """What all pairs print in one round is one file, or each writes its own."""
    place.run(place.pair(base="echo b1", head="echo h1"), place.pair("two", base="echo b2", head="echo h2"), rounds=2)
    reports = place.reports()
    assert set(reports) == {f"{side}/benchmark/{side}-r{number}.txt" for side in ("base", "head") for number in (0, 1)}
    assert sorted(reports["head/benchmark/head-r1.txt"].split()) == ["h1", "h2"]
    writing = Place(place.root / "writing")
    writing.root.mkdir()
    writing.run(writing.pair(base='echo b > "$0"; echo said', head='echo h > "$0"'), rounds=1)
    assert writing.reports() == {"base/benchmark/base-r0.txt": "b\n", "head/benchmark/head-r0.txt": "h\n"}


def test_a_head_that_fails_fails_the_measurement(place: Place) -> None:
    """With its status."""
    with pytest.raises(Failed, match="one ended so on the head") as raised:
        place.run(place.pair(base="echo b", head="exit 7"), rounds=2)
    assert raised.value.status == 7


def test_a_base_that_fails_leaves_the_head_measured(place: Place) -> None:
    """The change cannot mend the base, so it is only noted, once."""
    note = place.run(place.pair(base="exit 1", head="echo h"), rounds=3)
    assert note == "one does not run on the base"
    assert [name for name in place.reports() if name.startswith("base/")] == []
    assert len(place.reports()) == 3


def test_names_of_sub_benchmarks_and_processors_are_those_of_functions() -> None:
    """Go chooses by function; what another tool calls its benchmarks chooses none of Go's."""
    assert go_names(["BenchmarkB/size=10-8", "BenchmarkA-2", "pkg.BenchmarkA"]) == ["BenchmarkA", "BenchmarkB"]
    assert go_names([]) == []
    assert go_names(["test_speed.py::test_a"]) == ["(?!)"]
    assert pattern(["a.b", "c"]) == r"^(a\.b|c)$"
    assert pattern(['BenchmarkB/size=1,2 "q"', "BenchmarkB/x-8", "BM_a/8"]) == "^(BenchmarkB(/.*)?|BM_a/8)$"
    assert pattern([]) == ""


def test_the_machine_is_told_in_one_line() -> None:
    """Its system, its processor and how many of them; never a name of the machine."""
    assert "cores" in machine()
    assert "\n" not in machine()
    assert len(machine()) <= 200


def test_the_policys_command_is_run_in_both_trees(place: Place) -> None:
    """It is told which benchmarks are wanted, and a report that it leaves in the tree is taken."""
    bench = 'echo "$BENCH_ONLY" > only; cp given bench-result.txt'
    sides = {
        Side.BASE: project_of(place.root / "b", {"given": go_bench(Sum=10)}),
        Side.HEAD: project_of(place.root / "h", {"given": go_bench(Sum=20)}),
    }
    with (place.root / "log").open("ab") as log:
        room = Room(processes=Processes(20), log=log, advanced=lambda _done, _total: None, rounded=lambda _number: None)
        pairs = pairs_of(Trees(sides=sides, built=place.root), bench, ["BenchmarkSum"], room)
        Turns(pairs, 2, place.root / "staged", "benchmark").run(room)
    assert (place.root / "h" / "only").read_text() == "^(BenchmarkSum)$\n"
    reports = place.reports()
    assert sorted(reports) == [
        f"{side}/benchmark/{side}-r{number}-0-bench-result.txt" for side in ("base", "head") for number in (0, 1)
    ]
    assert reports["base/benchmark/base-r1-0-bench-result.txt"] == go_bench(Sum=10)


def test_the_policys_command_finds_each_sides_own_packages(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The head is installed where Python looks; each tree comes before it, or the head would be measured twice."""
    files = {"src/shop.py": "", "bench.py": "import shop; print(shop.__file__)"}
    sides = {side: project_of(place.root / side, dict(files)) for side in Side}
    monkeypatch.setenv("PYTHONPATH", str(place.root / "head/src"))
    command = f"cd /; PYTHONSAFEPATH=1 {sys.executable} {place.root}/base/bench.py"
    with (place.root / "log").open("ab") as log:
        room = Room(processes=Processes(20), log=log, advanced=lambda _done, _total: None, rounded=lambda _number: None)
        Turns(pairs_of(Trees(sides=sides, built=place.root), command, [], room), 1, place.root / "staged", "b").run(
            room
        )
    assert place.reports() == {f"{side}/b/{side}-r0.txt": f"{place.root}/{side}/src/shop.py\n" for side in Side}


@pytest.mark.parametrize(
    ("flagged", "chosen"),
    [
        ("tests/test_a.py::TestSpeed::test_parse[::1]", "test_parse"),
        ("test_parse[std::vector-a:b]", "test_parse"),
        ("test_parse", "test_parse"),
    ],
)
def test_a_flagged_test_is_chosen_by_its_function(flagged: str, chosen: str, tmp_path: Path) -> None:
    """Its parameters are no part of an expression for pytest, whatever they hold."""
    files = {"pyproject.toml": "", "test_a.py": "def test_parse(benchmark): ..."}
    project = project_of(tmp_path, dict(files))
    tools(tmp_path / ".venv/bin", python="echo pytest pytest_benchmark")
    trees = Trees(sides={Side.HEAD: project}, built=tmp_path)
    with (tmp_path / "log").open("ab") as log:
        room = Room(processes=Processes(20), log=log, advanced=lambda _done, _total: None, rounded=lambda _number: None)
        [pair] = pairs_of(trees, None, [flagged], room)
    words = pair.sides[Side.HEAD].words
    assert words[words.index("-k") + 1] == chosen


def test_a_commit_is_put_into_a_folder_of_its_own_and_taken_away(repository: Repository) -> None:
    """The repository knows of no other worktree afterwards, and its hooks do not run."""
    base = repository.commit({"a.txt": "old"})
    repository.commit({"a.txt": "new"})
    hook = repository.write(".git/hooks/post-checkout", "#!/bin/sh\ntouch hooked\n")
    hook.chmod(0o755)
    with Checkout(repository.path).tree_of(base) as tree:
        assert (tree / "a.txt").read_text() == "old"
        assert not (tree / "hooked").exists()
    assert not tree.parent.exists()
    assert repository.git("worktree", "list").count("\n") == 0


def test_worktrees_of_the_users_own_are_left_alone(repository: Repository) -> None:
    """One whose disk is away for now is still known afterwards."""
    base = repository.commit({"a.txt": "old"})
    away = repository.path.parent / "away"
    repository.git("worktree", "add", "--quiet", "--detach", str(away))
    away.rename(away.with_name("elsewhere"))
    with Checkout(repository.path).tree_of(base) as tree:
        (tree / "a.txt").write_text("changed by a benchmark")
        (tree / "new.txt").write_text("left by it")
    assert str(away) in repository.git("worktree", "list")
    assert str(tree) not in repository.git("worktree", "list")


def test_go_packages_are_built_once_for_each_side(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go's own test programs, run in turns, tell what its benchmarks take."""
    monkeypatch.setenv("PATH", go_folder(), prepend=":")
    trees = Trees(
        sides={Side.BASE: project_of(place.root / "b", GO), Side.HEAD: project_of(place.root / "h", GO)},
        built=place.root,
    )
    with (place.root / "log").open("ab") as log:
        room = Room(
            processes=Processes(120), log=log, advanced=lambda _done, _total: None, rounded=lambda _number: None
        )
        pairs = pairs_of(trees, None, ["BenchmarkSum-2"], room)
        Turns(pairs, 1, place.root / "staged", "benchmark").run(room)
    assert [pair.name for pair in pairs] == ["package ."]
    for side in ("base", "head"):
        read = read_report(place.root / f"staged/{side}/benchmark/{side}-r0.txt", "r0.txt").benchmarks
        assert read is not None
        assert [benchmark.key for benchmark in read.benchmarks] == [("example.com/work", "BenchmarkSum")]


def test_a_head_whose_tests_do_not_build_fails(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is measured of a head that cannot be built."""
    monkeypatch.setenv("PATH", go_folder(), prepend=":")
    broken = {**GO, "work.go": "package work\n\nfunc Sum(\n"}
    sides = {Side.BASE: project_of(place.root / "b", GO), Side.HEAD: project_of(place.root / "h", broken)}
    with (place.root / "log").open("ab") as log:
        room = Room(
            processes=Processes(120), log=log, advanced=lambda _done, _total: None, rounded=lambda _number: None
        )
        with pytest.raises(Failed, match=r"the tests of \. do not build"):
            pairs_of(Trees(sides=sides, built=place.root), None, [], room)

"""What a run's own commands leave is gathered, each file where its step's reports are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.core.model.evidence import Side
from bot.core.model.run import Ending, StepResult
from bot.workspace.run.gathering import gathered, seen_in, take_new
from bot.workspace.run.log import LONGEST_TAIL
from bot.workspace.run.perform import Performance, do_commands, stages
from bot.workspace.run.processes import Processes
from bot.workspace.run.project import Project
from bot.workspace.run.steps import Command, Step, shell
from tests.workspace.run.projects import go_bench

GO_COVER = "mode: set\nexample.com/a/a.go:1.1,2.2 1 1\n"


@dataclass
class Heard:
    """A listener that remembers what it was told."""

    said: list[str] = field(default_factory=list[str])

    def planned(self, steps: int) -> None:
        self.said.append(f"{steps} steps")

    def began(self, step: Step) -> None:
        self.said.append(f"began {step.title}")

    def ended(self, result: StepResult) -> None:
        self.said.append(f"ended {result.title} {result.ending}")

    def advanced(self, step: Step, done: int, total: int) -> None:
        self.said.append(f"{step.title} {done}/{total}")

    def rounded(self, step: Step, number: int) -> None:
        self.said.append(f"{step.title} round {number}")

    def tick(self) -> None:
        """Nothing is drawn."""


@dataclass(frozen=True)
class Bench:
    """A place to do steps in."""

    root: Path
    heard: Heard

    def step(self, title: str, *texts: str, own: bool = True, beside: bool = False) -> Step:
        return Step(
            suites=(title,),
            title=title,
            folder=self.root,
            reports=self.root / "staged/head" / title,
            commands=tuple(Command(words=shell(text)) for text in texts),
            own=own,
            beside=beside,
        )

    def do(self, steps: Sequence[Step], timeout: float = 20) -> list[StepResult]:
        """Do *steps* side by side and take what they leave."""
        logs = self.root / ".covgate"
        logs.mkdir(exist_ok=True)
        performance = Performance(
            processes=Processes(timeout),
            logs=logs,
            listener=self.heard,
            work=do_commands,
        )
        before = seen_in(self.root, steps)
        results = performance.together(steps)
        take_new(steps, self.root, before, {step.title: logs / f"{step.slug}.log" for step in steps})
        return results

    def names(self) -> list[str]:
        return [file.name for file in gathered(self.root / "staged")]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, Heard())


def test_files_with_a_reports_name_that_changed_are_taken(bench: Bench) -> None:
    """One that lay there before, and one that is no report, are left."""
    (bench.root / "coverage.out").write_text(GO_COVER)
    bench.do([bench.step("unit", f"mkdir deep; printf '{GO_COVER}' > deep/cover.out; echo no > bench.txt")])
    assert bench.names() == ["unit/deep/cover.out"]


def test_a_file_that_the_command_names_is_taken_whatever_its_name(bench: Bench) -> None:
    """``> test.json`` says where the report is."""
    line = '{"Action":"pass","Package":"example.com/a","Elapsed":0.1}'
    bench.do([bench.step("unit", f"echo '{line}' > made.json")])
    assert bench.names() == ["unit/made.json"]


def test_a_word_too_long_for_a_file_is_none(bench: Bench) -> None:
    """Lists of packages and of flags are longer than any name."""
    results = bench.do([bench.step("unit", f"true {'a,' * 400}; printf '{GO_COVER}' > cover.out")])
    assert results[0].ending is Ending.SUCCESS
    assert bench.names() == ["unit/cover.out"]


def test_what_was_printed_is_a_report_if_it_is_one(bench: Bench) -> None:
    """Where no file holds the results: ``go test -bench`` to a terminal is enough."""
    (bench.root / "printed").write_text(go_bench(Sum=12.5))
    bench.do([bench.step("speed", "cat printed"), bench.step("docs", "echo nothing of interest")])
    assert bench.names() == ["speed/speed.txt"]


def test_a_broken_report_is_taken_for_it_must_be_judged(bench: Bench) -> None:
    """It was left by the command, and it says that it is a report."""
    bench.do([bench.step("unit", "printf 'mode: set\\nbroken\\n' > coverage.out")])
    assert bench.names() == ["unit/coverage.out"]


def test_a_failing_command_is_a_failed_step_with_its_status(bench: Bench) -> None:
    """What it wrote is gathered all the same; a failure within a pipe is one."""
    failed, piped = bench.step("unit", f"printf '{GO_COVER}' > c.out; exit 4"), bench.step("lint", "false | cat")
    results = bench.do([failed, piped])
    assert [(result.ending, result.status) for result in results] == [(Ending.FAILURE, 4), (Ending.FAILURE, 1)]
    assert "unit/c.out" in bench.names()


def test_a_step_ends_at_its_first_failure(bench: Bench) -> None:
    """Its later commands are not run, its first status is told, and its log has what was run."""
    (result,) = bench.do([bench.step("unit", "echo one", "exit 3", "echo three", own=False)])
    log = (bench.root / ".covgate" / result.log).read_text()
    assert result.status == 3
    assert [line for line in log.splitlines() if not line.startswith("$")] == ["one"]


def test_a_step_that_takes_too_long_says_so(bench: Bench) -> None:
    """And it is heard of like any other."""
    (result,) = bench.do([bench.step("unit", "sleep 30")], timeout=0.3)
    assert (result.ending, result.limit_s) == (Ending.TIMED_OUT, 0)
    assert bench.heard.said == ["began unit", "ended unit timed_out"]


def test_a_tool_that_is_not_there_is_named(bench: Bench) -> None:
    """A missing program is a failed step, not a failed run."""
    step = Step(
        suites=("build",),
        title="build",
        folder=bench.root,
        reports=bench.root / "staged/head/build",
        commands=(Command(words=("no-such-go", "build"), output="out.json"),),
    )
    (result,) = bench.do([step])
    assert (result.ending, result.tool) == (Ending.NO_TOOL, "no-such-go")
    assert bench.names() == []


def test_only_neighbours_that_may_run_beside_each_other_do(bench: Bench) -> None:
    """Tests and benchmarks are alone, in order."""
    names = (("build", True), ("lint", True), ("unit", False), ("race", False), ("lint2", True))
    grouped = stages(bench.step(name, "true", beside=beside) for name, beside in names)
    assert [[step.title for step in stage] for stage in grouped] == [["build", "lint"], ["unit"], ["race"], ["lint2"]]


def test_both_sides_are_gathered_head_first(tmp_path: Path) -> None:
    """Data files of coverage.py are not reports."""
    for name in ("head/unit/.coverage", "head/unit/c.out", "base/benchmark/base-r0.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(GO_COVER)
    found = [(file.name, file.side) for file in gathered(tmp_path)]
    assert found == [("unit/c.out", Side.HEAD), ("benchmark/base-r0.txt", Side.BASE)]


def test_folders_of_a_project_are_told_from_the_top(tmp_path: Path) -> None:
    """Shallow ones first."""
    project = Project(
        root=tmp_path, files=frozenset({"b/go.mod", "go.mod", "a/go.mod"}), changed=frozenset(), staged=tmp_path
    )
    assert project.folders_with("go.mod") == [".", "a", "b"]


def test_a_command_that_prints_nothing_gives_no_report(bench: Bench) -> None:
    """An empty file would be a broken report, and there is none to break."""
    (result,) = bench.do([bench.step("benchmark", "true")])
    assert (result.ending, bench.names()) == (Ending.SUCCESS, [])


def built_in(bench: Bench, text: str, *, events: bool) -> str:
    """What the log has after its first line, for a command of ours whose output is the report."""
    step = Step(
        suites=("unit",),
        title="unit",
        folder=bench.root,
        reports=bench.root / "staged/head/unit",
        commands=(Command(words=shell(text), output="out.json", events=events),),
        note="nothing measures coverage",
    )
    (result,) = bench.do([step])
    assert result.note == "nothing measures coverage"
    return (bench.root / ".covgate" / result.log).read_text().partition("\n")[2]


def test_the_log_has_what_went_into_the_report(bench: Bench) -> None:
    """The tests' own text of ``go test -json``, also where they failed; of any other tool what it printed."""
    events = (
        '{"Action":"output","Output":"=== RUN   TestA\\n"}\n[1]\nno event\n{"Action":"output","Output":"FAIL\\n"}\n'
    )
    (bench.root / "printed").write_text(events)
    assert built_in(bench, "cat printed; exit 1", events=True) == "=== RUN   TestA\n[1]\nno event\nFAIL\n"
    (bench.root / ".covgate/unit.log").unlink()
    (bench.root / "staged/head/unit/out.json").unlink()
    assert built_in(bench, "cat printed", events=False) == events


def test_a_log_is_bounded(bench: Bench) -> None:
    """It holds the end, from the beginning of a line; the report holds all."""
    (bench.root / "printed").write_text("".join(f"line {number}\n" for number in range(300_000)))
    log = built_in(bench, "cat printed", events=False)
    lines = log.splitlines()
    assert len(log) <= LONGEST_TAIL + 10
    assert (lines[0], lines[-1]) == ("[...]", "line 299999")
    assert lines[1].startswith("line ")
    assert (bench.root / "staged/head/unit/out.json").stat().st_size > LONGEST_TAIL

"""What is measured on both sides: Go's benchmarks built once, pytest's, or the policy's own command."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.core.model.evidence import Side
from bot.workspace.bench.turns import Bench, Pair
from bot.workspace.run.perform import Failed, Room
from bot.workspace.run.project import Project, within
from bot.workspace.run.python import benchmark_folders
from bot.workspace.run.steps import shell

_GO_ROUND = "200ms"  # what one benchmark takes in one round: there are ten of them, on each side
_PYTEST_ROUND = "0.2"  # seconds, likewise
_NOTHING = "(?!)"
_GO_NAME = re.compile(r"(Benchmark(?![a-z])\w*)(?:/.*|-[0-9]+)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """Both sides as projects, and the folder *built* for programs."""

    sides: Mapping[Side, Project]
    built: Path

    @property
    def head(self) -> Project:
        return self.sides[Side.HEAD]


def pairs_of(trees: Trees, command: str | None, only: Sequence[str], room: Room) -> list[Pair]:
    """What there is to measure: by *command* where the policy names one. *only* are the names of benchmarks that are
    wanted, all of them for none. Raises ``Failed`` if the head's do not build.
    """
    if command is not None:
        return [_own(trees, command, only)]
    return [*_go(trees, only, room), *_pytest(trees, only)]


def _own(trees: Trees, command: str, only: Sequence[str]) -> Pair:
    words = shell(command)
    sides = {
        side: Bench(
            words=words,
            folder=tree.root,
            env={"BENCH_ONLY": pattern(only), **(_packages_first(tree.root) if _is_python(tree) else {})},
            searched=tree.root,
        )
        for side, tree in trees.sides.items()
    }
    return Pair(name="the benchmark command", sides=sides)


def _is_python(tree: Project) -> bool:
    return any(path.endswith(".py") for path in tree.files)


# --- Go ----------------------------------------------------------------------------------------------------------


def _go(trees: Trees, only: Sequence[str], room: Room) -> list[Pair]:
    packages = {side: _packages(tree, only) for side, tree in trees.sides.items()}
    pairs: list[Pair] = []
    for package in sorted({name for found in packages.values() for name in found}):
        sides: dict[Side, Bench] = {}
        for side, found in packages.items():
            program = trees.built / f"{side}-{len(pairs)}.test"
            if package in found and _built(trees.sides[side], package, found[package], program, side, room):
                sides[side] = _program(trees.sides[side].root / package, program, only)
        pairs.append(Pair(name=f"package {package}", sides=sides))
    return pairs


def _packages(tree: Project, only: Sequence[str]) -> dict[str, str]:
    """The folders with benchmarks that are wanted, each with its module's."""
    modules = sorted(tree.folders_with("go.mod"), key=len, reverse=True)
    wanted = [f"func {name}(".encode() for name in go_names(only)] or [b"func Benchmark"]
    found: dict[str, str] = {}
    for path in tree.files:
        folder = path.rpartition("/")[0] or "."
        module = next((module for module in modules if within(path, module)), None)
        if path.endswith("_test.go") and module is not None and tree.holds(path, *wanted):
            found[folder] = module
    return found


def _built(tree: Project, package: str, module: str, program: Path, side: Side, room: Room) -> bool:
    """Whether the test program of *package* could be built; of the base it need not."""
    name = os.path.relpath(package, module)
    words = ("go", "test", "-c", "-o", str(program), f"./{name}" if name != "." else ".")
    room.begin(words, f"[{side}] ")
    status = room.processes.run(words, tree.root / module, room.log)
    if status and side is Side.HEAD:
        raise Failed(status, f"the tests of {package} do not build")
    return not status and program.exists()


def _program(folder: Path, program: Path, only: Sequence[str]) -> Bench:
    names = go_names(only)
    chosen = f"^({'|'.join(names)})$" if names else "."
    flags = ("-test.run=^$", f"-test.bench={chosen}", "-test.benchmem", "-test.count=1")
    return Bench(words=(str(program), *flags, f"-test.benchtime={_GO_ROUND}", "-test.timeout=0"), folder=folder)


def go_names(only: Sequence[str]) -> list[str]:
    """The functions of the benchmarks *only*: a sub-benchmark is measured with its function. Names that are none are
    of another tool.
    """
    functions = (re.match(r"(?:.*\.)?(Benchmark\w*)", name.partition("/")[0]) for name in only)
    return sorted({found[1] for found in functions if found}) or ([_NOTHING] if only else [])


# --- Python ------------------------------------------------------------------------------------------------------


def _pytest(trees: Trees, only: Sequence[str]) -> list[Pair]:
    pairs: list[Pair] = []
    for folder in benchmark_folders(trees.head):
        sides = {
            side: _pytest_side(trees, tree, folder, only)
            for side, tree in trees.sides.items()
            if (tree.root / folder).is_dir()
        }
        pairs.append(Pair(name=f"pytest in {folder}" if folder != "." else "pytest", sides=sides))
    return pairs


def _pytest_side(trees: Trees, tree: Project, folder: str, only: Sequence[str]) -> Bench:
    """Pytest as the head's environment has it, with this tree's packages first."""
    place = tree.root / folder
    tests = sorted({name.partition("[")[0].rpartition("::")[2] for name in only})
    chosen = ("-k", " or ".join(tests)) if tests else ()
    words = (trees.head.python.path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--benchmark-only")
    report = (f"--benchmark-max-time={_PYTEST_ROUND}", "--benchmark-json={report}")
    return Bench(words=(*words, *chosen, *report), folder=place, suffix=".json", env=_packages_first(place))


def _packages_first(place: Path) -> dict[str, str]:
    """The environment in which Python finds the packages of the tree at *place* first: an editable installation of the
    head must not stand in for the base.
    """
    paths = [str(path) for path in (place / "src", place) if path.is_dir()]
    inherited = os.environ.get("PYTHONPATH")
    return {
        "PYTHONPATH": os.pathsep.join([*paths, *([inherited] if inherited else [])]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def pattern(only: Sequence[str]) -> str:
    """A regular expression for the benchmarks *only*, empty for all. A sub-benchmark of Go's is
    wanted with all of its function: ``go test`` matches what stands between slashes part by part.
    """
    named = ((_GO_NAME.fullmatch(name), name) for name in only)
    wanted = dict.fromkeys(f"{found[1]}(/.*)?" if found else re.escape(name) for found, name in named)
    return f"^({'|'.join(wanted)})$" if only else ""

"""What is run in a Python project whose policy says nothing."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from bot.workspace.run.drivers import driver_commands
from bot.workspace.run.project import Project, titled, within
from bot.workspace.run.steps import BENCHMARK, BUILD, COVERAGE, LINT, UNIT, Command, Step

_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", "pytest.ini", "tox.ini", "requirements.txt")
_COMPILE = "import sys; [compile(open(name, 'rb').read(), name, 'exec') for name in sys.stdin.read().split('\\0')]"
_LINTERS = ("flake8", "pylint", "pyflakes", "pycodestyle")  # by diff-quality's drivers, after ruff
_PYTEST = ("pytest", "pytest")  # a tool and its module
_NEEDS = {
    UNIT: (_PYTEST,),
    COVERAGE: (_PYTEST, ("coverage.py", "coverage")),
    BENCHMARK: (_PYTEST, ("pytest-benchmark", "pytest_benchmark")),
}
_ALL_IS_WELL = "--fail-under=0"  # the gate judges, not coverage.py's own limit


def python_steps(project: Project, asked: Collection[str]) -> list[Step]:
    """The steps for the suites *asked* for that the project has: at its top, else in the folders nearest to it."""
    steps: list[Step] = []
    for folder in _folders(project):
        found = _Package(project, folder)
        if found.files:
            steps += [step for step in found.steps() if set(step.suites) & set(asked)]
    return steps


def benchmark_folders(project: Project) -> list[str]:
    """The folders whose tests have benchmarks, where pytest-benchmark is there to run them."""
    if not {"pytest", "pytest_benchmark"} <= project.python.modules:
        return []
    return [folder for folder in _folders(project) if _Package(project, folder).benchmarked()]


def python_lacks(project: Project, suite: str) -> str:
    """Why a Python project has no step for *suite*, as a clause; empty where that is no Python project, or has one."""
    packages = [package for package in (_Package(project, folder) for folder in _folders(project)) if package.files]
    reasons = [reason for package in packages if (reason := package.lacks(suite))]
    return reasons[0] if len(reasons) == len(packages) and reasons else ""


def python_misses(project: Project, suite: str) -> str:
    """Likewise, but only where it is a tool that is not there."""
    packages = [package for package in (_Package(project, folder) for folder in _folders(project)) if package.files]
    return next((reason for package in packages if (reason := package.misses(suite))), "")


def _folders(project: Project) -> list[str]:
    """Folders with a marker of a Python project, none within another."""
    marked = sorted({folder for name in _MARKERS for folder in project.folders_with(name)}, key=len)
    chosen: list[str] = []
    for folder in sorted(marked, key=lambda path: (path != ".", path.count("/"), path)):
        if not any(within(folder, other) for other in chosen):
            chosen.append(folder)
    return chosen


class _Package:
    def __init__(self, project: Project, folder: str) -> None:
        self._project = project
        self._folder = folder
        self._place = project.root / folder
        self.files = sorted(path for path in project.files if path.endswith(".py") and within(path, folder))

    def steps(self) -> Iterable[Step]:
        python = self._project.python
        yield self._build()
        lint = self._lint()
        if lint:
            yield self._step((LINT,), *lint, beside=True)
        if self._tested() and "pytest" in python.modules:
            yield self._unit()
            if "pytest_benchmark" in python.modules and self.benchmarked():
                yield self._benchmark()

    def lacks(self, suite: str) -> str:
        """Why there is no step for *suite* here, as a clause; empty where there is one or is none for Python."""
        if suite in _NEEDS and not self._tested():
            return "there is no file test_*.py or *_test.py"
        unused = suite == BENCHMARK and not self.benchmarked()
        return self.misses(suite) or ("no test uses the fixture benchmark" if unused else "")

    def misses(self, suite: str) -> str:
        """Which tool *suite* would need here and where it was looked for, as a clause; empty where there is one."""
        if suite == LINT:
            return "" if self._lint() else self._no_linter()
        if suite not in _NEEDS or not self._tested():
            return ""
        missing = [tool for tool, module in _NEEDS[suite] if module not in self._project.python.modules]
        return f"{missing[0]} is not installed in {self._project.python.path}" if missing else ""

    def _no_linter(self) -> str:
        named = ", ".join(("ruff", *_LINTERS[:-1]))
        return f"no {named} or {_LINTERS[-1]} on PATH or beside {self._project.python.path}"

    def _step(self, suites: tuple[str, ...], *commands: Command, beside: bool = False) -> Step:
        title = titled(suites[0], self._folder)
        return Step(
            suites=suites,
            title=title,
            folder=self._place,
            reports=self._project.reports_of(title),
            commands=commands,
            beside=beside,
        )

    def _report(self, suite: str, name: str) -> str:
        return str(self._project.reports_of(titled(suite, self._folder)) / name)

    def _tested(self) -> bool:
        names = [Path(path).name for path in self.files]
        return any(name.startswith("test_") or name.endswith("_test.py") for name in names)

    def benchmarked(self) -> bool:
        """Whether its tests use the fixture."""
        return any(
            self._project.holds(path, b"(benchmark", b" benchmark", b"(self, benchmark")
            for path in self.files
            if "test" in Path(path).name
        )

    def _build(self) -> Step:
        """A wheel where there is something to build one, into the run's own folder; else every file is compiled."""
        python, into = self._project.python, self._project.staged / "built"
        packaged = {"pyproject.toml", "setup.py"} & {path.name for path in self._place.glob("*.*")}
        if "build" in python.modules and packaged:
            words = (python.path, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(into), ".")
            return self._step((BUILD,), Command(words=words), beside=True)
        names = "\0".join(path if self._folder == "." else path.removeprefix(f"{self._folder}/") for path in self.files)
        return self._step((BUILD,), Command(words=(python.path, "-c", _COMPILE), given=names.encode()), beside=True)

    def _lint(self) -> tuple[Command, ...]:
        """Ruff, which writes JSON; else the first other linter that is there, by diff-quality's driver."""
        python = self._project.python
        ruff = (python.path, "-m", "ruff") if "ruff" in python.modules else _on_path("ruff")
        if ruff:
            words = (*ruff, "check", "--exit-zero", "--output-format=json", ".")
            return (Command(words=words, output="ruff.json"),)
        mine = [path for path in self._project.changed if within(path, self._folder)]
        return driver_commands(_LINTERS, self._project, mine, beside=Path(python.path).parent)

    def _unit(self) -> Step:
        python = self._project.python
        junit = ("-m", "pytest", f"--junitxml={self._report(UNIT, 'junit.xml')}")
        if "coverage" not in python.modules:
            return replace(self._step((UNIT,), Command(words=(python.path, *junit))), note=_unmeasured(python.path))
        data = {"COVERAGE_FILE": self._report(UNIT, ".coverage")}
        run = (python.path, "-m", "coverage", "run", *self._source(), *junit)
        combine = (python.path, "-m", "coverage", "combine", "--quiet")
        report = (python.path, "-m", "coverage", "json", _ALL_IS_WELL, "-o", self._report(UNIT, "coverage.json"))
        return self._step(
            (UNIT, COVERAGE),
            Command(words=run, env=data),
            Command(words=combine, env=data, always=True, accepted=(0, 1)),  # 1: there was nothing to combine
            Command(words=report, env=data, always=True),
        )

    def _source(self) -> tuple[str, ...]:
        """What to measure: what the project's own settings say, else all of its folder, so that a file that no test
        imports counts as missed.
        """
        settings = ("pyproject.toml", ".coveragerc", "setup.cfg", "tox.ini")
        told = (b"[tool.coverage", b"[coverage:", b"[run]")
        here = [name if self._folder == "." else f"{self._folder}/{name}" for name in settings]
        return () if any(self._project.holds(path, *told) for path in here) else ("--source=.",)

    def _benchmark(self) -> Step:
        python = self._project.python
        report = f"--benchmark-json={self._report(BENCHMARK, 'benchmark.json')}"
        words = (python.path, "-m", "pytest", "-q", "--benchmark-only", report)
        return self._step((BENCHMARK,), Command(words=words))


def _unmeasured(python: str) -> str:
    return (
        f"coverage.py is not installed in {python}: nothing measures coverage; "
        "install it, or name a command under run: in the policy"
    )


def _on_path(name: str) -> tuple[str, ...]:
    found = shutil.which(name)
    return (found,) if found else ()

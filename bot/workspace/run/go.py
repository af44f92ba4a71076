"""What is run in a Go project whose policy says nothing: each module by itself, for ``./...`` stops at another's."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Collection

from bot.workspace.run.drivers import GO_VET, translation
from bot.workspace.run.project import Project, titled, within
from bot.workspace.run.steps import BENCHMARK, BUILD, COVERAGE, INTEGRATION, LINT, RACE, UNIT, Command, Step

_GOLANGCI = "golangci-lint"
_TAGGED = (b"//go:build integration", b"// +build integration")
_LACKS = {
    INTEGRATION: "no _test.go file has //go:build integration",
    BENCHMARK: "no _test.go file has a Benchmark function",
    **dict.fromkeys((UNIT, COVERAGE, RACE), "no module of Go has a _test.go file"),
}
REPEATED = ("-count", "3")
"""How often benchmarks are run where there is nothing to compare with; in turns with a base, each round is one run."""


def go_steps(project: Project, asked: Collection[str]) -> list[Step]:
    """The steps of every module for the suites *asked* for that it has."""
    steps: list[Step] = []
    for folder in project.folders_with("go.mod"):
        module = _Module(project, folder)
        if not module.files:
            continue
        steps += [step for step in module.steps() if set(step.suites) & set(asked)]
    return steps


def go_lacks(project: Project, suite: str) -> str:
    """Why a Go project has no step for *suite*, as a clause; empty where that is no Go project, or has one."""
    return _LACKS.get(suite, "") if project.folders_with("go.mod") else ""


class _Module:
    """The module in *folder*. *files* are its Go files, those of modules within it left out."""

    def __init__(self, project: Project, folder: str) -> None:
        self._project = project
        self._folder = folder
        inner = [other for other in project.folders_with("go.mod") if other != folder and within(other, folder)]
        go = [path for path in project.files if path.endswith(".go") and within(path, folder)]
        self.files = [path for path in go if not any(within(path, other) for other in inner)]

    def steps(self) -> list[Step]:
        tests = [path for path in self.files if path.endswith("_test.go")]
        steps = [self._build(), self._lint()]
        if tests:
            steps += [self._test((UNIT, COVERAGE), self._cover(UNIT)), self._test((RACE,), ("-race",))]
        if any(self._project.holds(path, *_TAGGED) for path in tests):
            only = ("-tags=integration", "-run", "Integration", *self._cover(INTEGRATION))
            steps.append(self._test((INTEGRATION,), only))
        if any(self._project.holds(path, b"func Benchmark") for path in tests):
            steps.append(self._benchmark())
        return steps

    def _step(self, suites: tuple[str, ...], *commands: Command, beside: bool = False) -> Step:
        title = titled(suites[0], self._folder)
        return Step(
            suites=suites,
            title=title,
            folder=self._project.root / self._folder,
            reports=self._project.reports_of(title),
            commands=commands,
            beside=beside,
            race=suites[0] == RACE,
        )

    def _build(self) -> Step:
        # Without -o, a module of one main package would leave its program in the checkout.
        return self._step((BUILD,), Command(words=("go", "build", "-o", os.devnull, "./...")), beside=True)

    def _lint(self) -> Step:
        if shutil.which(_GOLANGCI) is not None:
            words = (_GOLANGCI, "run", "--issues-exit-code=0", *_json_flags(), "./...")
            return self._step((LINT,), Command(words=words, output="golangci-lint.json"), beside=True)
        vet = Command(
            words=("/bin/sh", "-c", "exec go vet ./... 2>&1"),
            output="go-vet.sarif",
            accepted=(0, 1),
            translate=translation(GO_VET, self._project.root / self._folder, self._project.root),
        )
        return self._step((LINT,), vet, beside=True)

    def _test(self, suites: tuple[str, ...], flags: tuple[str, ...]) -> Step:
        words = ("go", "test", "-json", *flags, "./...")
        return self._step(suites, Command(words=words, output="go-test.json", events=True))

    def _cover(self, suite: str) -> tuple[str, str]:
        profile = self._project.reports_of(titled(suite, self._folder)) / "coverage.out"
        return f"-coverprofile={profile}", "-covermode=atomic"

    def _benchmark(self) -> Step:
        words = ("go", "test", "-run", "^$", "-bench", ".", "-benchmem", *REPEATED, "./...")
        return self._step((BENCHMARK,), Command(words=words, output="bench.txt"))


def _json_flags() -> tuple[str, ...]:
    """How this golangci-lint is asked for JSON: version 2 renamed the option."""
    asked = [_GOLANGCI, "version"]
    said = subprocess.run(asked, capture_output=True, check=False).stdout.decode("utf-8", "replace")  # noqa: S603 (fixed)
    return ("--out-format=json",) if "version 1." in said or "version v1." in said else ("--output.json.path=stdout",)

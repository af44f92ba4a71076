"""Which steps a run has, by the policy and by what the project shows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.workspace.run.plan import NothingToRun, lacking, plan
from bot.workspace.run.steps import Step
from tests.workspace.run.projects import GO, PYTHON, project_of, tools


def titles(steps: list[Step]) -> list[str]:
    return [step.title for step in steps]


def words(steps: list[Step], title: str) -> str:
    """The first command of the step *title*."""
    return next(step.shown for step in steps if step.title == title)


@pytest.fixture(autouse=True)
def only_these_tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with nothing but the interpreter that runs these tests."""
    folder = tools(tmp_path / "machine", python3=f'exec "{sys.executable}" "$@"')
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    return folder


def test_every_go_module_is_run_by_itself(tmp_path: Path) -> None:
    """``./...`` of the top does not enter a nested module."""
    steps = plan(project_of(tmp_path / "p", GO), {}, ())
    expected = ["build", "build (inner)", "lint", "lint (inner)", "unit", "unit (inner)", "race", "race (inner)"]
    assert titles(steps) == [*expected, "benchmark"]
    assert {step.folder for step in steps} == {tmp_path / "p", tmp_path / "p" / "inner"}


def test_go_is_called_as_reports_need_it(tmp_path: Path) -> None:
    """Tests tell JSON, coverage counts atomically, and no program is left in the checkout."""
    steps = plan(project_of(tmp_path / "p", GO), {}, ())
    profile = tmp_path / "p/staged/head/unit/coverage.out"
    assert words(steps, "build") == "go build -o /dev/null ./..."
    assert words(steps, "lint") == "/bin/sh -c exec go vet ./... 2>&1"
    assert words(steps, "unit") == f"go test -json -coverprofile={profile} -covermode=atomic ./..."
    assert words(steps, "race") == "go test -json -race ./..."
    assert words(steps, "benchmark") == "go test -run ^$ -bench . -benchmem -count 3 ./..."
    assert [step.title for step in steps if step.race] == ["race", "race (inner)"]


def test_integration_tests_of_go_are_those_with_the_tag(tmp_path: Path) -> None:
    """Without a file that bears it there is no such step."""
    tagged = {**GO, "it_test.go": "//go:build integration\n\npackage work\n"}
    steps = plan(project_of(tmp_path / "p", tagged), {}, ("integration",))
    assert titles(steps) == ["integration"]
    assert words(steps, "integration").startswith("go test -json -tags=integration -run Integration -coverprofile=")
    with pytest.raises(NothingToRun, match=r"for integration: no _test\.go file has //go:build integration; name its"):
        plan(project_of(tmp_path / "q", GO), {}, ("integration",))


@pytest.mark.parametrize(
    ("version", "flag"),
    [("version 1.64.8 built", "--out-format=json"), ("version 2.1.0 built", "--output.json.path=stdout")],
)
def test_golangci_lint_goes_before_vet(tmp_path: Path, only_these_tools: Path, version: str, flag: str) -> None:
    """It tells JSON, and findings alone are no failure of the step: the gate judges them."""
    tools(only_these_tools, **{"golangci-lint": f"echo 'golangci-lint has {version}'"})
    steps = plan(project_of(tmp_path / "p", GO), {}, ("lint",))
    assert words(steps, "lint") == f"golangci-lint run --issues-exit-code=0 {flag} ./..."


def test_a_python_project_is_measured_while_it_is_tested(tmp_path: Path) -> None:
    """One step gives test results and coverage; a report is made of tests that fail, too."""
    steps = plan(project_of(tmp_path / "p", PYTHON), {}, ())
    assert titles(steps) == ["build", "lint", "unit"]
    unit = steps[-1]
    assert unit.suites == ("unit", "coverage")
    assert unit.commands[0].words[1:] == (
        *("-m", "coverage", "run", "-m", "pytest"),
        f"--junitxml={tmp_path / 'p/staged/head/unit/junit.xml'}",
    )
    assert [command.always for command in unit.commands] == [False, True, True]
    assert words(steps, "lint").endswith("-m ruff check --exit-zero --output-format=json .")


def test_what_no_test_imports_is_measured_too(tmp_path: Path) -> None:
    """Where the project's settings do not say what to measure, all of its folder is."""
    bare = {**PYTHON, "pyproject.toml": '[project]\nname = "shop"\n'}
    steps = plan(project_of(tmp_path / "p", bare), {}, ("unit",))
    assert "--source=." in steps[0].commands[0].words


def test_scripts_of_a_node_project_are_its_suites(tmp_path: Path) -> None:
    """The placeholder that npm writes for tests is none."""
    package = '{"scripts": {"build": "tsc", "test": "vitest", "lint": "eslint ."}}'
    steps = plan(project_of(tmp_path / "p", {"package.json": package}), {}, ())
    assert [(step.title, step.shown) for step in steps] == [
        ("build", "build"),
        ("lint", "lint"),
        ("unit", "test"),
    ]
    tools(tmp_path / "p/node_modules/.bin", eslint="exit 0")
    (eslint,) = plan(project_of(tmp_path / "p", {"package.json": package}), {}, ("lint",))
    assert eslint.shown.endswith("node_modules/.bin/eslint --format json .")
    placeholder = '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'
    with pytest.raises(NothingToRun, match="there is nothing here to run; name the project's commands"):
        plan(project_of(tmp_path / "q", {"package.json": placeholder}), {}, ())


def test_the_policys_command_stands_for_its_suite(tmp_path: Path) -> None:
    """What it does not name is still found; a unit command is taken to measure coverage too."""
    steps = plan(project_of(tmp_path / "p", GO), {"unit": "make test", "docs": "make docs"}, ())
    assert "unit (inner)" not in titles(steps)
    assert titles(steps)[4:] == ["unit", "race", "race (inner)", "docs", "benchmark"]
    assert words(steps, "unit") == "make test"


def test_a_unit_command_with_the_race_detector_is_the_race_suite(tmp_path: Path) -> None:
    """The tests are not run twice for it."""
    steps = plan(project_of(tmp_path / "p", GO), {"unit": "go test -race ./..."}, ())
    assert [step.title for step in steps if step.race] == ["unit"]


@pytest.mark.parametrize(
    ("command", "raced"),
    [
        ("go test -race ./... > test.txt 2>&1", True),
        ("go test -v \\\n  -race=true ./...", True),
        ("gotestsum -- -race ./...", True),
        ("for it in a b; do go test -race ./$it; done", True),
        ("go test -race=false ./...", False),
        ("go test ./...  # -race is too slow", False),
        ("go test -race ./a && go test ./b", False),
        ("go test -racewhat ./...", False),
    ],
)
def test_a_command_is_raced_if_all_that_it_tests_is(command: str, raced: bool, tmp_path: Path) -> None:
    """What is said to be raced and is not would be a race that nobody looked for."""
    steps = plan(project_of(tmp_path / "p", GO), {"unit": command}, ("unit",))
    assert [step.race for step in steps] == [raced]


def test_only_what_is_asked_for_is_run(tmp_path: Path) -> None:
    """By the flags' names and by the policy's own."""
    project = project_of(tmp_path / "p", PYTHON)
    assert titles(plan(project, {"docs": "make docs"}, ("docs", "build"))) == ["build", "docs"]
    assert titles(plan(project, {}, ("coverage",))) == ["unit"]
    with pytest.raises(NothingToRun, match="nothing here to run for race"):
        plan(project, {}, ("race",))


def test_other_linters_are_run_where_the_change_needs_them(tmp_path: Path, only_these_tools: Path) -> None:
    """Here shellcheck, over the shell scripts that changed, through diff-quality's driver."""
    tools(only_these_tools, shellcheck="exit 0")
    files: dict[str, str | bytes] = {**PYTHON, "a.sh": "", "b.sh": ""}
    steps = plan(project_of(tmp_path / "p", files, frozenset({"b.sh"})), {}, ("lint",))
    assert titles(steps) == ["lint", "lint (shellcheck)"]
    assert steps[1].commands[0].words[-1] == "./b.sh"
    assert titles(plan(project_of(tmp_path / "p", files, frozenset({"shop.py"})), {}, ("lint",))) == ["lint"]


def test_what_was_looked_for_is_said(tmp_path: Path, only_these_tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python without any tool: linters, pytest and coverage.py are named, with the place where they are not."""
    bare = Path(sys.executable).resolve()
    tools(only_these_tools, python3=f'exec "{bare}" -I -S "$@"')
    monkeypatch.setattr(sys, "executable", str(only_these_tools / "python3"))
    project, python = project_of(tmp_path / "p", PYTHON), only_these_tools / "python3"
    linters = f"no ruff, flake8, pylint, pyflakes or pycodestyle on PATH or beside {python}"
    with pytest.raises(NothingToRun, match=f"nothing here to run for lint: {linters}; name its command"):
        plan(project, {}, ("lint",))
    with pytest.raises(NothingToRun, match=f"for coverage: pytest is not installed in {python}; name its command"):
        plan(project, {}, ("coverage",))
    remedy = "install one, or name a command under run: in the policy"
    assert lacking(project, {}, ()) == (
        f"no linter for Python was found: {linters}; {remedy}",
        f"no test of Python was run: pytest is not installed in {python}; {remedy}",
    )
    assert lacking(project, {"lint": "true", "unit": "true"}, ()) == ()
    assert lacking(project_of(tmp_path / "go", GO), {}, ()) == ()


def test_tests_without_coverage_py_run_unmeasured_and_say_so(tmp_path: Path, only_these_tools: Path) -> None:
    """The step has a note on it; coverage alone cannot be asked for."""
    tools(only_these_tools, python3="echo pytest")
    project = project_of(tmp_path / "p", PYTHON)
    unit = plan(project, {}, ("unit",))[0]
    assert unit.suites == ("unit",)
    assert unit.note.startswith(
        f"coverage.py is not installed in {only_these_tools}/python3: nothing measures coverage"
    )
    with pytest.raises(NothingToRun, match=r"for coverage: coverage\.py is not installed in"):
        plan(project, {}, ("coverage",))


def test_a_linter_of_the_projects_environment_is_used(tmp_path: Path, only_these_tools: Path) -> None:
    """It need not be on the path."""
    project = project_of(tmp_path / "p", PYTHON)
    tools(tmp_path / "p/.venv/bin", python="echo pytest", flake8="exit 0")
    (lint,) = plan(project, {}, ("lint",))
    assert f"{tmp_path}/p/.venv/bin/flake8 ./shop.py" in lint.shown


def test_a_suite_that_no_script_is_for_is_named_with_the_scripts(tmp_path: Path) -> None:
    """So its reader knows what to call one."""
    project = project_of(tmp_path / "p", {"package.json": "{}"})
    with pytest.raises(NothingToRun, match=r"lint: package\.json has no script lint, and there is no node_modules/"):
        plan(project, {}, ("lint",))

"""What is run in a Node project whose policy says nothing: the scripts of its ``package.json``."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from bot.workspace.run.project import Project
from bot.workspace.run.steps import BENCHMARK, BUILD, COVERAGE, INTEGRATION, LINT, UNIT, Command, Step

_FILE = "package.json"
_SCRIPTS = {
    BUILD: ("build",),
    LINT: ("lint",),
    UNIT: ("test:unit", "test"),
    INTEGRATION: ("test:integration",),
    COVERAGE: ("test:coverage", "coverage"),
    BENCHMARK: ("bench", "benchmark"),
}
_ESLINT = "node_modules/.bin/eslint"
_EMPTY = "no test specified"  # npm init's placeholder, which always fails


def node_steps(project: Project, asked: Collection[str]) -> list[Step]:
    """A step for each suite *asked* for that the top's ``package.json`` has a script of."""
    scripts = _scripts(project)
    steps: list[Step] = []
    for suite, names in _SCRIPTS.items():
        script = next((name for name in names if _EMPTY not in scripts.get(name, _EMPTY)), None)
        if suite in asked and suite == LINT and (project.root / _ESLINT).exists():
            steps.append(_eslint(project))
        elif script is not None and suite in asked:
            title = f"{suite} (npm)" if _also_elsewhere(project) else suite
            steps.append(
                Step(
                    suites=(suite,),
                    title=title,
                    folder=project.root,
                    reports=project.reports_of(title),
                    commands=(Command(words=("npm", "run", "--silent", script)),),
                    own=True,
                )
            )
    return steps


def node_lacks(project: Project, suite: str) -> str:
    """Why a Node project has no step for *suite*, as a clause; empty where that is no Node project."""
    if suite not in _SCRIPTS or _FILE not in project.files:
        return ""
    scripts = f"{_FILE} has no script {' or '.join(_SCRIPTS[suite])}"
    return f"{scripts}, and there is no {_ESLINT}" if suite == LINT else scripts


def _eslint(project: Project) -> Step:
    """ESLint itself, which writes JSON; a finding alone is no failure of it: the gate judges them."""
    title = f"{LINT} (eslint)"
    words = (str(project.root / _ESLINT), "--format", "json", ".")
    return Step(
        suites=(LINT,),
        title=title,
        folder=project.root,
        reports=project.reports_of(title),
        commands=(Command(words=words, output="eslint.json", accepted=(0, 1)),),
        beside=True,
    )


def _also_elsewhere(project: Project) -> bool:
    return any(project.folders_with(name) for name in ("go.mod", "pyproject.toml", "setup.py"))


def _scripts(project: Project) -> dict[str, str]:
    if _FILE not in project.files:
        return {}
    try:
        package: Any = json.loads((project.root / _FILE).read_bytes())
        return {str(name): str(text) for name, text in package["scripts"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # npm itself would say what is wrong with it

"""The example that ships is one that works: its policy is read, its workflow is valid and safe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bot.core.model.globs import matches_any
from bot.core.parse.policy import parse_policy
from bot.workspace.run.steps import shell
from tests.workspace.run.projects import go_folder

TOP = Path(__file__).parents[2]
ETCD = TOP / "examples" / "etcd-monitor"
WORKFLOW = ETCD / ".github/workflows/ci.yml"


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def test_the_first_customers_policy_says_what_its_plan_asks_for() -> None:
    """Each component of the plan's table with its target and priority, other targets for other branches, limits, and
    the names of the artifacts that the repository uploads already.
    """
    policy = parse_policy((ETCD / ".github/covgate.yml").read_bytes())
    priorities = {component.name: component.priority for component in policy.coverage.components}
    assert priorities == {
        **dict.fromkeys(("monitor", "api"), "critical"),
        **dict.fromkeys(("benchmark", "etcd", "cmd"), "high"),
        **dict.fromkeys(("patterns", "controllers", "inspection"), "medium"),
    }
    assert {component.target for component in policy.coverage.components} == {1}
    assert len(policy.coverage.bases) == 3
    assert len(policy.benchmarks.limits) == 4
    for artifact in ("coverage-reports-1.21", "test-results-1.23", "covgate-test-0a1b2c3d-1"):
        assert matches_any(policy.evidence.artifacts, artifact)
    assert matches_any(policy.tests.race_detector, "test-results-1.22")


def test_the_first_customers_workflow_has_the_jobs_that_its_policy_judges() -> None:
    """By the names that people see; the nested module is tested too, and everything under the race detector."""
    policy = parse_policy((ETCD / ".github/covgate.yml").read_bytes())
    workflow = yaml.safe_load(WORKFLOW.read_text())
    assert {*policy.build.jobs, *policy.lint.jobs} <= set(workflow["jobs"])
    test = workflow["jobs"]["test"]
    assert test["strategy"]["matrix"]["go"] == ["1.21", "1.22", "1.23"]
    runs = [step for step in test["steps"] if "go test" in step.get("run", "")]
    assert [step.get("working-directory") for step in runs] == [None, "pingap-go"]
    assert all("-race" in step["run"] for step in runs)


def test_the_first_customers_benchmarks_are_confirmed_on_a_second_runner() -> None:
    """The second job measures what the first one flagged, and nothing where it flagged nothing; both give the action
    only inputs that it has.
    """
    jobs = yaml.safe_load(WORKFLOW.read_text())["jobs"]
    action = yaml.safe_load((TOP / "actions/bench/action.yml").read_text())
    bench, confirm = (
        next(step for step in jobs[name]["steps"] if "/actions/bench@" in step.get("uses", ""))
        for name in ("bench", "confirm")
    )
    assert {*bench.get("with", {}), *confirm["with"]} <= set(action["inputs"])
    assert jobs["confirm"]["needs"] == "bench"
    assert "flagged" in action["outputs"]
    assert confirm["with"] == {"confirm": True, "only": "${{ needs.bench.outputs.flagged }}"}


def test_the_first_customers_unit_command_profiles_both_modules(tmp_path: Path) -> None:
    """The nested one too where the first fails, and the failure is not lost."""
    path = f"{go_folder()}{os.pathsep}{os.environ['PATH']}"
    for module, test in ((".", "t.Fatal()"), ("pingap-go", "One()")):
        folder = tmp_path / module
        folder.mkdir(exist_ok=True)
        (folder / "go.mod").write_text("module example.com/one\n\ngo 1.21\n")
        (folder / "one.go").write_text("package one\n\nfunc One() int { return 1 }\n")
        text = f'package one\n\nimport "testing"\n\nfunc TestOne(t *testing.T) {{ {test} }}\n'
        (folder / "one_test.go").write_text(text)
    command = parse_policy((ETCD / ".github/covgate.yml").read_bytes()).run["unit"]
    done = subprocess.run(shell(command), cwd=tmp_path, env={**os.environ, "PATH": path}, check=False)
    assert done.returncode == 1
    for module in (".", "pingap-go"):
        assert (tmp_path / module / "coverage.out").read_text().startswith("mode: set\n")
        assert '"Action":"run"' in (tmp_path / module / "go-test.json").read_text()


@pytest.mark.parametrize(
    "command",
    [
        ["zizmor", "--offline", "--no-progress", "--min-severity=medium"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows"],
    ],
    ids=["zizmor", "schema"],
)
def test_the_first_customers_workflow_is_valid_and_safe(command: list[str]) -> None:
    """As our own are."""
    done = subprocess.run([tool(command[0]), *command[1:], WORKFLOW], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

"""The benchmark action: its step on a real repository, and what its files promise. Tests of threats bear their number."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.reader.manifest import parse_manifest
from tests.actions.workspaces import Workspace, read_outputs
from tests.workspace.run.projects import go_bench

TOP = Path(__file__).resolve().parents[2]
FOLDER = TOP / "actions" / "bench"
MEASURE = FOLDER / "measure.py"
ACTION: dict[str, Any] = yaml.safe_load((FOLDER / "action.yml").read_text())
GUIDE = TOP / "docs/guides/benchmarks.md"
SLOWER = "sed s/R/$(date +%1N)/ speed"  # no two rounds are quite alike


class Measured:
    """What the step left: its exit status, log and outputs."""

    def __init__(self, workspace: Workspace, **inputs: str) -> None:
        output = workspace.temp / "output"
        output.write_text("")
        env = {
            "PATH": os.environ["PATH"],
            "GITHUB_WORKSPACE": str(workspace.root),
            "GITHUB_JOB": "bench",
            "GITHUB_RUN_ID": "77",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_OUTPUT": str(output),
            "RUNNER_TEMP": str(workspace.temp),
            "BENCH_ROUNDS": "6",
            **workspace.env,
            **inputs,
        }
        command = [sys.executable, "-I", str(MEASURE)]
        done = subprocess.run(command, env=env, cwd=workspace.temp, capture_output=True, text=True, check=False)
        self.status = done.returncode
        self.log = done.stdout + done.stderr
        self.outputs = read_outputs(output.read_text())

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((Path(self.outputs["folder"]) / "manifest.json").read_bytes())


def speed(nanoseconds: int) -> str:
    return go_bench(Sum=7, Other=8).replace(" 7 ns/op", f" {nanoseconds}R ns/op")


@pytest.fixture
def merge(workspace: Workspace) -> str:
    """A merge that GitHub would test, on a branch that made a benchmark slower; its first parent is given."""
    workspace.write("speed", speed(10))
    base = workspace.commit("Fast")
    workspace.git("checkout", "--quiet", "-b", "topic")
    workspace.write("speed", speed(30))
    workspace.commit("Slow")
    workspace.git("checkout", "--quiet", "--detach", "main")
    workspace.git("merge", "--quiet", "--no-ff", "--no-edit", "topic")
    return base


@pytest.mark.integration
def test_the_merges_first_parent_is_the_base(workspace: Workspace, merge: str) -> None:
    """Both sides are uploaded, and what looks worse is handed to the second job."""
    measured = Measured(workspace, BENCH_COMMAND=SLOWER, GITHUB_BASE_REF="main")
    assert measured.status == 0, measured.log
    assert measured.outputs["flagged"] == "BenchmarkSum"
    assert re.fullmatch(r"covgate-bench-[0-9a-f]{8}-1", measured.outputs["artifact"])
    manifest = measured.manifest
    schema = Draft202012Validator(json.loads((TOP / "docs/upload.schema.json").read_text()))
    assert schema.is_valid(manifest)
    assert {name: manifest["bench"][name] for name in ("layout", "base_sha", "rounds", "confirms")} == {
        "layout": "interleaved",
        "base_sha": merge,
        "rounds": 6,
        "confirms": False,
    }
    read = parse_manifest(json.dumps(manifest).encode())
    assert [report.side for report in read.reports] == ["head"] * 6 + ["base"] * 6
    assert read.bench is not None
    assert manifest["job"] == "bench"
    assert manifest["tested_parents"][0] == merge


@pytest.mark.integration
def test_a_merge_of_the_authors_is_no_base(workspace: Workspace, merge: str) -> None:
    """A head into which its author merged the base branch is compared with that, not with the author's commit before."""
    workspace.git("checkout", "--quiet", "-b", "other", merge)
    moved = workspace.commit("The base branch moved on")
    workspace.git("update-ref", "refs/remotes/origin/main", moved)
    workspace.git("checkout", "--quiet", "topic")
    workspace.git("merge", "--quiet", "--no-ff", "--no-edit", "other")
    measured = Measured(
        workspace, BENCH_COMMAND="cat speed", BENCH_ROUNDS="1", GITHUB_BASE_REF="main", GITHUB_SHA="d" * 40
    )
    assert measured.status == 0, measured.log
    assert measured.manifest["bench"]["base_sha"] == moved


@pytest.mark.integration
def test_the_second_job_says_that_it_confirms(workspace: Workspace, merge: str) -> None:
    """It measures what it is told to, and its upload is another."""
    wanted = 'echo "$BENCH_ONLY" > "$RUNNER_TEMP/only"; ' + SLOWER
    measured = Measured(
        workspace, BENCH_COMMAND=wanted, BENCH_ONLY="BenchmarkSum\n", BENCH_CONFIRM="true", BENCH_BASE=merge
    )
    assert measured.status == 0, measured.log
    assert measured.manifest["bench"]["confirms"] is True
    assert (workspace.temp / "only").read_text() == "^(BenchmarkSum)$\n"


@pytest.mark.integration
def test_benchmarks_that_do_not_run_fail_the_step(workspace: Workspace, merge: str) -> None:
    """Absence is no success; what was measured until then is uploaded, for the gate to judge."""
    measured = Measured(workspace, BENCH_COMMAND="exit 3", BENCH_BASE=merge)
    assert measured.status == 1
    assert measured.manifest["outcomes"] == {"benchmark": "failure"}


@pytest.mark.integration
def test_a_base_that_is_not_there_fails_the_step(workspace: Workspace, merge: str) -> None:
    """Nothing is uploaded, and the log says why."""
    measured = Measured(workspace, BENCH_COMMAND="true", BENCH_BASE="no-such-branch")
    assert (measured.status, measured.outputs) == (1, {})
    assert "no-such-branch: no such commit" in measured.log
    assert "::error title=covgate::The benchmarks were not measured" in measured.log


@pytest.mark.integration
def test_T30_no_input_is_ever_run_but_the_command(workspace: Workspace, merge: str) -> None:
    """T30: names and revisions are values, whatever they hold."""
    hostile = '$(touch canary)";touch canary;`touch canary`'
    measured = Measured(
        workspace, BENCH_COMMAND="cat speed", BENCH_ONLY=hostile, COLLECT_NAME=hostile, BENCH_BASE=merge
    )
    assert measured.status == 0, measured.log
    assert measured.manifest["name"] == hostile
    assert Measured(workspace, BENCH_COMMAND="true", BENCH_BASE=f"--output={hostile}").status == 1
    assert list(workspace.root.parent.parent.rglob("canary")) == []


def test_T30_scripts_of_the_action_hold_no_expressions() -> None:
    """T30: inputs reach scripts by ``env`` alone, every one of them does, and the script knows each."""
    steps = ACTION["runs"]["steps"]
    assert not any("${{" in step["run"] for step in steps if "run" in step)
    handed = "".join(value for step in steps for value in (step.get("env") or step.get("with") or {}).values())
    assert [name for name in ACTION["inputs"] if f"inputs.{name} " not in handed] == []
    given = {name for step in steps for name in step.get("env", {}) if name.startswith("BENCH_")}
    assert given == set(re.findall(r"\"?(BENCH_[A-Z]+)", MEASURE.read_text()))


def test_T29_everything_that_is_fetched_is_pinned() -> None:
    """T29: actions by commit, Python packages by hash."""
    text = (FOLDER / "action.yml").read_text()
    used = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert [name for name in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)] == []
    assert re.findall(r"@[0-9a-f]{40}( # v\d+\.\d+\.\d+)\n", text) != []
    assert text.count("pip install") == text.count("--require-hashes") == 1
    assert used[0] in (TOP / "action.yml").read_text()


def test_the_step_imports_the_standard_library_alone() -> None:
    """It starts covgate as a process of its own."""
    tree = ast.parse(MEASURE.read_text())
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_the_template_hands_what_was_flagged_to_a_fresh_runner() -> None:
    """The guide's workflow: a second job, only where something looks worse, with no more permission."""
    (block,) = re.findall(r"```yaml\n(name: benchmarks\n.*?)```", GUIDE.read_text(), re.DOTALL)
    workflow = yaml.safe_load(block)
    bench, confirm = workflow["jobs"]["bench"], workflow["jobs"]["confirm"]
    assert workflow["permissions"] == {"contents": "read"}
    assert not {"permissions"} & (bench.keys() | confirm.keys())
    assert (confirm["needs"], confirm["if"]) == ("bench", "needs.bench.outputs.flagged != ''")
    measure = confirm["steps"][-1]
    assert measure["with"] == {"only": "${{ needs.bench.outputs.flagged }}", "confirm": "true"}
    assert measure["with"].keys() <= ACTION["inputs"].keys()
    assert bench["outputs"] == {"flagged": "${{ steps.bench.outputs.flagged }}"}
    assert "flagged" in ACTION["outputs"]
    assert bench["steps"][-1]["id"] == "bench"


def test_the_guide_names_every_input_and_output() -> None:
    """Nothing that the action takes or gives is left out."""
    text = GUIDE.read_text()
    assert [name for name in (*ACTION["inputs"], *ACTION["outputs"]) if f"`{name}`" not in text] == []

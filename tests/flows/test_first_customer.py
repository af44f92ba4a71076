"""``examples/etcd-monitor`` on what that repository's workflow uploads today: text logs and profiles in plain artifacts."""

from __future__ import annotations

import asyncio
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bot.sandbox import Repository, Run
    from tests.flows.stage import Stage

pytestmark = pytest.mark.integration

EXAMPLE = Path(__file__).parents[2] / "examples" / "etcd-monitor"
VERSIONS = ("1.21", "1.22", "1.23")
MODULE = "github.com/etcd-monitor/taskmaster"


@pytest.fixture
def outputs() -> Path:
    """What the repository's tests print, by commit; skips where there is no corpus."""
    folder = Path(os.environ.get("COVGATE_CORPUS") or "/nowhere") / "go-etcd"
    if not folder.is_dir():
        pytest.skip("COVGATE_CORPUS names no folder with go-etcd")
    return folder


def tree(outputs: Path) -> dict[str, str]:
    """Every file that the profiles name, as long as they need it, and the example's policy."""
    files = {"go.mod": f"module {MODULE}\n\ngo 1.21\n", "pingap-go/go.mod": "module pingap-go\n\ngo 1.21\n"}
    for profile in outputs.glob("*.coverage.out"):
        names = re.findall(rf"^{re.escape(MODULE)}/([^:]+):", profile.read_text(), re.MULTILINE)
        files |= dict.fromkeys(names, "package etcd\n" * 1200)
    policy = (EXAMPLE / ".github" / "covgate.yml").read_text()
    return files | {".github/covgate.yml": policy, "pkg/algorithms/sort_fuzz_test.go": "package algorithms\n"}


def ran(run: Run, outputs: Path, commit: str) -> None:
    """The matrix of the repository's workflow as it is: no manifest, no JUnit, no JSON."""

    def of(name: str) -> bytes:
        return (outputs / f"{commit}.go1.27.{name}").read_bytes()

    for version in VERSIONS:
        coverage = {
            "coverage.out": of("coverage.out"),
            "coverage.html": b"<!DOCTYPE html>\n<html><head></head><body>cov</body></html>\n",
            "coverage_summary.txt": of("func.txt"),
        }
        run.upload(f"coverage-reports-{version}", coverage)
        logs = {
            "test_output.log": of("test-v.log"),
            "pingap-go/test_output.log": b"",
            "fuzz_output.log": b"no fuzzing\n",
        }
        run.upload(f"test-results-{version}", logs)
    run.job("build")
    run.job("lint")
    run.finish("success")  # `... | tee test_output.log` without pipefail: the job is green whatever the tests say


def judged(stage: Stage, repo: Repository, sha: str) -> dict[str, Any]:
    history = stage.service.service.store.history
    published = asyncio.run_coroutine_threadsafe(history.published(repo.id, sha), stage.service.loop).result(10)
    assert published is not None
    return json.loads(published.verdict_json)


def test_the_artifacts_of_today_are_understood_without_touching_the_workflow(stage: Stage, outputs: Path) -> None:
    """All six artifacts of the three versions are read, pages and empty logs passed over; a package that no longer
    compiles turns the check red though GitHub calls the run a success, and is named once for all three legs.
    """
    repo = stage.github.repository("ljluestc/etcd-monitor", files=tree(outputs))
    ran(repo.ci("ci.yml", branch="main").start(jobs=[]), outputs, "22869c3")
    stage.settle()
    fuzz = {"pkg/algorithms/sort_fuzz_test.go": "package algorithms\n\n// more\n"}
    stage.github.webhooks.hold()  # all is told at once: the service keeps a second between any two of its writes
    pull = repo.pull_request(branch="fuzz", files=fuzz)
    ran(pull.ci("ci.yml").start(jobs=[]), outputs, "d02e337")
    stage.github.webhooks.release()
    stage.settle()
    verdict = judged(stage, repo, pull.head_sha)
    gates = {gate["gate"]: gate for gate in verdict["gates"]}
    assert (gates["build"]["conclusion"], gates["lint"]["conclusion"]) == ("success", "success")
    assert gates["tests"]["conclusion"] == "failure"
    assert f"{MODULE}/pkg/algorithms" in gates["tests"]["message"]
    assert (
        "pkg/algorithms/sort.go" in gates["evidence"]["message"]
    )  # it has left the profile, which is all that is wrong
    assert len(verdict["inputs"]["reports"]) == 2 * len(VERSIONS)
    assert pull.check("covgate").conclusion == "failure"
    (comment,) = pull.comments(by_app=True)
    assert f"{MODULE}/pkg/algorithms" in comment.body

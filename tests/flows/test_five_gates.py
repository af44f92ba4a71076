"""The first customer's quality gate: coverage, tests, races, lint and build, judged from what its tools really print.

The outputs are of ``tests/samples/five-gates``; they arrive as a workflow uploads them that has never heard of covgate:
plain artifacts, text logs, three versions of Go.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.flows.conftest import staged
from tests.flows.stage import Stage, upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.sandbox import PullRequest, Repository, Run

pytestmark = pytest.mark.integration

SAMPLES = Path(__file__).parents[1] / "samples" / "five-gates"
POLICY = """\
version: 1
tests: {races: forbid, race_detector: ["test-results-*"]}
lint: {max_new: 0}
build: {jobs: [build]}
evidence: {artifacts: ["covgate-*", "coverage-reports-*", "test-results-*", "python-reports"]}
"""
FIVE = ("coverage/patch", "tests", "races", "lint", "build")


def sources(*folders: str) -> dict[str, str]:
    """The files of the shop: *folders* over each other."""
    found: dict[str, str] = {}
    for folder in folders:
        top = SAMPLES / "src" / folder
        found |= {
            path.relative_to(top).as_posix().removesuffix(".txt"): path.read_text()
            for path in sorted(top.rglob("*"))
            if path.is_file()
        }
    return found


def sample(state: str, name: str) -> bytes:
    return (SAMPLES / state / name).read_bytes()


PYTHON = ("coverage.json", "junit.xml", "ruff.sarif")


def bring(run: Run, state: str, *, build: str = "success") -> None:
    """CI ran and found the shop in *state*: its one job uploads all that the tools left."""
    names = ("coverage.out", "test_output.log", *PYTHON)
    run.upload("test-results-1.23", {name: sample(state, name) for name in names})
    run.job("build", build)
    run.finish("success" if build == "success" else "failure")


def bring_as_etcd_monitor(run: Run, state: str) -> None:
    """Three versions of Go and one of Python, pages, summaries and empty logs beside the reports."""
    for version in ("1.21", "1.22", "1.23"):
        pages = {"coverage.html": b"<!DOCTYPE html>\n<html><body>coverage</body></html>\n", "coverage_summary.txt": b""}
        run.upload(f"coverage-reports-{version}", {"coverage.out": sample(state, "coverage.out"), **pages})
        logs = {"test_output.log": sample(state, "test_output.log"), "integration_output.log": b""}
        run.upload(f"test-results-{version}", logs)
    run.upload("python-reports", {name: sample(state, name) for name in PYTHON})
    run.job("build")
    run.finish()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One stage for all: each pull request is judged by itself."""
    with staged(tmp_path_factory.mktemp("stage")) as ready:
        yield ready


@pytest.fixture(scope="module")
def shop(stage: Stage) -> Repository:
    """The shop, its base branch measured."""
    made = stage.github.repository("octo/shop", files=sources("base") | {".github/covgate.yml": POLICY})
    bring(made.ci("ci.yml", branch="main").start(jobs=[]), "base")
    stage.settle()
    return made


def judged(stage: Stage, shop: Repository, pull: PullRequest) -> dict[str, Any]:
    """The verdict of *pull* as its page's data has it."""
    history = stage.service.service.store.history
    asked = asyncio.run_coroutine_threadsafe(history.published(shop.id, pull.head_sha), stage.service.loop)
    published = asked.result(10)
    assert published is not None
    return json.loads(published.verdict_json)


def told(stage: Stage) -> None:
    """Let the service hear of all at once: it answers with two writes instead of three, and keeps a second between."""
    stage.github.webhooks.release()
    stage.settle()


def gates_of(verdict: dict[str, Any]) -> dict[str, str]:
    """Conclusions by gate; of one that stands there for each metric, the failure."""
    ordered = sorted(verdict["gates"], key=lambda gate: gate["conclusion"] == "failure")
    return {gate["gate"]: gate["conclusion"] for gate in ordered}


def test_all_five_gates_are_green_together(stage: Stage, shop: Repository) -> None:
    """Three versions of Go and pytest beside them, in plain artifacts: one check, and each gate says that it passed."""
    stage.github.webhooks.hold()
    pull = shop.pull_request(branch="green", files=sources("head"))
    bring_as_etcd_monitor(pull.ci("ci.yml").start(jobs=[]), "green")
    told(stage)
    verdict = judged(stage, shop, pull)
    assert set(gates_of(verdict)) >= set(FIVE)
    assert {gate["conclusion"] for gate in verdict["gates"]} == {"success"}
    assert pull.check("covgate").conclusion == "success"
    assert verdict["suites"]["tests"] == 4  # each once, however many legs ran it
    assert len(pull.comments(by_app=True)) == 1


@pytest.mark.parametrize(
    ("state", "outcome", "red", "said"),
    [
        ("untested", {}, {"coverage/project", "coverage/patch"}, ["stock.go"]),
        ("failing", {}, {"tests"}, ["TestTakeAll", "Take(2) of one left = 1, want 2"]),
        ("racy", {}, {"races"}, ["stock_test.go:21"]),
        ("unlinted", {}, {"lint"}, ["F401", "report/mean.py"]),
        ("green", {"build": "failure"}, {"build"}, ["build"]),
    ],
)
def test_each_gate_alone_is_red_for_its_own_reason(
    stage: Stage, shop: Repository, state: str, outcome: dict[str, str], red: set[str], said: list[str]
) -> None:
    """The check fails by it, the other gates pass, and the one comment names what is wrong and where. Go itself says
    ``ok`` to the race, and the finding that the base has already is nobody's fault here.
    """
    files = sources("head") if state == "green" else sources("head", state)
    stage.github.webhooks.hold()
    pull = shop.pull_request(branch="-".join((state, *outcome)), files=files)
    bring(pull.ci("ci.yml").start(jobs=[]), state, **outcome)
    told(stage)
    gates = gates_of(judged(stage, shop, pull))
    assert {gate for gate, conclusion in gates.items() if conclusion == "failure"} == red
    assert {gates[gate] for gate in FIVE if gate not in red} == {"success"}
    assert pull.check("covgate").conclusion == "failure"
    (comment,) = pull.comments(by_app=True)
    for words in said:
        assert words in comment.body
    assert "report/total.py" not in comment.body


def test_a_base_whose_tests_alone_were_read_is_one_to_compare_with(stage: Stage) -> None:
    """Coverage is switched off: the outcomes of the last push are kept all the same, and what failed there too is told
    apart from what fails now.
    """
    policy = "version: 1\ncoverage: {mode: off}\ntests: {races: off}\nevidence: {artifacts: [logs]}\n"
    repo = stage.github.repository("other/tests", files=sources("base", "head") | {".github/covgate.yml": policy})
    before = repo.ci("ci.yml", branch="main").start(jobs=[])
    before.upload("logs", {"test_output.log": sample("failing", "test_output.log")})
    before.finish("failure")
    stage.settle()
    stage.github.webhooks.hold()
    pull = repo.pull_request(branch="topic", files={"price.go": "package shop\n"})
    run = pull.ci("ci.yml").start(jobs=[])
    broken = sample("failing", "test_output.log").replace(b"PASS: TestPrice", b"FAIL: TestPrice")
    run.upload("logs", {"test_output.log": broken})
    run.finish("failure")
    told(stage)
    (gate,) = [gate for gate in judged(stage, repo, pull)["gates"] if gate["gate"] == "tests"]
    assert gate["conclusion"] == "failure"
    assert "1 of them newly" in gate["message"]
    assert gate["message"].index("TestPrice") < gate["message"].index("TestTakeAll")


@pytest.mark.parametrize(
    ("head", "confirming", "expected"),
    [
        ("first", "second", "failure"),
        ("first", "same", "neutral"),
    ],
)
def test_benchmarks_are_red_once_a_second_run_agrees(
    stage: Stage, shop: Repository, head: str, confirming: str, expected: str
) -> None:
    """Base and head in turns, in one job; a run on another machine confirms. Unconfirmed is never red."""
    stage.github.webhooks.hold()
    pull = shop.pull_request(branch=f"bench-{head}-{confirming}", files=sources("head"))
    run = pull.ci("ci.yml").start(jobs=[])
    measure(run, "bench", head, confirms=False)
    measure(run, "bench-confirm", confirming, confirms=True)
    bring(run, "green")
    told(stage)
    verdict = judged(stage, shop, pull)
    gates = gates_of(verdict)
    assert gates["benchmarks"] == expected, verdict["benchmarks"]
    assert {gates[gate] for gate in FIVE} == {"success"}
    assert pull.check("covgate").conclusion == ("failure" if expected == "failure" else "success")
    body = pull.comments(by_app=True)[0].body
    assert "BenchmarkPrice" in body
    assert "+585.4%" in body


def measure(run: Run, job: str, name: str, *, confirms: bool) -> None:
    """What the benchmark action uploads: both sides, measured in turns."""
    sides = {f"{side}/bench.txt": (SAMPLES / "bench" / f"{name}-{side}.txt").read_bytes() for side in ("base", "head")}
    bench = {
        "layout": "interleaved",
        "base_sha": run.tested_parents[0],
        "rounds": 10,
        "machine": "AMD EPYC, 2 cores",
        "confirms": confirms,
    }
    upload(run, sides, job=job, sides={"base/bench.txt": "base"}, bench=bench)

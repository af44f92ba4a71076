"""``covgate run`` on real projects: what it runs, leaves, says, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot.reader.manifest import parse_manifest
from tests.cli.command import ROOT, Covgate
from tests.workspace.repositories import Repository
from tests.workspace.run.projects import GO, PYTHON, everything_below, go_bench, go_folder, manifest_of

pytestmark = pytest.mark.integration

SCHEMA = Draft202012Validator(json.loads((ROOT / "docs/upload.schema.json").read_text()))
ENV = {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "VIRTUAL_ENV": "",
    "PYTHONWARNINGS": "",
}


def policy(**commands: str) -> str:
    """A policy whose suites are *commands*."""
    return json.dumps({"version": 1, "run": commands})


def changed(repository: Repository, files: dict[str, str | bytes]) -> None:
    """A branch on which a line of ``shop.py`` is new, in a project of *files*."""
    repository.commit(files)
    repository.branch("topic")
    text = str(files["shop.py"])
    repository.commit({"shop.py": text.replace("    return sum(prices)", "    found = sum(prices)\n    return found")})


# --- whole runs --------------------------------------------------------------------------------------------------


def test_a_python_project_is_run_gathered_and_judged(repository: Repository, covgate: Covgate) -> None:
    """From a clean checkout: build, lint and tests with coverage, one upload, a page, a verdict; the tree stays."""
    changed(repository, PYTHON)
    ended = covgate("run", "--all", "--html", at=repository.path, **ENV)
    assert (ended.status, "passed unit" in ended.errors) == (0, True), ended.output + ended.errors
    assert "\x1b" not in ended.output + ended.errors
    assert [line.split()[:2] for line in ended.output.splitlines()[1:4]] == [
        ["passed", "build"],
        ["passed", "lint"],
        ["passed", "unit"],
    ]
    assert "3 passed" in ended.output
    folder = repository.path / ".covgate/run"
    manifest = manifest_of(folder)
    assert SCHEMA.is_valid(manifest)
    assert [report.name for report in parse_manifest((folder / "manifest.json").read_bytes()).reports] == [
        "lint/ruff.json",
        "unit/coverage.json",
        "unit/junit.xml",
    ]
    assert manifest["outcomes"] == {"build": "success", "lint": "success", "unit": "success"}
    assert manifest["race"] is None
    assert json.loads((folder / "verdict.json").read_bytes())["conclusion"] == "success"
    assert "<html" in (folder / "coverage.html").read_text()
    assert repository.git("status", "--porcelain") == ""


def test_a_go_project_is_run_gathered_and_judged(repository: Repository, covgate: Covgate) -> None:
    """Each module by itself, with the race detector and the benchmarks."""
    path = f"{go_folder()}{os.pathsep}{os.environ['PATH']}"
    repository.commit(GO)
    repository.branch("topic")
    repository.commit({"README.md": "x\n"})
    quick = policy(benchmark="go test -run '^$' -bench . -benchtime 10x . | tee bench.txt")
    repository.write("policy.yml", quick)
    ended = covgate("run", "--policy", "policy.yml", at=repository.path, PATH=path)
    assert ended.status == 0, ended.output + ended.errors
    manifest = manifest_of(repository.path / ".covgate/run")
    assert manifest["race"] is True
    assert manifest["modules"] == {"example.com/work": ".", "example.com/inner": "inner"}
    assert [report["name"] for report in manifest["reports"]] == [
        *("benchmark/bench.txt", "lint/go-vet.sarif", "lint--inner-/go-vet.sarif"),
        *("race/go-test.json", "race--inner-/go-test.json"),
        *("unit/coverage.out", "unit/go-test.json", "unit--inner-/coverage.out", "unit--inner-/go-test.json"),
    ]
    assert set(manifest["outcomes"].values()) == {"success"}
    repository.git("clean", "--force", "--quiet")
    assert sorted(everything_below(repository.path)) == sorted(
        [*GO, "README.md", *(name for name in everything_below(repository.path) if name.startswith(".covgate/"))]
    )


def test_a_failing_test_fails_the_run(repository: Repository, covgate: Covgate) -> None:
    """Its step, its gate and the exit status; the report of it is in the upload all the same."""
    changed(repository, PYTHON)
    repository.write("test_shop.py", str(PYTHON["test_shop.py"]).replace("== 3", "== 4"))
    ended = covgate("run", "--unit", at=repository.path, **ENV)
    assert ended.status == 1
    assert "- unit: a command ended with status 1; its log is .covgate/run/logs/unit.log" in ended.output
    assert "test_total" in ended.output
    assert manifest_of(repository.path / ".covgate/run")["outcomes"] == {"unit": "failure"}


def test_the_policys_own_commands_are_run(repository: Repository, covgate: Covgate) -> None:
    """Each by its name, its report found where it wrote it; only what was asked for is judged."""
    lcov = "SF:shop.py\\nDA:1,1\\nend_of_record\\n"
    repository.commit(
        {"shop.py": "x = 1\n", ".github/covgate.yml": policy(docs=f"printf '{lcov}' > docs.info", lint="exit 1")}
    )
    repository.branch("topic")
    repository.commit({"shop.py": "x = 2\n"})
    ended = covgate("run", "docs", at=repository.path)
    assert ended.status == 0, ended.output + ended.errors
    assert [report["name"] for report in manifest_of(repository.path / ".covgate/run")["reports"]] == ["docs/docs.info"]
    assert covgate("run", "--lint", at=repository.path).status == 1


def test_a_build_alone_is_judged_by_its_outcome(repository: Repository, covgate: Covgate) -> None:
    """It brings no report, and none is missed."""
    repository.commit({"a.py": "x = 1\n", ".github/covgate.yml": policy(build="exit $STATUS")})
    repository.branch("topic")
    repository.commit({"a.py": "x = 2\n"})
    assert covgate("run", "--build", at=repository.path, STATUS="0").status == 0
    ended = covgate("run", "--build", at=repository.path, STATUS="9")
    assert ended.status == 1
    assert manifest_of(repository.path / ".covgate/run")["outcomes"] == {"build": "failure"}


def test_a_step_that_takes_too_long_fails(repository: Repository, covgate: Covgate) -> None:
    """After the time that one command may take."""
    repository.commit({".github/covgate.yml": policy(build="sleep 60")})
    repository.branch("topic")
    ended = covgate("run", "--build", "--timeout", "1s", at=repository.path)
    assert ended.status == 1
    assert "timed out build" in ended.errors
    assert "- build: a command took longer than 1.0 s; its log is .covgate/run/logs/build.log" in ended.output


# --- benchmarks --------------------------------------------------------------------------------------------------


def test_benchmarks_of_both_sides_are_measured_in_turns(repository: Repository, covgate: Covgate) -> None:
    """Every round is a report of its side, and the manifest says how they were measured."""
    base = repository.commit({"speed": go_bench(Sum=100), ".github/covgate.yml": policy(benchmark="cat speed")})
    repository.branch("topic")
    repository.commit({"speed": go_bench(Sum=101)})
    ended = covgate("run", "--benchmark", "--base", "main", "--rounds", "3", "--confirm", at=repository.path)
    assert ended.status == 0, ended.output + ended.errors
    assert [line for line in ended.errors.splitlines() if not line.startswith("passed")] == [
        "running benchmark (3 rounds of base and head in turns): cat speed",
        *(f"measured benchmark: round {number} of 3" for number in (1, 2, 3)),
    ]
    folder = repository.path / ".covgate/run"
    assert "BenchmarkSum" in (folder / "logs/benchmark.log").read_text()
    manifest = manifest_of(folder)
    assert SCHEMA.is_valid(manifest)
    assert manifest["bench"] | {"machine": ""} == {
        "layout": "interleaved",
        "base_sha": base,
        "rounds": 3,
        "machine": "",
        "confirms": True,
    }
    assert [(report["name"], report.get("side")) for report in manifest["reports"]] == [
        *((f"benchmark/head-r{number}.txt", None) for number in range(3)),
        *((f"benchmark/base-r{number}.txt", "base") for number in range(3)),
    ]
    assert (folder / manifest["reports"][3]["file"]).read_text() == go_bench(Sum=100)
    assert (folder / "flagged.txt").read_text() == ""
    assert parse_manifest((folder / "manifest.json").read_bytes()).reports[3].side == "base"


def test_what_looks_worse_is_named_for_a_second_look(repository: Repository, covgate: Covgate) -> None:
    """By name, one a line."""
    commands = policy(benchmark="sed s/RANDOM/$(date +%1N)/g speed")
    slower: dict[str, str | bytes] = {"speed": go_bench(Sum=200, Other=50).replace("200", "20RANDOM")}
    repository.commit(
        {"speed": go_bench(Sum=100, Other=50).replace("100", "10RANDOM"), ".github/covgate.yml": commands}
    )
    repository.branch("topic")
    repository.commit(slower)
    ended = covgate("run", "--benchmark", "--base", "main", at=repository.path)
    assert (ended.status, "BenchmarkSum" in ended.output) == (0, True)  # one run alone is never red
    at_once = json.loads(commands) | {"benchmarks": {"confirm": False}}
    repository.write("policy.yml", json.dumps(at_once))
    assert covgate("run", "--benchmark", "--base", "main", "--policy", "policy.yml", at=repository.path).status == 1
    assert (repository.path / ".covgate/run/flagged.txt").read_text() == "BenchmarkSum\n"


def test_benchmarks_that_measure_nothing_are_a_failed_step(repository: Repository, covgate: Covgate) -> None:
    """A command that was renamed away, or a filter that matches none, must not look like a suite that is no slower."""
    repository.commit({".github/covgate.yml": policy(benchmark="true")})
    repository.commit({"a": "b"})
    ended = covgate("run", "--benchmark", "--base", "HEAD^", "--rounds", "1", at=repository.path)
    assert ended.status == 1
    assert "failed benchmark" in ended.errors
    assert "- benchmark: it measured no benchmark; its log is" in ended.output
    assert manifest_of(repository.path / ".covgate/run")["outcomes"] == {"benchmark": "failure"}


# --- ending early ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_nothing_behind(repository: Repository, number: signal.Signals) -> None:
    """Its children are ended, its folders are gone, what is missing is said, and the status is 130."""
    commands = policy(build="true", unit="echo $$ > .git/child; sleep 60 & echo $! > .git/grandchild; wait")
    repository.commit({".github/covgate.yml": commands})
    repository.branch("topic")
    before = everything_below(repository.path)
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--build", "--unit"],
        cwd=repository.path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    pid = repository.path / ".git/grandchild"
    deadline = time.monotonic() + 20
    while not (pid.exists() and pid.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(number)
    output, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert output == b""
    assert errors.decode().splitlines()[-1] == "covgate: interrupted; not done: unit; nothing is left behind"
    assert everything_below(repository.path) == before
    for child in (pid, repository.path / ".git/child"):
        stat = Path(f"/proc/{child.read_text().strip()}/stat")
        assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_results_of_an_earlier_run_outlive_an_interrupted_one(repository: Repository, covgate: Covgate) -> None:
    """They are replaced whole or not at all, and said to be older."""
    repository.commit({".github/covgate.yml": policy(build='[ -z "$SLOW" ] || { touch .git/began; sleep 60; }')})
    repository.branch("topic")
    assert covgate("run", "--build", at=repository.path).status == 0
    before = everything_below(repository.path)
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--build"],
        cwd=repository.path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SLOW": "1"},
        stderr=subprocess.PIPE,
    )
    deadline = time.monotonic() + 20
    while not (repository.path / ".git/began").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    process.terminate()
    errors = process.communicate(timeout=20)[1].decode()
    assert "the results in" in errors
    assert errors.rstrip().endswith(".covgate/run are of an earlier run")
    assert everything_below(repository.path) == before


# --- usage -------------------------------------------------------------------------------------------------------


def test_what_cannot_be_run_is_said_in_one_line(repository: Repository, covgate: Covgate, tmp_path: Path) -> None:
    """Exit status 2, and nothing is left."""
    repository.commit({"a.txt": "x\n"})
    for arguments, reason in (
        (("run",), "there is nothing here to run; name the project's commands in the policy, under run:"),
        (("run", "--timeout", "soon"), "Invalid value: --timeout is not a duration; write it as 90s, 15m or 2h"),
        (("run", "--into", "."), f"{repository.path}: it is not what an earlier run left; name a new folder by --into"),
        (("run", "--base", "nowhere"), f"nowhere: no such commit in {repository.path}"),
    ):
        ended = covgate(*arguments, at=repository.path)
        assert (ended.status, ended.output) == (2, "")
        assert ended.errors == f"covgate: {reason}\n"
    assert everything_below(repository.path) == ["a.txt"]
    ended = covgate("run", at=tmp_path)
    assert (ended.status, "no git repository with a commit" in ended.errors) == (2, True)


def test_a_terminal_shows_what_runs_in_colour(repository: Repository) -> None:
    """Spinner and bars while it runs, coloured results after it; NO_COLOR keeps them plain."""
    repository.commit({".github/covgate.yml": policy(build="sleep 0.3")})
    repository.branch("topic")
    shown = {plain: on_a_terminal(repository.path, **({"NO_COLOR": "1"} if plain else {})) for plain in (True, False)}
    for text in shown.values():
        assert "0 of 1 step" in text
        assert "1 step in" in text
    assert "\x1b[32mpassed\x1b[0m" in shown[False]
    assert "\x1b[32m" not in shown[True]


def on_a_terminal(folder: Path, **env: str) -> str:
    """What ``covgate run --build`` shows on a terminal."""
    ours, theirs = pty.openpty()
    inherited = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "CI"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run", "--build"],
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **env},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            said += os.read(ours, 65536)
        except OSError:  # the other side is closed
            break
    process.wait(20)
    os.close(ours)
    return said.decode("utf-8", "replace")

"""The service is killed at every named step and started again: one check run, one comment, nothing lost."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from bot.flows import failpoints
from bot.sandbox import PullRequest, Repository, Sandbox
from tests.contracts.conftest import database_url, postgres  # noqa: F401 -- fixtures, asked for by name
from tests.flows.process import Process
from tests.flows.stage import profile, upload

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

FILES = {".github/covgate.yml": "version: 1\n", "go.mod": "module shop\n", "shop.go": "package shop\n" * 20}
REPORT = profile(("shop/shop.go", 1, 20, 1))
CHANGE = {"shop.go": "package shop\n" * 20 + "// more\n" * 4}
UNCOVERED = profile(("shop/shop.go", 1, 20, 1), ("shop/shop.go", 21, 24, 0))


@pytest.fixture
def github() -> Iterator[Sandbox]:
    with Sandbox.start() as sandbox:
        yield sandbox
        assert sandbox.violations == []


def finished(repo: Repository, branch: str) -> PullRequest:
    """A pull request whose CI has finished, whoever was listening."""
    pull = repo.pull_request(branch=branch, files=CHANGE)
    run = pull.ci("ci.yml").start()
    upload(run, {"coverage.out": UNCOVERED})
    run.finish("success")
    return pull


def pushed(repo: Repository) -> str:
    """A push to the base branch whose CI has finished; its commit."""
    tip = repo.push("main", {"notes.txt": "1\n"})
    run = repo.ci("ci.yml", branch="main").start()
    upload(run, {"coverage.out": REPORT})
    run.finish("success")
    return tip


@pytest.mark.parametrize("name", failpoints.NAMES)
def test_one_answer_wherever_the_service_dies(github: Sandbox, database_url: str, tmp_path: Path, name: str) -> None:
    """A pull request is being answered when the process dies at *name*. After the restart it has one check run with
    the right conclusion and one comment; a push to the base branch has its check.
    """
    repo = github.repository("octo/shop", files=FILES)
    doomed = Process(github, database_url, tmp_path, failpoint=name)
    doomed.start()
    github.webhooks.send_to(f"{doomed.url}/github/webhooks")
    tip = pushed(repo)
    pull = finished(repo, "change")
    doomed.wait_for_death(name)
    survivor = Process(github, database_url, tmp_path)
    survivor.start()
    github.webhooks.send_to(f"{survivor.url}/github/webhooks")
    survivor.until(partial(is_answered, repo, tip, pull), "check runs and a comment")
    github.settle(20)
    assert len(pull.checks()) == 1
    assert len(pull.comments(by_app=True)) == 1
    survivor.stop()


def is_answered(repo: Repository, tip: str, pull: PullRequest) -> bool:
    """Both commits have their conclusion, and the pull request its comment."""
    on_head, on_main = pull.check("covgate"), repo.check("covgate", sha=tip)
    concluded = on_head and on_head.conclusion == "failure" and on_main and on_main.conclusion == "success"
    return bool(concluded and pull.comments(by_app=True))

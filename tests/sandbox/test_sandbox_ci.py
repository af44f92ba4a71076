"""Workflow runs, their attempts, their artifacts, and the store behind those."""

from __future__ import annotations

import hashlib
import io
import zipfile

import httpx
import pytest

from bot.sandbox import PullRequest, Repository, Run, Sandbox


@pytest.fixture
def pull(shop: Repository) -> PullRequest:
    """A pull request within the repository."""
    return shop.pull_request(branch="b", files={"b.py": "1\n"})


@pytest.fixture
def run(pull: PullRequest) -> Run:
    """Its first run."""
    return pull.ci("ci.yml").start()


def artifacts(bot: httpx.Client, run: Run, **query: object) -> list[str]:
    """The names that are listed now."""
    listed = bot.get(f"/actions/runs/{run.id}/artifacts", params={k: str(v) for k, v in query.items()})
    return [artifact["name"] for artifact in listed.json()["artifacts"]]


def test_a_run_names_its_pull_request_unless_it_is_from_a_fork(bot: httpx.Client, shop: Repository) -> None:
    """``pull_requests`` is empty for forks, and so it is in the payload; the head repository tells where it is from."""
    own = shop.pull_request(branch="b", files={"b.py": "1\n"})
    fork = shop.fork("mallory/shop")
    foreign = fork.pull_request(branch="main", files={"f.py": "1\n"}, author="mallory")
    runs = [pull.ci("ci.yml").start() for pull in (own, foreign)]
    told = [bot.get(f"/actions/runs/{run.id}").json() for run in runs]
    assert [[p["number"] for p in t["pull_requests"]] for t in told] == [[own.number], []]
    assert [t["head_repository"]["id"] for t in told] == [shop.id, fork.id]
    assert told[1]["head_branch"] == "main"
    assert all(t["head_sha"] == pull.head_sha for t, pull in zip(told, (own, foreign), strict=True))


def test_runs_are_filtered(bot: httpx.Client, shop: Repository, pull: PullRequest) -> None:
    """By head, event, branch and status, newest first."""
    first = pull.ci("ci.yml").start().finish("failure")
    second = pull.ci("lint.yml").start(status="queued")
    pushed = shop.ci("ci.yml").start()

    def ids(**query: str) -> list[int]:
        return [run["id"] for run in bot.get("/actions/runs", params=query).json()["workflow_runs"]]

    assert ids() == [pushed.id, second.id, first.id]
    assert ids(head_sha=pull.head_sha) == [second.id, first.id]
    assert ids(event="push") == ids(branch="main") == [pushed.id]
    assert ids(status="failure") == ids(status="completed") == [first.id]
    assert ids(status="queued") == [second.id]
    assert ids(actor="maintainer") == [pushed.id]


def test_a_rerun_is_the_next_attempt_of_the_same_run(github: Sandbox, bot: httpx.Client, run: Run) -> None:
    """Same id, no ``requested``, artifacts of the first attempt stay, only what failed runs again."""
    run.upload("covgate-test-0-1", {"a": "1"})
    run.job("lint", "success")
    run.finish("failure")
    run.rerun()
    assert (run.attempt, run.status, run.conclusion) == (2, "in_progress", None)
    run.upload("covgate-test-0-2", {"a": "2"})
    run.finish("success")
    assert artifacts(bot, run) == ["covgate-test-0-2", "covgate-test-0-1"]
    actions = [(d.action, d.payload["workflow_run"]["run_attempt"]) for d in github.webhooks.of("workflow_run")]
    assert actions == [("requested", 1), ("in_progress", 1), ("completed", 1), ("in_progress", 2), ("completed", 2)]
    jobs = f"/actions/runs/{run.id}/jobs"
    assert [(j["name"], j["run_attempt"]) for j in bot.get(jobs).json()["jobs"]] == [("test", 2)]
    assert len(bot.get(jobs, params={"filter": "all"}).json()["jobs"]) == 3
    earlier = bot.get(f"/actions/runs/{run.id}/attempts/1").json()
    assert (earlier["run_attempt"], earlier["conclusion"]) == (1, "failure")
    assert len(bot.get(f"/actions/runs/{run.id}/attempts/1/jobs").json()["jobs"]) == 2
    assert bot.get(f"/actions/runs/{run.id}/attempts/2").json()["conclusion"] == "success"
    assert bot.get(f"/actions/runs/{run.id}/attempts/3").status_code == 404


def test_an_artifact_may_be_listed_late(bot: httpx.Client, run: Run) -> None:
    """The run is complete, and the first two listings do not have it yet."""
    run.upload("early", {"a": "1"})
    run.upload("late", {"a": "1"}, late=2)
    run.finish()
    assert [artifacts(bot, run) for _ in range(3)] == [["early"], ["early"], ["late", "early"]]
    assert artifacts(bot, run, name="late") == ["late"]


def test_artifacts_come_in_pages(bot: httpx.Client, run: Run) -> None:
    """With the count of all, and a link to the next page."""
    for number in range(5):
        run.upload(f"a{number}", {"x": str(number)})
    page = bot.get(f"/actions/runs/{run.id}/artifacts", params={"per_page": 2})
    assert page.json()["total_count"] == 5
    rest = [a["name"] for a in bot.get(page.links["next"]["url"]).json()["artifacts"]]
    assert rest == ["a2", "a1"]


def test_an_artifact_is_fetched_from_another_origin(github: Sandbox, bot: httpx.Client, run: Run) -> None:
    """302 to an address that works once, without the Authorization header that belongs to GitHub."""
    number = run.upload("covgate-test-0-1", {"manifest.json": b"{}", "reports/0-x.xml": b"<x/>"})
    told = bot.get(f"/actions/artifacts/{number}").json()
    answer = bot.get(f"/actions/artifacts/{number}/zip")
    assert answer.status_code == 302
    address = answer.headers["location"]
    assert address.startswith(github.blob_url)
    assert not github.blob_url.startswith(github.api_url)
    refused = httpx.get(address, headers={"Authorization": bot.headers["Authorization"]})
    assert refused.status_code == 400
    assert "InvalidAuthenticationInfo" in refused.text
    fetched = httpx.get(address)
    assert told["digest"] == f"sha256:{hashlib.sha256(fetched.content).hexdigest()}"
    assert told["size_in_bytes"] == len(fetched.content)
    assert zipfile.ZipFile(io.BytesIO(fetched.content)).namelist() == ["manifest.json", "reports/0-x.xml"]
    assert httpx.get(address).status_code == 403
    assert bot.get(f"/actions/artifacts/{number}/zip", follow_redirects=True).content == fetched.content


def test_an_address_is_good_for_a_minute(github: Sandbox, bot: httpx.Client, run: Run) -> None:
    """After that the store refuses, and GitHub gives another."""
    number = run.upload("a", {"x": "1"})
    address = bot.get(f"/actions/artifacts/{number}/zip").headers["location"]
    github.clock.advance(61)
    assert httpx.get(address).status_code == 403
    assert httpx.get(f"{github.blob_url}/artifacts/1.zip?sig=guessed").status_code == 403


def test_an_expired_artifact_is_gone(bot: httpx.Client, run: Run) -> None:
    """It is still listed, as expired; its archive is 410. A deleted one is 404."""
    number, other = run.upload("a", {"x": "1"}), run.upload("b", {"x": "1"})
    run.expire(number)
    run.delete(other)
    assert bot.get(f"/actions/artifacts/{number}").json()["expired"] is True
    assert bot.get(f"/actions/artifacts/{number}/zip").status_code == 410
    assert bot.get(f"/actions/artifacts/{other}").status_code == 404
    assert bot.get(f"/actions/artifacts/{number}/tar").status_code == 404


def test_an_artifact_can_lie_about_nothing_but_its_content(bot: httpx.Client, shop: Repository) -> None:
    """Whose run it is of is GitHub's to say; a listing by name alone mixes everybody's."""
    fork = shop.fork("mallory/shop")
    pull = fork.pull_request(branch="main", files={"f.py": "1\n"}, author="mallory")
    forged = pull.ci("ci.yml").start(event="push")
    forged.upload("covgate-test-0-1", {"x": "1"}, digest="sha256:" + "0" * 64)
    true = shop.ci("ci.yml").start()
    true.upload("covgate-test-0-1", {"x": "1"})
    listed = bot.get("/actions/artifacts", params={"name": "covgate-test-0-1"}).json()["artifacts"]
    assert [a["workflow_run"]["head_repository_id"] for a in listed] == [shop.id, fork.id]
    assert [a["workflow_run"]["head_branch"] for a in listed] == ["main", "main"]
    assert [a["workflow_run"]["id"] for a in listed] == [true.id, forged.id]


def test_a_first_time_contributor_waits_for_approval(github: Sandbox, shop: Repository) -> None:
    """The run is completed with ``action_required``, no job has run."""
    pull = shop.fork("mallory/shop").pull_request(branch="b", files={"f.py": "1\n"}, author="mallory")
    run = pull.ci("ci.yml").wait_for_approval()
    assert (run.status, run.conclusion) == ("completed", "action_required")
    assert [d.action for d in github.webhooks.of("workflow_run")] == ["requested", "completed"]


def test_jobs_tell_how_they_ended(bot: httpx.Client, run: Run) -> None:
    """Each job has a check run of GitHub Actions beside it, on the same head."""
    run.job("build", "skipped")
    run.job("lint", None)
    told = {j["name"]: (j["status"], j["conclusion"]) for j in bot.get(f"/actions/runs/{run.id}/jobs").json()["jobs"]}
    assert told == {
        "test": ("in_progress", None),
        "build": ("completed", "skipped"),
        "lint": ("in_progress", None),
    }
    runs = bot.get(f"/commits/{run.head_sha}/check-runs").json()["check_runs"]
    assert {r["app"]["id"] for r in runs} == {15368}
    assert {r["name"] for r in runs} == {"test", "build", "lint"}


def test_runs_and_artifacts_of_other_repositories_are_not_found(github: Sandbox, bot: httpx.Client, run: Run) -> None:
    """An id is good in its own repository alone."""
    other = github.repository("octo/other").ci("ci.yml").start()
    number = other.upload("a", {"x": "1"})
    assert bot.get(f"/actions/runs/{other.id}").status_code == 404
    assert bot.get(f"/actions/artifacts/{number}").status_code == 404
    assert bot.get("/actions/runs/abc").status_code in (404, 422)
    github.violations.clear()
    assert bot.get(f"/actions/runs/{run.id}").status_code == 200

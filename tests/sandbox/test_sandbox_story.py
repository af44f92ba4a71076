"""The sandbox as a whole: how it starts, what it holds, how it ends."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.sandbox import Executable, PullRequest, Repository, Sandbox, Symlink, zipped
from bot.sandbox.git import GitError


def test_it_starts_within_the_time_that_a_test_can_spare() -> None:
    """A sandbox is up in well under 0.7 s, and a pull request is open in under 0.2 s."""
    starts, pulls = list[float](), list[float]()
    for _ in range(5):  # the best of them: the machine may be busy with other things
        began = time.perf_counter()
        with Sandbox.start() as other:
            starts.append(time.perf_counter() - began)
            repo = other.repository("octo/shop")
            began = time.perf_counter()
            repo.pull_request(branch="feature", files={"a.py": "1\n"})
            pulls.append(time.perf_counter() - began)
    assert min(starts) < 0.7
    assert min(pulls) < 0.2


def test_it_listens_on_loopback_alone_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both origins are on 127.0.0.1, all files below one folder that is gone at the end."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Sandbox.start() as github:
        github.repository("octo/shop").pull_request(branch="b", files={"x": "1"})
        assert {httpx.URL(url).host for url in (github.api_url, github.blob_url)} == {"127.0.0.1"}
        assert github.api_url != github.blob_url
        assert list(tmp_path.iterdir())
        address = github.api_url
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def test_the_same_story_makes_the_same_commits() -> None:
    """SHAs depend on what is told alone, so that a golden text may name them."""

    def story() -> tuple[str, str | None]:
        with Sandbox.start() as github:
            repo = github.repository("octo/shop", files={"a": "1"})
            pull = repo.pull_request(branch="b", files={"a": "2"})
            return pull.head_sha, pull.merge_sha

    assert story() == story()


def test_a_local_checkout_becomes_a_repository(tmp_path: Path, github: Sandbox) -> None:
    """History and content are taken over; later commits are pushed from there."""
    project = tmp_path / "project"
    shutil.copytree(_checkout(tmp_path), project)
    repo = github.import_repository("octo/real", project)
    assert repo.sha() == _git(project, "rev-parse", "HEAD")
    assert repo.file("src/a.py") == b"a = 1\n"
    with pytest.raises(GitError, match="fetch"):
        repo.push_from(project, "feature", revision="nothing")
    (project / "src/a.py").write_text("a = 2\n")
    _git(project, "commit", "-qam", "Second")
    tip = repo.push_from(project, "feature")
    pull = repo.pull_request(branch="feature")
    assert repo.push_from(project, "feature") == tip  # nothing new
    assert pull.head_sha == tip == _git(project, "rev-parse", "HEAD")
    assert "+a = 2" in pull.diff


def test_a_checkout_of_a_pull_request_is_its_test_merge(tmp_path: Path, shop: Repository) -> None:
    """What CI checks out has both sides, the whole history, and no tie to the user's own git."""
    pull = shop.pull_request(branch="b", files={"new.py": "1\n"})
    shop.push("main", {"other.py": "2\n"})
    run = pull.ci("ci.yml").start()
    checkout = run.checkout(tmp_path / "work")
    assert (checkout / "new.py").exists()
    assert (checkout / "other.py").exists()
    assert _git(checkout, "rev-parse", "HEAD") == run.tested_sha
    assert _git(checkout, "log", "--format=%P", "-1").split() == list(run.tested_parents) == [shop.sha(), pull.head_sha]
    assert run.head_sha == pull.head_sha != run.tested_sha


def test_a_job_sees_the_variables_that_github_sets(tmp_path: Path, shop: Repository) -> None:
    """GITHUB_SHA is the test merge commit, the event names the pull request, the command files are there."""
    pull = shop.pull_request(branch="b", files={"new.py": "1\n"})
    run = pull.ci("ci.yml", name="CI").start()
    seen = run.environment(tmp_path / "work", job="unit")
    assert seen["GITHUB_SHA"] == run.tested_sha
    assert seen["GITHUB_REF"] == "refs/pull/1/merge"
    assert (seen["GITHUB_REPOSITORY"], seen["GITHUB_REPOSITORY_ID"]) == ("octo/shop", str(shop.id))
    assert (seen["GITHUB_RUN_ID"], seen["GITHUB_RUN_ATTEMPT"], seen["GITHUB_JOB"]) == (str(run.id), "1", "unit")
    event = json.loads(Path(seen["GITHUB_EVENT_PATH"]).read_text())
    assert event["pull_request"]["head"]["sha"] == pull.head_sha
    assert all(Path(seen[name]).is_file() for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY"))
    pushed = shop.ci("ci.yml").start().environment(tmp_path / "other")
    assert (pushed["GITHUB_REF"], pushed["GITHUB_EVENT_NAME"]) == ("refs/heads/main", "push")


def test_links_and_executables_can_be_committed(tmp_path: Path, shop: Repository) -> None:
    """A commit can hold what an attacker would commit."""
    shop.push("main", {"link": Symlink("/etc/passwd"), "run.sh": Executable(b"#!/bin/sh\n"), "gone": "x"})
    shop.push("main", {"gone": None})
    checkout = shop.checkout(tmp_path / "work")
    assert (checkout / "link").is_symlink()
    assert (checkout / "run.sh").stat().st_mode & 0o100
    assert not (checkout / "gone").exists()


def test_a_fork_shares_history_and_is_another_repository(github: Sandbox, shop: Repository) -> None:
    """A pull request from a fork has a head repository of its own and is tested against the parent."""
    fork = shop.fork("mallory/shop")
    pull = fork.pull_request(branch="main", files={"evil.py": "1\n"}, author="mallory")
    assert (fork.id != shop.id, fork.installation_id) == (True, 0)
    assert shop.sha() != pull.head_sha
    assert pull.merge_sha is not None
    fork.delete()
    assert pull.check("covgate") is None


def test_conflicting_changes_are_not_tested(shop: Repository) -> None:
    """GitHub starts no run for a pull request that cannot be merged."""
    pull = shop.pull_request(branch="b", files={"src/shop.py": "price = 2\n"})
    shop.push("main", {"src/shop.py": "price = 3\n"})
    assert pull.merge_sha is None
    with pytest.raises(ValueError, match="conflicts"):
        pull.ci("ci.yml").start()
    pull.force_push({"src/shop.py": "price = 4\n"})
    assert pull.merge_sha is not None


def test_merging_moves_the_base_branch(shop: Repository) -> None:
    """Merge commits have two parents, squashes one; the branch behind stays until it is deleted."""
    first = shop.pull_request(branch="one", files={"one": "1"})
    base = shop.sha()
    tip = first.merge()
    assert (first.merged, first.open, shop.sha()) == (True, False, tip)
    second = shop.pull_request(branch="two", files={"two": "2"})
    squashed = second.merge("squash")
    assert shop.file("one", ref=squashed) == b"1"
    assert shop.file("two", ref=squashed) == b"2"
    assert base != tip != squashed
    third = shop.pull_request(branch="three", files={"three": "3"})
    shop.delete_branch("three")
    assert not third.open


def test_a_merge_queue_tests_what_will_be_the_base_branch(github: Sandbox, shop: Repository) -> None:
    """The group's head is what the base branch becomes, and its payload names no pull request."""
    pull = shop.pull_request(branch="b", files={"new": "1"})
    group = pull.enqueue()
    (asked,) = github.webhooks.of("merge_group")
    assert asked.payload["merge_group"]["head_sha"] == group.head_sha
    run = group.ci("ci.yml").start()
    assert (run.event, run.head_sha, run.tested_sha) == ("merge_group", group.head_sha, group.head_sha)
    assert shop.sha() != group.head_sha
    assert group.land() == shop.sha() == group.head_sha
    assert pull.merged


def test_a_zip_is_the_same_bytes_each_time() -> None:
    """Digests can be compared."""
    assert zipped({"a": "1", "b": b"2"}) == zipped({"a": "1", "b": b"2"})


def test_settling_waits_for_what_it_is_told_to(github: Sandbox) -> None:
    """*idle* has to stay true; what never is raises."""
    answers = iter([False, True, False, True, True, True, True])
    github.settle(idle=lambda: next(answers))
    assert next(answers) is True
    with pytest.raises(TimeoutError, match="not settled"):
        github.settle(0.05, idle=lambda: False)


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        (lambda github: github.repository("octo"), "OWNER/NAME"),
        (lambda github: [github.repository("octo/x"), github.repository("octo/X")], "exists"),
        (lambda github: github.repository("octo/x").grant("bob", "boss"), "a role is one of"),
        (lambda github: github.repository("octo/x").pull_request(branch="none"), "no branch none"),
        (lambda github: github.repository("octo/x").pull_request(branch="b", base="none"), "no branch none"),
        (lambda github: github.repository("octo/x").sha("none"), "nothing at none"),
        (lambda github: github.suspend("octo"), "not installed"),
        (lambda github: _conflict(github).merge(), "conflicts with main"),
        (lambda github: _conflict(github).update_branch(), "conflicts with main"),
        (lambda github: _conflict(github).retarget("none"), "no branch none"),
        (lambda github: _conflict(github).merge("fast"), "conflicts"),
        (lambda github: _pull(github).merge("fast"), "merge or squash, not fast"),
    ],
)
def test_a_story_that_cannot_be_is_refused(github: Sandbox, story: Any, reason: str) -> None:
    """Mistakes in a test are said where they are made."""
    with pytest.raises(ValueError, match=reason):
        story(github)


def _pull(github: Sandbox) -> PullRequest:
    return github.repository("octo/x", files={"a": "1"}).pull_request(branch="b", files={"a": "2"})


def _conflict(github: Sandbox) -> PullRequest:
    repo = github.repository("octo/y", files={"a": "1"})
    pull = repo.pull_request(branch="b", files={"a": "2"})
    repo.push("main", {"a": "3"})
    return pull


def _checkout(tmp_path: Path) -> Path:
    """A git repository that was made by git itself."""
    path = tmp_path / "origin"
    (path / "src").mkdir(parents=True)
    (path / "src/a.py").write_text("a = 1\n")
    _git(path, "init", "-q", "-b", "trunk")
    _git(path, "add", ".")
    _git(path, "commit", "-qm", "First")
    return path


def _git(path: Path, *arguments: str) -> str:
    person = ["-c", "user.name=Ann", "-c", "user.email=ann@example.test", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(path), *person, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

"""The story that the demo plays, each step looked at as GitHub's users would see it.

Every step says what it expects; the first that comes out otherwise ends the demo with a failure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from bot.cli.demo.project import FEATURE, START, TESTS, Measured, measure
from bot.cli.demo.screen import Screen
from bot.cli.demo.service import Service
from bot.sandbox import Check, PullRequest, Repository, Run, Sandbox

T = TypeVar("T")

PATIENCE = 45.0
"""Seconds until a step that has not come out as expected has failed."""


class Unexpected(Exception):
    """A step of the story came out otherwise."""


@dataclass(kw_only=True)
class Play:
    """The stage: a GitHub on loopback, the service beside it, a folder for checkouts."""

    github: Sandbox
    service: Service
    folder: Path
    screen: Screen
    _checkouts: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    def run(self) -> PullRequest:
        """Play the whole story."""
        repo = self.github.repository("octo/shop", files={"README.md": "# shop\n"})
        self._base(repo)
        pull = self._opened(repo)
        run = self._first_ci(pull)
        self._late_upload(pull, run)
        self._tests_added(pull)
        self._merged(repo, pull)
        return pull

    def _base(self, repo: Repository) -> None:
        with self._step("The base branch is measured"):
            repo.push("main", dict(START), message="Sell tea and mugs")
            run = repo.ci("ci.yml", branch="main").start()
            measured = self._job(run, "unit", "tests/unit")
            run.finish("success")
            self._until(lambda: _concluded(repo.check("covgate"), "success", "neutral", "failure"), "a check on main")
            badge = self._until(lambda: self._badge_reads("%"), "a badge with a number")
            self.screen.say(f"coverage.py counted {measured.total} statements and branches; the badge says {badge}")

    def _opened(self, repo: Repository) -> PullRequest:
        with self._step("A pull request is opened"):
            pull = repo.pull_request(
                branch="shipping", files=dict(FEATURE), author="alice", title="Tell customers what shipping costs"
            )
            check = self._until(lambda: pull.check("covgate"), "a check run on the head")
            _expect(check.status == "in_progress", "the check waits for CI")
            self.screen.check(check)
        return pull

    def _first_ci(self, pull: PullRequest) -> Run:
        with self._step("CI finishes; new lines are not covered"):
            run = pull.ci("ci.yml").start()
            measured = self._job(run, "unit", "tests/unit")
            run.finish("success")
            check = self._until(lambda: _concluded(pull.check("covgate"), "failure"), "a red check")
            comment = self._until(lambda: next(iter(pull.comments(by_app=True)), None), "a comment")
            self.screen.say(f"coverage.py counted {measured.total} in the merge of the pull request with main")
            self.screen.check(check)
            self.screen.comment(comment.body)
        return run

    def _late_upload(self, pull: PullRequest, run: Run) -> None:
        with self._step("A second job uploads late; a maintainer says /recheck"):
            before = pull.comments(by_app=True)[0].body
            self._job(run, "end-to-end", "tests/e2e")
            asked = pull.comment("/recheck", by="maintainer")
            self._until(lambda: "+1" in asked.reactions, "a thumbs-up on the command")
            self._until(lambda: pull.comments(by_app=True)[0].body != before, "the comment edited in place")
            check = self._until(lambda: _concluded(pull.check("covgate"), "failure"), "still red, with less missing")
            _expect(len(pull.comments(by_app=True)) == 1, "still one comment")
            self.screen.check(check)
            self.screen.comment(pull.comments(by_app=True)[0].body, lines=3)

    def _tests_added(self, pull: PullRequest) -> None:
        with self._step("The author pushes tests"):
            pull.push(dict(TESTS), message="Test shipping")
            self._until(lambda: pull.check("covgate"), "a check on the new head")
            run = pull.ci("ci.yml").start()
            self._job(run, "unit", "tests/unit")
            self._job(run, "end-to-end", "tests/e2e")
            run.finish("success")
            check = self._until(lambda: _concluded(pull.check("covgate"), "success"), "a green check")
            self._until(lambda: "passed" in pull.comments(by_app=True)[0].body, "the same comment, edited")
            _expect(len(pull.comments(by_app=True)) == 1, "one comment all along")
            self.screen.check(check)
            self.screen.comment(pull.comments(by_app=True)[0].body)

    def _merged(self, repo: Repository, pull: PullRequest) -> None:
        with self._step("Merged: the baseline moves and the badge changes"):
            before = self.service.badge("octo/shop")
            tip = pull.merge()
            run = repo.ci("ci.yml", branch="main").start()
            self._job(run, "unit", "tests/unit")
            self._job(run, "end-to-end", "tests/e2e")
            run.finish("success")
            self._until(lambda: _concluded(repo.check("covgate", sha=tip), "success"), "a green check on main")
            badge = self._until(
                lambda: self.service.badge("octo/shop") != before and self._badge_reads("%"), "a new badge"
            )
            self.screen.say(f"the badge says {badge}")

    def _job(self, run: Run, job: str, suite: str) -> Measured:
        """One job of a workflow: check out what GitHub would, measure, collect, upload."""
        checkout = run.checkout(self.folder / f"{next(self._checkouts)}-{job}")
        measured = measure(checkout, job, suite, run.environment(checkout))
        run.upload(measured.artifact, measured.files)
        return measured

    def _badge_reads(self, mark: str) -> str | None:
        text = self.service.badge("octo/shop")
        return text if mark in text else None

    def _until(self, found: Callable[[], T | None], what: str) -> T:
        """What *found* gives once it gives something true."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if value := found():
                return value
            self.service.must_run()
            time.sleep(0.02)
        raise Unexpected(
            f"no {what} within {PATIENCE:.0f} seconds" if not what.startswith("a ") else f"{what} did not come"
        )

    @contextmanager
    def _step(self, title: str) -> Generator[None]:
        with self.screen.step(title):
            yield
            _expect(not self.github.violations, "; ".join(self.github.violations[:3]))


def _concluded(check: Check | None, *conclusions: str) -> Check | None:
    """*check*, once it has one of *conclusions*."""
    return check if check is not None and check.conclusion in conclusions else None


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise Unexpected(f"expected: {what}")

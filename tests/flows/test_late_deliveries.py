"""Deliveries that come late, again or out of order: who may see a repository is asked of GitHub, not read off them."""

from __future__ import annotations

import pytest

from bot.sandbox import PullRequest, Repository
from tests.flows.stage import Stage, profile

pytestmark = pytest.mark.integration

FILES = {
    "go.mod": "module shop\n",
    "shop.go": "package shop\n" * 20,
    ".github/covgate.yml": "version: 1\n",
}
FULL = profile(("shop/shop.go", 1, 20, 1))


@pytest.fixture
def shop(stage: Stage) -> Repository:
    """A public repository with a measured default branch."""
    repo = stage.github.repository("octo/shop", files=FILES)
    stage.measured_base(repo, FULL)
    return repo


@pytest.fixture
def pull(stage: Stage, shop: Repository) -> PullRequest:
    """A judged pull request."""
    pull = shop.pull_request(branch="feature", files={"shop.go": "package shop\n" * 21})
    stage.ci(pull, {"coverage.out": profile(("shop/shop.go", 1, 21, 1))})
    return pull


def shown(stage: Stage, pull: PullRequest) -> tuple[int, bool]:
    """(status of the pull request's page, whether the badge tells a figure)."""
    page = stage.get(f"/octo/shop/commits/{pull.head_sha}").status_code
    return page, "unknown" not in stage.get("/octo/shop/badge.svg").text


def again(stage: Stage, event: str, action: str | None = None) -> None:
    """GitHub sends the first delivery of *event* once more."""
    stage.github.webhooks.redeliver(stage.github.webhooks.of(event, action)[0])
    stage.settle()


def set_private(stage: Stage, repo: Repository, private: bool) -> None:
    repo.set_private(private)
    stage.settle()


@pytest.mark.parametrize("event", ["workflow_run", "pull_request", "push"])
def test_an_old_delivery_does_not_show_what_has_been_made_private(
    stage: Stage, shop: Repository, pull: PullRequest, event: str
) -> None:
    """It says that the repository is public, as it was when the delivery was made."""
    shop.push("main", {"README.md": "# Shop\n"})
    stage.settle()
    assert shown(stage, pull) == (200, True)
    set_private(stage, shop, True)
    assert shown(stage, pull) == (404, False)
    again(stage, event)
    assert shown(stage, pull) == (404, False)
    set_private(stage, shop, False)
    assert shown(stage, pull) == (200, True)


def test_an_old_word_about_visibility_is_checked(stage: Stage, shop: Repository, pull: PullRequest) -> None:
    """Private, public, private: the delivery of the one in the middle comes again, last. And the other way round."""
    for private in (True, False, True):
        set_private(stage, shop, private)
    again(stage, "repository", "publicized")
    assert shown(stage, pull) == (404, False)
    set_private(stage, shop, False)
    again(stage, "repository", "privatized")
    assert shown(stage, pull) == (200, True)


@pytest.mark.parametrize("status", [404, 500])
def test_a_repository_that_github_tells_nothing_of_is_private_until_it_does(
    stage: Stage, shop: Repository, pull: PullRequest, status: int
) -> None:
    """Refused or broken: neither stops what waits behind it, and the next delivery of any kind brings the truth."""
    set_private(stage, shop, True)
    stage.github.faults.on("GET", "/repos/octo/shop", times=99).answer(status)
    set_private(stage, shop, False)
    assert shown(stage, pull) == (404, False)
    stage.github.faults.clear()
    again(stage, "workflow_run", "completed")
    assert shown(stage, pull) == (200, True)

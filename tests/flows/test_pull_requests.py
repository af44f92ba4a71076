"""A pull request's life as its people see it: the check, the comment, commands, pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flows.stage import Stage, profile, upload

if TYPE_CHECKING:
    from bot.sandbox import PullRequest, Repository

pytestmark = pytest.mark.integration

POLICY = {".github/covgate.yml": "version: 1\n"}
SOURCE = {"go.mod": "module shop\n", "shop.go": "package shop\n" * 20}
FULL = profile(("shop/shop.go", 1, 20, 1))
GROWN = {"shop.go": "package shop\n" * 20 + "// more\n" * 4}
COVERED = profile(("shop/shop.go", 1, 20, 1), ("shop/shop.go", 21, 24, 1))
UNCOVERED = profile(("shop/shop.go", 1, 20, 1), ("shop/shop.go", 21, 24, 0))


@pytest.fixture
def repo(stage: Stage) -> Repository:
    """A repository that enforces the defaults, its base branch measured and fully covered."""
    made = stage.github.repository("octo/shop", files=SOURCE | POLICY)
    stage.measured_base(made, FULL)
    return made


@pytest.fixture
def red(stage: Stage, repo: Repository) -> PullRequest:
    """A pull request that was judged and failed."""
    pull = repo.pull_request(branch="red", files=GROWN)
    stage.ci(pull, {"coverage.out": UNCOVERED})
    return pull


def test_the_check_is_there_from_the_moment_the_pull_request_opens(stage: Stage, repo: Repository) -> None:
    """A required check that nobody posts blocks for ever: ours is in progress at once and says what it waits for."""
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.settle()
    check = pull.check("covgate")
    assert (check.status, check.conclusion) == ("in_progress", None)
    assert "Waiting" in check.title
    assert pull.comments(by_app=True) == []


def test_one_evaluation_takes_eight_requests(stage: Stage, repo: Repository) -> None:
    """With the check opened early and the policy unchanged; fetching an archive's bytes is no API request."""
    pull = repo.pull_request(branch="feature", files=GROWN)
    run = pull.ci("ci.yml").start()
    stage.settle()
    stage.github.requests.clear()
    upload(run, {"coverage.out": UNCOVERED}, tracked=["go.mod", "shop.go"])
    run.finish("success")
    stage.settle()
    assert pull.check("covgate").conclusion == "failure"
    asked = stage.github.requests.counts()
    del asked["GET /artifacts/{artifact_id}.zip"]  # the blob store's, not the API's
    assert asked.total() <= 8, "\n".join(f"{count} {name}" for name, count in asked.items())


def test_a_new_push_edits_the_comment_and_leaves_the_old_check_alone(stage: Stage, red: PullRequest) -> None:
    """The comment belongs to the pull request, a check run to its commit."""
    before = red.comments(by_app=True)[0].id
    red.push({"shop.go": "package shop\n" * 20 + "// less\n" * 4})
    stage.ci(red, {"coverage.out": COVERED})
    assert red.check("covgate").conclusion == "success"
    assert [comment.id for comment in red.comments(by_app=True)] == [before]


def test_recheck_reads_everything_anew(stage: Stage, red: PullRequest) -> None:
    """A late upload changes nothing by itself; a maintainer's /recheck takes it up, and is acknowledged."""
    run = red.ci("late.yml").start()
    upload(run, {"coverage.out": COVERED}, job="late")
    run.finish("success")
    asked = red.comment("Thanks!\n\n/recheck", by="maintainer")
    stage.settle()
    assert {"eyes", "+1"} <= set(asked.reactions)
    assert red.check("covgate").conclusion == "success"


@pytest.mark.parametrize(
    ("who", "text", "heard"),
    [
        ("maintainer", "/recheck", True),
        ("alice", "/recheck", True),  # the author
        ("triager", "/recheck", True),
        ("reader", "/recheck", False),
        ("stranger", "/recheck", False),
        ("maintainer", "> /recheck", False),
        ("maintainer", "```\n/recheck\n```", False),
        ("maintainer", "please /recheck", False),
    ],
)
def test_T18_who_may_recheck_and_how(
    stage: Stage, repo: Repository, red: PullRequest, who: str, text: str, heard: bool
) -> None:
    """Permission comes from the collaborator API; quotes and code command nothing; nobody is answered by a comment."""
    repo.grant("triager", "triage")
    repo.grant("reader", "read")
    updates = red.check("covgate").updates
    asked = red.comment(text, by=who)
    stage.settle()
    assert ("+1" in asked.reactions) is heard
    assert (red.check("covgate").updates > updates) is heard
    assert len(red.comments(by_app=True)) == 1


def test_help_is_answered_once(stage: Stage, red: PullRequest) -> None:
    """/covgate help and an unknown command get one reply each."""
    red.comment("/covgate help", by="maintainer")
    red.comment("/covgate dance", by="maintainer")
    stage.settle()
    replies = [comment.body for comment in red.comments(by_app=True)[1:]]
    assert len(replies) == 2
    assert "/recheck" in replies[0]
    assert "dance" in replies[1]


def test_rerequesting_the_check_answers_again(stage: Stage, red: PullRequest) -> None:
    """GitHub does not reset a check run that a person re-requests: the App must answer."""
    updates = red.check("covgate").updates
    red.rerequest("covgate")
    stage.settle()
    assert red.check("covgate").updates > updates
    assert red.check("covgate").conclusion == "failure"


def test_a_change_of_documents_passes_at_once(stage: Stage, repo: Repository) -> None:
    """Nothing that can be covered changed, and no workflow ran: green, and the check says why."""
    pull = repo.pull_request(branch="docs", files={"README.md": "# shop\n"})
    stage.settle()
    assert pull.check("covgate").conclusion == "success"
    assert "cover" in pull.check("covgate").title


def test_a_change_of_documents_does_not_wait_for_ci(stage: Stage, repo: Repository) -> None:
    """A workflow runs on every push all the same: the check does not wait for what cannot matter."""
    pull = repo.pull_request(branch="docs", files={"README.md": "# shop\n"})
    pull.ci("ci.yml").start()
    stage.settle()
    assert pull.check("covgate").conclusion == "success"


def test_without_a_policy_nothing_is_blocked(stage: Stage) -> None:
    """Report only: neutral, with what it would have judged and how to enforce it."""
    repo = stage.github.repository("octo/free", files=SOURCE)
    stage.measured_base(repo, FULL)
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.ci(pull, {"coverage.out": UNCOVERED})
    assert pull.check("covgate").conclusion == "neutral"
    assert "version: 1" in pull.comments(by_app=True)[0].body


def test_the_first_policy_previews_itself(stage: Stage) -> None:
    """A change that brings the first policy is judged by it in report mode."""
    repo = stage.github.repository("octo/free", files=SOURCE)
    stage.measured_base(repo, FULL)
    brought = {".github/covgate.yml": "version: 1\ncoverage: {patch: {target: 42%}}\n"}
    pull = repo.pull_request(branch="feature", files=GROWN | brought)
    stage.ci(pull, {"coverage.out": UNCOVERED})
    assert pull.check("covgate").conclusion == "neutral"
    assert "42%" in pull.comments(by_app=True)[0].body


def test_the_base_is_what_ci_merged_with(stage: Stage, repo: Repository) -> None:
    """Main gained untested code after the branch left it: the change is compared with the merge's first parent, and
    is blamed only for its own lines; links point at the head's lines.
    """
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.settle()
    repo.push("main", {"untested.go": "package shop\n" * 10})
    stage.measured_base(repo, profile(("shop/shop.go", 1, 20, 1), ("shop/untested.go", 1, 10, 0)))
    run = pull.ci("ci.yml").start()
    assert run.tested_parents[0] == repo.sha("main")
    upload(run, {"coverage.out": COVERED[:-1] + profile(("shop/untested.go", 1, 10, 0))[9:]})
    run.finish("success")
    stage.settle()
    body = pull.comments(by_app=True)[0].body
    assert repo.sha("main")[:7] in body
    assert "merge" in body


def test_duplicates_and_disorder_change_nothing(stage: Stage, repo: Repository) -> None:
    """Every delivery twice, under new ids, in reverse: one check run, one comment, the same verdict."""
    stage.github.webhooks.hold()
    pull = repo.pull_request(branch="feature", files=GROWN)
    run = pull.ci("ci.yml").start()
    upload(run, {"coverage.out": UNCOVERED})
    run.finish("success")
    stage.github.webhooks.duplicate(times=2, fresh_guid=True)
    stage.github.webhooks.release(order="reversed")
    stage.settle()
    assert pull.check("covgate").conclusion == "failure"
    assert len(pull.checks()) == 1
    assert len(pull.comments(by_app=True)) == 1


def test_a_draft_gets_its_check_and_no_comment(stage: Stage, repo: Repository) -> None:
    """Drafts are judged in silence unless the policy says otherwise."""
    pull = repo.pull_request(branch="feature", files=GROWN, draft=True)
    stage.ci(pull, {"coverage.out": UNCOVERED})
    assert pull.check("covgate").conclusion == "failure"
    assert pull.comments(by_app=True) == []


def test_a_fork_is_judged_like_everybody(stage: Stage, repo: Repository) -> None:
    """Its runs name no pull request and its branch may be called main: the check and the comment come all the same."""
    pull = repo.fork("mallory/shop").pull_request(branch="main", files=GROWN, author="mallory")
    stage.ci(pull, {"coverage.out": UNCOVERED})
    assert pull.check("covgate").conclusion == "failure"
    assert len(pull.comments(by_app=True)) == 1


def test_a_run_that_waits_for_approval_says_who_must_act(stage: Stage, repo: Repository) -> None:
    """A fork's first run waits for a maintainer: in progress for as long as it takes."""
    pull = repo.fork("mallory/shop").pull_request(branch="feature", files=GROWN, author="mallory")
    pull.ci("ci.yml").wait_for_approval()
    stage.settle()
    assert pull.check("covgate").status == "in_progress"
    assert "approv" in pull.check("covgate").summary


def test_a_plain_artifact_is_read_without_touching_the_workflow(stage: Stage) -> None:
    """No manifest: the policy names the artifact, GitHub tells the tested merge and the tracked files."""
    rules = 'version: 1\nevidence: {artifacts: ["coverage-reports-*"]}\n'
    repo = stage.github.repository("octo/shop", files=SOURCE | {".github/covgate.yml": rules})
    base = repo.ci("ci.yml", branch="main").start()
    base.upload("coverage-reports-1.22", {"coverage.out": FULL})
    base.finish("success")
    stage.settle()
    pull = repo.pull_request(branch="feature", files=GROWN)
    run = pull.ci("ci.yml").start()
    run.upload("coverage-reports-1.22", {"coverage.out": UNCOVERED, "coverage.html": "<html></html>"})
    run.finish("success")
    stage.settle()
    assert pull.check("covgate").conclusion == "failure"
    assert "shop.go" in pull.comments(by_app=True)[0].body


def test_pages_of_public_repositories_alone(stage: Stage, red: PullRequest, repo: Repository) -> None:
    """The full report and the badge are there for a public repository; a private one's answer as if it were not."""
    page = stage.get(f"/octo/shop/commits/{red.head_sha}")
    assert page.status_code == 200
    assert "shop.go" in page.text
    assert "100%" in stage.get("/octo/shop/badge.svg").text
    repo.set_private(True)
    stage.settle()
    assert stage.get(f"/octo/shop/commits/{red.head_sha}").status_code == 404
    assert stage.get("/octo/shop/badge.svg").text == stage.get("/nobody/nothing/badge.svg").text


def test_an_uninstalled_app_makes_no_further_call(stage: Stage, red: PullRequest) -> None:
    """What comes in for a repository that is out of reach asks GitHub for nothing."""
    stage.github.uninstall("octo")
    stage.settle()
    stage.github.requests.clear()
    red.comment("/recheck", by="maintainer")
    stage.settle()
    assert stage.github.requests.counts() == {}

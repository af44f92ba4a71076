"""Who is believed: identity from GitHub's objects, baselines from pushes, policy from the base branch's tip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.flows.stage import Stage, profile, upload

if TYPE_CHECKING:
    from bot.sandbox import Repository

pytestmark = pytest.mark.integration

ENFORCED = {".github/covgate.yml": "version: 1\n"}
SOURCE = {"go.mod": "module shop\n", "shop.go": "package shop\n" * 20}
FULL = profile(("shop/shop.go", 1, 20, 1))
HALF = profile(("shop/shop.go", 1, 10, 1), ("shop/shop.go", 11, 20, 0))
GROWN = {"shop.go": "package shop\n" * 20 + "// more\n" * 4}
GROWN_FULL = profile(("shop/shop.go", 1, 20, 1), ("shop/shop.go", 21, 24, 1))
GROWN_BARE = profile(("shop/shop.go", 1, 20, 1), ("shop/shop.go", 21, 24, 0))


def measured_repository(stage: Stage, **files: str) -> Repository:
    """A repository that enforces the defaults, with a fully covered base branch."""
    repo = stage.github.repository("octo/shop", files=SOURCE | ENFORCED | files)
    stage.measured_base(repo, FULL)
    return repo


def test_a_covered_change_is_green_and_an_uncovered_one_red(stage: Stage) -> None:
    """The plain case, so that the refusals below mean something."""
    repo = measured_repository(stage)
    good = repo.pull_request(branch="good", files=GROWN)
    stage.ci(good, {"coverage.out": GROWN_FULL})
    bad = repo.pull_request(branch="bad", files=GROWN)
    stage.ci(bad, {"coverage.out": GROWN_BARE})
    assert good.check("covgate").conclusion == "success"
    assert bad.check("covgate").conclusion == "failure"
    assert len(bad.comments(by_app=True)) == 1


def test_T02_an_upload_that_names_another_commit_counts_for_nobody(stage: Stage) -> None:
    """An artifact may say that it belongs to main, or to another pull request: it is refused, and its own check
    fails for lack of evidence; nothing is written elsewhere.
    """
    repo = measured_repository(stage)
    victim = repo.pull_request(branch="victim", files=GROWN, author="bob")
    liar = repo.pull_request(branch="liar", files={"other.go": "package shop\n"}, author="mallory")
    stage.settle()
    writes = len(stage.github.mutations)
    stage.ci(liar, {"coverage.out": FULL}, head_sha=victim.head_sha, tested_sha=victim.merge_sha)
    assert liar.check("covgate").conclusion == "failure"
    assert "another commit" in liar.check("covgate").summary
    assert victim.check("covgate").conclusion is None
    assert victim.comments(by_app=True) == []
    assert all(victim.head_sha not in what for what in stage.github.mutations[writes:])


def test_T02_a_tested_commit_that_the_forge_does_not_know_is_refused(stage: Stage) -> None:
    """The tested commit must be the head, or a merge of it into the base branch, in GitHub's own words."""
    repo = measured_repository(stage)
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.ci(pull, {"coverage.out": GROWN_FULL}, tested_sha=repo.sha("main"))
    assert pull.check("covgate").conclusion == "failure"


def test_T03_a_fork_cannot_move_the_baseline(stage: Stage) -> None:
    """A fork's branch may be called main and its report perfect: the baseline stays what the base branch measured."""
    repo = stage.github.repository("octo/shop", files=SOURCE | ENFORCED)
    stage.measured_base(repo, HALF)
    badge = stage.get("/octo/shop/badge.svg").text
    fork = repo.fork("mallory/shop")
    pull = fork.pull_request(branch="main", files=GROWN, author="mallory")
    stage.ci(pull, {"coverage.out": FULL})
    assert "50" in badge
    assert stage.get("/octo/shop/badge.svg").text == badge


@pytest.mark.parametrize(
    "weaker",
    [
        {".github/covgate.yml": "version: 1\ncoverage: {patch: {target: 0%}, project: {target: 0%, max_drop: 100%}}\n"},
        {".github/covgate.yml": None},
        {".github/covgate.yml": "version: 1\ncoverage: {ignore: ['**']}\n"},
        {".github/covgate.yml": "version: 1\nmode: off\n"},
    ],
    ids=["zero", "deleted", "ignore-all", "off"],
)
def test_T05_a_pull_request_cannot_weaken_its_own_gate(stage: Stage, weaker: dict[str, str | None]) -> None:
    """The policy at the base branch's tip judges, whatever the change does to the file; the comment says so."""
    repo = measured_repository(stage)
    pull = repo.pull_request(branch="weaker", files=GROWN | weaker)
    stage.ci(pull, {"coverage.out": GROWN_BARE})
    assert pull.check("covgate").conclusion == "failure"
    assert "applies once merged" in pull.comments(by_app=True)[0].body


def test_T05_a_broken_policy_on_the_base_branch_is_never_green(stage: Stage) -> None:
    """It concludes action_required and says which line is wrong."""
    repo = stage.github.repository("octo/shop", files=SOURCE | {".github/covgate.yml": "version: 1\ncoverge: {}\n"})
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.ci(pull, {"coverage.out": GROWN_FULL})
    check = pull.check("covgate")
    assert check.conclusion == "action_required"
    assert "covgate.yml" in check.title + check.summary
    assert "2" in check.summary


def test_T06_the_strictest_verdict_stands_on_a_shared_head(stage: Stage) -> None:
    """A second pull request from the same head to a lax branch does not turn the first one green."""
    repo = measured_repository(stage)
    lax = "version: 1\ncoverage: {project: {target: 0%, max_drop: 100%}, patch: {target: 0%}}\n"
    repo.push("lax", {".github/covgate.yml": lax})
    easy = repo.pull_request(branch="feature", files=GROWN, base="lax")
    stage.ci(easy, {"coverage.out": GROWN_BARE})
    assert easy.check("covgate").conclusion == "success"
    hard = repo.pull_request(branch="feature", base="main")
    assert hard.head_sha == easy.head_sha
    stage.settle()
    assert hard.check("covgate").conclusion in ("failure", None)
    stage.ci(hard, {"coverage.out": GROWN_BARE})
    assert hard.check("covgate").conclusion == "failure"
    hard.close()
    stage.settle()
    assert easy.check("covgate").conclusion == "success"


@pytest.mark.parametrize("artifact", ["none", "empty", "empty report", "truncated report", "no report in it"])
@pytest.mark.parametrize("ended", ["success", "failure", "cancelled", "skipped", "timed_out"])
def test_T07_absence_is_never_green(stage: Stage, artifact: str, ended: str) -> None:
    """However CI ended: without a whole report there is no success, before the deadline and after it."""
    repo = measured_repository(stage)
    pull = repo.pull_request(branch="feature", files=GROWN)
    run = pull.ci("ci.yml").start()
    match artifact:
        case "empty":
            upload(run, {})
        case "empty report":
            upload(run, {"coverage.out": b"mode: set\n"})
        case "truncated report":
            upload(run, {"coverage.out": GROWN_FULL[:-8]})
        case "no report in it":
            upload(run, {"notes.txt": b"all is well\n"})
        case _:
            pass
    run.finish(ended)
    stage.settle()
    assert pull.check("covgate").conclusion in (None, "failure")
    stage.after_deadline(pull)
    assert pull.check("covgate").conclusion == "failure"


def test_T17_a_copied_marker_touches_nobodys_comment(stage: Stage) -> None:
    """An outsider copies our hidden marker into a comment: it stays theirs, and ours stays one."""
    repo = measured_repository(stage)
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.ci(pull, {"coverage.out": GROWN_BARE})
    ours = pull.comments(by_app=True)[0]
    said = ours.body
    theirs = pull.comment(said, by="mallory")
    pull.push({"shop.go": "package shop\n" * 20 + "// less\n" * 2})
    stage.ci(pull, {"coverage.out": profile(("shop/shop.go", 1, 20, 1), ("shop/shop.go", 21, 22, 1))})
    assert [comment.id for comment in pull.comments(by_app=True)] == [ours.id]
    assert pull.comments(by_app=True)[0].body != said
    assert next(one.body for one in pull.comments(by_app=False) if one.id == theirs.id) == said


def test_T17_a_deleted_comment_comes_back_once(stage: Stage) -> None:
    """A person deletes our comment; the next verdict writes one again."""
    repo = measured_repository(stage)
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.ci(pull, {"coverage.out": GROWN_BARE})
    pull.delete_comment(pull.comments(by_app=True)[0])
    pull.comment("/recheck", by="maintainer")
    stage.settle()
    assert len(pull.comments(by_app=True)) == 1

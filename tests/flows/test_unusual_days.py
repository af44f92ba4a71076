"""What goes otherwise than planned: merges of one's own, late baselines, cut-short runs, refused calls, queues."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.flows.conftest import staged
from tests.flows.stage import Stage, profile, upload

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox import Repository

pytestmark = pytest.mark.integration

POLICY = {".github/covgate.yml": "version: 1\n"}
SOURCE = {"go.mod": "module shop\n", "shop.go": "package shop\n" * 20}
TRACKED = ["go.mod", "shop.go"]
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


def forged_merge(repo: Repository, head_sha: str, folder: Path) -> str:
    """A commit of an author's own making: the right parents, and a tree that leaves the head's change out."""
    checkout = repo.checkout(folder, ref="main")
    (checkout / "README.md").write_text("# shop\n")

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(checkout), "-c", "user.name=m", "-c", "user.email=m@example.com", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("add", "-A")
    forged = git("commit-tree", git("write-tree"), "-p", repo.sha("main"), "-p", head_sha, "-m", "Merge")
    repo.push_from(checkout, "evil", revision=forged)
    return forged


def test_T05_an_operators_defaults_are_not_previewed_away(tmp_path: Path) -> None:
    """Where the operator enforces, a pull request that brings the first policy is judged by the defaults."""
    with staged(tmp_path, default_mode="enforce") as stage:
        repo = stage.github.repository("octo/shop", files=SOURCE)
        stage.measured_base(repo, FULL)
        lax = {
            ".github/covgate.yml": "version: 1\ncoverage: {project: {target: 0%, max_drop: 100%}, patch: {target: 0%}}\n"
        }
        pull = repo.pull_request(branch="feature", files=GROWN | lax)
        stage.ci(pull, {"coverage.out": UNCOVERED})
        assert pull.check("covgate").conclusion == "failure"


def test_T02_a_merge_of_ones_own_making_hides_nothing(stage: Stage, repo: Repository, tmp_path: Path) -> None:
    """Anybody may push a commit whose parents are the base and the head. What it leaves out of the head is noticed."""
    pull = repo.pull_request(branch="feature", files=GROWN)
    forged = forged_merge(repo, pull.head_sha, tmp_path / "evil")
    stage.ci(pull, {"coverage.out": FULL}, tested_sha=forged, tested_parents=[repo.sha("main"), pull.head_sha])
    assert pull.check("covgate").conclusion == "failure"


def test_T02_a_merge_of_ones_own_is_not_believed_where_the_head_cannot_be_seen(
    stage: Stage, repo: Repository, tmp_path: Path
) -> None:
    """The head's own change is too large for GitHub to tell: then the forged merge's smaller one does not stand in."""
    pull = repo.pull_request(branch="feature", files=GROWN | {f"notes/{n}.md": "1\n" for n in range(301)})
    forged = forged_merge(repo, pull.head_sha, tmp_path / "evil")
    stage.github.faults.on("GET", "/repos/{owner}/{repo}/pulls/{pull_number}/files", times=50).answer(404)
    stage.ci(pull, {"coverage.out": FULL}, tested_sha=forged, tested_parents=[repo.sha("main"), pull.head_sha])
    assert pull.check("covgate").conclusion == "failure"


def test_a_locked_conversation_keeps_nobody_from_a_verdict(stage: Stage, repo: Repository) -> None:
    """The comment is refused; the check run concludes, and the deadline is still kept."""
    stage.github.faults.on("POST", "/repos/{owner}/{repo}/issues/{issue_number}/comments", times=50).answer(403)
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.ci(pull, {"coverage.out": UNCOVERED})
    assert pull.check("covgate").conclusion == "failure"


def test_a_refusal_that_stays_is_said(stage: Stage, repo: Repository) -> None:
    """A call that GitHub refuses for good ends in a check run that asks a person to act, not in one for ever open."""
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.settle()
    stage.github.faults.on("GET", "/repos/{owner}/{repo}/actions/runs/{run_id}/artifacts", times=50).answer(403)
    run = pull.ci("ci.yml").start()
    run.finish("success")
    check = stage.until(lambda: (found := pull.check("covgate")).conclusion and found, "a conclusion")
    assert check.conclusion == "action_required"
    assert "permissions" in check.summary


def test_the_verdict_is_renewed_when_its_baseline_arrives(stage: Stage, repo: Repository) -> None:
    """Main moved and its own CI is slower than the pull request's: judged by an older commit first, then by the one it
    was built on.
    """
    repo.push("main", {"untested.go": "package shop\n" * 10})
    main = repo.ci("ci.yml", branch="main").start()
    pull = repo.pull_request(branch="feature", files=GROWN)
    more = profile(("shop/untested.go", 1, 10, 0))
    stage.ci(pull, {"coverage.out": COVERED, "more.out": more})
    before = pull.check("covgate").summary
    upload(main, {"coverage.out": FULL, "more.out": more})
    main.finish("success")
    stage.settle()
    after = pull.check("covgate").summary
    assert "commits older" not in after
    assert after != before


def test_an_earlier_attempts_empty_upload_is_forgotten(stage: Stage, repo: Repository) -> None:
    """The job was run again and brought its report: nothing is owed any more."""
    pull = repo.pull_request(branch="feature", files=GROWN)
    run = pull.ci("ci.yml").start()
    upload(run, {})
    run.finish("failure")
    stage.settle()
    again = run.rerun()
    upload(again, {"coverage.out": COVERED})
    again.finish("success")
    stage.settle()
    assert pull.check("covgate").conclusion == "success"


def test_a_cancelled_run_gives_way_to_the_next_of_its_workflow(stage: Stage, repo: Repository) -> None:
    """A concurrency group cancelled the first; the second brought everything."""
    pull = repo.pull_request(branch="feature", files=GROWN)
    first, second = pull.ci("ci.yml").start(), pull.ci("ci.yml").start()
    upload(second, {"coverage.out": COVERED})
    first.finish("cancelled")
    second.finish("success")
    stage.settle()
    assert pull.check("covgate").conclusion == "success"


def test_a_skipped_workflow_beside_a_whole_one_is_nobodys_business(stage: Stage, repo: Repository) -> None:
    """An auto-merge workflow is skipped on every pull request of a person."""
    pull = repo.pull_request(branch="feature", files=GROWN)
    pull.ci("automerge.yml").start().finish("skipped")
    stage.ci(pull, {"coverage.out": COVERED})
    assert pull.check("covgate").conclusion == "success"


def test_T07_a_run_cut_short_after_its_first_upload_is_not_whole(stage: Stage, repo: Repository) -> None:
    """Cancelled in the middle: what came may be a part, however good it looks."""
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.ci(pull, {"coverage.out": COVERED}, conclusion="cancelled")
    assert pull.check("covgate").conclusion is None
    stage.after_deadline(pull)
    assert pull.check("covgate").conclusion == "failure"


def test_a_part_never_becomes_the_baseline(stage: Stage, repo: Repository) -> None:
    """A push of documents whose upload is broken passes, and leaves the baseline as it was."""
    badge = stage.get("/octo/shop/badge.svg").text
    repo.push("main", {"README.md": "# shop\n"})
    run = repo.ci("ci.yml", branch="main").start()
    upload(run, {"coverage.out": profile(("shop/shop.go", 1, 20, 0)), "more.out": b"mode: set\nbroken\n"})
    run.finish("success")
    stage.settle()
    assert stage.get("/octo/shop/badge.svg").text == badge


def test_measured_code_among_documents_waits_for_ci(stage: Stage) -> None:
    """What the base measured is no document, wherever it lies."""
    files = SOURCE | POLICY | {"docs/gen.go": "package docs\n" * 10}
    repo = stage.github.repository("octo/shop", files=files)
    measured = profile(("shop/shop.go", 1, 20, 1), ("shop/docs/gen.go", 1, 10, 1))
    stage.measured_base(repo, measured)
    pull = repo.pull_request(branch="feature", files={"docs/gen.go": "package docs\n" * 14})
    pull.ci("ci.yml").start()
    stage.settle()
    assert pull.check("covgate").conclusion is None


def test_a_young_branch_is_compared_with_its_ancestors(stage: Stage, repo: Repository) -> None:
    """Nothing was ever measured on the release branch; the commit it was cut from was."""
    repo.push("release/1", {"notes.txt": "1\n"})
    pull = repo.pull_request(branch="fix", files=GROWN, base="release/1")
    stage.ci(pull, {"coverage.out": UNCOVERED})
    assert "no baseline" not in pull.check("covgate").summary
    assert pull.check("covgate").conclusion == "failure"


def test_a_stacked_pull_request_leaves_the_one_below_alone(stage: Stage, repo: Repository) -> None:
    """Being built upon makes a branch no base branch whose every push must bring coverage."""
    below = repo.pull_request(branch="one", files=GROWN)
    stage.ci(below, {"coverage.out": COVERED})
    repo.ci("lint.yml", branch="one").start().finish("success")
    stage.settle()
    repo.pull_request(branch="two", files={"notes.txt": "2\n"}, base="one")
    stage.settle()
    assert below.check("covgate").conclusion == "success"


def test_a_merge_group_gets_its_check(stage: Stage, repo: Repository) -> None:
    """The queue waits for the required check on its own commit."""
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.ci(pull, {"coverage.out": COVERED})
    group = pull.enqueue()
    run = group.ci("ci.yml").start()
    upload(run, {"coverage.out": COVERED})
    run.finish("success")
    stage.settle()
    assert group.check("covgate").conclusion == "success"


def test_mode_off_says_nothing(stage: Stage) -> None:
    """Switched off by the policy: no comment."""
    repo = stage.github.repository("octo/shop", files=SOURCE | {".github/covgate.yml": "version: 1\nmode: 'off'\n"})
    pull = repo.pull_request(branch="feature", files=GROWN)
    stage.ci(pull, {"coverage.out": UNCOVERED})
    assert pull.comments(by_app=True) == []
    assert pull.check("covgate").conclusion in ("success", "neutral")

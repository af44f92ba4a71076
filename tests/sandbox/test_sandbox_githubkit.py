"""githubkit, the client that the service uses, believes that the sandbox is GitHub."""

from __future__ import annotations

import hashlib

import httpx
import pytest
from githubkit import AppInstallationAuthStrategy, GitHub
from githubkit.exception import RequestFailed

from bot.sandbox import PullRequest, Repository, Sandbox

Kit = GitHub[AppInstallationAuthStrategy]


@pytest.fixture
def pull(shop: Repository) -> PullRequest:
    """A pull request that adds one line."""
    return shop.pull_request(branch="feature/more", files={"src/shop.py": "price = 1\ncount = 2\nmore = 3\n"})


def test_the_app_knows_itself_and_its_installations(github: Sandbox, shop: Repository, kit: Kit) -> None:
    """The App's JSON Web Token is taken, and tells who the App is and where it is installed."""
    with kit.with_auth(kit.auth.as_app()) as app:
        assert app.rest.apps.get_authenticated().json()["id"] == github.app.id
        assert [i.id for i in app.rest.apps.list_installations().parsed_data] == [shop.installation_id]
        assert app.rest.apps.get_repo_installation("octo", "shop").parsed_data.app_id == github.app.id


def test_a_pull_request_is_found_with_its_files_and_commits(shop: Repository, pull: PullRequest, kit: Kit) -> None:
    """All ways to a pull request lead to the same one."""
    rest = kit.rest.pulls
    one = rest.get("octo", "shop", 1).parsed_data
    assert (one.head.sha, one.base.sha, one.mergeable) == (pull.head_sha, shop.sha(), True)
    assert [p.number for p in rest.list("octo", "shop", head="octo:feature/more").parsed_data] == [1]
    assert [f.filename for f in rest.list_files("octo", "shop", 1).parsed_data] == ["src/shop.py"]
    assert [c.sha for c in rest.list_commits("octo", "shop", 1).parsed_data] == [pull.head_sha]
    repos = kit.rest.repos
    found = repos.list_pull_requests_associated_with_commit("octo", "shop", pull.head_sha).parsed_data
    assert [p.number for p in found] == [1]


def test_commits_and_comparisons_are_gits_own(shop: Repository, pull: PullRequest, kit: Kit) -> None:
    """A commit, the history, the comparison and its diff."""
    repos = kit.rest.repos
    assert repos.get_commit("octo", "shop", pull.head_sha).parsed_data.parents[0].sha == shop.sha()
    assert [c.sha for c in repos.list_commits("octo", "shop", sha=pull.head_sha).parsed_data] == [
        pull.head_sha,
        shop.sha(),
    ]
    basehead = f"{shop.sha()}...{pull.head_sha}"
    compared = repos.compare_commits("octo", "shop", basehead).parsed_data
    assert compared.merge_base_commit.sha == shop.sha()
    assert (compared.ahead_by, compared.behind_by, compared.status) == (1, 0, "ahead")
    accept = {"Accept": "application/vnd.github.diff"}
    diff = repos.compare_commits("octo", "shop", basehead, headers=accept).text
    assert diff == pull.diff
    assert "+more = 3" in diff


def test_files_and_trees_are_read_at_a_ref(shop: Repository, pull: PullRequest, kit: Kit) -> None:
    """Content in base64 or raw, directories, trees, refs, branches."""
    repos, git = kit.rest.repos, kit.rest.git
    raw = {"Accept": "application/vnd.github.raw+json"}
    text = repos.get_content("octo", "shop", "src/shop.py", ref="feature/more", headers=raw).content
    assert text == b"price = 1\ncount = 2\nmore = 3\n"
    listed = repos.get_content("octo", "shop", "src").json()
    assert [entry["path"] for entry in listed] == ["src/shop.py"]
    tree = git.get_tree("octo", "shop", pull.head_sha, recursive="1").parsed_data
    assert [entry.path for entry in tree.tree] == ["README.md", "src", "src/shop.py"]
    assert git.get_ref("octo", "shop", "heads/feature/more").parsed_data.object_.sha == pull.head_sha
    assert git.get_commit("octo", "shop", pull.head_sha).parsed_data.tree.sha == tree.sha
    assert repos.get_branch("octo", "shop", "feature/more").parsed_data.commit.sha == pull.head_sha


def test_runs_jobs_and_artifacts_are_listed_and_downloaded(pull: PullRequest, kit: Kit) -> None:
    """From a head SHA to its runs, from a run to its artifacts, from an artifact to its bytes."""
    run = pull.ci("ci.yml", name="CI").start(jobs=["unit", "build"])
    artifact_id = run.upload("covgate-unit-0-1", {"manifest.json": b"{}"})
    run.job("build", "failure")
    run.finish("failure")
    actions = kit.rest.actions
    (found,) = actions.list_workflow_runs_for_repo("octo", "shop", head_sha=pull.head_sha).parsed_data.workflow_runs
    assert (found.id, found.path, found.conclusion) == (run.id, ".github/workflows/ci.yml", "failure")
    assert actions.get_workflow_run("octo", "shop", run.id).parsed_data.run_attempt == 1
    jobs = actions.list_jobs_for_workflow_run("octo", "shop", run.id).parsed_data.jobs
    assert {job.name: job.conclusion for job in jobs} == {"unit": "failure", "build": "failure"}
    (artifact,) = actions.list_workflow_run_artifacts("octo", "shop", run.id).parsed_data.artifacts
    assert artifact.id == artifact_id
    content = actions.download_artifact("octo", "shop", artifact.id, "zip").content
    assert artifact.digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert artifact.size_in_bytes == len(content)


def test_a_check_run_is_created_updated_and_found(github: Sandbox, pull: PullRequest, kit: Kit) -> None:
    """The life of a check run, with annotations that add up."""
    checks = kit.rest.checks
    note = {"path": "src/shop.py", "start_line": 3, "end_line": 3, "annotation_level": "failure", "message": "missed"}
    made = checks.create(
        "octo", "shop", data={"name": "covgate", "head_sha": pull.head_sha, "status": "in_progress"}
    ).parsed_data
    for _ in range(2):
        checks.update(
            "octo",
            "shop",
            made.id,
            data={
                "status": "completed",
                "conclusion": "failure",
                "output": {"title": "2 of 3", "summary": "One line is missed.", "annotations": [note]},
            },
        )
    (listed,) = checks.list_for_ref("octo", "shop", pull.head_sha, app_id=github.app.id).parsed_data.check_runs
    assert (listed.id, listed.conclusion, listed.output.annotations_count) == (made.id, "failure", 2)
    assert len(checks.list_annotations("octo", "shop", made.id).parsed_data) == 2
    check = pull.check("covgate")
    assert check is not None
    assert (check.title, check.updates) == ("2 of 3", 2)


def test_comments_and_reactions_come_from_the_app(pull: PullRequest, kit: Kit) -> None:
    """A comment of the App is marked as its own; one of a person can be reacted to."""
    issues = kit.rest.issues
    asked = pull.comment("/recheck", by="maintainer")
    made = issues.create_comment("octo", "shop", 1, body="95 %").parsed_data
    issues.update_comment("octo", "shop", made.id, body="96 %")
    kit.rest.reactions.create_for_issue_comment("octo", "shop", asked.id, content="eyes")
    listed = issues.list_comments("octo", "shop", 1).parsed_data
    assert [comment.body for comment in listed] == ["/recheck", "96 %"]
    assert [bool(comment.performed_via_github_app) for comment in listed] == [False, True]
    assert asked.reactions == ("eyes",)
    issues.delete_comment("octo", "shop", made.id)
    assert [comment.author for comment in pull.comments()] == ["maintainer"]


def test_roles_are_told_by_the_permission_api(shop: Repository, pull: PullRequest, kit: Kit) -> None:
    """``permission`` folds maintain and triage, ``role_name`` does not."""
    shop.grant("tria", "triage")
    repos = kit.rest.repos
    seen = {
        login: repos.get_collaborator_permission_level("octo", "shop", login).parsed_data
        for login in ("maintainer", "alice", "tria")
    }
    assert {login: (level.permission, level.role_name) for login, level in seen.items()} == {
        "maintainer": ("write", "maintain"),
        "alice": ("write", "write"),
        "tria": ("read", "triage"),
    }


def test_deliveries_can_be_listed_and_sent_again(github: Sandbox, shop: Repository, kit: Kit) -> None:
    """A delivery that was lost is in the log, and its repetition keeps its GUID."""
    github.webhooks.send_to("http://127.0.0.1:9/nobody")
    github.webhooks.drop("push")
    shop.push("main", {"a": "1"})
    github.settle()
    with kit.with_auth(kit.auth.as_app()) as app:
        lost = [d for d in app.rest.apps.list_webhook_deliveries().parsed_data if d.event == "push"]
        assert [d.status for d in lost] == ["failed to connect to host"]
        whole = app.rest.apps.get_webhook_delivery(lost[0].id).parsed_data
        assert whole.request.headers
        app.rest.apps.redeliver_webhook_delivery(lost[0].id)
        github.settle()
        again = app.rest.apps.list_webhook_deliveries().parsed_data[0]
    assert (again.guid, again.redelivery) == (lost[0].guid, True)


def test_a_refusal_looks_like_githubs(shop: Repository, kit: Kit) -> None:
    """Status, message and documentation."""
    with pytest.raises(RequestFailed) as caught:
        kit.rest.pulls.get("octo", "shop", 99)
    answer: httpx.Response = caught.value.response.raw_response
    assert answer.status_code == 404
    assert answer.json()["message"] == "Not Found"
    assert answer.json()["documentation_url"].startswith("https://docs.github.com/")
    assert answer.headers["x-ratelimit-limit"] == "5000"

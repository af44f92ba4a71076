"""What the App writes: check runs, comments, reactions, and the limits of each."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bot.sandbox import PullRequest, Repository, Sandbox


@pytest.fixture
def pull(shop: Repository) -> PullRequest:
    """A pull request within the repository."""
    return shop.pull_request(branch="b", files={"b.py": "1\n2\n"})


def note(line: int = 1, **more: Any) -> dict[str, Any]:
    """An annotation."""
    return {
        "path": "b.py",
        "start_line": line,
        "end_line": line,
        "annotation_level": "warning",
        "message": "missed",
        **more,
    }


def check(bot: httpx.Client, pull: PullRequest, **more: Any) -> httpx.Response:
    """Create a check run on the pull request's head."""
    return bot.post("/check-runs", json={"name": "covgate", "head_sha": pull.head_sha, **more})


def output(**more: Any) -> dict[str, Any]:
    """What a check run says."""
    return {"title": "All covered", "summary": "2/2", **more}


def test_a_conclusion_completes_a_check_run(bot: httpx.Client, pull: PullRequest) -> None:
    """With or without a status; back in progress it has none."""
    made = check(
        bot, pull, conclusion="neutral", output=output(), external_id="7", details_url="https://x.test/"
    ).json()
    assert (made["status"], made["conclusion"], bool(made["completed_at"])) == ("completed", "neutral", True)
    assert (made["external_id"], made["details_url"]) == ("7", "https://x.test/")
    again = bot.patch(f"/check-runs/{made['id']}", json={"status": "in_progress"}).json()
    assert (again["status"], again["conclusion"], again["completed_at"]) == ("in_progress", None, None)
    assert again["output"]["summary"] == "2/2"


def test_completed_needs_a_conclusion(github: Sandbox, bot: httpx.Client, pull: PullRequest) -> None:
    """GitHub's description cannot say so, the sandbox does."""
    assert check(bot, pull, status="completed").status_code == 422
    assert pull.checks() == []
    assert github.violations == ["POST /repos/octo/shop/check-runs: status completed without a conclusion"]
    github.violations.clear()


def test_a_completed_check_run_keeps_its_conclusion(bot: httpx.Client, pull: PullRequest) -> None:
    """An update of its text alone changes nothing else."""
    made = check(bot, pull, conclusion="failure", output=output()).json()
    answer = bot.patch(f"/check-runs/{made['id']}", json={"output": output(summary="1/2")})
    assert answer.json()["conclusion"] == "failure"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"conclusion": "fine"}, "conclusion"),
        ({"status": "done"}, "status"),
        ({"conclusion": "stale"}, "stale"),
        ({"output": {"title": "t", "summary": "x" * 65_536}}, "summary"),
        ({"output": {"title": "t", "summary": "s", "text": "x" * 65_536}}, "text"),
        ({"output": {"summary": "s"}}, "title"),
        ({"output": output(annotations=[note()] * 51)}, "annotations"),
        ({"output": output(annotations=[note(annotation_level="error")])}, "annotation_level"),
        ({"output": output(annotations=[{"path": "b.py"}])}, "start_line"),
        ({"output": output(annotations=[note(end_line=0)])}, "end_line"),
        ({"output": output(annotations=[note(end_line=2, start_column=1)])}, "columns"),
        ({"actions": [{"label": "x" * 21, "description": "d", "identifier": "i"}]}, "label"),
        ({"conclussion": "success"}, "conclussion"),
        ({"details_url": None}, "details_url"),
        ({"head_sha": "0" * 40}, "No commit found"),
    ],
)
def test_a_check_run_that_github_refuses_is_refused(
    github: Sandbox, bot: httpx.Client, pull: PullRequest, body: dict[str, Any], what: str
) -> None:
    """422, with what is wrong, and nothing is made."""
    answer = check(bot, pull, **body)
    assert answer.status_code == 422
    assert what in answer.text
    assert pull.checks() == []
    assert github.mutations == []
    github.violations.clear()


def test_the_sandbox_keeps_githubs_limits_without_its_description() -> None:
    """Where openapi-core is not installed the texts' and lists' limits still hold."""
    with Sandbox.start(validate=False) as github:
        repo = github.repository("octo/shop")
        pull = repo.pull_request(branch="b", files={"b.py": "1\n"})
        asked = pull.comment("/recheck")
        token = pull.ci("ci.yml").start().token()
        with httpx.Client(
            base_url=f"{github.api_url}/repos/octo/shop", headers={"Authorization": f"token {token}"}
        ) as bot:
            refused = [
                check(bot, pull, output={"title": "t", "summary": "x" * 65_536}),
                check(bot, pull, output=output(annotations=[note()] * 51)),
                check(bot, pull, output={"title": "t"}),
                bot.post("/check-runs", json={"name": "covgate"}),
                bot.post("/issues/one/comments", json={"body": "x"}),
                bot.post("/issues/1/comments", json={}),
                bot.post("/issues/1/comments", content=b"{"),
                bot.post("/issues/1/comments", content=b"[]"),
                bot.post(f"/issues/comments/{asked.id}/reactions", json={"content": "shrug"}),
            ]
            assert [answer.status_code for answer in refused] == [422, 422, 422, 422, 404, 422, 400, 400, 422]
            assert check(bot, pull, output={"title": "t", "summary": "x" * 65_535}).status_code == 201


def test_annotations_add_up_by_fifties(bot: httpx.Client, pull: PullRequest) -> None:
    """Each request appends; they are listed in pages."""
    made = check(bot, pull, conclusion="failure", output=output(annotations=[note()] * 50)).json()
    path = f"/check-runs/{made['id']}"
    bot.patch(path, json={"output": output(annotations=[note(2)] * 30)})
    assert bot.get(path).json()["output"]["annotations_count"] == 80
    listed = bot.get(f"{path}/annotations", params={"per_page": 100}).json()
    assert [a["start_line"] for a in listed] == [1] * 50 + [2] * 30
    seen = pull.check("covgate")
    assert seen is not None
    assert (len(seen.annotations), seen.updates) == (80, 1)


def test_only_the_app_that_made_a_check_run_may_change_it(
    github: Sandbox, bot: httpx.Client, pull: PullRequest
) -> None:
    """403 for GitHub Actions on ours, and for us on theirs."""
    made = check(bot, pull, status="in_progress").json()
    run = pull.ci("ci.yml").start()
    job = run.job("test")
    theirs = bot.patch(f"/check-runs/{job}", json={"conclusion": "success"})
    assert theirs.status_code == 403
    assert "Invalid app_id" in theirs.json()["message"]
    ours = httpx.patch(
        f"{github.api_url}/repos/octo/shop/check-runs/{made['id']}",
        json={"conclusion": "success"},
        headers={"Authorization": f"token {run.token()}"},
    )
    assert ours.status_code == 403
    seen = pull.check("covgate")
    assert seen is not None
    assert seen.conclusion is None


def test_check_runs_are_found_by_name_app_and_age(bot: httpx.Client, pull: PullRequest) -> None:
    """The latest of a name, or all of them; the suite is as bad as its worst run."""
    old, new = (check(bot, pull, conclusion=end).json()["id"] for end in ("failure", "success"))
    other = check(bot, pull, name="covgate/tests", conclusion="skipped").json()["id"]
    pull.ci("ci.yml").start()
    path = f"/commits/{pull.head_sha}/check-runs"

    def ids(**query: object) -> list[int]:
        return [run["id"] for run in bot.get(path, params={k: str(v) for k, v in query.items()}).json()["check_runs"]]

    app = bot.get(f"/check-runs/{old}").json()["app"]["id"]
    assert ids(app_id=app) == [other, new]
    assert ids(app_id=app, filter="all") == [other, new, old]
    assert ids(check_name="covgate") == [new]
    assert ids(check_name="covgate", status="in_progress") == []
    (suite,) = bot.get(f"/commits/{pull.head_sha}/check-suites", params={"app_id": app}).json()["check_suites"]
    assert (suite["status"], suite["conclusion"], suite["latest_check_runs_count"]) == ("completed", "failure", 2)
    in_suite = bot.get(f"/check-suites/{suite['id']}/check-runs").json()["check_runs"]
    assert [run["id"] for run in in_suite] == [other, new]
    assert bot.get(f"/check-suites/{suite['id']}").json()["head_sha"] == pull.head_sha
    assert bot.get(f"/commits/{'0' * 40}/check-runs").status_code == 422
    assert [bot.get(f"/{kind}/1").status_code for kind in ("check-runs", "check-suites")] == [404, 404]


def test_a_thousand_check_runs_of_a_name_are_kept() -> None:
    """Older ones are deleted, as at GitHub."""
    from bot.sandbox import Limits

    with Sandbox.start(validate=False, limits=Limits.none()) as github:
        repo = github.repository("octo/shop")
        pull = repo.pull_request(branch="b", files={"b.py": "1\n"})
        headers = {"Authorization": f"token {pull.ci('ci.yml').start().token()}"}
        with httpx.Client(base_url=f"{github.api_url}/repos/octo/shop", headers=headers) as bot:
            first = check(bot, pull).json()["id"]
            for _ in range(1_000):
                check(bot, pull)
            assert bot.get(f"/check-runs/{first}").status_code == 404
            total = bot.get(f"/commits/{pull.head_sha}/check-runs?check_name=covgate&filter=all").json()["total_count"]
        assert total == 1_000


def test_a_comment_has_a_longest_length(bot: httpx.Client, pull: PullRequest) -> None:
    """65,536 characters, not bytes; an empty one is none."""
    path = f"/issues/{pull.number}/comments"
    assert bot.post(path, json={"body": "é" * 65_536}).status_code == 201
    too_long = bot.post(path, json={"body": "x" * 65_537})
    assert too_long.status_code == 422
    assert "too long" in too_long.text
    assert bot.post(path, json={"body": " \n"}).status_code == 422
    assert bot.post("/issues/99/comments", json={"body": "x"}).status_code == 404
    assert bot.get("/issues/99/comments").status_code == 404
    assert len(pull.comments()) == 1


def test_comments_come_in_pages_oldest_first(bot: httpx.Client, pull: PullRequest) -> None:
    """Thirty on a page unless asked otherwise: whoever reads only the first misses the rest."""
    for number in range(35):
        pull.comment(f"say {number}", by="alice")
    first = bot.get(f"/issues/{pull.number}/comments")
    assert [c["body"] for c in first.json()][-1] == "say 29"
    assert [c["body"] for c in bot.get(first.links["next"]["url"]).json()][-1] == "say 34"


def test_comments_of_others_can_be_harmed_and_the_sandbox_sees_it(
    github: Sandbox, bot: httpx.Client, pull: PullRequest
) -> None:
    """GitHub lets an App change and delete what people wrote, so a test must be able to notice."""
    copied, kept = pull.comment("<!-- marker -->", by="mallory"), pull.comment("hello", by="alice")
    bot.patch(f"/issues/comments/{copied.id}", json={"body": "changed"})
    bot.delete(f"/issues/comments/{kept.id}")
    assert (copied.body, copied.updates, kept.deleted) == ("changed", 1, True)
    assert bot.get(f"/issues/comments/{kept.id}").status_code == 404
    assert [what.split()[0] for what in github.mutations] == ["comment.updated", "comment.deleted"]


def test_a_reaction_is_given_once(bot: httpx.Client, pull: PullRequest) -> None:
    """201 for a new one, 200 for the same again, 422 for one that there is not."""
    asked = pull.comment("/recheck", by="alice")
    path = f"/issues/comments/{asked.id}/reactions"
    assert [bot.post(path, json={"content": "eyes"}).status_code for _ in range(2)] == [201, 200]
    assert bot.post(path, json={"content": "+1"}).status_code == 201
    assert asked.reactions == ("eyes", "+1")
    assert [r["content"] for r in bot.get(path, params={"content": "+1"}).json()] == ["+1"]
    told = bot.get(f"/issues/comments/{asked.id}").json()["reactions"]
    assert (told["total_count"], told["eyes"], told["heart"]) == (2, 1, 0)


def test_an_unknown_reaction_is_refused(github: Sandbox, bot: httpx.Client, pull: PullRequest) -> None:
    """Only GitHub's eight."""
    asked = pull.comment("/recheck")
    assert bot.post(f"/issues/comments/{asked.id}/reactions", json={"content": "shrug"}).status_code == 422
    assert asked.reactions == ()
    assert len(github.violations) == 1
    github.violations.clear()


def test_requests_and_changes_are_counted(github: Sandbox, bot: httpx.Client, pull: PullRequest) -> None:
    """So that "exactly once" and "five requests" can be said of the server's side."""
    github.requests.clear()
    made = check(bot, pull, status="in_progress").json()["id"]
    bot.patch(f"/check-runs/{made}", json={"conclusion": "success"})
    bot.get("/pulls/1")
    assert github.requests.counts() == {
        "POST /repos/{owner}/{repo}/check-runs": 1,
        "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}": 1,
        "GET /repos/{owner}/{repo}/pulls/{pull_number}": 1,
    }
    (posted,) = github.requests("POST", "/repos/{owner}/{repo}/check-runs")
    assert (posted.status, posted.actor, posted.fault, b'"in_progress"' in posted.body) == (
        201,
        "installation",
        False,
        True,
    )
    assert github.mutations == [f"check_run.created {made}", f"check_run.updated {made}"]
    assert len(github.requests) == 3

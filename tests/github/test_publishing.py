"""Check runs and comments as GitHub is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from bot.core.model.commit import Repo
from bot.core.render.sentences import superseded
from bot.flows.ports import Annotation, CheckRun, NotFound, TooLarge, Unavailable
from bot.github.forge import AppAccess, GitHubForge
from tests.github.scripted import ScriptedGitHub, answer

RUNS = "POST /repos/octo/shop/check-runs"
RUN_5 = "PATCH /repos/octo/shop/check-runs/5"
ASKED_5 = "GET /repos/octo/shop/check-runs/5"


def a_check(annotations: Sequence[Annotation] = (), **changes: Any):
    values = {
        "name": "covgate",
        "head_sha": "a" * 40,
        "external_id": "e1",
        "details_url": "https://covgate.example/octo/shop",
        "conclusion": "failure",
        "title": "94.90%",
        "summary": "1 more line needed",
        "annotations": tuple(annotations),
    }
    return CheckRun(**(values | changes))


def notes(count: int, message: str = "not covered"):
    return [
        Annotation(path="a.py", start_line=n, end_line=n, level="warning", title="Missed", message=message)
        for n in range(1, count + 1)
    ]


def run(check_id: int = 5, annotations: int = 0, status: int = 200, said: str = "completed") -> httpx.Response:
    output = {"annotations_count": annotations}
    return answer(status, {"id": check_id, "name": "covgate", "status": said, "output": output})


async def test_a_verdict_that_is_known_is_one_request(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """Created completed, with its conclusion, and with everything that GitHub's description asks for."""
    github.on(RUNS, run(status=201))
    assert await forge.create_check(repo, a_check(notes(1))) == 5
    assert github.bodies("POST") == [
        {
            "name": "covgate",
            "head_sha": "a" * 40,
            "external_id": "e1",
            "status": "completed",
            "conclusion": "failure",
            "details_url": "https://covgate.example/octo/shop",
            "output": {
                "title": "94.90%",
                "summary": "1 more line needed",
                "text": "",
                "annotations": [
                    {
                        "path": "a.py",
                        "start_line": 1,
                        "end_line": 1,
                        "annotation_level": "warning",
                        "title": "Missed",
                        "message": "not covered",
                    }
                ],
            },
        }
    ]


async def test_a_pending_check_has_no_conclusion(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """In progress, and nothing that would complete it."""
    github.on(RUNS, run(status=201))
    await forge.create_check(repo, a_check(conclusion=None, details_url=None))
    (body,) = github.bodies("POST")
    assert body["status"] == "in_progress"
    assert not {"conclusion", "details_url"} & body.keys()


async def test_many_annotations_go_out_fifty_at_a_time(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """GitHub takes fifty a request and appends those of later ones."""
    github.on(RUNS, run(annotations=50, status=201))
    github.on(RUN_5, run(annotations=100))
    await forge.create_check(repo, a_check(notes(120)))
    sent = [body["output"]["annotations"] for body in github.bodies("POST") + github.bodies("PATCH")]
    assert [len(batch) for batch in sent] == [50, 50, 20]
    assert [note["start_line"] for batch in sent for note in batch] == list(range(1, 121))


async def test_the_check_opened_early_is_the_one_that_gets_the_verdict(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """One create, one update, one check run."""
    github.on(RUNS, run(status=201))
    github.on(RUN_5, run(annotations=3))
    pending = await forge.create_check(repo, a_check(conclusion=None))
    assert await forge.update_check(repo, pending, a_check(notes(3))) == 5
    assert github.asked() == [RUNS, RUN_5]


async def test_the_same_verdict_said_again_does_not_double_its_annotations(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """GitHub would append them once more."""
    github.on(RUNS, run(annotations=3, status=201))
    github.on(RUN_5, run(annotations=3))
    made = await forge.create_check(repo, a_check(notes(3)))
    assert await forge.update_check(repo, made, a_check(notes(3), summary="asked again")) == 5
    assert "annotations" not in github.bodies("PATCH")[0]["output"]


async def test_another_verdict_on_the_same_commit_leaves_no_old_annotation_behind(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """They cannot be taken back, so the new verdict gets a check run of its own, which GitHub shows in its place."""
    github.on(RUNS, run(annotations=3, status=201), run(6, status=201))
    made = await forge.create_check(repo, a_check(notes(3)))
    assert await forge.update_check(repo, made, a_check(conclusion="success")) == 6
    assert github.asked() == [RUNS, RUNS]


async def test_after_a_restart_the_count_at_github_tells_what_is_there(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """A worker that did not make the check run sees 50 of 120: it died between batches, and goes on from there."""
    github.on(ASKED_5, run(annotations=50))
    github.on(RUN_5, run(annotations=100))
    assert await forge.update_check(repo, 5, a_check(notes(120))) == 5
    sent = [body["output"].get("annotations", []) for body in github.bodies("PATCH")]
    assert [len(batch) for batch in sent] == [50, 20]
    assert sent[0][0]["start_line"] == 51
    await forge.update_check(repo, 5, a_check(notes(120), summary="asked again"))
    assert github.asked("GET") == [ASKED_5]


async def test_annotations_whose_sending_broke_off_are_gone_on_with(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """The first fifty arrived, the next did not: the retry sends none of them twice."""
    github.on(RUNS, run(status=201))
    github.on(RUN_5, run(annotations=50), answer(502), run(annotations=70))
    github.on(ASKED_5, run(annotations=50))
    pending = await forge.create_check(repo, a_check(conclusion=None))
    with pytest.raises(Unavailable):
        await forge.update_check(repo, pending, a_check(notes(70)))
    assert await forge.update_check(repo, pending, a_check(notes(70))) == 5
    sent = [body["output"].get("annotations", []) for body in github.bodies("PATCH")]
    assert [batch[0]["start_line"] for batch in sent] == [1, 51, 51]


async def test_after_a_restart_strange_annotations_are_replaced(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """Seven where the verdict has none can only be another verdict's. What has concluded is left as it is."""
    github.on(ASKED_5, run(annotations=7))
    github.on(RUNS, run(6, status=201))
    assert await forge.update_check(repo, 5, a_check(conclusion=None)) == 6
    assert github.asked() == [ASKED_5, RUNS]


async def test_a_check_run_that_was_replaced_does_not_stay_in_progress(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """The new one is there before the old one concludes: at no time is there nothing that holds the merge up."""
    github.on(RUNS, run(annotations=2, status=201), run(6, status=201))
    github.on(RUN_5, run())
    early = await forge.create_check(repo, a_check(notes(2), conclusion=None))
    assert await forge.update_check(repo, early, a_check(conclusion="success")) == 6
    assert github.asked() == [RUNS, RUNS, RUN_5]
    (body,) = github.bodies("PATCH")
    title, summary = superseded()
    assert body == {
        "status": "completed",
        "conclusion": "neutral",
        "output": {"title": title, "summary": summary},
    }


async def test_a_replaced_check_run_that_cannot_be_concluded_keeps_no_verdict_back(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """The newest of a name is the one that GitHub goes by; trying the whole again would make yet another."""
    github.on(ASKED_5, run(annotations=7, said="in_progress"))
    github.on(RUNS, run(6, status=201))
    github.on(RUN_5, answer(502))
    assert await forge.update_check(repo, 5, a_check(conclusion="success")) == 6


async def test_our_check_is_found_by_name_and_app(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """Another App's check run of the same name is none of ours; of two of ours the newest counts."""
    listed = [
        {"id": 8, "name": "covgate", "app": {"id": 15368}},
        {"id": 5, "name": "covgate", "app": {"id": 4711}},
        {"id": 6, "name": "covgate", "app": {"id": 4711}},
        {"id": 9, "name": "covgate/tests", "app": {"id": 4711}},
        {"id": 10, "name": "covgate", "app": None},
    ]
    call = "GET /repos/octo/shop/commits/" + "a" * 40 + "/check-runs"
    github.on(call, answer(200, {"total_count": 5, "check_runs": listed}), answer(200, {"check_runs": []}))
    assert await forge.find_check(repo, "a" * 40, "covgate") == 6
    assert await forge.find_check(repo, "a" * 40, "covgate") is None
    asked = github.requests[-1].url.params
    assert (asked["check_name"], asked["app_id"], asked["filter"]) == ("covgate", "4711", "latest")


def comment(number: int, app: int | None = None, body: str = "x") -> dict[str, Any]:
    return {
        "id": number,
        "body": body,
        "user": {"login": "someone"},
        "performed_via_github_app": {"id": app} if app else None,
    }


async def test_T17_own_comments_are_those_our_app_wrote_on_every_page(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """A comment that copies our marker is another's; ours may be the 150th."""
    call = "GET /repos/octo/shop/issues/7/comments"
    first = [comment(n, body="<!-- covgate:marker -->") for n in range(100)]
    second = [comment(150, app=15368), comment(151, app=4711), {**comment(152), "user": None, "body": None}]
    github.on(call, answer(200, first, Link='<https://api.github.com/x?page=2>; rel="next"'), answer(200, second))
    assert [found.id for found in await forge.own_comments(repo, 7)] == [151]
    assert [request.url.params["page"] for request in github.requests[1:]] == ["1", "2"]


async def test_an_endless_list_is_not_taken_in_part(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """A list that does not end within reason is an error, not a shorter list."""
    call = "GET /repos/octo/shop/issues/7/comments"
    github.on(call, answer(200, [], Link='<https://api.github.com/x>; rel="next"'))
    with pytest.raises(TooLarge, match="more than"):
        await forge.own_comments(repo, 7)


async def test_comments_are_written_changed_and_deleted(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """Each by its own request, on the address of issues, where GitHub keeps them."""
    github.on("POST /repos/octo/shop/issues/7/comments", answer(201, comment(5)))
    github.on("PATCH /repos/octo/shop/issues/comments/5", answer(200, comment(5)))
    github.on("DELETE /repos/octo/shop/issues/comments/5", answer(204))
    github.on("POST /repos/octo/shop/issues/comments/5/reactions", answer(201, {"id": 1, "content": "eyes"}))
    assert await forge.create_comment(repo, 7, "hello") == 5
    await forge.update_comment(repo, 5, "again")
    await forge.react(repo, 5, "eyes")
    await forge.delete_comment(repo, 5)
    assert github.bodies("POST") == [{"body": "hello"}, {"content": "eyes"}]
    assert github.bodies("PATCH") == [{"body": "again"}]
    with pytest.raises(NotFound):
        await forge.update_comment(repo, 6, "gone")


async def test_a_comment_tells_who_wrote_it_by_which_app(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """A person has no App; a deleted account is GitHub's ghost."""
    github.on(
        "GET /repos/octo/shop/issues/comments/5", answer(200, comment(5)), answer(200, {**comment(5), "user": None})
    )
    found = await forge.comment(repo, 5)
    assert (found.author, found.app_id, found.body) == ("someone", None, "x")
    assert (await forge.comment(repo, 5)).author == "ghost"


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ({"permission": "write", "role_name": "maintain"}, "maintain"),
        ({"permission": "read", "role_name": "triage"}, "triage"),
        ({"permission": "write", "role_name": "release-crew"}, "write"),
        ({"permission": "read"}, "read"),
        ({"permission": "none", "role_name": ""}, "none"),
        ({"permission": "everything", "role_name": "emperor"}, "none"),
    ],
)
async def test_T18_a_permission_is_githubs_word_of_today(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, said: dict[str, str], role: str
):
    """The role where GitHub names one of its own, else what it is based on; what is unknown allows nothing."""
    github.on("GET /repos/octo/shop/collaborators/alice/permission", answer(200, said))
    assert await forge.permission(repo, "alice") == role


async def test_T18_a_stranger_has_no_permission_and_an_outage_gives_none(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo
):
    """404 is no collaborator; a broken GitHub is no answer, never a yes."""
    assert await forge.permission(repo, "mallory") == "none"
    github.on("GET /repos/octo/shop/collaborators/alice/permission", answer(500))
    with pytest.raises(Unavailable):
        await forge.permission(repo, "alice")


async def test_a_forge_closes_what_it_opened(access: AppAccess, github: ScriptedGitHub, blobs: ScriptedGitHub):
    """Both ways out are closed, once."""
    async with GitHubForge(access, api=github, blobs=blobs) as forge:
        pass
    await forge.close()

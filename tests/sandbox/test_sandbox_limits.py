"""GitHub's rate limits, and what its own description says of requests."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from bot.sandbox import Limits, PullRequest, Repository, Run, Sandbox, openapi
from bot.sandbox.rest import ROUTES


@pytest.fixture
def small() -> Iterator[tuple[Sandbox, httpx.Client, Run]]:
    """A GitHub that allows little, a workflow run there, and a client with its token."""
    limits = Limits(requests_per_hour=8, points_per_minute=30, content_per_minute=2, content_per_hour=3)
    with Sandbox.start(validate=True, limits=limits) as github:
        pull = github.repository("octo/shop").pull_request(branch="b", files={"a": "1"})
        run = pull.ci("ci.yml").start()
        headers = {"Authorization": f"token {run.token()}"}
        with httpx.Client(base_url=f"{github.api_url}/repos/octo/shop", headers=headers) as client:
            yield github, client, run


def say(client: httpx.Client) -> httpx.Response:
    """One comment."""
    return client.post("/issues/1/comments", json={"body": "hello"})


def test_the_hourly_limit_ends_with_its_hour(small: tuple[Sandbox, httpx.Client, Run]) -> None:
    """403 with nothing remaining, and again 200 when the hour is over."""
    github, client, run = small
    answers = [client.get("/pulls/1") for _ in range(9)]
    assert [answer.status_code for answer in answers] == [200] * 8 + [403]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers[-3:]] == ["1", "0", "0"]
    assert "rate limit exceeded" in answers[-1].json()["message"]
    told = client.get(f"{github.api_url}/rate_limit").json()["resources"]["core"]
    assert (told["limit"], told["remaining"]) == (8, 0)
    github.clock.advance(3600)
    client.headers["Authorization"] = f"token {run.token()}"  # the old one's hour is over too
    assert client.get("/pulls/1").status_code == 200


def test_content_is_limited_by_the_minute_and_by_the_hour(small: tuple[Sandbox, httpx.Client, Run]) -> None:
    """Two a minute and three an hour here; elsewhere 80 and 500."""
    github, client, run = small
    answers = [say(client) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 403]
    assert answers[-1].headers["retry-after"] == "60"
    assert "secondary rate limit" in answers[-1].json()["message"]
    github.clock.advance(61)
    assert [say(client).status_code for _ in range(2)] == [201, 403]
    github.clock.advance(61)
    assert say(client).status_code == 403  # three in this hour
    client.headers["Authorization"] = f"token {run.token()}"
    github.clock.advance(3600 - 120)
    assert say(client).status_code == 201
    assert (Limits().content_per_minute, Limits().content_per_hour, Limits().requests_per_hour) == (80, 500, 5000)


def test_writing_costs_five_points(small: tuple[Sandbox, httpx.Client, Run]) -> None:
    """Thirty points a minute are six writes."""
    github, client, run = small
    made = say(client).json()["id"]
    statuses = [client.patch(f"/issues/comments/{made}", json={"body": str(n)}).status_code for n in range(6)]
    assert statuses == [200] * 5 + [403]
    assert len(github.mutations) == 6
    assert run.status == "in_progress"


def test_too_many_at_once(shop: Repository) -> None:
    """More requests in flight than GitHub takes are refused."""
    with Sandbox.start(limits=Limits(concurrent=0)) as github:
        github.repository("octo/shop")
        assert httpx.get(f"{github.api_url}/repos/octo/shop").status_code == 403
    assert shop.id


def test_the_description_covers_what_the_sandbox_answers() -> None:
    """Each operation of the sandbox is one that GitHub describes, and the other way round."""
    described = {(method.upper(), path) for path, item in openapi.description()["paths"].items() for method in item}
    answered = {(route.method, route.template) for route in ROUTES if route.template not in openapi.UNDESCRIBED}
    assert described == answered


@pytest.mark.parametrize(
    ("method", "path", "body", "reason"),
    [
        ("GET", "/repos/octo/shop/nothing", None, "no such operation"),
        ("PUT", "/repos/octo/shop/pulls/1", None, "no such operation"),
        ("GET", "/repos/octo/shop/pulls?stat=open", None, "no query parameter stat"),
        ("GET", "/repos/octo/shop/pulls?state=opened", None, "opened"),
        ("GET", "/repos/octo/shop/pulls?per_page=1000", None, "GitHub gives 100 at most"),
        ("GET", "/repos/octo/shop/pulls", {"state": "open"}, "reads no body"),
        ("POST", "/repos/octo/shop/issues/1/comments", {"text": "x"}, "text"),
        ("POST", "/repos/octo/shop/issues/1/comments", {}, "body"),
        ("POST", "/repos/octo/shop/issues/1/comments", {"body": 1}, "not of type 'string'"),
    ],
)
def test_what_github_does_not_know_is_a_violation(
    github: Sandbox, bot: httpx.Client, shop: Repository, method: str, path: str, body: object, reason: str
) -> None:
    """It is refused and noted, so that a test fails even if the client did not mind."""
    shop.pull_request(branch="b", files={"a": "1"})
    headers = {"Authorization": bot.headers["Authorization"]}
    answer = httpx.request(method, github.api_url + path, json=body, headers=headers)
    assert answer.status_code in (200, 404, 422)
    (violation,) = github.violations
    assert reason in violation
    github.violations.clear()


def test_a_request_must_say_who_and_in_which_version(github: Sandbox, shop: Repository) -> None:
    """No user agent: 403. An unknown version of the API: 400. The newer version lacks what it has removed."""
    url = f"{github.api_url}/repos/octo/shop/pulls/1"
    shop.pull_request(branch="b", files={"a": "1"})
    with httpx.Client() as client:
        del client.headers["user-agent"]
        assert client.get(url).status_code == 403
    assert httpx.get(url, headers={"X-GitHub-Api-Version": "2020-01-01"}).status_code == 400
    old, new = (httpx.get(url, headers={"X-GitHub-Api-Version": v}).json() for v in ("2022-11-28", "2026-03-10"))
    assert ("merge_commit_sha" in old, "merge_commit_sha" in new) == (True, False)


def test_every_answer_carries_githubs_headers(github: Sandbox, shop: Repository) -> None:
    """The rate limit, an id, and GitHub's own time, which a client can learn from."""
    github.clock.advance(-300)
    answer = httpx.get(f"{github.api_url}/repos/octo/shop")
    for name in ("limit", "remaining", "used", "reset", "resource"):
        assert f"x-ratelimit-{name}" in answer.headers
    assert answer.headers["x-github-request-id"]
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert github.clock.now().strftime("%a, %d %b %Y %H:%M") == answer.headers["date"][:22]
    assert shop.id == answer.json()["id"]


def test_pull_requests_open_fast(shop: Repository) -> None:
    """Twenty in well under two seconds."""
    pulls: list[PullRequest] = [shop.pull_request(branch=f"b{n}", files={"a": str(n)}) for n in range(20)]
    assert [pull.number for pull in pulls] == list(range(1, 21))

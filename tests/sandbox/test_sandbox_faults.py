"""Everything that goes wrong at GitHub or on the way, as a client meets it."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator

import httpx
import pytest

from bot.sandbox import PullRequest, Repository, Sandbox

CHECK_RUNS = "/repos/{owner}/{repo}/check-runs"
PULL = "/repos/{owner}/{repo}/pulls/{pull_number}"


@pytest.fixture
def pull(shop: Repository) -> PullRequest:
    """A pull request within the repository."""
    return shop.pull_request(branch="b", files={"b.py": "1\n2\n"})


@pytest.fixture
def raw(bot: httpx.Client) -> Iterator[httpx.Client]:
    """The same installation, its answers taken as they come."""
    headers = {"Authorization": bot.headers["Authorization"]}
    with httpx.Client(base_url=bot.base_url, headers=headers, timeout=3) as client:
        yield client


def post(raw: httpx.Client, pull: PullRequest) -> httpx.Response:
    """Create the check run."""
    return raw.post("/check-runs", json={"name": "covgate", "head_sha": pull.head_sha})


@pytest.mark.parametrize("status", [401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 504])
def test_any_status_can_come_instead(github: Sandbox, raw: httpx.Client, pull: PullRequest, status: int) -> None:
    """As often as told, and nothing is done."""
    fault = github.faults.on("POST", CHECK_RUNS, times=2).answer(status)
    assert [post(raw, pull).status_code for _ in range(3)] == [status, status, 201]
    assert fault.hits == 2
    assert len(pull.checks()) == 1
    assert [r.fault for r in github.requests("POST", CHECK_RUNS)] == [True, True, False]


def test_a_fault_is_aimed(github: Sandbox, raw: httpx.Client, pull: PullRequest) -> None:
    """By method, by template or by a glob of paths, after some requests went well."""
    github.faults.on("GET", "/repos/octo/*/pulls/1", skip=1).answer(500)
    github.faults.on("DELETE").answer(500)
    assert [raw.get("/pulls/1").status_code for _ in range(3)] == [200, 500, 200]
    assert raw.get("/pulls").status_code == 200
    github.faults.on(path=PULL, times=9).answer(500)
    github.faults.clear()
    assert raw.get("/pulls/1").status_code == 200


def test_what_was_done_may_be_answered_as_failed(github: Sandbox, raw: httpx.Client, pull: PullRequest) -> None:
    """The check run exists, the client reads 502, or nothing at all."""
    github.faults.on("POST", CHECK_RUNS).commit_then(502)
    assert post(raw, pull).status_code == 502
    assert len(pull.checks()) == 1
    github.faults.on("POST", CHECK_RUNS).commit_then_reset()
    with pytest.raises(httpx.TransportError):
        post(raw, pull)
    assert len(pull.checks()) == 2
    assert [what.split()[0] for what in github.mutations] == ["check_run.created"] * 2
    assert [r.status for r in github.requests("POST", CHECK_RUNS)] == [502, 0]


def test_a_connection_is_reset(github: Sandbox, raw: httpx.Client, pull: PullRequest) -> None:
    """Before anything is done."""
    github.faults.on("POST", CHECK_RUNS).reset()
    with pytest.raises(httpx.ReadError):
        post(raw, pull)
    assert pull.checks() == []


@pytest.mark.parametrize("retry_after", [None, 30, "garbage"])
def test_a_secondary_limit_may_be_said_in_words_alone(
    github: Sandbox, raw: httpx.Client, pull: PullRequest, retry_after: int | str | None
) -> None:
    """Requests remain by the header, ``Retry-After`` may lack."""
    github.faults.on("GET", PULL).secondary_limit(retry_after=retry_after)
    answer = raw.get("/pulls/1")
    assert answer.status_code == 403
    assert "secondary rate limit" in answer.json()["message"]
    assert answer.headers.get("retry-after") == (None if retry_after is None else str(retry_after))
    assert answer.headers.get("x-ratelimit-remaining") != "0"
    assert pull.open


def test_the_hourly_limit_names_its_end(github: Sandbox, raw: httpx.Client, pull: PullRequest) -> None:
    """In the future, in the past, or in no number."""
    github.faults.on("GET", PULL).primary_limit(resets_in=90)
    github.faults.on("GET", PULL).primary_limit(resets_in=-10)
    github.faults.on("GET", PULL).primary_limit(reset="soon")
    answers = [raw.get("/pulls/1") for _ in range(3)]
    assert [(a.status_code, a.headers["x-ratelimit-remaining"]) for a in answers] == [(403, "0")] * 3
    ahead, behind, garbage = (answer.headers["x-ratelimit-reset"] for answer in answers)
    now = github.clock.now().timestamp()
    assert int(behind) < now < int(ahead) <= now + 90
    assert garbage == "soon"
    assert pull.open


def test_silence_and_slowness(github: Sandbox, raw: httpx.Client, pull: PullRequest) -> None:
    """A server that says nothing, one that is late, one that gives a byte at a time."""
    github.faults.on("GET", PULL).hang(5)
    with pytest.raises(httpx.ReadTimeout):
        raw.get("/pulls/1", timeout=0.2)
    github.faults.on("GET", PULL).hang(0.05)
    with pytest.raises(httpx.RemoteProtocolError):
        raw.get("/pulls/1")
    github.faults.on("GET", PULL).slow(0.2)
    began = time.monotonic()
    assert raw.get("/pulls/1").json()["number"] == pull.number
    assert time.monotonic() - began >= 0.2


def test_a_byte_at_a_time(github: Sandbox, raw: httpx.Client, pull: PullRequest) -> None:
    """No single wait is long, and yet there is no end: of the body, or of the headers already."""
    github.faults.on("GET", PULL).drip(0.05)
    began = time.monotonic()
    with raw.stream("GET", "/pulls/1", timeout=0.5) as answer:
        for _ in answer.iter_raw():
            if time.monotonic() - began > 0.3:
                break
        else:
            pytest.fail("it ended")
    fault = github.faults.on("GET", PULL).drip(0.2, headers=True)
    with pytest.raises(httpx.ReadTimeout):
        raw.get("/pulls/1", timeout=0.1)
    assert (fault.hits, pull.open) == (1, True)


@pytest.mark.parametrize("with_length", [True, False])
def test_an_answer_is_cut_off(github: Sandbox, raw: httpx.Client, pull: PullRequest, with_length: bool) -> None:
    """With its length known the client notices; without, half of the JSON looks whole."""
    github.faults.on("GET", PULL).truncate(with_length=with_length)
    if with_length:
        with pytest.raises(httpx.RemoteProtocolError):
            raw.get("/pulls/1")
    else:
        answer = raw.get("/pulls/1")
        assert answer.status_code == 200
        with pytest.raises(ValueError, match=r"."):
            answer.json()
    assert raw.get("/pulls/1").json()["number"] == pull.number


def test_answers_of_the_wrong_kind(github: Sandbox, raw: httpx.Client, pull: PullRequest) -> None:
    """A proxy's page, a bomb, a hundred thousand headers, an endless redirect, any bytes."""
    github.faults.on("GET", PULL).html()
    page = raw.get("/pulls/1")
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html; charset=utf-8")
    github.faults.on("GET", PULL).bomb(8)
    with raw.stream("GET", "/pulls/1") as answer:
        packed = b"".join(answer.iter_raw())
    assert len(packed) < 100_000 < 8 << 20 < len(gzip.decompress(packed))
    github.faults.on("GET", PULL).many_headers(100_000)
    with pytest.raises(httpx.RemoteProtocolError):
        raw.get("/pulls/1")
    github.faults.on("GET", PULL, times=50).redirect(f"{raw.base_url}pulls/1")
    with pytest.raises(httpx.TooManyRedirects):
        raw.get("/pulls/1", follow_redirects=True)
    github.faults.clear()
    github.faults.on("GET", PULL).body(b"[[[")
    assert raw.get("/pulls/1").content == b"[[["
    assert pull.open


def test_the_store_of_artifacts_fails_too(github: Sandbox, raw: httpx.Client, pull: PullRequest) -> None:
    """It is another origin, and faults reach it by its own template."""
    number = pull.ci("ci.yml").start().upload("a", {"x": "1"})
    github.faults.on("GET", "/artifacts/{artifact_id}.zip").answer(503)
    path = f"/actions/artifacts/{number}/zip"
    assert raw.get(path, follow_redirects=True).status_code == 503
    assert raw.get(path, follow_redirects=True).status_code == 200


def test_a_client_that_goes_in_the_middle_of_its_request(github: Sandbox, pull: PullRequest) -> None:
    """The rest of the body never comes; the sandbox answers others."""
    url = httpx.URL(github.api_url)
    with socket.create_connection((url.host, url.port or 80)) as raw:
        raw.sendall(b"POST /repos/octo/shop/check-runs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
    github.settle()
    assert httpx.get(f"{github.api_url}/repos/octo/shop/pulls/1").json()["number"] == pull.number


def test_a_sandbox_ends_while_a_request_hangs(github: Sandbox) -> None:
    """Closing does not wait for faults."""
    other = Sandbox.start()
    other.faults.on().hang(60)
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{other.api_url}/app", timeout=0.1)
    began = time.monotonic()
    other.close()
    assert time.monotonic() - began < 2
    assert github.violations == []

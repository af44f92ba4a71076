"""R08: no request goes out during a pause, however GitHub asked for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.core.model.commit import Repo
from bot.flows.ports import Forbidden, RateLimited
from bot.github.forge import GitHubForge
from bot.github.pace import MOST_AT_ONCE, Pace
from tests.github.scripted import ScriptedGitHub, answer, pull

GET = "GET /repos/octo/shop/pulls/7"
NOON = 1795348800  # 2026-11-22T12:00:00Z
LIMITS = {
    "secondary, with a wait": (403, {"Retry-After": "30"}, "x", 30),
    "secondary, 429": (429, {"Retry-After": "30"}, "x", 30),
    "secondary, told in words alone": (403, {}, "You have exceeded a secondary rate limit.", 60),
    "secondary, in older words": (403, {}, "You have triggered an abuse detection mechanism.", 60),
    "429 without a word": (429, {}, "x", 60),
    "primary": (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOON + 300)}, "x", 301),
    "primary, reset past": (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOON - 300)}, "x", 60),
    "primary, garbage": (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "soon"}, "x", 60),
    "primary, an overlong number": (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 400}, "x", 3600),
    "wait is garbage": (403, {"Retry-After": "-1"}, "x", 60),
    "wait is no ASCII": (403, {"Retry-After": "\u00b2"}, "x", 60),
    "wait is a century": (429, {"Retry-After": "3155760000"}, "x", 3600),
    "wait is nothing": (429, {"Retry-After": "0"}, "x", 1),
    "GitHub's clock is five minutes fast": (
        403,
        {
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(NOON + 330),
            "Date": "Sun, 22 Nov 2026 12:05:00 GMT",
        },
        "x",
        31,
    ),
}


@pytest.mark.parametrize("name", LIMITS)
async def test_a_limit_is_known_and_kept_however_it_is_told(
    forge: GitHubForge, github: ScriptedGitHub, repo: Repo, name: str
):
    """The caller is told how long, and nothing more is asked in that time."""
    status, headers, message, expected = LIMITS[name]
    limit = answer(status, {"message": message})
    limit.headers.update({name: value.encode("latin-1") for name, value in headers.items()})
    github.on(GET, limit, answer(200, pull()))
    with pytest.raises(RateLimited) as caught:
        await forge.pull_request(repo, 7)
    assert caught.value.retry_after == pytest.approx(expected, abs=1)
    with pytest.raises(RateLimited) as again:
        await forge.create_comment(repo, 7, "hello")
    assert 0 < again.value.retry_after <= expected
    assert github.asked() == [GET]


async def test_a_limit_of_one_installation_stops_no_other(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """Limits are counted for each installation; another's repositories go on."""
    other = replace(repo, id=98, name="till", installation=8)
    github.on(GET, answer(429))
    github.on("GET /repos/octo/till/pulls/7", answer(200, pull(base={"ref": "m", "sha": "b", "repo": {"id": 98}})))
    with pytest.raises(RateLimited):
        await forge.pull_request(repo, 7)
    assert (await forge.pull_request(other, 7)).number == 7


async def test_a_missing_permission_is_no_limit(forge: GitHubForge, github: ScriptedGitHub, repo: Repo):
    """403 also means "never": a pause would hide it."""
    github.on(GET, answer(403, {"message": "Resource not accessible by integration"}))
    with pytest.raises(Forbidden):
        await forge.pull_request(repo, 7)


class Time:
    """A clock that stands until somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def test_a_pause_ends_by_itself():
    """After the wait the next request goes out."""
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep)
    pace.pause(7, 30)
    time.now += 30
    async with pace.turn(7, write=False):
        pass


async def test_refusals_in_a_row_double_the_wait_up_to_an_hour():
    """GitHub bans those who keep on asking; an answer in between starts anew."""
    pace = Pace(clock=Time())
    assert [pace.pause(7, None) for _ in range(8)] == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    pace.answered(7)
    assert pace.pause(7, None) == 60


async def test_ten_writes_go_out_at_once_and_more_wait_a_second_each():
    """A burst of one evaluation is not slowed; a hundred writes stay below eighty a minute."""
    time = Time()
    pace = Pace(interval=1, clock=time, sleep=time.sleep)
    sent: list[float] = []
    for _ in range(100):
        async with pace.turn(7, write=True):
            sent.append(time.now - 1000)
    assert sent[9] == 0
    assert max(sum(1 for at in sent if start <= at < start + 60) for start in sent) <= 70


async def test_ten_requests_are_out_at_a_time():
    """However many jobs run."""
    pace = Pace()
    now, most = 0, 0

    async def request() -> None:
        nonlocal now, most
        async with pace.turn(7, write=False):
            now += 1
            most = max(most, now)
            await asyncio.sleep(0)
            now -= 1

    await asyncio.gather(*(request() for _ in range(50)))
    assert most == MOST_AT_ONCE

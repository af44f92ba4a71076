"""What every ``Forge`` keeps to, held against a GitHub with state that judges each request by GitHub's own
description and limits.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.model.commit import Repo
from bot.core.parse.diff import parse_diff
from bot.flows.ports import (
    Annotation,
    CheckRun,
    File,
    Forbidden,
    Forge,
    NotFound,
    RateLimited,
    TooLarge,
    Unavailable,
    Unchanged,
)
from bot.github.forge import AppAccess, GitHubForge
from bot.github.wire import Patience
from bot.sandbox import PullRequest, Repository, Sandbox, Symlink

POLICY = ".github/covgate.yml"
SHOP = {"src/shop.py": "price = 1\ncount = 2\n", "README.md": "# Shop\n", POLICY: "version: 1\n"}


@pytest.fixture
def github() -> Iterator[Sandbox]:
    with Sandbox.start(validate=True) as sandbox:
        yield sandbox
        assert sandbox.violations == []


@pytest.fixture
def shop(github: Sandbox) -> Repository:
    return github.repository("octo/shop", files=SHOP, private=True, roles={"tria": "triage", "wren": "write"})


@pytest.fixture
def pull(shop: Repository) -> PullRequest:
    return shop.pull_request(branch="feature/more", files={"src/shop.py": "price = 1\ncount = 2\nmore = 3\n"})


@pytest.fixture
def slept() -> list[float]:
    return []


def forge_at(github: Sandbox, slept: list[float], patience: Patience) -> GitHubForge:
    """The App at the sandbox; its pauses are noted and not slept."""

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    access = AppAccess(
        app_id=github.app.id,
        private_key=github.app.private_key,
        api_url=github.api_url,
        write_interval=0,
        patience=patience,
    )
    return GitHubForge(access, now=github.clock.now, sleep=sleep)


@pytest.fixture
async def forge(github: Sandbox, slept: list[float]) -> AsyncIterator[Forge]:
    async with forge_at(github, slept, Patience()) as forge:
        yield forge


@pytest.fixture
async def hasty(github: Sandbox, slept: list[float]) -> AsyncIterator[Forge]:
    """Gives GitHub three seconds for everything."""
    async with forge_at(github, slept, Patience(answer=3, silence=2.5)) as forge:
        yield forge


def repo_of(repository: Repository) -> Repo:
    return Repo(
        id=repository.id,
        owner=repository.owner,
        name=repository.name,
        private=repository.private,
        default_branch=repository.default_branch,
        installation=repository.installation_id,
    )


@pytest.fixture
def repo(shop: Repository) -> Repo:
    return repo_of(shop)


def a_check(sha: str, notes: int = 0, conclusion: str | None = "failure") -> CheckRun:
    marks = tuple(
        Annotation(path="src/shop.py", start_line=1, end_line=2, level="warning", title=f"Mark {n}", message="missed")
        for n in range(notes)
    )
    return CheckRun(
        name="covgate",
        head_sha=sha,
        external_id="evaluation-1",
        details_url="https://covgate.example/octo/shop",
        conclusion=conclusion,
        title="94.90%",
        summary="1 more line needed",
        annotations=marks,
    )


async def test_a_repository_is_told_as_it_is_now(forge: Forge, shop: Repository, repo: Repo):
    """Who may see it and what it is called, though it is asked for under an old name."""
    assert await forge.repository(repo) == repo
    shop.set_private(False)
    shop.rename("octo/store")
    assert await forge.repository(repo) == replace(repo, name="store", private=False)


async def test_a_pull_request_is_read_by_number_and_found_by_branch(forge: Forge, repo: Repo, pull: PullRequest):
    """Both ways tell the same of it; by number also its comments and its test merge."""
    found = await forge.pull_request(repo, pull.number)
    assert (found.head_sha, found.head_ref, found.head_repo_id) == (pull.head_sha, "feature/more", repo.id)
    assert (found.base_sha, found.base_ref, found.author) == (pull.base_sha, "main", "alice")
    assert (found.merge_sha, found.comments, found.open, found.draft) == (pull.merge_sha, 0, True, False)
    (listed,) = await forge.pull_requests(repo, head_owner="octo", head_ref="feature/more")
    assert (listed.number, listed.head_sha) == (found.number, found.head_sha)
    with pytest.raises(NotFound):
        await forge.pull_request(repo, 99)


async def test_a_forks_pull_request_has_the_forks_identity(forge: Forge, github: Sandbox, shop: Repository, repo: Repo):
    """Its branch may be called main; its repository's id says whose. Deleted, it has none."""
    fork = shop.fork("mallory/shop")
    pull = fork.pull_request(branch="main", files={"x.py": "1\n"}, author="mallory")
    run = pull.ci("ci.yml").start().finish()
    (found,) = await forge.pull_requests(repo, head_owner="mallory", head_ref="main")
    assert (found.number, found.head_repo_id, found.author) == (pull.number, fork.id, "mallory")
    (told,) = await forge.runs(repo, pull.head_sha)
    assert (told.id, told.head_repo_id, told.head_owner, told.head_branch) == (run.id, fork.id, "mallory", "main")
    fork.delete()
    assert (await forge.pull_request(repo, pull.number)).head_repo_id is None
    assert github.violations == []


async def test_runs_and_artifacts_of_a_head(forge: Forge, repo: Repo, pull: PullRequest, tmp_path: Path):
    """From a head SHA to its runs, to their artifacts, to a file of the very bytes."""
    run = pull.ci("ci.yml", name="CI").start()
    artifact_id = run.upload("covgate-test-0-1", {"manifest.json": b"{}"})
    run.finish("failure")
    (told,) = await forge.runs(repo, pull.head_sha)
    assert (told.id, told.attempt, told.path, told.name) == (run.id, 1, ".github/workflows/ci.yml", "CI")
    assert (told.event, told.status, told.conclusion) == ("pull_request", "completed", "failure")
    (artifact,) = await forge.artifacts(repo, run.id)
    assert (artifact.id, artifact.name, artifact.expired, artifact.run_id) == (
        artifact_id,
        "covgate-test-0-1",
        False,
        run.id,
    )
    target = tmp_path / "artifact.zip"
    await forge.download(repo, artifact, target, limit=100_000)
    assert names_in(target) == ["manifest.json"]
    with pytest.raises(TooLarge):
        await forge.download(repo, artifact, target, limit=artifact.size - 1)
    run.expire(artifact_id)
    with pytest.raises(NotFound):
        await forge.download(repo, artifact, target, limit=100_000)


def names_in(path: Path) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(path.read_bytes())).namelist()


async def test_a_matrix_of_120_jobs_is_listed_whole(forge: Forge, repo: Repo, pull: PullRequest):
    """Every page."""
    run = pull.ci("ci.yml").start()
    for number in range(120):
        run.upload(f"covgate-{number}", {"manifest.json": b"{}"})
    run.finish()
    assert len(await forge.artifacts(repo, run.id)) == 120


async def test_jobs_of_a_run_are_told_by_their_name_each_at_its_last_attempt(
    forge: Forge, repo: Repo, pull: PullRequest
):
    """Every page; one that succeeded stays though the failed ones alone ran again; one that still runs has no
    conclusion.
    """
    ci = pull.ci("ci.yml").start(jobs=[f"test ({number})" for number in range(120)])
    ci.job("build", "failure")
    ci.finish("success")
    ci.rerun(jobs=["build", "lint"])
    ci.job("build", "success")
    (run,) = await forge.runs(repo, pull.head_sha)
    jobs = await forge.jobs(repo, run)
    assert {job.workflow for job in jobs} == {".github/workflows/ci.yml"}
    assert len(jobs) == 122
    told = {job.name: job.conclusion for job in jobs}
    assert [told[name] for name in ("test (0)", "test (119)", "build", "lint")] == [
        "success",
        "success",
        "success",
        None,
    ]


async def test_commits_and_what_lies_between_them(forge: Forge, shop: Repository, repo: Repo, pull: PullRequest):
    """Parents in order, the merge base by branch name or SHA, ancestors newest first, the diff as git makes it."""
    fork_point = pull.base_sha
    tip = shop.push("main", {"other.py": "1\n"})
    assert pull.merge_sha is not None
    assert (await forge.commit(repo, pull.merge_sha)).parents == (tip, pull.head_sha)
    assert await forge.merge_base(repo, "main", pull.head_sha) == fork_point
    assert await forge.merge_base(repo, tip, "feature/more") == fork_point
    assert await forge.ancestors(repo, tip, limit=10) == [tip, fork_point]
    assert await forge.ancestors(repo, tip, limit=1) == [tip]
    assert (await forge.diff(repo, fork_point, pull.head_sha)).decode() == pull.diff
    with pytest.raises(NotFound):
        await forge.commit(repo, "0" * 40)


async def test_a_change_too_large_for_a_diff_is_put_together_from_its_files(forge: Forge, shop: Repository, repo: Repo):
    """Over 300 files GitHub makes no diff; file by file it tells the same lines."""
    pull = shop.pull_request(branch="large", files={f"src/{n}.py": f"a = {n}\nb = {n}\n" for n in range(320)})
    with pytest.raises(TooLarge):
        await forge.diff(repo, pull.base_sha, pull.head_sha)
    listed = await forge.patch_files(repo, pull.number)
    assert listed.missing == ()
    assert parse_diff(listed.diff) == parse_diff(pull.diff.encode())


async def test_a_file_at_a_ref_and_whether_it_changed(forge: Forge, shop: Repository, repo: Repo):
    """Content, identity and etag; unchanged while the etag holds; none where there is none."""
    first = await forge.file(repo, POLICY, "main")
    assert isinstance(first, File)
    assert first.content == b"version: 1\n"
    assert isinstance(await forge.file(repo, POLICY, "main", etag=first.etag), Unchanged)
    shop.push("main", {POLICY: "version: 1\nmode: report\n"})
    second = await forge.file(repo, POLICY, "main", etag=first.etag)
    assert isinstance(second, File)
    assert second.blob_sha != first.blob_sha
    assert await forge.file(repo, POLICY, first.blob_sha) is None
    assert await forge.file(repo, ".github", "main") is None
    shop.push("main", {POLICY: Symlink("/etc/passwd")})
    assert await forge.file(repo, POLICY, "main", etag=second.etag) is None


async def test_every_file_at_a_commit(forge: Forge, shop: Repository, repo: Repo, pull: PullRequest):
    """Folders are no files; a commit that is not there has none to tell."""
    assert await forge.files(repo, shop.sha()) == frozenset(SHOP)
    with pytest.raises(NotFound):
        await forge.files(repo, "0" * 40)


async def test_R06_deliveries_that_nobody_took_are_found_and_sent_again(
    forge: Forge, github: Sandbox, shop: Repository
):
    """GitHub tries each once; its log tells which failed, and sends one again under its GUID."""
    began = github.clock.now() - timedelta(minutes=1)
    github.webhooks.send_to("http://127.0.0.1:9/github/webhooks")  # nobody listens there
    shop.push("main", {"new.py": "1\n"})
    await asyncio.to_thread(github.settle)
    lost = await forge.lost_deliveries(since=began)
    assert lost == sorted(lost)
    pushed = github.webhooks.of("push")
    assert {delivery.id for delivery in pushed} <= set(lost)
    await forge.redeliver(pushed[0].id)
    await asyncio.to_thread(github.settle)
    assert {delivery.guid for delivery in github.webhooks.of("push")} == {pushed[0].guid}
    assert len(github.webhooks.of("push")) == 2
    assert await forge.lost_deliveries(since=github.clock.now() + timedelta(minutes=1)) == []


async def test_a_check_is_opened_completed_and_found(forge: Forge, repo: Repo, pull: PullRequest):
    """One check run from pending to verdict; 120 annotations arrive whole; it is ours by name and App."""
    assert await forge.find_check(repo, pull.head_sha, "covgate") is None
    opened = await forge.create_check(repo, a_check(pull.head_sha, conclusion=None))
    assert await forge.find_check(repo, pull.head_sha, "covgate") == opened
    assert await forge.update_check(repo, opened, a_check(pull.head_sha, notes=120)) == opened
    check = pull.check("covgate")
    assert check is not None
    assert (check.status, check.conclusion, check.title) == ("completed", "failure", "94.90%")
    assert [mark["title"] for mark in check.annotations] == [f"Mark {n}" for n in range(120)]
    assert check.details_url == "https://covgate.example/octo/shop"


async def test_a_verdict_said_again_stays_one_and_another_leaves_no_old_marks(
    forge: Forge, repo: Repo, pull: PullRequest
):
    """GitHub appends annotations and never takes one back."""
    made = await forge.create_check(repo, a_check(pull.head_sha, notes=60))
    assert await forge.update_check(repo, made, a_check(pull.head_sha, notes=60)) == made
    assert len(pull.checks()) == 1
    now = await forge.update_check(repo, made, a_check(pull.head_sha, conclusion="success"))
    assert await forge.find_check(repo, pull.head_sha, "covgate") == now
    check = pull.check("covgate")
    assert check is not None
    assert (check.conclusion, check.annotations) == ("success", [])


@pytest.mark.parametrize("first", ["failure", None], ids=["red", "in progress"])
@pytest.mark.parametrize("then", ["success", None], ids=["green", "in progress"])
async def test_after_a_restart_the_one_check_run_that_may_be_in_progress_is_the_newest(
    github: Sandbox,
    slept: list[float],
    repo: Repo,
    pull: PullRequest,
    first: str | None,
    then: str | None,
):
    """Annotations of another verdict need a new check run; nothing would ever conclude the old one."""
    async with forge_at(github, slept, Patience()) as before:
        made = await before.create_check(repo, a_check(pull.head_sha, notes=3, conclusion=first))
    async with forge_at(github, slept, Patience()) as after:
        now = await after.update_check(repo, made, a_check(pull.head_sha, conclusion=then))
    newest, old = pull.checks()
    assert (newest.id, newest.conclusion, newest.annotations) == (now, then, [])
    assert (old.id, old.status, old.conclusion) == (made, "completed", first or "neutral")


async def test_own_comments_among_many_others(forge: Forge, repo: Repo, pull: PullRequest):
    """Ours, whatever others wrote; changed in place; gone when deleted."""
    for number in range(105):
        pull.comment(f"comment {number} <!-- covgate:marker -->")
    made = await forge.create_comment(repo, pull.number, "the verdict")
    await forge.update_comment(repo, made, "the new verdict")
    (ours,) = await forge.own_comments(repo, pull.number)
    assert (ours.id, ours.body) == (made, "the new verdict")
    await forge.delete_comment(repo, made)
    assert await forge.own_comments(repo, pull.number) == []
    with pytest.raises(NotFound):
        await forge.update_comment(repo, made, "too late")


async def test_a_comment_is_read_and_reacted_to(forge: Forge, repo: Repo, pull: PullRequest):
    """Who wrote it; and a reaction that is there once, however often it is placed."""
    asked = pull.comment("/recheck", by="wren")
    found = await forge.comment(repo, asked.id)
    assert (found.author, found.body, found.app_id) == ("wren", "/recheck", None)
    await forge.react(repo, asked.id, "eyes")
    await forge.react(repo, asked.id, "eyes")
    with pytest.raises(NotFound):
        await forge.comment(repo, 1)


async def test_T18_permissions_of_every_role(forge: Forge, repo: Repo, shop: Repository):
    """As the collaborator API tells them; a stranger has none."""
    shop.grant("ada", "admin")
    roles = [await forge.permission(repo, user) for user in ("ada", "maintainer", "wren", "tria", "mallory")]
    assert roles == ["admin", "maintain", "write", "triage", "none"]


async def test_T22_a_name_that_passed_on_tells_nothing(
    forge: Forge, github: Sandbox, shop: Repository, repo: Repo, pull: PullRequest
):
    """Deleted and made anew by somebody, the same name is another repository."""
    shop.delete()
    impostor = github.repository("octo/shop", files=SHOP)
    other = impostor.pull_request(branch="feature/more", files={"x": "1"})
    assert other.number == pull.number
    with pytest.raises((NotFound, Forbidden)):
        await forge.pull_request(repo, pull.number)
    with pytest.raises((NotFound, Forbidden)):
        await forge.repository(repo)


async def test_T39_an_uninstalled_or_suspended_app_is_refused(
    forge: Forge, github: Sandbox, repo: Repo, pull: PullRequest
):
    """Not retried, and not taken for "there is no such pull request"."""
    github.suspend("octo")
    with pytest.raises(Forbidden):
        await forge.pull_request(repo, pull.number)
    github.unsuspend("octo")
    assert (await forge.pull_request(repo, pull.number)).open
    github.uninstall("octo")
    with pytest.raises(Forbidden):
        await forge.pull_request(repo, pull.number)


async def test_a_permission_that_was_not_granted_is_refused(
    forge: Forge, github: Sandbox, repo: Repo, pull: PullRequest
):
    """The App asks for what it needs, and says so when it does not get it."""
    github.permit("octo", {"metadata": "read", "contents": "read"})
    with pytest.raises(Forbidden, match="no token for octo/shop"):
        await forge.pull_request(repo, pull.number)


async def test_a_new_token_that_lags_is_waited_for(
    forge: Forge, github: Sandbox, repo: Repo, pull: PullRequest, slept: list[float]
):
    """Two 401s, and the call goes through with the same token."""
    github.token_lag(2)
    assert await forge.create_comment(repo, pull.number, "hello") > 0
    assert slept == [1.0, 2.0]
    assert len(pull.comments()) == 1


async def test_one_token_serves_many_calls_at_once(forge: Forge, github: Sandbox, repo: Repo, pull: PullRequest):
    """Twenty calls, one request for a token, of one repository with the least permissions."""
    await asyncio.gather(*(forge.pull_request(repo, pull.number) for _ in range(20)))
    assert github.requests.counts()["POST /app/installations/{installation_id}/access_tokens"] == 1


CALLS: dict[str, tuple[str, Callable[[Forge, Repo, PullRequest], Awaitable[object]]]] = {
    "repository": ("GET", lambda forge, repo, _: forge.repository(repo)),
    "pull request": ("GET", lambda forge, repo, pull: forge.pull_request(repo, pull.number)),
    "pull requests": ("GET", lambda forge, repo, _: forge.pull_requests(repo, head_owner="octo", head_ref="x")),
    "runs": ("GET", lambda forge, repo, pull: forge.runs(repo, pull.head_sha)),
    "artifacts": ("GET", lambda forge, repo, _: forge.artifacts(repo, 1)),
    "commit": ("GET", lambda forge, repo, pull: forge.commit(repo, pull.head_sha)),
    "merge base": ("GET", lambda forge, repo, pull: forge.merge_base(repo, "main", pull.head_sha)),
    "diff": ("GET", lambda forge, repo, pull: forge.diff(repo, pull.base_sha, pull.head_sha)),
    "file": ("GET", lambda forge, repo, _: forge.file(repo, POLICY, "main")),
    "find check": ("GET", lambda forge, repo, pull: forge.find_check(repo, pull.head_sha, "covgate")),
    "permission": ("GET", lambda forge, repo, _: forge.permission(repo, "wren")),
    "create check": ("POST", lambda forge, repo, pull: forge.create_check(repo, a_check(pull.head_sha))),
    "create comment": ("POST", lambda forge, repo, pull: forge.create_comment(repo, pull.number, "hello")),
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("status", [500, 503])
async def test_R07_a_broken_github_at_every_call(
    forge: Forge, github: Sandbox, repo: Repo, pull: PullRequest, name: str, status: int
):
    """For ever: bounded tries and ``Unavailable``; a write is tried once."""
    method, call = CALLS[name]
    await forge.pull_request(repo, pull.number)  # the token is there
    github.requests.clear()
    github.faults.on(method, "/repos/*", times=99).answer(status)
    with pytest.raises(Unavailable):
        await call(forge, repo, pull)
    assert len(github.requests()) == (3 if method == "GET" else 1)
    assert github.mutations == []


@pytest.mark.parametrize("fault", ["secondary", "secondary with a wait", "primary"])
async def test_R08_no_request_goes_out_during_a_pause(
    forge: Forge, github: Sandbox, repo: Repo, pull: PullRequest, fault: str
):
    """However the limit is told; and the same is true of every other call."""
    await forge.pull_request(repo, pull.number)
    limited = github.faults.on("GET", "/repos/*")
    if fault == "primary":
        limited.primary_limit(resets_in=120)
    else:
        limited.secondary_limit(retry_after=30 if "wait" in fault else None)
    with pytest.raises(RateLimited) as told:
        await forge.pull_request(repo, pull.number)
    assert told.value.retry_after == pytest.approx({"primary": 120, "secondary": 60}.get(fault, 30), abs=3)
    github.requests.clear()
    for _, call in CALLS.values():
        with pytest.raises(RateLimited):
            await call(forge, repo, pull)
    assert len(github.requests()) == 0


@pytest.mark.parametrize("fault", ["hang", "drip", "reset", "cut", "cut unsaid", "html", "headers"])
async def test_R09_a_broken_wire_is_unavailable(
    hasty: Forge, github: Sandbox, repo: Repo, pull: PullRequest, fault: str
):
    """Every way of not answering, within the deadline."""
    await hasty.pull_request(repo, pull.number)
    wire = github.faults.on("GET", "/repos/*", times=99)
    {
        "hang": lambda: wire.hang(30),
        "drip": lambda: wire.drip(0.2),
        "reset": wire.reset,
        "cut": wire.truncate,
        "cut unsaid": lambda: wire.truncate(with_length=False),
        "html": lambda: wire.html(200),
        "headers": lambda: wire.many_headers(100_000),
    }[fault]()
    with pytest.raises(Unavailable):
        await asyncio.wait_for(hasty.pull_request(repo, pull.number), 6)


async def test_R09_a_gzip_bomb_is_too_large(forge: Forge, github: Sandbox, repo: Repo, pull: PullRequest):
    """64 MiB of nothing, in 64 KB."""
    await forge.pull_request(repo, pull.number)
    github.faults.on("GET", "/repos/*", times=99).bomb(64)
    with pytest.raises(TooLarge):
        await forge.diff(repo, pull.base_sha, pull.head_sha)


@pytest.mark.parametrize("reset", [True, False])
async def test_R10_a_write_whose_fate_is_unknown_happened_once(
    forge: Forge, github: Sandbox, repo: Repo, pull: PullRequest, *, reset: bool
):
    """GitHub did it and failed to say so: we do not do it again, and find it when we look."""
    fault = github.faults.on("POST", "/repos/*")
    if reset:
        fault.commit_then_reset()
    else:
        fault.commit_then(502)
    with pytest.raises(Unavailable):
        await forge.create_comment(repo, pull.number, "the verdict")
    assert [comment.body for comment in await forge.own_comments(repo, pull.number)] == ["the verdict"]

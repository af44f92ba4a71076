"""``History``: what was measured and judged, kept by the numeric id of its repository."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.model.benchmarks import Benchmark, Benchmarks, Direction, Measure
from bot.core.model.commit import Repo
from bot.core.model.coverage import Arms, Blocks, Coverage, FileCoverage, Metric, Tally
from bot.core.model.evidence import Baseline, BenchRecord, Layout
from bot.core.model.findings import Finding, Level
from bot.core.model.lines import Lines
from bot.core.model.suites import Outcome
from bot.flows.ports import CachedPolicy, JobKey, Published, Timer, TrackedPull
from bot.store import schema
from bot.store.engine import parsed
from bot.store.opening import Store

Repositories = Callable[..., Repo]

NOON = datetime(2026, 11, 5, 12, 0, 0, 123456, tzinfo=UTC)
SHAS = tuple(letter * 40 for letter in "abcdef")


def lines_of(covered: int, total: int, path: str = "app.py") -> Coverage:
    file = FileCoverage(measured=Lines.of(range(1, total + 1)), executed=Lines.of(range(1, covered + 1)))
    return Coverage(metric=Metric.LINES, files={path: file})


RICH = Coverage(
    metric=Metric.STATEMENTS_AND_BRANCHES,
    files={
        "src/ä b.py": FileCoverage(
            measured=Lines.of([1, 2, 3, 9_999]),
            executed=Lines.of([1, 3]),
            excluded=Lines.of([4]),
            arms={
                3: Arms(frozenset({"3->4", "3->exit"}), frozenset({"3->4"})),
                7: Arms(total=2, open=frozenset({"8"})),
            },
            functions={"1:main": True, "9:other": False},
        )
    },
)
GO = Coverage(
    metric=Metric.STATEMENTS,
    files={"a.go": FileCoverage.of_blocks(Blocks(frozenset({b"3.1,5.2 2"}), frozenset({b"6.1,9.2 4"})))},
)


# --- repositories ---------------------------------------------------------------------------------------------------


async def test_a_repository_is_known_by_its_id_and_by_its_name(store: Store, repository: Repositories) -> None:
    """GitHub's names ignore case; what is not known is ``None``."""
    repo = repository(2**40, private=True)
    await store.history.remember_repo(repo)
    assert await store.history.repo(2**40) == repo
    assert await store.history.repo_named("Octo", "HELLO") == repo
    assert await store.history.repo(1) is None
    assert await store.history.repo_named("octo", "other") is None


async def test_a_repository_that_was_renamed_leaves_its_old_name(store: Store, repository: Repositories) -> None:
    """The old name leads nowhere until somebody else has it."""
    await store.history.remember_repo(repository())
    renamed = repository(name="hello-2", default_branch="trunk", private=True)
    await store.history.remember_repo(renamed)
    assert await store.history.repo_named("octo", "hello") is None
    assert await store.history.repo_named("octo", "hello-2") == renamed
    assert await store.history.repo(42) == renamed


async def test_T22_a_name_leads_to_whoever_has_it_now(store: Store, repository: Repositories) -> None:
    """Deleted and created anew under the same name: another repository, with nothing of the first one's."""
    first, second = repository(1), repository(2)
    await store.history.remember_repo(first)
    kept = Baseline(sha=SHAS[0], coverage={Metric.LINES: lines_of(1, 2)})
    await store.history.record_baseline(1, baseline=kept, branch="main", at=NOON)
    await store.history.remember_repo(second)
    assert await store.history.repo_named("octo", "hello") == second
    assert await store.history.repo(1) == first
    assert await store.history.latest(2, "main") is None
    await store.history.remember_repo(first)  # and back, by a transfer
    assert await store.history.repo_named("octo", "hello") == first


async def test_two_repositories_that_claim_one_name_at_once_both_stay(store: Store, repository: Repositories) -> None:
    """Deliveries of both arrive together: one has the name, neither is refused."""
    claims = [repository(number) for number in range(1, 9)]
    await asyncio.gather(*(store.history.remember_repo(claim) for claim in claims))
    assert [await store.history.repo(claim.id) for claim in claims] == claims
    assert await store.history.repo_named("octo", "hello") in claims


async def test_an_installation_that_is_gone_takes_its_repositories_out_of_reach(
    store: Store, repository: Repositories
) -> None:
    """No call is made for them; they come back when a delivery tells of them again, with what was kept."""
    await store.history.remember_repo(repository(1, installation=7))
    await store.history.remember_repo(repository(2, name="other", installation=8))
    await store.history.publish(1, _verdict())
    await store.history.forget_installation(7)
    assert await store.history.repo(1) is None
    assert await store.history.repo_named("octo", "hello") is None
    assert await store.history.repo(2) is not None
    await store.history.remember_repo(repository(1, installation=9))
    assert await store.history.repo(1) == repository(1, installation=9)
    assert await store.history.published(1, SHAS[0]) == _verdict()


async def test_an_installation_that_is_not_said_is_not_forgotten(store: Store, repository: Repositories) -> None:
    """Some deliveries name the repository alone."""
    await store.history.remember_repo(repository(installation=7))
    await store.history.remember_repo(repository(installation=0, name="new"))
    assert await store.history.repo(42) == repository(installation=7, name="new")


async def test_a_private_repository_is_shown_only_on_certain_word(store: Store, repository: Repositories) -> None:
    """A delivery from before may say that it is public: the rest of what it says is kept. Hiding needs no proof."""
    await store.history.remember_repo(repository(private=True))
    await store.history.remember_repo(repository(private=False, name="renamed"))
    assert await store.history.repo(42) == repository(private=True, name="renamed")
    await store.history.remember_repo(repository(private=False), visible=True)
    assert await store.history.repo(42) == repository(private=False)
    await store.history.remember_repo(repository(private=False, name="again"))
    assert await store.history.repo(42) == repository(private=False, name="again")
    await store.history.remember_repo(repository(private=True))
    assert await store.history.repo(42) == repository(private=True)


async def test_a_private_repository_stays_so_while_it_is_out_of_reach(store: Store, repository: Repositories) -> None:
    """Uninstalled and installed again, it is not public for that; nor is anything of it kept once forgotten."""
    await store.history.remember_repo(repository(private=True, installation=7))
    await store.history.forget_installation(7)
    await store.history.remember_repo(repository(private=False, installation=9))
    assert await store.history.repo(42) == repository(private=True, installation=9)
    await store.history.forget_repo(42)
    await store.history.remember_repo(repository(private=False))
    assert await store.history.repo(42) == repository(private=False)


# --- pull requests --------------------------------------------------------------------------------------------------


async def test_pull_requests_are_found_by_number_head_and_base(store: Store) -> None:
    """By head: open or not. By base: the open ones. In the order of their numbers."""
    pulls = [
        TrackedPull(number=9, head_sha=SHAS[0], base_ref="main", open=True),
        TrackedPull(number=3, head_sha=SHAS[0], base_ref="release/1", open=True),
        TrackedPull(number=5, head_sha=SHAS[1], base_ref="main", open=True),
        TrackedPull(number=7, head_sha=SHAS[0], base_ref="main", open=False),
    ]
    for pull in pulls:
        await store.history.remember_pull(42, pull)
    assert await store.history.pull(42, 5) == pulls[2]
    assert await store.history.pull(42, 6) is None
    assert [pull.number for pull in await store.history.pulls(42, SHAS[0])] == [3, 7, 9]
    assert [pull.number for pull in await store.history.pulls_onto(42, "main")] == [5, 9]
    moved = replace(pulls[2], head_sha=SHAS[2], base_ref="release/1")
    await store.history.remember_pull(42, moved)
    assert await store.history.pulls(42, SHAS[1]) == []
    assert await store.history.pulls(42, SHAS[2]) == [moved]


# --- baselines ------------------------------------------------------------------------------------------------------


async def test_a_measurement_comes_back_to_the_last_line_branch_and_block(store: Store) -> None:
    """Several metrics of one commit, each whole: lines, arms of every degree, functions, exclusions, Go's blocks."""
    measured = {Metric.STATEMENTS_AND_BRANCHES: RICH, Metric.STATEMENTS: GO}
    await store.history.record_baseline(42, baseline=Baseline(sha=SHAS[0], coverage=measured), branch="main", at=NOON)
    found = await store.history.baseline(42, [SHAS[0]])
    assert found is not None
    assert found.sha == SHAS[0]
    assert found.coverage == measured
    assert found.coverage[Metric.STATEMENTS].native == Tally(2, 6)


async def test_the_baseline_is_the_first_of_the_asked_that_has_data(store: Store) -> None:
    """In the order of the question, not of the recording; unknown commits are passed over, however many."""
    for sha, covered in ((SHAS[1], 1), (SHAS[2], 2)):
        measured = {Metric.LINES: lines_of(covered, 3)}
        await store.history.record_baseline(42, baseline=Baseline(sha=sha, coverage=measured), branch="main", at=NOON)
    unknown = [f"{number:040x}" for number in range(1200)]
    found = await store.history.baseline(42, [SHAS[0], *unknown, SHAS[2], SHAS[1]])
    assert found is not None
    assert (found.sha, found.coverage[Metric.LINES].native) == (SHAS[2], Tally(2, 3))
    assert await store.history.baseline(42, unknown) is None
    assert await store.history.baseline(42, []) is None


async def test_a_commit_that_is_recorded_again_replaces_itself(store: Store) -> None:
    """A re-run measured more, in one metric instead of two: nothing of the first stays."""
    first = {Metric.LINES: lines_of(1, 3), Metric.STATEMENTS: GO}
    await store.history.record_baseline(42, baseline=Baseline(sha=SHAS[0], coverage=first), branch="main", at=NOON)
    second = {Metric.LINES: lines_of(3, 3)}
    await store.history.record_baseline(42, baseline=Baseline(sha=SHAS[0], coverage=second), branch="main", at=NOON)
    found = await store.history.baseline(42, SHAS)
    assert found is not None
    assert found.coverage == second
    assert await store.history.latest(42, "main") == (SHAS[0], {Metric.LINES: Tally(3, 3)})


async def test_nothing_measured_is_no_baseline(store: Store) -> None:
    """Absence is kept as absence."""
    await store.history.record_baseline(42, baseline=Baseline(sha=SHAS[0], coverage={}), branch="main", at=NOON)
    assert await store.history.baseline(42, SHAS) is None
    assert await store.history.latest(42, "main") is None


async def test_the_latest_of_a_branch_is_the_newest_not_the_last_recorded(store: Store) -> None:
    """An older commit whose CI took longer does not move the badge back; branches do not mix; one commit can be on
    two.
    """
    for sha, branch, minutes, covered in (
        (SHAS[0], "main", 0, 1),
        (SHAS[2], "main", 10, 2),
        (SHAS[1], "main", 5, 3),
        (SHAS[2], "release", 20, 2),
        (SHAS[3], "other", 30, 0),
    ):
        at = NOON + timedelta(minutes=minutes)
        measured = {Metric.LINES: lines_of(covered, 4)}
        await store.history.record_baseline(42, baseline=Baseline(sha=sha, coverage=measured), branch=branch, at=at)
    assert await store.history.latest(42, "main") == (SHAS[2], {Metric.LINES: Tally(2, 4)})
    assert await store.history.latest(42, "release") == (SHAS[2], {Metric.LINES: Tally(2, 4)})
    assert await store.history.latest(42, "none") is None


OUTCOMES = {
    ("pkg/a", "TestOne"): Outcome.PASSED,
    ("pkg/a", "TestTwo/sub test"): Outcome.ERRORED,
    ("pkg/ä", ""): Outcome.SKIPPED,
}
FINDINGS = (
    Finding(path="b.go", rule="errcheck", message="not checked", level=Level.ERROR, line=3, tool="golangci-lint"),
    Finding(path="", rule="CVE-1", message=""),
)


def record_of(sha: str, *samples: float) -> BenchRecord:
    time = Measure(unit="ns/op", direction=Direction.LOWER, samples=samples or (1.5,))
    return BenchRecord(
        sha=sha,
        benchmarks=Benchmarks(benchmarks=(Benchmark(name="Collect", group="pkg", measures={"time": time}),)),
        machine="cpu x",
        layout=Layout.INTERLEAVED,
        ratios={("pkg", "Collect", "time"): -0.25},
    )


async def test_a_push_without_coverage_is_a_baseline_too(store: Store) -> None:
    """Outcomes, findings and benchmarks come back as they were; the badge looks further back for coverage."""
    covered = Baseline(sha=SHAS[0], coverage={Metric.LINES: lines_of(1, 2)})
    await store.history.record_baseline(42, baseline=covered, branch="main", at=NOON)
    tested = Baseline(
        sha=SHAS[1],
        suites=OUTCOMES,
        findings=FINDINGS,
        raced=True,
        benchmarks=(record_of(SHAS[1], 1.0, 2.5),),
        uploads=frozenset({("ci.yml", "unit")}),
    )
    await store.history.record_baseline(42, baseline=tested, branch="main", at=NOON + timedelta(minutes=1))
    assert await store.history.baseline(42, [SHAS[2], SHAS[1], SHAS[0]]) == tested
    assert await store.history.baseline(42, [SHAS[0]]) == covered
    assert await store.history.recorded(42, [SHAS[2], SHAS[1]]) == SHAS[1]
    assert await store.history.recorded(42, [SHAS[2]]) is None
    assert await store.history.newest(42, "main") == SHAS[1]
    assert await store.history.newest(42, "release") is None
    assert await store.history.latest(42, "main") == (SHAS[0], {Metric.LINES: Tally(1, 2)})


async def test_nothing_found_is_not_nothing_read(store: Store) -> None:
    """A linter that was content, and a run that had no test, differ from none; recorded again, they may be none."""
    clean = Baseline(sha=SHAS[0], suites={}, findings=())
    await store.history.record_baseline(42, baseline=clean, branch="main", at=NOON)
    assert await store.history.baseline(42, [SHAS[0]]) == clean
    again = Baseline(sha=SHAS[0], findings=FINDINGS)
    await store.history.record_baseline(42, baseline=again, branch="main", at=NOON)
    assert await store.history.baseline(42, [SHAS[0]]) == again


async def test_benchmarks_reach_back_along_the_branch(store: Store) -> None:
    """A commit's own record and those recorded before it on its branch, newest first and no more than sixty; what
    came later, what stands on another branch, and a commit's second branch do not count.
    """
    history = store.history
    for number in range(70):
        sha = f"{number:040x}"
        kept = Baseline(sha=sha, benchmarks=(record_of(sha, float(number)),))
        at = NOON + timedelta(minutes=number)
        await history.record_baseline(42, baseline=kept, branch="main" if number % 10 else "other", at=at)
        if number == 65:
            await history.record_baseline(42, baseline=kept, branch="other", at=at + timedelta(hours=9))
    found = await history.baseline(42, [f"{65:040x}"])
    assert found is not None
    assert [int(record.sha, 16) for record in found.benchmarks] == [n for n in range(65, 0, -1) if n % 10][:60]
    newest = await history.baseline(42, [f"{69:040x}"])
    assert newest is not None
    assert len(newest.benchmarks) == 60


async def test_a_day_keeps_its_last_totals(store: Store, database_url: str) -> None:
    """For a year's trend: one row a day, branch and metric, by UTC; a late recording of an older state changes none."""
    for sha, hours, covered in ((SHAS[0], 0, 1), (SHAS[1], 6, 2), (SHAS[2], 3, 3), (SHAS[3], 13, 4)):
        at = NOON.astimezone(UTC) + timedelta(hours=hours)
        measured = {Metric.LINES: lines_of(covered, 4)}
        await store.history.record_baseline(42, baseline=Baseline(sha=sha, coverage=measured), branch="main", at=at)
    day = schema.coverage_day
    rows = _rows(database_url, sa.select(day.c.day, day.c.covered, day.c.total, day.c.sha).order_by(day.c.day))
    assert [(str(row.day), row.covered, row.total, row.sha) for row in rows] == [
        ("2026-11-05", 2, 4, SHAS[1]),
        ("2026-11-06", 4, 4, SHAS[3]),
    ]


def _rows(url: str, query: sa.Select[Any]) -> list[Any]:
    engine = sa.create_engine(parsed(url))
    with engine.connect() as connection:
        rows = list(connection.execute(query))
    engine.dispose()
    return rows


# --- verdicts, policies, timers -------------------------------------------------------------------------------------


def _verdict(sha: str = SHAS[0], **changes: Any) -> Published:
    page = "<!doctype html><p>ümlaut</p>".encode() * 500
    published = Published(head_sha=sha, conclusion="failure", verdict_json=b'{"a": 1}', page=page, at=NOON)
    return replace(published, **changes)


async def test_the_last_verdict_of_a_head_is_kept(store: Store, database_url: str) -> None:
    """Page and JSON come back byte for byte, and take less room than they are long."""
    await store.history.publish(42, _verdict())
    second = _verdict(conclusion="success", at=NOON + timedelta(seconds=1))
    await store.history.publish(42, second)
    assert await store.history.published(42, SHAS[0]) == second
    assert await store.history.published(42, SHAS[1]) is None
    (row,) = _rows(database_url, sa.select(schema.verdict.c.page))
    assert len(row.page) < len(second.page) / 10


async def test_a_policy_is_kept_until_it_is_dropped(store: Store) -> None:
    """That there is none is knowledge too, with its etag; branches do not mix."""
    present = CachedPolicy(content=b"version: 1\n", etag='W/"x"', commit=SHAS[0], read_at=NOON)
    absent = CachedPolicy(content=None, etag=None, commit=None, read_at=NOON)
    await store.history.keep_policy(42, "main", present)
    await store.history.keep_policy(42, "release", absent)
    assert await store.history.policy(42, "main") == present
    assert await store.history.policy(42, "release") == absent
    await store.history.keep_policy(42, "main", absent)
    assert await store.history.policy(42, "main") == absent
    await store.history.drop_policy(42, "main")
    assert await store.history.policy(42, "main") is None
    assert await store.history.policy(42, "release") == absent


async def test_a_timer_starts_once(store: Store) -> None:
    """The first look starts it, later ones read it; when the runs are done is set, moved and unset."""
    later = NOON + timedelta(minutes=3)
    assert await store.history.timer(42, SHAS[0], now=NOON) == Timer(first_seen=NOON)
    assert await store.history.timer(42, SHAS[0], now=later) == Timer(first_seen=NOON)
    await store.history.runs_done(42, SHAS[0], at=later)
    assert await store.history.timer(42, SHAS[0], now=later) == Timer(first_seen=NOON, runs_done=later)
    await store.history.runs_done(42, SHAS[0], at=None)
    assert await store.history.timer(42, SHAS[0], now=later) == Timer(first_seen=NOON)
    await store.history.runs_done(42, SHAS[1], at=None)
    await store.history.runs_done(42, SHAS[1], at=later)
    assert await store.history.timer(42, SHAS[1], now=NOON) == Timer(first_seen=later, runs_done=later)


async def test_two_looks_at_once_start_one_timer(store: Store) -> None:
    """Whoever is first, all agree afterwards."""
    timers = await asyncio.gather(
        *(store.history.timer(42, SHAS[0], now=NOON + timedelta(seconds=number)) for number in range(8))
    )
    assert len(set(timers)) == 1


async def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    """Nobody could say when it was."""
    with pytest.raises(Exception, match="no time zone"):
        await store.history.timer(42, SHAS[0], now=NOON.replace(tzinfo=None))


# --- tenancy --------------------------------------------------------------------------------------------------------


async def _fill(store: Store, repository: Repositories, repo_id: int) -> None:
    """Something of *repo_id* in every table that has repositories."""
    history = store.history
    await history.remember_repo(repository(repo_id, name=f"r{repo_id}", installation=repo_id))
    await history.remember_pull(repo_id, TrackedPull(number=1, head_sha=SHAS[0], base_ref="main", open=True))
    measured = {Metric.LINES: lines_of(repo_id, 9)}
    kept = Baseline(sha=SHAS[0], coverage=measured, suites={("pkg", f"test {repo_id}"): Outcome.PASSED})
    await history.record_baseline(repo_id, baseline=kept, branch="main", at=NOON)
    await history.publish(repo_id, _verdict(conclusion=f"of {repo_id}"))
    policy = CachedPolicy(content=b"%d" % repo_id, etag=None, commit=None, read_at=NOON)
    await history.keep_policy(repo_id, "main", policy)
    await history.timer(repo_id, SHAS[0], now=NOON + timedelta(seconds=repo_id))
    await store.outbox.done(f"check:{repo_id}:{SHAS[0]}:covgate", remote_id=repo_id, digest="d")
    await store.jobs.want([JobKey(kind="check", repo_id=repo_id, subject=SHAS[0])])


async def _seen(store: Store, repo_id: int) -> dict[str, object]:
    """Every answer that the store gives about *repo_id*."""
    history = store.history
    baseline = await history.baseline(repo_id, SHAS)
    return {
        "repo": await history.repo(repo_id),
        "named": await history.repo_named("octo", f"r{repo_id}"),
        "pull": await history.pull(repo_id, 1),
        "pulls": await history.pulls(repo_id, SHAS[0]) or None,
        "onto": await history.pulls_onto(repo_id, "main") or None,
        "baseline": baseline and baseline.coverage[Metric.LINES].native,
        "suites": baseline and baseline.suites,
        "recorded": await history.recorded(repo_id, SHAS),
        "newest": await history.newest(repo_id, "main"),
        "latest": await history.latest(repo_id, "main"),
        "published": await history.published(repo_id, SHAS[0]),
        "policy": await history.policy(repo_id, "main"),
        "effect": await store.outbox.effect(f"check:{repo_id}:{SHAS[0]}:covgate"),
    }


async def test_T22_rows_of_one_repository_are_never_seen_under_another_id(
    store: Store, repository: Repositories
) -> None:
    """Same commits, branches and numbers everywhere: each id answers with its own, an unknown id with nothing."""
    for repo_id in (1, 2):
        await _fill(store, repository, repo_id)
    one, two, three = [await _seen(store, repo_id) for repo_id in (1, 2, 3)]
    assert [name for name in three if three[name] is not None] == []
    assert one["baseline"] == Tally(1, 9)
    assert two["baseline"] == Tally(2, 9)
    alike = {"pull", "pulls", "onto", "recorded", "newest"}  # both filled alike
    assert [name for name in one if name not in alike and one[name] == two[name]] == []


async def test_a_forgotten_repository_leaves_no_row_in_any_table(
    store: Store, repository: Repositories, database_url: str
) -> None:
    """Not one; and its neighbour loses none."""
    for repo_id in (1, 2):
        await _fill(store, repository, repo_id)
    tables = [table for table in schema.metadata.sorted_tables if table is not schema.delivery]
    before = await _seen(store, 2)
    await store.history.forget_repo(1)
    for table in tables:
        owner = table.c.id if table is schema.repository else table.c.repo_id
        ids = {row[0] for row in _rows(database_url, sa.select(owner))}
        assert ids == {2}, table.name
    assert [name for name, answer in (await _seen(store, 1)).items() if answer is not None] == []
    assert await _seen(store, 2) == before

"""What was measured, judged and learnt. Every statement has the repository's id in its predicate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.model.commit import Repo
from bot.core.model.coverage import Metric, Tally
from bot.core.model.evidence import Baseline
from bot.flows.ports import CachedPolicy, Published, Timer, TrackedPull
from bot.store import schema
from bot.store.baselines import Baselines, first_recorded, latest_totals, newest_of
from bot.store.engine import Database
from bot.store.rows import packed, put, unpacked

_INSTALLATION = schema.repository.c.installation.name


class SqlHistory:
    """``History`` on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._baselines = Baselines(database)

    # --- repositories ----------------------------------------------------------------------------------------

    async def remember_repo(self, repo: Repo, *, visible: bool = False) -> None:
        """Keep *repo* as it is now. Its name is its own from here on, whoever had it before. An installation that is
        not said (0) leaves the known one. A private one stays private unless *visible* says for certain that
        everybody may see it.
        """
        known = await self._database.read(lambda connection: _repository(connection, repo.id))
        if known is None or known.address is None or not known.within_reach or _as_repo(known) != repo:
            await self._database.write(lambda connection: self._keep_repo(connection, repo, visible=visible))

    def _keep_repo(self, connection: sa.Connection, repo: Repo, *, visible: bool) -> None:
        table, address = schema.repository, _address(repo.owner, repo.name)
        if not self._database.is_sqlite:  # two processes that hand the same name on: one after the other
            connection.execute(sa.text("LOCK TABLE repository IN SHARE ROW EXCLUSIVE MODE"))
        known = _repository(connection, repo.id)  # read under the write lock: nobody hides it in between
        hidden = known is not None and known.private and not visible
        others = (table.c.address == address) & (table.c.id != repo.id)
        connection.execute(sa.update(table).where(others).values(address=None))
        row = {
            "id": repo.id,
            "owner": repo.owner,
            "name": repo.name,
            "private": repo.private or hidden,
            "default_branch": repo.default_branch,
            _INSTALLATION: repo.installation,
            "within_reach": True,
            "address": address,
        }
        put(self._database, connection, table, row, keep=() if repo.installation else (_INSTALLATION,))

    async def repo(self, repo_id: int) -> Repo | None:
        """The repository; ``None`` if it is not known or out of reach."""
        row = await self._database.read(lambda connection: _repository(connection, repo_id))
        return None if row is None or not row.within_reach else _as_repo(row)

    async def repo_named(self, owner: str, name: str) -> Repo | None:
        """The repository that has the name now. GitHub's names ignore case."""
        table = schema.repository
        query = sa.select(table).where(table.c.address == _address(owner, name), table.c.within_reach.is_(True))
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else _as_repo(row)

    async def forget_repo(self, repo_id: int) -> None:
        """Delete every row of it, in every table."""

        def forget(connection: sa.Connection) -> None:
            for table in schema.metadata.sorted_tables:
                if "repo_id" in table.c:
                    connection.execute(sa.delete(table).where(table.c.repo_id == repo_id))
            connection.execute(sa.delete(schema.repository).where(schema.repository.c.id == repo_id))

        await self._database.write(forget)

    async def forget_installation(self, installation: int) -> None:
        """Put its repositories out of reach until they are remembered anew; what is kept of them stays."""
        table = schema.repository
        out = sa.update(table).where(table.c.installation == installation).values(within_reach=False)
        await self._database.write(lambda connection: connection.execute(out))

    # --- pull requests ---------------------------------------------------------------------------------------

    async def remember_pull(self, repo_id: int, pull: TrackedPull) -> None:
        """Keep *pull* as a delivery told of it."""
        row = {
            "repo_id": repo_id,
            "number": pull.number,
            "head_sha": pull.head_sha,
            "base_ref": pull.base_ref,
            "open": pull.open,
        }
        await self._database.write(lambda connection: put(self._database, connection, schema.pull, row))

    async def pull(self, repo_id: int, number: int) -> TrackedPull | None:
        found = await self._pulls(repo_id, schema.pull.c.number == number)
        return found[0] if found else None

    async def pulls(self, repo_id: int, head_sha: str) -> list[TrackedPull]:
        """The pull requests with that head, open or not, by number."""
        return await self._pulls(repo_id, schema.pull.c.head_sha == head_sha)

    async def pulls_onto(self, repo_id: int, base_ref: str) -> list[TrackedPull]:
        """The open pull requests into that branch, by number."""
        return await self._pulls(repo_id, schema.pull.c.base_ref == base_ref, schema.pull.c.open.is_(True))

    async def _pulls(self, repo_id: int, *where: sa.ColumnElement[bool]) -> list[TrackedPull]:
        table = schema.pull
        query = sa.select(table).where(table.c.repo_id == repo_id, *where).order_by(table.c.number)
        found = await self._database.read(lambda connection: connection.execute(query).all())
        return [
            TrackedPull(number=row.number, head_sha=row.head_sha, base_ref=row.base_ref, open=row.open) for row in found
        ]

    # --- baselines -------------------------------------------------------------------------------------------

    async def record_baseline(self, repo_id: int, *, baseline: Baseline, branch: str, at: datetime) -> None:
        """Keep what a push to *branch* brought, and the day's last totals. A commit recorded again replaces itself.
        Nothing brought is nothing to keep.
        """
        await self._database.on_thread(lambda: self._baselines.record(repo_id, baseline, branch, at))

    async def baseline(self, repo_id: int, shas: Sequence[str]) -> Baseline | None:
        """The first of *shas*, in their order, that has data."""
        return await self._database.on_thread(lambda: self._baselines.baseline(repo_id, shas))

    async def recorded(self, repo_id: int, shas: Sequence[str]) -> str | None:
        """The first of *shas*, in their order, that has data."""
        return await self._database.read(lambda connection: first_recorded(connection, repo_id, shas))

    async def newest(self, repo_id: int, branch: str) -> str | None:
        """The newest commit of *branch* that has data."""
        return await self._database.read(lambda connection: newest_of(connection, repo_id, branch))

    async def latest(self, repo_id: int, branch: str) -> tuple[str, Mapping[Metric, Tally]] | None:
        """(sha, totals) of the newest commit of *branch* whose coverage was measured."""
        return await self._database.read(lambda connection: latest_totals(connection, repo_id, branch))

    # --- verdicts --------------------------------------------------------------------------------------------

    async def publish(self, repo_id: int, published: Published) -> None:
        """Keep the last verdict of a head."""

        def keep() -> None:
            row = {
                "repo_id": repo_id,
                "head_sha": published.head_sha,
                "conclusion": published.conclusion,
                "verdict_json": packed(published.verdict_json),
                "page": packed(published.page),
                "published_at": published.at,
                "waits_for": published.waits_for,
            }
            self._database.write_now(lambda connection: put(self._database, connection, schema.verdict, row))

        await self._database.on_thread(keep)

    async def published(self, repo_id: int, head_sha: str) -> Published | None:
        row = await self._one(schema.verdict, repo_id, schema.verdict.c.head_sha == head_sha)
        if row is None:
            return None
        return Published(
            head_sha=row.head_sha,
            conclusion=row.conclusion,
            verdict_json=unpacked(row.verdict_json),
            page=unpacked(row.page),
            at=row.published_at,
            waits_for=row.waits_for,
        )

    async def waiting(self, repo_id: int, sha: str) -> list[str]:
        query = sa.select(schema.verdict.c.head_sha).where(
            schema.verdict.c.repo_id == repo_id, schema.verdict.c.waits_for == sha
        )
        return await self._database.read(lambda connection: sorted(connection.scalars(query)))

    # --- policies --------------------------------------------------------------------------------------------

    async def policy(self, repo_id: int, ref: str) -> CachedPolicy | None:
        row = await self._one(schema.policy, repo_id, schema.policy.c.ref == ref)
        if row is None:
            return None
        return CachedPolicy(content=row.content, etag=row.etag, commit=row.commit_sha, read_at=row.read_at)

    async def keep_policy(self, repo_id: int, ref: str, policy: CachedPolicy) -> None:
        row = {
            "repo_id": repo_id,
            "ref": ref,
            "content": policy.content,
            "etag": policy.etag,
            "commit_sha": policy.commit,
            "read_at": policy.read_at,
        }
        await self._database.write(lambda connection: put(self._database, connection, schema.policy, row))

    async def drop_policy(self, repo_id: int, ref: str) -> None:
        table = schema.policy
        gone = sa.delete(table).where(table.c.repo_id == repo_id, table.c.ref == ref)
        await self._database.write(lambda connection: connection.execute(gone))

    # --- timers ----------------------------------------------------------------------------------------------

    async def timer(self, repo_id: int, head_sha: str, *, now: datetime) -> Timer:
        """The head's timer, started at *now* if there was none."""
        row = await self._one(schema.timer, repo_id, schema.timer.c.head_sha == head_sha)
        if row is None:
            new = {"repo_id": repo_id, "head_sha": head_sha, "first_seen": now}
            start = self._database.insert(schema.timer).values(new).on_conflict_do_nothing()
            await self._database.write(lambda connection: connection.execute(start))
            row = await self._one(schema.timer, repo_id, schema.timer.c.head_sha == head_sha)
        return Timer(first_seen=now) if row is None else Timer(first_seen=row.first_seen, runs_done=row.runs_done)

    async def runs_done(self, repo_id: int, head_sha: str, *, at: datetime | None) -> None:
        """Note since when every run of the head has completed; ``None``: one runs again. Starts the timer at need."""
        table = schema.timer
        if at is None:
            unset = sa.update(table).where(table.c.repo_id == repo_id, table.c.head_sha == head_sha)
            await self._database.write(lambda connection: connection.execute(unset.values(runs_done=None)))
            return
        row = {"repo_id": repo_id, "head_sha": head_sha, "first_seen": at, "runs_done": at}
        await self._database.write(lambda connection: put(self._database, connection, table, row, keep=("first_seen",)))

    # --- what they share -------------------------------------------------------------------------------------

    async def _one(self, table: sa.Table, repo_id: int, where: sa.ColumnElement[bool]) -> sa.Row[Any] | None:
        query = sa.select(table).where(table.c.repo_id == repo_id, where)
        return await self._database.read(lambda connection: connection.execute(query).one_or_none())


def _repository(connection: sa.Connection, repo_id: int) -> sa.Row[Any] | None:
    query = sa.select(schema.repository).where(schema.repository.c.id == repo_id)
    return connection.execute(query).one_or_none()


def _as_repo(row: sa.Row[Any]) -> Repo:
    return Repo(
        id=row.id,
        owner=row.owner,
        name=row.name,
        private=row.private,
        default_branch=row.default_branch,
        installation=row.installation,
    )


def _address(owner: str, name: str) -> str:
    return f"{owner}/{name}".lower()

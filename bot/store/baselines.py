"""What pushes to base branches brought: each kind of evidence as ``core.model.wire`` writes it, compressed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bot.core.model import wire
from bot.core.model.coverage import Coverage, Metric, Tally
from bot.core.model.evidence import Baseline
from bot.store import schema
from bot.store.engine import Database
from bot.store.rows import packed, put, unpacked

MOST_RECORDS = 60
"""How many runs of benchmarks a change is compared with at most."""

_SUITES, _FINDINGS, _BENCHMARKS, _RACED, _UPLOADS = "suites", "findings", "benchmarks", "raced", "uploads"
_SHAS_AT_ONCE = 500


class Baselines:
    """The rows of one commit: its place on a branch, its coverage by metric, and by kind whatever else it brought."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, repo_id: int, baseline: Baseline, branch: str, at: datetime) -> None:
        """Keep *baseline*; what was kept of its commit before goes."""
        commit: dict[str, Any] = {"repo_id": repo_id, "sha": baseline.sha}
        coverage = [commit | _totals(one, metric) | _coverage(one) for metric, one in baseline.coverage.items()]
        kinds = _others(baseline)
        if not coverage and not kinds:
            return
        kinds[_UPLOADS] = wire.encode_uploads(baseline.uploads)
        others = [commit | {"kind": kind, "content": packed(data)} for kind, data in kinds.items()]
        day = {"branch": branch, "day": at.astimezone(UTC).date(), "recorded_at": at}
        days = [commit | day | _totals(one, metric) for metric, one in baseline.coverage.items()]

        def keep(connection: sa.Connection) -> None:
            for table, rows in ((schema.measurement, coverage), (schema.brought, others)):
                connection.execute(sa.delete(table).where(table.c.repo_id == repo_id, table.c.sha == baseline.sha))
                if rows:
                    connection.execute(sa.insert(table), rows)
            put(self._database, connection, schema.baseline, commit | {"branch": branch, "recorded_at": at})
            for row in days:
                put(self._database, connection, schema.coverage_day, row, newest="recorded_at")

        self._database.write_now(keep)

    def baseline(self, repo_id: int, shas: Sequence[str]) -> Baseline | None:
        """The first of *shas*, in their order, that has data; unpacked outside of the transaction."""

        def find(connection: sa.Connection) -> _Found | None:
            sha = first_recorded(connection, repo_id, shas)
            if sha is None:
                return None
            table = schema.measurement
            coverage = _of_commit(connection, repo_id, sha, table.c.metric, table.c.coverage)
            table = schema.brought
            others = _of_commit(connection, repo_id, sha, table.c.kind, table.c.content)
            return sha, coverage, others, _records(connection, repo_id, sha)

        found = self._database.read_now(find)
        if found is None:
            return None
        sha, coverage, others, records = found
        kinds = {row.kind: unpacked(row.content) for row in others}
        return Baseline(
            sha=sha,
            coverage={Metric(row.metric): wire.decode(unpacked(row.coverage)) for row in coverage},
            suites=wire.decode_outcomes(kinds[_SUITES]) if _SUITES in kinds else None,
            findings=wire.decode_findings(kinds[_FINDINGS]) if _FINDINGS in kinds else None,
            raced=_RACED in kinds,
            uploads=wire.decode_uploads(kinds[_UPLOADS]) if _UPLOADS in kinds else frozenset(),
            benchmarks=tuple(wire.decode_record(unpacked(content)) for content in records),
        )


_Rows = Sequence[sa.Row[Any]]
_Found = tuple[str, _Rows, _Rows, Sequence[bytes]]


def first_recorded(connection: sa.Connection, repo_id: int, shas: Sequence[str]) -> str | None:
    """The first of *shas*, in their order, that has data."""
    table = schema.baseline
    for start in range(0, len(shas), _SHAS_AT_ONCE):
        part = shas[start : start + _SHAS_AT_ONCE]
        query = sa.select(table.c.sha).distinct().where(table.c.repo_id == repo_id, table.c.sha.in_(part))
        known = set(connection.execute(query).scalars())
        first = next((sha for sha in part if sha in known), None)
        if first is not None:
            return first
    return None


def newest_of(connection: sa.Connection, repo_id: int, branch: str) -> str | None:
    """The newest commit of *branch* that has data."""
    row = connection.execute(_newest_first(repo_id, branch).limit(1)).one_or_none()
    return None if row is None else row.sha


def latest_totals(connection: sa.Connection, repo_id: int, branch: str) -> tuple[str, dict[Metric, Tally]] | None:
    """(sha, totals) of the newest commit of *branch* whose coverage was measured."""
    table = schema.measurement
    measured = sa.exists().where(table.c.repo_id == repo_id, table.c.sha == schema.baseline.c.sha)
    row = connection.execute(_newest_first(repo_id, branch).where(measured).limit(1)).one_or_none()
    if row is None:
        return None
    rows = _of_commit(connection, repo_id, row.sha, table.c.metric, table.c.covered, table.c.total)
    return row.sha, {Metric(row.metric): Tally(row.covered, row.total) for row in rows}


def _newest_first(repo_id: int, branch: str) -> sa.Select[Any]:
    table = schema.baseline
    query = sa.select(table.c.sha).where(table.c.repo_id == repo_id, table.c.branch == branch)
    return query.order_by(table.c.recorded_at.desc(), table.c.sha)


def _of_commit(connection: sa.Connection, repo_id: int, sha: str, *columns: sa.Column[Any]) -> _Rows:
    table = columns[0].table
    query = sa.select(*columns).where(table.c.repo_id == repo_id, table.c.sha == sha).order_by(columns[0])
    return connection.execute(query).all()


def _records(connection: sa.Connection, repo_id: int, sha: str) -> Sequence[bytes]:
    """The benchmarks of *sha* and of those recorded before it on the branch that it was first recorded on."""
    place, table = schema.baseline, schema.brought
    at = sa.select(place.c.branch, place.c.recorded_at).where(place.c.repo_id == repo_id, place.c.sha == sha)
    first = connection.execute(at.order_by(place.c.recorded_at, place.c.branch).limit(1)).one()
    before = sa.or_(place.c.sha == sha, place.c.recorded_at < first.recorded_at)
    query = (
        sa.select(table.c.content)
        .join(place, sa.and_(place.c.repo_id == table.c.repo_id, place.c.sha == table.c.sha))
        .where(table.c.repo_id == repo_id, table.c.kind == _BENCHMARKS, place.c.branch == first.branch, before)
        .order_by(place.c.recorded_at.desc(), place.c.sha)
        .limit(MOST_RECORDS)
    )
    return connection.execute(query).scalars().all()


def _totals(coverage: Coverage, metric: Metric) -> dict[str, Any]:
    total = coverage.tally(metric)
    return {"metric": str(metric), "covered": total.covered, "total": total.total}


def _coverage(coverage: Coverage) -> dict[str, bytes]:
    return {"coverage": packed(wire.encode(coverage))}


def _others(baseline: Baseline) -> dict[str, bytes]:
    """By kind, what there is beside coverage."""
    others: dict[str, bytes] = {}
    if baseline.suites is not None:
        others[_SUITES] = wire.encode_outcomes(baseline.suites)
    if baseline.findings is not None:
        others[_FINDINGS] = wire.encode_findings(baseline.findings)
    if baseline.raced:
        others[_RACED] = b""  # that it is there says all
    if baseline.benchmarks:
        others[_BENCHMARKS] = wire.encode_record(baseline.benchmarks[0])
    return others

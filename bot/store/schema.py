"""The tables, in SQLAlchemy Core. ``migrations/versions`` makes them; a test holds both to the same shape.

Every row that belongs to a repository has its numeric id in ``repo_id`` (``id`` in ``repository``): tenancy is a
predicate on that column, and forgetting a repository is deleting by it. Only ``delivery`` has none, being bytes that
nobody has understood yet.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """A point in time as whole microseconds since 1970 in UTC: SQLite has no type that keeps a time zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> int | None:
        """Microseconds. A time without a zone is refused: nobody could say when it was."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Any) -> datetime | None:
        del dialect
        return None if value is None else _EPOCH + timedelta(microseconds=value)


# A rowid of SQLite is an INTEGER by name; PostgreSQL's equal is BIGINT.
_SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")

metadata = MetaData()

delivery = Table(
    "delivery",
    metadata,
    Column("seq", _SEQUENCE, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("event", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", Instant, nullable=False),
)

job = Table(
    "job",
    metadata,
    Column("kind", String, primary_key=True),
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", String, primary_key=True),
    Column("wanted", BigInteger, nullable=False),  # how many wishes are due
    Column("done", BigInteger, nullable=False),  # the last of them that a run covered
    Column("due_at", Instant, nullable=False),  # a wish that is due is not worked on before
    Column("alarm_at", Instant),  # the soonest wish that is not due yet ...
    Column("last_alarm_at", Instant),  # ... and the latest
    Column("ticket", String, unique=True),  # the dbos workflow that works on it now
    Column("handed_at", Instant),  # when that was handed over
    Column("failures", Integer, nullable=False),  # runs in a row that raised
    Column("waits", Integer, nullable=False),  # runs in a row that raised something retryable
    Column("deaths", Integer, nullable=False),  # runs in a row that never came back
    Column("dead_reason", String),  # why it was given up; the next wish revives it
    Index("job_due", "due_at"),
    Index("job_alarm", "alarm_at"),
    Index("job_repo", "repo_id"),
)

effect = Table(
    "effect",
    metadata,
    Column("key", String, primary_key=True),
    Column("repo_id", BigInteger, nullable=False),
    Column("remote_id", BigInteger),
    Column("digest", String),
    Index("effect_repo", "repo_id"),
)

repository = Table(
    "repository",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner", String, nullable=False),
    Column("name", String, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("default_branch", String, nullable=False),
    Column("installation", BigInteger, nullable=False),
    Column("within_reach", Boolean, nullable=False),  # false once the App was uninstalled there
    Column("address", String, unique=True),  # owner/name in lower case; held by the latest to use it
    Index("repository_installation", "installation"),
)

pull = Table(
    "pull",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("head_sha", String, nullable=False),
    Column("base_ref", String, nullable=False),
    Column("open", Boolean, nullable=False),
    Index("pull_head", "repo_id", "head_sha"),
    Index("pull_base", "repo_id", "base_ref"),
)

baseline = Table(
    "baseline",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("branch", String, primary_key=True),
    Column("sha", String, primary_key=True),
    Column("recorded_at", Instant, nullable=False),
    Index("baseline_latest", "repo_id", "branch", "recorded_at"),
    Index("baseline_commit", "repo_id", "sha"),
)

measurement = Table(
    "measurement",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sha", String, primary_key=True),
    Column("metric", String, primary_key=True),
    Column("covered", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("coverage", LargeBinary, nullable=False),  # core.model.wire, compressed
)

brought = Table(
    "brought",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sha", String, primary_key=True),
    Column("kind", String, primary_key=True),  # suites, findings, benchmarks or raced
    Column("content", LargeBinary, nullable=False),  # core.model.wire, compressed
)

coverage_day = Table(
    "coverage_day",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("branch", String, primary_key=True),
    Column("metric", String, primary_key=True),
    Column("day", Date, primary_key=True),  # in UTC
    Column("covered", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("sha", String, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

verdict = Table(
    "verdict",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("head_sha", String, primary_key=True),
    Column("conclusion", String, nullable=False),
    Column("verdict_json", LargeBinary, nullable=False),  # compressed
    Column("page", LargeBinary, nullable=False),  # compressed
    Column("published_at", Instant, nullable=False),
    Column("waits_for", String),
)

policy = Table(
    "policy",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("ref", String, primary_key=True),
    Column("content", LargeBinary),
    Column("etag", String),
    Column("commit_sha", String),
    Column("read_at", Instant, nullable=False),
)

timer = Table(
    "timer",
    metadata,
    Column("repo_id", BigInteger, primary_key=True, autoincrement=False),
    Column("head_sha", String, primary_key=True),
    Column("first_seen", Instant, nullable=False),
    Column("runs_done", Instant),
)

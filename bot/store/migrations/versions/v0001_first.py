"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _inbox_and_jobs()
    _repositories()
    _measurements()
    _verdicts()


def _inbox_and_jobs() -> None:
    op.create_table(
        "delivery",
        sa.Column("seq", _SEQUENCE, primary_key=True),
        sa.Column("id", sa.String, nullable=False, unique=True),
        sa.Column("event", sa.String, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "job",
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("repo_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("subject", sa.String, primary_key=True),
        sa.Column("wanted", sa.BigInteger, nullable=False),
        sa.Column("done", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("alarm_at", sa.BigInteger),
        sa.Column("last_alarm_at", sa.BigInteger),
        sa.Column("ticket", sa.String, unique=True),
        sa.Column("handed_at", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("waits", sa.Integer, nullable=False),
        sa.Column("deaths", sa.Integer, nullable=False),
        sa.Column("dead_reason", sa.String),
    )
    op.create_index("job_due", "job", ["due_at"])
    op.create_index("job_alarm", "job", ["alarm_at"])
    op.create_index("job_repo", "job", ["repo_id"])
    op.create_table(
        "effect",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("repo_id", sa.BigInteger, nullable=False),
        sa.Column("remote_id", sa.BigInteger),
        sa.Column("digest", sa.String),
    )
    op.create_index("effect_repo", "effect", ["repo_id"])


def _repositories() -> None:
    op.create_table(
        "repository",
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("default_branch", sa.String, nullable=False),
        sa.Column("installation", sa.BigInteger, nullable=False),
        sa.Column("within_reach", sa.Boolean, nullable=False),
        sa.Column("address", sa.String, unique=True),
    )
    op.create_index("repository_installation", "repository", ["installation"])
    op.create_table(
        "pull",
        sa.Column("repo_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("head_sha", sa.String, nullable=False),
        sa.Column("base_ref", sa.String, nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
    )
    op.create_index("pull_head", "pull", ["repo_id", "head_sha"])
    op.create_index("pull_base", "pull", ["repo_id", "base_ref"])


def _measurements() -> None:
    op.create_table(
        "baseline",
        sa.Column("repo_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("branch", sa.String, primary_key=True),
        sa.Column("sha", sa.String, primary_key=True),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
    )
    op.create_index("baseline_latest", "baseline", ["repo_id", "branch", "recorded_at"])
    op.create_table(
        "measurement",
        sa.Column("repo_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("sha", sa.String, primary_key=True),
        sa.Column("metric", sa.String, primary_key=True),
        sa.Column("covered", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("coverage", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "coverage_day",
        sa.Column("repo_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("branch", sa.String, primary_key=True),
        sa.Column("metric", sa.String, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("covered", sa.BigInteger, nullable=False),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("sha", sa.String, nullable=False),
        sa.Column("recorded_at", sa.BigInteger, nullable=False),
    )


def _verdicts() -> None:
    op.create_table(
        "verdict",
        sa.Column("repo_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("head_sha", sa.String, primary_key=True),
        sa.Column("conclusion", sa.String, nullable=False),
        sa.Column("verdict_json", sa.LargeBinary, nullable=False),
        sa.Column("page", sa.LargeBinary, nullable=False),
        sa.Column("published_at", sa.BigInteger, nullable=False),
        sa.Column("waits_for", sa.String),
    )
    op.create_table(
        "policy",
        sa.Column("repo_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("ref", sa.String, primary_key=True),
        sa.Column("content", sa.LargeBinary),
        sa.Column("etag", sa.String),
        sa.Column("commit_sha", sa.String),
        sa.Column("read_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "timer",
        sa.Column("repo_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("head_sha", sa.String, primary_key=True),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("runs_done", sa.BigInteger),
    )

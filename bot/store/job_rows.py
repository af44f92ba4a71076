"""The job table: what is wanted, what is done, and which ticket works on it. SQL alone.

This table is the truth and dbos only carries it out: a run counts by its ticket, which is the key's at most one, and a
ticket that dbos does not know is taken back.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.flows.ports import JobKey
from bot.store.engine import Database
from bot.store.schema import delivery, job

SLACK = timedelta(seconds=1)  # delayed wishes this close together are granted as one, at the last one's time
_HANDLED_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A ticket's run as it begins: it covers every wish up to *generation*. *failures*, *waits* and *deaths* count
    the runs since the last success that raised, that raised something retryable, and that never came back (this one
    counts as such until it does).
    """

    ticket: str
    key: JobKey
    generation: int
    failures: int
    waits: int
    deaths: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """Work that was given up, and why."""

    key: JobKey
    reason: str
    since: datetime


_is_dead = job.c.dead_reason.is_not(None)
_is_due = (job.c.wanted > job.c.done) & job.c.dead_reason.is_(None)


def want(
    connection: sa.Connection, database: Database, keys: Sequence[JobKey], *, now: datetime, delay: timedelta
) -> None:
    """One more wish for each key: due now, or (with a *delay*) from ``now + delay``."""
    rows = [_new_row(key, now, delay) for key in sorted(set(keys))]  # in one order everywhere, so no deadlock
    if not rows:
        return
    insert = database.insert(job)
    changes = _wished(insert.excluded.due_at) if delay <= timedelta() else _alarmed(insert.excluded.alarm_at)
    keyed = insert.on_conflict_do_update(index_elements=[job.c.kind, job.c.repo_id, job.c.subject], set_=changes)
    connection.execute(keyed, rows)


def _new_row(key: JobKey, now: datetime, delay: timedelta) -> dict[str, object]:
    alarm = now + delay if delay > timedelta() else None
    row: dict[str, object] = {"kind": key.kind, "repo_id": key.repo_id, "subject": key.subject}
    row |= {"wanted": 0 if alarm else 1, "done": 0, "due_at": now, "alarm_at": alarm, "last_alarm_at": alarm}
    return row | {"failures": 0, "waits": 0, "deaths": 0}


def _wished(now: sa.ColumnElement[Any]) -> dict[str, Any]:
    """What a wish that is due changes: a retry's pause goes on, a dead letter gets all its tries again."""
    return {
        "wanted": job.c.wanted + 1,
        "due_at": sa.case((_is_due, job.c.due_at), else_=now),
        "failures": sa.case((_is_dead, 0), else_=job.c.failures),
        "waits": sa.case((_is_dead, 0), else_=job.c.waits),
        "deaths": sa.case((_is_dead, 0), else_=job.c.deaths),
        "dead_reason": None,
    }


def _alarmed(at: sa.ColumnElement[Any]) -> dict[str, Any]:
    """What a wish for later changes: the soonest and the latest are kept, and stand for all between them."""
    return {
        "alarm_at": sa.case((job.c.alarm_at <= at, job.c.alarm_at), else_=at),
        "last_alarm_at": sa.case((job.c.last_alarm_at >= at, job.c.last_alarm_at), else_=at),
    }


def leave_inbox(connection: sa.Connection, handled: Sequence[str]) -> None:
    """Delete the deliveries *handled*."""
    for start in range(0, len(handled), _HANDLED_AT_ONCE):
        part = handled[start : start + _HANDLED_AT_ONCE]
        connection.execute(sa.delete(delivery).where(delivery.c.id.in_(part)))


def ring(connection: sa.Connection, now: datetime) -> None:
    """Turn the wishes for later whose time has come into wishes that are due."""
    spread = sa.type_coerce(job.c.last_alarm_at, sa.BigInteger) - sa.type_coerce(job.c.alarm_at, sa.BigInteger)
    whole = (job.c.last_alarm_at <= now) | (spread > SLACK // timedelta(microseconds=1))
    later = sa.case((job.c.last_alarm_at > now, job.c.last_alarm_at), else_=sa.null())
    changes = _wished(sa.literal(now, job.c.due_at.type)) | {"alarm_at": later, "last_alarm_at": later}
    connection.execute(sa.update(job).where(job.c.alarm_at <= now, whole).values(changes))


def hand_out(connection: sa.Connection, now: datetime, *, limit: int) -> list[str]:
    """Give a ticket to the *limit* keys that have been due the longest."""
    due = (
        sa.select(job.c.kind, job.c.repo_id, job.c.subject, job.c.wanted)
        .where(_is_due, job.c.ticket.is_(None), job.c.due_at <= now)
        .order_by(job.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    tickets: list[str] = []
    for row in connection.execute(due).all():
        # The random end keeps tickets apart where a key is tried again, or was deleted and counts anew.
        ticket = f"{row.kind}:{row.repo_id}:{row.subject}:{row.wanted}:{secrets.token_hex(4)}"
        mine = (job.c.kind == row.kind) & (job.c.repo_id == row.repo_id) & (job.c.subject == row.subject)
        connection.execute(sa.update(job).where(mine).values(ticket=ticket, handed_at=now))
        tickets.append(ticket)
    return tickets


def outstanding(connection: sa.Connection, *, handed_before: datetime) -> list[str]:
    """The tickets that were given out before then and have not come back."""
    query = sa.select(job.c.ticket).where(job.c.ticket.is_not(None), job.c.handed_at <= handed_before)
    return list(connection.execute(query).scalars())


def begin(connection: sa.Connection, ticket: str) -> Run | None:
    """Begin *ticket*'s run; ``None`` where it is nobody's ticket any more."""
    started = sa.update(job).where(job.c.ticket == ticket).values(deaths=job.c.deaths + 1).returning(*job.c)
    row = connection.execute(started).one_or_none()
    if row is None:
        return None
    return Run(
        ticket=ticket,
        key=JobKey(kind=row.kind, repo_id=row.repo_id, subject=row.subject),
        generation=row.wanted,
        failures=row.failures,
        waits=row.waits,
        deaths=row.deaths,
    )


def finish(connection: sa.Connection, run: Run, now: datetime) -> None:
    """Every wish up to the run's generation is granted. A wish that came since is due at once."""
    _end(connection, run, done=run.generation, due_at=now, failures=0, waits=0, deaths=0)


def postpone(connection: sa.Connection, run: Run, due_at: datetime, *, failures: int, waits: int) -> None:
    """The run failed and is tried again, not before *due_at*."""
    _end(connection, run, due_at=due_at, failures=failures, waits=waits, deaths=0)


def give_up(connection: sa.Connection, run: Run, now: datetime, reason: str) -> None:
    """The run failed for the last time. A wish that came since gets all its tries."""
    is_last = job.c.wanted == run.generation
    _end(connection, run, due_at=now, failures=0, waits=0, deaths=0, dead_reason=sa.case((is_last, reason)))


def _end(connection: sa.Connection, run: Run, **values: Any) -> None:
    ended = sa.update(job).where(job.c.ticket == run.ticket)
    connection.execute(ended.values(ticket=None, handed_at=None, **values))


def release(connection: sa.Connection, ticket: str, *, came_back: bool) -> None:
    """Take *ticket* back: its key is handed out anew. *came_back*: a run began, and was ended in good order."""
    values: dict[str, Any] = {"ticket": None, "handed_at": None}
    if came_back:
        values["deaths"] = job.c.deaths - 1
    connection.execute(sa.update(job).where(job.c.ticket == ticket).values(values))


def is_busy(connection: sa.Connection, now: datetime) -> bool:
    """Whether anything is due that is not done. A retry's pause is busy; a wish for later is not."""
    query = sa.select(sa.literal(1)).where(_is_due | (job.c.alarm_at <= now)).limit(1)
    return connection.execute(query).first() is not None


def next_due(connection: sa.Connection) -> datetime | None:
    """When the next key without a ticket is due; ``None``: nothing waits."""
    soonest = sa.select(sa.func.min(job.c.due_at)).where(_is_due, job.c.ticket.is_(None))
    alarm = sa.select(sa.func.min(job.c.alarm_at))
    times = [connection.execute(query).scalar_one() for query in (soonest, alarm)]
    return min((time for time in times if time is not None), default=None)


def dead_letters(connection: sa.Connection) -> list[DeadLetter]:
    """What was given up and not wanted since, oldest first."""
    rows = connection.execute(sa.select(job).where(_is_dead).order_by(job.c.due_at))
    return [
        DeadLetter(
            key=JobKey(kind=row.kind, repo_id=row.repo_id, subject=row.subject),
            reason=row.dead_reason,
            since=row.due_at,
        )
        for row in rows
    ]


def purge(connection: sa.Connection, *, before: datetime) -> None:
    """Delete keys that were done or given up before then and that nobody wants."""
    rests = job.c.ticket.is_(None) & job.c.alarm_at.is_(None) & ~_is_due
    connection.execute(sa.delete(job).where(rests, job.c.due_at < before))

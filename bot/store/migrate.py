"""The schema is brought up to date when the store opens, in one transaction: killed in the middle, nothing happened."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from bot.store.engine import Database, StoreRefused

REVISIONS = ("0001", "0002")  # every schema this covgate knows, oldest first; a test holds it to the files
HEAD = REVISIONS[-1]
_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x636F7667  # of PostgreSQL's advisory locks, so that two processes do not migrate at once


def migrate(database: Database) -> None:
    """Bring *database* to ``HEAD``. Raises ``StoreRefused`` where a newer covgate has been at work."""
    if database.read_now(current_revision) == HEAD:
        return
    database.write_now(lambda connection: _upgrade(connection, is_sqlite=database.is_sqlite))


def current_revision(connection: sa.Connection) -> str | None:
    """The schema's revision, ``None`` in an empty database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(connection: sa.Connection, *, is_sqlite: bool) -> None:
    if not is_sqlite:
        connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
        connection.execute(sa.text("SET LOCAL lock_timeout = 0"))
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    current = current_revision(connection)
    if current is not None and current not in REVISIONS:
        raise StoreRefused(
            f"the database has schema {current}, which this covgate does not know (its newest is {HEAD}):"
            " run the covgate that made it, or a newer one"
        )
    if current == HEAD:  # another process was faster
        return
    # Alembic takes 0.3 s to import: only a start that migrates pays for it.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    command.upgrade(config, HEAD)

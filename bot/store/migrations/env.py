"""Run by Alembic. The caller hands in a connection whose transaction holds the whole upgrade: all of it or nothing."""

from __future__ import annotations

from alembic import context

from bot.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite has it too, once BEGIN is said by us
)
context.run_migrations()

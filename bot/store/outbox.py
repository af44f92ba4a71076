"""What covgate has said at GitHub, one row an effect."""

from __future__ import annotations

import sqlalchemy as sa

from bot.flows.ports import Effect
from bot.store.engine import Database
from bot.store.schema import effect as table


class SqlOutbox:
    """``Outbox`` on a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def effect(self, key: str) -> Effect | None:
        """What is known of *key*; ``None``: it was never begun."""
        query = sa.select(table.c.remote_id, table.c.digest).where(table.c.key == key)
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else Effect(remote_id=row.remote_id, digest=row.digest)

    async def begin(self, key: str) -> None:
        """Note that *key* may exist from now on, under an id that is not known."""
        await self._put(key, remote_id=None, digest=None)

    async def done(self, key: str, *, remote_id: int, digest: str) -> None:
        """Note that *key* is there as *remote_id*, with content of *digest*."""
        await self._put(key, remote_id=remote_id, digest=digest)

    async def forget(self, key: str) -> None:
        """Unset the digest of *key*. What is in doubt stays so, what was never begun is still unknown."""
        known = (table.c.key == key) & table.c.remote_id.is_not(None)
        unsaid = sa.update(table).where(known).values(digest="")
        await self._database.write(lambda connection: connection.execute(unsaid))

    async def _put(self, key: str, *, remote_id: int | None, digest: str | None) -> None:
        row = {"key": key, "repo_id": _repo_id(key), "remote_id": remote_id, "digest": digest}
        insert = self._database.insert(table).values(row)
        upsert = insert.on_conflict_do_update(index_elements=[table.c.key], set_=row)
        await self._database.write(lambda connection: connection.execute(upsert))


def _repo_id(key: str) -> int:
    """Whose effect it is: keys read ``kind:repository id:...``, so that a repository can be forgotten whole."""
    return int(key.split(":")[1])

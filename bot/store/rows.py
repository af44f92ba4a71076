"""How rows are written: one statement that inserts or replaces, and columns that are compressed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.store.engine import Database

_LEVEL = 6  # of zlib


def put(
    database: Database,
    connection: sa.Connection,
    table: sa.Table,
    row: Mapping[str, Any],
    *,
    keep: Sequence[str] = (),
    newest: str | None = None,
) -> None:
    """Insert *row* or make the row of its key like it, columns *keep* excepted. With *newest*, a row that is later
    by that column stays as it is.
    """
    insert = database.insert(table).values(row)
    keys = [column.name for column in table.primary_key]
    changes = {name: insert.excluded[name] for name in row if name not in {*keys, *keep}}
    where = None if newest is None else table.c[newest] <= insert.excluded[newest]
    connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=changes, where=where))


def packed(data: bytes) -> bytes:
    return zlib.compress(data, _LEVEL)


def unpacked(data: bytes) -> bytes:
    return zlib.decompress(data)

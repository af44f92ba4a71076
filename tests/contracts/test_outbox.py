"""``Outbox``: what covgate may have said already, by a key that a restart does not change."""

from __future__ import annotations

import pytest

from bot.flows.ports import Effect
from bot.store.opening import Store

CHECK = "check:42:" + "a" * 40 + ":covgate"


async def test_what_was_never_begun_is_not_known(store: Store) -> None:
    """Then there is nothing to look up at GitHub."""
    assert await store.outbox.effect(CHECK) is None


async def test_what_was_begun_is_in_doubt_until_it_is_done(store: Store) -> None:
    """Between the two it may exist: it has no id, and is looked up first."""
    await store.outbox.begin(CHECK)
    assert await store.outbox.effect(CHECK) == Effect(remote_id=None, digest=None)
    await store.outbox.done(CHECK, remote_id=2**53, digest="d1")
    assert await store.outbox.effect(CHECK) == Effect(remote_id=2**53, digest="d1")
    await store.outbox.done(CHECK, remote_id=2**53, digest="d2")
    assert await store.outbox.effect(CHECK) == Effect(remote_id=2**53, digest="d2")


async def test_what_is_begun_again_is_in_doubt_again(store: Store) -> None:
    """A comment that a person deleted is written once more: its old id is of no use."""
    await store.outbox.done(CHECK, remote_id=1, digest="d1")
    await store.outbox.begin(CHECK)
    assert await store.outbox.effect(CHECK) == Effect(remote_id=None, digest=None)


async def test_effects_of_other_keys_are_left_alone(store: Store) -> None:
    """Another pull request, another repository: another effect."""
    await store.outbox.done("comment:42:7", remote_id=1, digest="d1")
    await store.outbox.begin("comment:42:8")
    await store.outbox.begin("comment:43:7")
    assert await store.outbox.effect("comment:42:7") == Effect(remote_id=1, digest="d1")


async def test_a_key_that_names_no_repository_is_refused(store: Store) -> None:
    """Such an effect could never be forgotten with its repository."""
    with pytest.raises(ValueError, match="invalid literal"):
        await store.outbox.begin("check:main:x")

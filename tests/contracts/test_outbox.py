"""``Outbox``: what covgate may have said already, by a key that a restart does not change."""

from __future__ import annotations

import asyncio

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


async def test_what_was_said_is_forgotten_and_where_it_is_kept(store: Store) -> None:
    """A person asks again: the next answer is sent whatever it is, to the check run that is there."""
    await store.outbox.done(CHECK, remote_id=1, digest="d1")
    await store.outbox.done("comment:42:7", remote_id=2, digest="d2")
    await store.outbox.forget(CHECK)
    assert await store.outbox.effect(CHECK) == Effect(remote_id=1, digest="")
    assert await store.outbox.effect("comment:42:7") == Effect(remote_id=2, digest="d2")


async def test_a_check_run_made_while_its_answer_is_forgotten_is_the_one_kept(store: Store) -> None:
    """A job notes a new check run at the same time: whichever comes first, its id stays."""
    for number in range(2, 12):
        await asyncio.gather(
            store.outbox.done(CHECK, remote_id=number, digest="d"),
            *(store.outbox.forget(CHECK) for _ in range(3)),
        )
        effect = await store.outbox.effect(CHECK)
        assert effect is not None
        assert effect.remote_id == number


async def test_forgetting_leaves_what_is_in_doubt_in_doubt(store: Store) -> None:
    """It is still looked up first; and what was never begun is not made known."""
    await store.outbox.forget(CHECK)
    assert await store.outbox.effect(CHECK) is None
    await store.outbox.begin(CHECK)
    await store.outbox.forget(CHECK)
    assert await store.outbox.effect(CHECK) == Effect(remote_id=None, digest=None)

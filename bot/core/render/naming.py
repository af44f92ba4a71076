"""A few names of many, inside a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.render import units
from bot.core.render.escape import Voice

NAMED = 3  # how many of a list one sentence names


def first_of(names: Sequence[str], voice: Voice) -> str:
    """The first few of *names*, and how many more there are."""
    return ", ".join(voice.name(name) for name in names[:NAMED]) + and_so_many_more(len(names) - NAMED)


def and_so_many_more(number: int) -> str:
    return f" and {units.integer(number)} more" if number > 0 else ""

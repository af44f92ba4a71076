"""What the web edge is given: ports and a few functions, wired by ``bot.wiring``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.flows.ports import Clock, History, Inbox
from bot.web.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServices:
    """*verify* (body, signature header) tells whether GitHub signed a delivery; *events* are those worth keeping;
    *on_accepted* wakes whoever empties the inbox; *ready* tells whether the store takes writes and work is done.
    """

    inbox: Inbox
    history: History
    clock: Clock
    verify: Callable[[bytes, str | None], bool]
    events: frozenset[str]
    on_accepted: Callable[[], Awaitable[None]]
    ready: Callable[[], Awaitable[bool]]
    limits: Limits = field(default_factory=Limits)

"""All ports of the service in one value, wired once by ``bot.wiring``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.model.policy import Mode
from bot.core.model.verdict import Evaluation
from bot.core.render.context import CommentContext
from bot.flows.hints import Hint
from bot.flows.ports import Clock, Delivery, Forge, History, Inbox, Jobs, Outbox, Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """*understand* turns a delivery into hints and raises ``ValueError`` for one that makes no sense.

    *render_page* makes the whole HTML document of a commit; its templates are read where it is wired.
    *marker_key* signs the hidden marker of our comments; *default_mode* is that of a repository without a policy.
    """

    forge: Forge
    reader: Reader
    inbox: Inbox
    jobs: Jobs
    outbox: Outbox
    history: History
    clock: Clock
    understand: Callable[[Delivery], list[Hint]]
    marker_key: bytes
    render_page: Callable[[Evaluation, CommentContext], bytes]
    public_url: str = ""
    html_url: str = "https://github.com"
    app_id: int = 0
    default_mode: Mode = Mode.REPORT

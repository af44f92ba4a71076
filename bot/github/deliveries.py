"""GitHub's own log of the webhooks that it sent to the App, and how to have one sent again.

GitHub tries each delivery once. What a restart or an outage missed is only found here, for three days.
https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
from pydantic import BaseModel

from bot.flows.ports import RateLimited
from bot.github.client import items
from bot.github.refusals import Answer, limited, pause_of, refusal
from bot.github.wire import Request, Wire

MOST_PAGES = 20

_PAUSE = 60.0


class _Delivery(BaseModel):
    id: int
    guid: str
    delivered_at: datetime
    status_code: int


async def lost_deliveries(wire: Wire, *, since: datetime) -> list[int]:
    """One id for each delivery since then of which no attempt was answered with a 2xx, oldest first."""
    attempts: dict[str, list[_Delivery]] = {}
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        answer = await _page(wire, cursor)
        page = [one for one in items(answer, _Delivery) if one.delivered_at >= since]
        for one in page:
            attempts.setdefault(one.guid, []).append(one)
        cursor = _next_cursor(answer)
        if cursor is None or not page:
            break
    return sorted(
        max(one.id for one in tries)
        for tries in attempts.values()
        if not any(200 <= one.status_code < 300 for one in tries)
    )


async def redeliver(wire: Wire, delivery_id: int) -> None:
    """Have GitHub send it again, under the same GUID."""
    await _asked(wire, Request(method="POST", path=f"/app/hook/deliveries/{delivery_id}/attempts"))


async def _page(wire: Wire, cursor: str | None) -> Answer:
    params: dict[str, str | int] = {"per_page": 100} | ({"cursor": cursor} if cursor else {})
    return await _asked(wire, Request(method="GET", path="/app/hook/deliveries", params=params))


async def _asked(wire: Wire, request: Request) -> Answer:
    """The App's own calls count against no installation's limit, and the next sweep repeats what failed."""
    answer = await wire.as_app(request)
    if limited(answer):
        wait = pause_of(answer, datetime.now(UTC)) or _PAUSE
        raise RateLimited(f"{request}: GitHub asked for a pause", retry_after=wait)
    if answer.status >= 300:
        raise refusal(answer)
    return answer


def _next_cursor(answer: Answer) -> str | None:
    link = httpx.Response(200, headers={"Link": answer.headers.get("link", "")}).links.get("next", {})
    return next(iter(parse_qs(urlsplit(link.get("url", "")).query).get("cursor", [])), None)

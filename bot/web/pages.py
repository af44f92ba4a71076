"""Pages for people: what this is, and the whole report of a commit. Both are written elsewhere and served here."""

from __future__ import annotations

import base64
import hashlib
import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.core.render.site import index_page
from bot.flows.ports import History
from bot.web.caching import cached
from bot.web.headers import NOTHING_ALLOWED
from bot.web.visible import NOBODY, askable, visible

_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


class Pages:
    def __init__(self, history: History) -> None:
        self._history = history

    async def index(self, request: Request) -> Response:
        del request
        return _page(index_page().encode())

    async def commit(self, request: Request) -> Response:
        """The stored report of a public repository's commit. One 404 for all else: that it is private, unknown to us,
        or not judged yet; the same questions are asked of the store in each case.
        """
        repo = await visible(self._history, request)
        sha = request.path_params["sha"]
        published = await self._history.published(repo.id if repo else NOBODY, askable(sha, "unknown"))
        if published is None or not _SHA.fullmatch(sha):
            raise HTTPException(404)
        headers = {"Content-Security-Policy": policy_of(published.page), "Cache-Control": "no-cache"}
        return cached(request, published.page, media_type="text/html; charset=utf-8", headers=headers)


def _page(body: bytes) -> Response:
    return HTMLResponse(body, headers={"Content-Security-Policy": policy_of(body), "Cache-Control": "max-age=300"})


def policy_of(page: bytes) -> str:
    """What *page* is allowed: its first style sheet, which stands above all that came from outside, by its hash. The
    hash is taken from the page, since pages outlive the version that wrote them.
    """
    style = _STYLE.search(page)
    if style is None:
        return NOTHING_ALLOWED
    digest = base64.b64encode(hashlib.sha256(style[1]).digest()).decode()
    return f"{NOTHING_ALLOWED}; style-src 'sha256-{digest}'"

"""``GET /OWNER/REPO/badge.svg?branch=``: the newest baseline of a public repository's branch, in one number.

What is not there and what is not for everybody are told in the same bytes, after the same questions to the store: a
badge must not say whether a private repository exists.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response

from bot.core.model.coverage import Metric, Tally
from bot.core.model.errors import PolicyError
from bot.core.model.globs import matches_any
from bot.core.model.policy import Policy
from bot.core.parse.policy import parse_policy
from bot.core.render.badge import render_badge
from bot.flows.ports import History
from bot.web.caching import cached
from bot.web.visible import NOBODY, askable, visible

_HEADERS: Mapping[str, str] = {
    "Cache-Control": "public, max-age=60",
    "Cross-Origin-Resource-Policy": "cross-origin",  # made to be shown on other sites
}


class Badges:
    def __init__(self, history: History) -> None:
        self._history = history

    async def show(self, request: Request) -> Response:
        repo = await visible(self._history, request)
        repo_id, default = (repo.id, repo.default_branch) if repo else (NOBODY, "main")
        branch = askable(request.query_params.get("branch", default), "unknown")
        latest = await self._history.latest(repo_id, branch)
        policy = await self._history.policy(repo_id, branch)
        target = _target(policy.content if policy else None, branch)
        svg = render_badge(_lowest(latest[1]) if latest else None, target=target)
        return cached(request, svg.encode(), media_type="image/svg+xml", headers=_HEADERS)


def _lowest(totals: Mapping[Metric, Tally]) -> Tally | None:
    """Different metrics are never added up; one number for several of them is the one that flatters least."""
    measured = [tally for tally in totals.values() if tally.total]
    return min(measured, key=lambda tally: Fraction(tally.covered, tally.total), default=None)


@lru_cache(maxsize=512)
def _target(policy: bytes | None, branch: str) -> Fraction:
    """The project target of *branch*; the default one where the policy is none or broken."""
    try:
        rules = (parse_policy(policy) if policy is not None else Policy()).coverage
    except PolicyError:
        rules = Policy().coverage
    overrides = (rules.bases[glob].project for glob in rules.bases if matches_any([glob], branch))
    return next((project.target for project in overrides if project is not None), rules.project.target)

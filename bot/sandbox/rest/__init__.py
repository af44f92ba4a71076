"""The REST API, one module a resource. ``ROUTES`` lists every operation that the sandbox knows,
those last whose paths end in a parameter that may hold slashes.
"""

from __future__ import annotations

from bot.sandbox.rest import actions, apps, checks, comments, commits, contents, pulls, repos
from bot.sandbox.rest.call import Route

_ALL: tuple[Route, ...] = (
    *apps.ROUTES,
    *repos.ROUTES,
    *pulls.ROUTES,
    *commits.ROUTES,
    *contents.ROUTES,
    *actions.ROUTES,
    *checks.ROUTES,
    *comments.ROUTES,
)

ROUTES = tuple(sorted(_ALL, key=lambda route: route.greedy))

__all__ = ["ROUTES"]

"""The application: which address is answered by whom."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot import __version__
from bot.core.render.site import not_found_page
from bot.web.badges import Badges
from bot.web.headers import SecurityHeaders
from bot.web.health import Health
from bot.web.limits import BodyLimits
from bot.web.pages import Pages, policy_of
from bot.web.services import WebServices
from bot.web.webhooks import Webhooks


def create_app(services: WebServices) -> FastAPI:
    """The web edge over *services*. It imports neither githubkit nor a database, so it starts fast and stays small."""
    pages, health = Pages(services.history), Health(services.ready)
    return FastAPI(
        title="covgate",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        routes=[
            Route("/", pages.index),
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            Route("/github/webhooks", Webhooks(services).receive, methods=["POST"]),
            Route("/{owner}/{repo}/badge.svg", Badges(services.history).show),
            Route("/{owner}/{repo}/commits/{sha}", pages.commit),
        ],
        middleware=[Middleware(SecurityHeaders), Middleware(BodyLimits, limits=services.limits)],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )


async def _refused(request: Request, error: Exception) -> Response:
    """The same bytes for every page that is not there, and a bare word for every other refusal."""
    del request
    assert isinstance(error, HTTPException)  # as registered above
    if error.status_code == HTTPStatus.NOT_FOUND:
        body = not_found_page().encode()
        return HTMLResponse(body, 404, headers={"Content-Security-Policy": policy_of(body)})
    return PlainTextResponse(f"{HTTPStatus(error.status_code).phrase}\n", error.status_code, headers=error.headers)


async def _failed(request: Request, error: Exception) -> Response:
    """A bug: the log has it, the client is told nothing of it. This answer is made outside all middleware."""
    del request, error
    return PlainTextResponse("Internal Server Error\n", 500, headers={"X-Content-Type-Options": "nosniff"})

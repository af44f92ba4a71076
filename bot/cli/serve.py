"""``covgate serve``: the service, told everything by its environment."""

from __future__ import annotations

import asyncio
import logging

from bot.settings import described, load_settings
from bot.wiring import serve as serve_until_stopped

_LOG = "%(asctime)s %(levelname)s %(name)s %(message)s"


def serve() -> None:
    settings = load_settings()
    logging.basicConfig(level=logging.INFO, format=_LOG)
    for talkative in ("httpx", "alembic", "dbos"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    asyncio.run(serve_until_stopped(settings))


serve.__doc__ = (
    "Run the service that answers pull requests.\n\nIts settings are environment variables:\n\n"
    + "\n\n".join(
        f"{setting.name}  {setting.meaning}" + (f" (default: {setting.default})" if setting.default else "")
        for setting in described()
    )
)

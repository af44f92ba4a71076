"""The one place where edges meet flows: settings in, a running service out."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import signal
import socket
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import resources

import uvicorn

from bot.core.model.verdict import Evaluation
from bot.core.render.context import CommentContext
from bot.core.render.report import environment, render_report
from bot.flows.edges import Edges
from bot.flows.ports import Clock, StoreUnavailable
from bot.flows.reconcile import sweep
from bot.flows.work import Pump, work
from bot.github.forge import AppAccess, GitHubForge
from bot.github.webhook import EVENTS, understand, verify
from bot.reader.parent import ChildReader
from bot.settings import Settings
from bot.store.opening import Store, open_store
from bot.web.app import create_app
from bot.web.connections import serving
from bot.web.limits import Limits
from bot.web.services import WebServices

log = logging.getLogger(__name__)


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A service whose worker runs. *edges* is ``None`` where this process only receives. *listening* is set once
    webhooks can come in.
    """

    store: Store
    edges: Edges | None
    pump: Pump | None
    listening: asyncio.Event


@asynccontextmanager
async def running(settings: Settings, *, clock: Clock | None = None) -> AsyncGenerator[Service]:
    """The store opened, and, in a worker, the inbox pumped and the jobs worked on until the block ends."""
    time = clock or SystemClock()
    async with AsyncExitStack() as stack:
        opened = await asyncio.to_thread(open_store, settings.database_url, clock=time)
        store = await stack.enter_async_context(opened)
        listening = asyncio.Event()
        if not settings.is_worker:
            yield Service(store=store, edges=None, pump=None, listening=listening)
            return
        if not settings.is_web:
            listening.set()  # another process does
        forge = await stack.enter_async_context(GitHubForge(_access(settings), now=time.now))
        edges = _edges(settings, store, forge, time)
        pump = Pump(edges)
        await store.jobs.start(partial(work, edges))
        stack.push_async_callback(store.jobs.stop)
        for task in (
            asyncio.create_task(pump.run(), name="pump"),
            asyncio.create_task(_swept(edges, listening), name="sweep"),
        ):
            stack.push_async_callback(_ended, task)
        yield Service(store=store, edges=edges, pump=pump, listening=listening)


async def serve(settings: Settings) -> None:
    """Serve until told to stop by SIGTERM or SIGINT."""
    async with running(settings) as service:
        if not settings.is_web:
            await asyncio.Event().wait()
        await web_server(settings, service).serve()


def web_server(settings: Settings, service: Service) -> uvicorn.Server:
    """The web edge of *service*, not yet listening."""
    app = create_app(_web(settings, service))
    return _Server(serving(app, host=settings.host, port=settings.port, limits=Limits()), service.listening)


class _Server(uvicorn.Server):
    """uvicorn's server, saying when it listens."""

    def __init__(self, config: uvicorn.Config, listening: asyncio.Event) -> None:
        super().__init__(config)
        self._listening = listening

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop when told to, and end with 0: uvicorn's own would die of the signal that it was stopped by."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening.set()


async def _swept(edges: Edges, listening: asyncio.Event) -> None:
    """What was missed is asked for again only once it can arrive."""
    await listening.wait()
    await sweep(edges)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def _access(settings: Settings) -> AppAccess:
    if settings.app_id is None or settings.private_key is None:
        raise AssertionError("a worker's settings were let through without an App")
    return AppAccess(
        app_id=settings.app_id,
        private_key=settings.private_key.get_secret_value(),
        api_url=settings.github_api_url,
        proxy=settings.https_proxy,
        ca_bundle=str(settings.ca_bundle) if settings.ca_bundle else None,
    )


def _edges(settings: Settings, store: Store, forge: GitHubForge, clock: Clock) -> Edges:
    return Edges(
        forge=forge,
        reader=ChildReader(),
        inbox=store.inbox,
        jobs=store.jobs,
        outbox=store.outbox,
        history=store.history,
        clock=clock,
        understand=understand,
        marker_key=_marker_key(settings),
        render_page=page_renderer(),
        public_url=settings.public_url,
        html_url=settings.html_url,
        app_id=settings.app_id or 0,
        default_mode=settings.default_mode,
    )


def _marker_key(settings: Settings) -> bytes:
    """From the App's key, which outlives a rotation of the webhook's secret."""
    key = settings.private_key.get_secret_value() if settings.private_key else ""
    return hmac.new(key.encode(), b"covgate comment marker", hashlib.sha256).digest()


def templates() -> dict[str, str]:
    """The page templates by file name: ``core`` reads no disk, so they are read for it."""
    folder = resources.files("bot.core.render") / "templates"
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir() if file.is_file()}


def page_renderer() -> Callable[[Evaluation, CommentContext], bytes]:
    """What makes a commit's whole HTML page."""
    pages = environment(templates())

    def render(evaluation: Evaluation, context: CommentContext) -> bytes:
        return render_report(pages, evaluation, context).encode()

    return render


def _web(settings: Settings, service: Service) -> WebServices:
    async def on_accepted() -> None:
        if service.pump is not None:
            service.pump.wake()

    async def ready() -> bool:
        try:
            await service.store.ready()
        except StoreUnavailable:
            return False
        return True

    return WebServices(
        inbox=service.store.inbox,
        history=service.store.history,
        clock=service.edges.clock if service.edges else SystemClock(),
        verify=partial(verify, settings.webhook_secrets),
        events=EVENTS,
        on_accepted=on_accepted,
        ready=ready,
    )

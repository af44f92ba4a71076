"""The sandbox as a whole: it starts, it holds repositories, it ends."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bot.sandbox import events, openapi
from bot.sandbox.api import Api
from bot.sandbox.clock import Clock
from bot.sandbox.faults import Faults
from bot.sandbox.git import Files
from bot.sandbox.keys import make_app
from bot.sandbox.limits import Limits
from bot.sandbox.records import Installation, Repo
from bot.sandbox.repository import Repository
from bot.sandbox.server import Server
from bot.sandbox.traffic import Requests
from bot.sandbox.webhooks import Webhooks
from bot.sandbox.world import World

if TYPE_CHECKING:
    from bot.sandbox.pages import Pages

DEFAULT_ROLES = {"maintainer": "maintain"}
README = {"README.md": "# A project\n"}


class App:
    """The GitHub App that the service runs as."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def id(self) -> int:
        return self._world.app.id

    @property
    def slug(self) -> str:
        return self._world.app.slug

    @property
    def client_id(self) -> str:
        return self._world.app.client_id

    @property
    def private_key(self) -> str:
        """PEM."""
        return self._world.app.private_key

    @property
    def webhook_secret(self) -> str:
        return self._world.app.webhook_secret

    @property
    def installation_id(self) -> int:
        """The installation at the account of the first repository; others are told by ``repo.installation_id``."""
        return next(iter(self._world.installations), 0)


class Sandbox:
    """A GitHub on loopback. ``start`` it; it is a context manager, or ``close`` it."""

    def __init__(
        self, *, webhook_url: str | None, validate: bool, limits: Limits, now: datetime | None, pages: bool
    ) -> None:
        self.clock = Clock(now)
        self.faults = Faults(self.clock)
        self.requests = Requests()
        self._directory = tempfile.TemporaryDirectory(prefix="covgate-sandbox-")
        self._world = World(Path(self._directory.name), self.clock, make_app("covgate"), self._deliver)
        self.app = App(self._world)
        self.webhooks = Webhooks(url=webhook_url, secret=self.app.webhook_secret, app_id=self.app.id, clock=self.clock)
        self._api = Api(self._world, self.webhooks, limits=limits, validate=validate)
        self._server = Server(
            self._api,
            self._world.blobs,
            self.faults,
            self.requests,
            self.clock,
            pages=_website(self._world) if pages else None,
        )

    @classmethod
    def start(
        cls,
        *,
        webhook_url: str | None = None,
        validate: bool | None = None,
        limits: Limits | None = None,
        now: datetime | None = None,
        pages: bool = False,
    ) -> Self:
        """A sandbox that answers. Without *webhook_url* deliveries wait for ``webhooks.send_to``. *validate*: judge
        each request by GitHub's OpenAPI description; ``None``: if openapi-core is there. *limits*: github.com's, or
        ``Limits.none()``. *now*: what time it shall be. *pages*: ``api_url`` is a website too, where every
        ``html_url`` leads.
        """
        judged = openapi.available() if validate is None else validate
        sandbox = cls(webhook_url=webhook_url, validate=judged, limits=limits or Limits(), now=now, pages=pages)
        sandbox._world.api_url, sandbox._world.blobs.url = sandbox._server.start()
        if pages:
            sandbox._world.web_url = sandbox._world.api_url
        sandbox.webhooks.start()
        if judged:
            openapi.warm()
        return sandbox

    def close(self) -> None:
        """Stop answering and delivering, and remove everything."""
        self.webhooks.stop()
        self._server.stop()
        self._directory.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def api_url(self) -> str:
        """The API's address, without a slash at the end."""
        return self._world.api_url

    @property
    def blob_url(self) -> str:
        """The artifact store's origin."""
        return self._world.blobs.url

    @property
    def violations(self) -> list[str]:
        """Requests that GitHub's description forbids, in words. A test asserts that there are none."""
        return self._api.violations

    @property
    def mutations(self) -> list[str]:
        """What the API has changed, in order: ``check_run.created 55500000001``, ``comment.updated 3500000001``, ..."""
        return self._world.mutations

    # --- repositories and accounts ---

    def repository(
        self,
        full_name: str,
        *,
        files: Files | None = None,
        private: bool = False,
        default_branch: str = "main",
        installed: bool = True,
        roles: Mapping[str, str] | None = None,
        owner_kind: str = "Organization",
    ) -> Repository:
        """A new repository with one commit. *roles* (login -> read, triage, write, maintain, admin) come beside
        ``maintainer``, who is always there. *installed*: the App is at its owner's account.
        """
        with self._world.lock:
            repo = self._add(full_name, private, default_branch, roles, owner_kind)
            at = self._world.commit_time()
            repo.git.write(default_branch, files or README, parents=[], message="First commit", who="maintainer", at=at)
            return self._ready(repo, installed=installed)

    def import_repository(
        self,
        full_name: str,
        checkout: Path,
        *,
        revision: str = "HEAD",
        private: bool = False,
        default_branch: str = "main",
        roles: Mapping[str, str] | None = None,
    ) -> Repository:
        """A repository whose default branch is *revision* of a local git *checkout*, with its history."""
        with self._world.lock:
            repo = self._add(full_name, private, default_branch, roles, "Organization")
            repo.git.take(checkout, revision, default_branch)
            return self._ready(repo, installed=True)

    def _add(
        self,
        full_name: str,
        private: bool,
        default_branch: str,
        roles: Mapping[str, str] | None,
        owner_kind: str,
    ) -> Repo:
        repo = self._world.add_repo(full_name, private=private, default_branch=default_branch, owner_kind=owner_kind)
        repo.roles = {**DEFAULT_ROLES, **(roles or {})}
        for login in repo.roles:
            self._world.user(login)
        return repo

    def _ready(self, repo: Repo, *, installed: bool) -> Repository:
        if installed:
            known = self._world.installation_of(repo.owner)
            repo.installation = self._world.install(repo.owner)
            if known is None:
                events.installation(self._world, repo.installation, "created", [repo])
            else:
                events.installation_repositories(self._world, known, added=[repo])
        return Repository(self._world, self._api.tokens, repo)

    def user(self, login: str, *, kind: str = "User") -> int:
        """The numeric id of an account, which is made if there is none."""
        with self._world.lock:
            return self._world.user(login, kind).id

    def uninstall(self, owner: str) -> None:
        """The App is removed from an account: its tokens are worth nothing from now on."""
        self._end(owner, "deleted")

    def suspend(self, owner: str) -> None:
        """The App is suspended at an account."""
        self._end(owner, "suspend")

    def unsuspend(self, owner: str) -> None:
        """The App may work again."""
        with self._world.lock:
            installation = self._installation(owner)
            installation.suspended_at = None
            events.installation(self._world, installation, "unsuspend")

    def permit(self, owner: str, permissions: Mapping[str, str]) -> None:
        """What the installation at *owner* is granted from now on, all of it; tokens that exist stay as they are."""
        with self._world.lock:
            installation = self._installation(owner)
            installation.permissions = dict(permissions)
            events.installation(self._world, installation, "new_permissions_accepted")

    def _end(self, owner: str, action: str) -> None:
        with self._world.lock:
            installation = self._installation(owner)
            repos = [r for r in self._world.repos.values() if r.installation is installation]
            if action == "deleted":
                installation.deleted = True
                for repo in repos:
                    repo.installation = None
            else:
                installation.suspended_at = self.clock.now()
            self._api.tokens.revoke(installation)
            events.installation(self._world, installation, action, repos)

    def _installation(self, owner: str) -> Installation:
        found = self._world.installation_of(self._world.user(owner))
        if found is None:
            raise ValueError(f"the App is not installed at {owner}")
        return found

    def manifest_code(self) -> str:
        """The code that GitHub brings back from the page where an App is registered by a manifest; it is exchanged
        once, within the hour, for the keys of ``github.app``.
        """
        code = secrets.token_hex(20)
        self._world.manifests[code] = self.clock.now() + timedelta(hours=1)
        return code

    def token_lag(self, requests: int) -> None:
        """Each installation token from now on is answered 401 at its first so many uses."""
        self._api.tokens.lag = requests

    def ping(self) -> None:
        """GitHub's first delivery to a new webhook."""
        self.webhooks.send("ping", events.ping(self._world, self.webhooks.url or ""))

    # --- time ---

    def settle(self, timeout: float = 30, *, idle: Callable[[], bool] | None = None) -> None:
        """Wait until all deliveries are answered, no request is in flight, and *idle()* is true, three times in a row
        20 ms apart. Raises ``TimeoutError`` after *timeout* seconds.
        """
        deadline, calm = time.monotonic() + timeout, 0
        while calm < 3:
            quiet = self.webhooks.idle and self.requests.in_flight == 0 and (idle is None or idle())
            calm = calm + 1 if quiet else 0
            if time.monotonic() > deadline:
                raise TimeoutError(f"not settled after {timeout} s")
            time.sleep(0.02)

    def _deliver(self, event: str, subject: Repo | Installation, payload: dict[str, Any]) -> None:
        if isinstance(subject, Repo):
            installation = subject.installation
            self.webhooks.send(
                event, payload, installation_id=installation.id if installation else None, repository_id=subject.id
            )
        else:
            self.webhooks.send(event, payload, installation_id=subject.id)


def _website(world: World) -> Pages:
    """Imported only where somebody looks: templates and Markdown take 80 ms to load."""
    from bot.sandbox.pages import Pages

    return Pages(world)

"""Who asks, and what they may: the App by its JSON Web Token, an installation by its token, or nobody in particular."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sandbox.keys import BadToken, verify
from bot.sandbox.records import ACTIONS_APP_ID, Installation, Repo
from bot.sandbox.world import World

TOKEN_LIFE = timedelta(hours=1)
RANK = {"read": 1, "write": 2, "admin": 3}


class Unauthorized(Exception):
    """401; the text is GitHub's message."""


@dataclass(slots=True, kw_only=True)
class Token:
    """An installation's token, or the GITHUB_TOKEN of a workflow (*installation* is ``None``). *repositories* ``None``
    means all of the installation's. The next *refusals* uses are answered 401, as when a fresh token has not reached
    every server.
    """

    value: str
    app_id: int
    permissions: dict[str, str]
    expires_at: datetime
    installation: Installation | None = None
    repositories: frozenset[int] | None = None
    refusals: int = 0

    def covers(self, repo: Repo) -> bool:
        """Whether *repo* is among the token's."""
        if self.installation is not None and repo.installation is not self.installation:
            return False
        return self.repositories is None or repo.id in self.repositories


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks. *app_id* is set for an App's JWT and for tokens; *token* for tokens alone."""

    app_id: int | None = None
    token: Token | None = None

    @property
    def is_app(self) -> bool:
        """Whether it is the App itself, by its JWT."""
        return self.app_id is not None and self.token is None

    @property
    def name(self) -> str:
        if self.token is not None:
            return "actions" if self.app_id == ACTIONS_APP_ID else "installation"
        return "app" if self.is_app else "anonymous"

    @property
    def asker(self) -> str:
        """Who a limit counts for: an installation, whatever token it uses."""
        if self.token is not None and self.token.installation is not None:
            return f"installation {self.token.installation.id}"
        return self.name

    def may(self, repo: Repo, needs: tuple[tuple[str, str], ...]) -> bool:
        """Whether the token holds one of *needs* (permission, level) on *repo*. A public repository that is not among
        the token's may be read by anyone; within the token's own the permission must be there even to read, which is
        stricter than GitHub with public ones, so that no missing permission hides until a private repository comes.
        """
        reading = all(level == "read" for _, level in needs)
        if self.token is None or not self.token.covers(repo):
            return reading and not repo.private
        held = self.token.permissions
        return any(name in held and RANK[held[name]] >= RANK[level] for name, level in needs)


class Tokens:
    """All tokens that were given out."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tokens: dict[str, Token] = {}
        self.lag = 0

    def mint(
        self,
        installation: Installation | None,
        permissions: dict[str, str],
        *,
        repositories: frozenset[int] | None,
        app_id: int,
    ) -> Token:
        """A token that lives for an hour."""
        token = Token(
            value=f"ghs_{secrets.token_hex(18)}",
            app_id=app_id,
            permissions=permissions,
            expires_at=self._world.clock.now() + TOKEN_LIFE,
            installation=installation,
            repositories=repositories,
            refusals=self.lag,
        )
        self._tokens[token.value] = token
        return token

    def actor(self, authorization: str | None) -> Actor:
        """Who *authorization* (the header) speaks for. Raises ``Unauthorized``."""
        if authorization is None:
            return Actor()
        scheme, _, credential = authorization.partition(" ")
        credential = credential.strip()
        if scheme.lower() not in ("bearer", "token") or not credential:
            raise Unauthorized("Bad credentials")
        if credential.count(".") == 2:
            try:
                verify(credential, self._world.app, self._world.clock.now())
            except BadToken as error:
                raise Unauthorized(str(error)) from error
            return Actor(app_id=self._world.app.id)
        return self._holder(credential)

    def revoke(self, installation: Installation) -> None:
        """Tokens of an uninstalled or suspended installation are worth nothing."""
        self._tokens = {v: t for v, t in self._tokens.items() if t.installation is not installation}

    def _holder(self, credential: str) -> Actor:
        token = self._tokens.get(credential)
        if token is None or token.expires_at <= self._world.clock.now():
            raise Unauthorized("Bad credentials")
        if token.refusals > 0:
            token.refusals -= 1
            raise Unauthorized("Bad credentials")
        return Actor(app_id=token.app_id, token=token)

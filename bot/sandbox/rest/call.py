"""A request as its handler sees it, and what a handler says back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from bot.sandbox.access import Actor, Tokens
from bot.sandbox.limits import Limiter
from bot.sandbox.records import Repo
from bot.sandbox.replies import Answer, invalid, not_found
from bot.sandbox.webhooks import Webhooks
from bot.sandbox.world import World

DEFAULT_PAGE = 30
LARGEST_PAGE = 100
SLASHED = ("path", "basehead", "ref", "branch")  # parameters that may hold slashes


@dataclass(slots=True, kw_only=True)
class Call:
    """One request. *params* come from the path, *query* from behind it, *body* is parsed JSON."""

    world: World
    tokens: Tokens
    webhooks: Webhooks
    limiter: Limiter
    method: str
    template: str
    path: str
    params: dict[str, str]
    query: dict[str, str]
    headers: Mapping[str, str]
    body: dict[str, Any]
    actor: Actor
    violations: list[str]
    found: Repo | None = None

    @property
    def repo(self) -> Repo:
        """The repository that the path names."""
        if self.found is None:
            raise not_found()
        return self.found

    def number(self, name: str) -> int:
        """A numeric parameter of the path."""
        text = self.params[name]
        if not text.isdecimal():
            raise not_found()
        return int(text)

    @property
    def asker(self) -> str:
        """Who the limits count this for."""
        return self.actor.asker

    def integer(self, name: str, default: int) -> int:
        """A number of the query; what is none counts as absent."""
        text = self.query.get(name, "")
        return int(text) if text.isdecimal() else default

    @property
    def media(self) -> str:
        """What kind of answer is wanted: json, diff, patch, raw, sha or object."""
        accept = self.headers.get("accept", "")
        wanted = re.search(r"application/vnd\.github(?:\.v3)?\.(diff|patch|raw|sha|object|html)\b", accept)
        return wanted[1] if wanted else "json"

    @property
    def own_app(self) -> int:
        """The App that a write is made by."""
        assert self.actor.app_id is not None, "only routes for installations write"
        return self.actor.app_id

    def required(self, name: str) -> str:
        """A text that the body must hold."""
        value: Any = self.body.get(name)
        if not isinstance(value, str):
            raise invalid(self.template.rpartition("/")[2], name, "missing_field")
        return value

    def page(self, items: Sequence[Any], shape: Callable[[Any], dict[str, Any]], *, under: str | None = None) -> Answer:
        """One page of *items*, with GitHub's ``Link`` header; *under* names the list inside an object that counts."""
        size, number = self._page_size(), max(1, self.integer("page", 1))
        last = max(1, -(-len(items) // size))
        shown = [shape(item) for item in items[(number - 1) * size : number * size]]
        links: dict[str, int] = {}
        if number > 1:
            links |= {"prev": number - 1, "first": 1}
        if number < last:
            links |= {"next": number + 1, "last": last}
        address = f"{self.world.api_url}{self.path}"
        header = ", ".join(
            f'<{address}?{urlencode(self.query | {"page": str(page)})}>; rel="{rel}"' for rel, page in links.items()
        )
        body = shown if under is None else {"total_count": len(items), under: shown}
        return Answer(json=body, headers={"Link": header} if header else {})

    def _page_size(self) -> int:
        size = self.integer("per_page", DEFAULT_PAGE)
        if size > LARGEST_PAGE:
            self.violations.append(f"{self.method} {self.path}: per_page={size}, GitHub gives {LARGEST_PAGE} at most")
        return min(max(1, size), LARGEST_PAGE)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """An operation. *needs* are permissions of which one is enough; *who* is app (a JWT), installation or any.
    *content*: it creates content that others are notified of.
    """

    method: str
    template: str
    handler: Handler
    needs: tuple[tuple[str, str], ...] = ()
    who: str = "any"
    content: bool = False

    @property
    def greedy(self) -> bool:
        """Whether the path ends in a parameter that may hold slashes."""
        return self.template.endswith(tuple(f"{{{name}}}" for name in SLASHED))

    @property
    def points(self) -> int:
        """What it costs: a read 1, a write 5, a look at the limits nothing."""
        if self.template == "/rate_limit":
            return 0
        return 1 if self.method == "GET" else 5


def compiled(template: str) -> re.Pattern[str]:
    """A pattern for the raw (still percent-encoded) paths of *template*."""
    parts = re.split(r"\{(\w+)\}", template)
    pattern = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += f"(?P<{part}>.+?)" if part in SLASHED else f"(?P<{part}>[^/]+)"
    return re.compile(pattern)


def parameters(found: re.Match[str]) -> dict[str, str]:
    """The decoded parameters of a path."""
    return {name: unquote(value) for name, value in found.groupdict().items()}

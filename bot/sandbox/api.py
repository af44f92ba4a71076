"""The API's front: which operation a request is, who sends it, whether it is allowed and well formed."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any, cast
from urllib.parse import parse_qsl

from bot.sandbox import openapi
from bot.sandbox.access import Actor, Tokens, Unauthorized
from bot.sandbox.faults import PRIMARY, SECONDARY
from bot.sandbox.limits import Exceeded, Limiter, Limits
from bot.sandbox.records import Repo
from bot.sandbox.replies import Answer, Refusal, forbidden, not_found
from bot.sandbox.rest import ROUTES
from bot.sandbox.rest.call import Call, Route, compiled, parameters
from bot.sandbox.webhooks import Webhooks
from bot.sandbox.world import World

API_VERSIONS = ("2022-11-28", "2026-03-10")
GONE_IN_2026 = frozenset({"assignee", "has_downloads", "merge_commit_sha", "rate"})
"""Fields that version 2026-03-10 leaves out: https://docs.github.com/en/rest/about-the-rest-api/breaking-changes"""
UNKNOWN = "(unknown)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as it came: *path* is still percent-encoded, header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Api:
    """GitHub's REST API over a ``World``. ``answer`` is called from any thread."""

    def __init__(self, world: World, webhooks: Webhooks, *, limits: Limits, validate: bool) -> None:
        self.tokens = Tokens(world)
        self.violations: list[str] = []
        self.limiter = Limiter(limits)
        self._world = world
        self._webhooks = webhooks
        self._validate = validate
        self._routes = [(compiled(route.template), route) for route in ROUTES]

    def route(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The operation and its parameters, ``None`` if there is no such operation."""
        here = self._by_name(path)
        for pattern, route in self._routes:
            if route.method == method and (found := pattern.fullmatch(here)):
                return route, parameters(found)
        return None

    def template(self, method: str, path: str) -> str:
        """What counters and faults call a request."""
        found = self.route(method, path)
        return found[0].template if found is not None else UNKNOWN

    def answer(self, asked: Asked, *, in_flight: int = 1) -> tuple[Answer, str]:
        """The answer, and who asked. *in_flight* requests are being answered now, this one among them."""
        now = self._world.clock.now()
        actor, name = Actor(), "refused"
        with self._world.lock:
            try:
                actor = self._authenticated(asked)
                name = actor.name
                route, call = self._understood(asked, actor)
                self._admit(call, route, in_flight)
                answer = self._conditional(asked, _versioned(call, route.handler(call)), call.asker)
            except Refusal as refusal:
                answer = refusal.answer()
            limits = self.limiter.headers(actor.asker, now)
        answer.headers = {
            "Date": format_datetime(now, usegmt=True),
            "Server": "github.com",
            "X-GitHub-Request-Id": uuid.uuid4().hex.upper(),
            "X-GitHub-Media-Type": "github.v3; format=json",
            **limits,
            **answer.headers,
        }
        return answer, name

    def _authenticated(self, asked: Asked) -> Actor:
        if "user-agent" not in asked.headers:
            raise Refusal(
                403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent"
            )
        try:
            return self.tokens.actor(asked.headers.get("authorization"))
        except Unauthorized as error:
            raise Refusal(401, str(error)) from error

    def _understood(self, asked: Asked, actor: Actor) -> tuple[Route, Call]:
        """The operation and the request as a call of it. Raises ``Refusal`` for what GitHub would not look at."""
        version = asked.headers.get("x-github-api-version")
        if version is not None and version not in API_VERSIONS:
            raise Refusal(400, f"API version {version!r} is not supported")
        found = self.route(asked.method, asked.path)
        if found is None:
            self.violations.append(f"{asked.method} {asked.path}: no such operation")
            raise not_found()
        route, params = found
        call = Call(
            world=self._world,
            tokens=self.tokens,
            webhooks=self._webhooks,
            limiter=self.limiter,
            method=asked.method,
            template=route.template,
            path=asked.path,
            params=params,
            query=dict(parse_qsl(asked.query, keep_blank_values=True)),
            headers=asked.headers,
            body=_parsed(asked.body),
            actor=actor,
            violations=self.violations,
            found=self._repo(asked, params, actor),
        )
        self._judge(asked, call)
        return route, call

    def _by_name(self, path: str) -> str:
        """*path* below ``/repositories/ID``, as redirects have it, below the repository's name."""
        by_id = re.fullmatch(r"/repositories/(\d+)(/.+)", path)
        repo = self._world.repos.get(int(by_id[1])) if by_id else None
        return f"/repos/{repo.full_name}{by_id[2]}" if by_id and repo else path

    def _repo(self, asked: Asked, params: Mapping[str, str], actor: Actor) -> Repo | None:
        """The repository that the path names; a former name is answered with where it is now."""
        if "repository_id" in params:
            number = params["repository_id"]
            found = self._world.repos.get(int(number)) if number.isdecimal() else None
            return found if found is not None and not found.deleted else None
        if "repo" not in params:
            return None
        repo = self._world.repo_named(params["owner"], params["repo"])
        moved = self._world.former_names.get(f"{params['owner']}/{params['repo']}".lower())
        if repo is None and moved is not None and not moved.deleted and actor.may(moved, (("metadata", "read"),)):
            rest = "".join(asked.path.split("/", 4)[4:])
            query = f"?{asked.query}" if asked.query else ""
            target = f"{self._world.api_url}/repositories/{moved.id}{'/' if rest else ''}{rest}{query}"
            raise Refusal(301 if asked.method == "GET" else 307, "Moved Permanently", headers={"Location": target})
        return repo

    def _judge(self, asked: Asked, call: Call) -> None:
        """Hold the request against GitHub's description."""
        if not self._validate:
            return
        problem = openapi.problem(
            method=asked.method,
            template=call.template,
            params=call.params,
            query=call.query,
            headers=asked.headers,
            body=asked.body,
            sent=call.body,
        )
        if problem is not None:
            self.violations.append(f"{asked.method} {asked.path}: {problem}")
            raise Refusal(422, f"Invalid request.\n\n{problem}")

    def _admit(self, call: Call, route: Route, in_flight: int) -> None:
        """Raises ``Refusal`` unless the actor may do this now."""
        if route.who == "app" and not call.actor.is_app:
            raise Refusal(401, "A JSON web token could not be decoded")
        if route.who != "app" and call.actor.is_app:
            raise Refusal(401, "Bad credentials")
        if route.who == "installation" and call.actor.token is None:
            raise Refusal(401, "Requires authentication")
        if route.needs:
            self._admit_to(call.repo, call.actor, route)
        cost = route.points
        now = self._world.clock.now()
        exceeded = self.limiter.take(call.asker, points=cost, content=route.content, now=now) if cost else None
        if in_flight > self.limiter.limits.concurrent:
            exceeded = Exceeded(primary=False)
        if exceeded is not None:
            headers = {} if exceeded.retry_after is None else {"Retry-After": str(exceeded.retry_after)}
            raise Refusal(403, PRIMARY if exceeded.primary else SECONDARY, headers=headers)

    def _admit_to(self, repo: Repo, actor: Actor, route: Route) -> None:
        if actor.may(repo, route.needs):
            return
        if repo.private and (actor.token is None or not actor.token.covers(repo)):
            raise not_found()
        raise forbidden()

    def _conditional(self, asked: Asked, answer: Answer, asker: str) -> Answer:
        """An ETag for what was read; 304 if the asker has it already."""
        if asked.method != "GET" or answer.status != 200:
            return answer
        tag = hashlib.sha256(answer.media.encode() + answer.body()).hexdigest()
        etag = f'W/"{tag}"' if answer.content is None else f'"{tag}"'
        known = re.findall(r'(?:W/)?"([^"]*)"', asked.headers.get("if-none-match", ""))
        answer.headers["ETag"] = etag
        if tag in known:
            self.limiter.refund(asker, self._world.clock.now())
            return Answer(status=304, headers=answer.headers)
        return answer


def _versioned(call: Call, answer: Answer) -> Answer:
    """The answer in the version that was asked for; without a header that is the older one."""
    if call.headers.get("x-github-api-version") == API_VERSIONS[1]:
        answer.json = _without(answer.json, GONE_IN_2026)
    return answer


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {name: _without(inner, names) for name, inner in fields.items() if name not in names}
    return [_without(inner, names) for inner in cast("list[Any]", value)] if isinstance(value, list) else value


def _parsed(body: bytes) -> dict[str, Any]:
    if not body:
        return {}
    try:
        parsed: Any = json.loads(body)
    except ValueError as error:
        raise Refusal(400, "Problems parsing JSON") from error
    if not isinstance(parsed, dict):
        raise Refusal(400, "Body should be a JSON object")
    return cast("dict[str, Any]", parsed)

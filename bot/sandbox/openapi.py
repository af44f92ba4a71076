"""GitHub's own description of its API, cut to the operations of ``ROUTES``, as a judge of requests and answers.

The copy beside this module is made by ``tests/tools/trim_openapi.py``. It needs openapi-core, a development
dependency; without it the sandbox judges by its own rules alone.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Mapping
from functools import cache
from importlib import resources
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from openapi_core import OpenAPI

SERVER = "https://api.github.com"
REASONS = 5
REASON_LENGTH = 300
UNDESCRIBED = frozenset({"/repositories/{repository_id}"})
"""Paths that GitHub answers and does not describe."""


def available() -> bool:
    """Whether openapi-core can be imported."""
    return find_spec("openapi_core") is not None


@cache
def description() -> dict[str, Any]:
    """The description as JSON."""
    packed = resources.files("bot.sandbox").joinpath("openapi.json.gz").read_bytes()
    return json.loads(gzip.decompress(packed))


def _judge() -> OpenAPI:
    with _loading:
        return _loaded()


@cache
def _loaded() -> OpenAPI:
    from openapi_core import OpenAPI

    return OpenAPI.from_dict(description())


_loading = threading.Lock()


def warm() -> None:
    """Load what judging needs, about a second's work, while others do something else."""
    threading.Thread(target=_judge, name="sandbox-openapi", daemon=True).start()


def problem(
    *,
    method: str,
    template: str,
    params: Mapping[str, str],
    query: Mapping[str, str],
    headers: Mapping[str, str],
    body: bytes,
    sent: Mapping[str, Any],
) -> str | None:
    """What the description has against a request, in one line; ``None`` if nothing. *sent* is *body* as an object."""
    if template in UNDESCRIBED:
        return None
    operation = description()["paths"][template][method.lower()]
    unknown = set(query) - _query_names(operation)
    if unknown:
        return f"GitHub knows no query parameter {', '.join(sorted(unknown))} here"
    if "requestBody" not in operation:
        if sent:
            return "GitHub reads no body here"
    elif unknown := set(sent) - _body_names(operation):
        return f"GitHub knows no {', '.join(sorted(unknown))} here"
    from openapi_core.testing import MockRequest

    request = MockRequest(
        SERVER,
        method,
        _encoded(template, params),
        args=dict(query),
        headers=dict(headers),
        data=body,
        content_type=headers.get("content-type", "application/json"),
    )
    errors = list(_judge().iter_request_errors(request))
    return "; ".join(_said(error) for error in errors) or None


def answer_problem(*, method: str, template: str, params: Mapping[str, str], status: int, body: bytes) -> str | None:
    """What the description has against a JSON answer of the sandbox itself; ``None`` if nothing."""
    if template in UNDESCRIBED:
        return None
    from openapi_core.testing import MockRequest, MockResponse

    request = MockRequest(SERVER, method, _encoded(template, params))
    errors = list(_judge().iter_response_errors(request, MockResponse(body, status)))
    return "; ".join(_said(error) for error in errors) or None


def _encoded(template: str, params: Mapping[str, str]) -> str:
    return template.format_map({name: quote(value, safe="") for name, value in params.items()})


def _query_names(operation: Mapping[str, Any]) -> set[str]:
    named = description()["components"]["parameters"]
    whole = [named[p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in operation.get("parameters", [])]
    return {parameter["name"] for parameter in whole if parameter["in"] == "query"}


def _said(error: BaseException) -> str:
    """An error in one line: the first reasons that the schema gives, else its own words."""
    cause: BaseException | None = error
    while cause is not None:
        reasons: list[Any] = list(getattr(cause, "schema_errors", ()))
        if reasons:
            where = (("/".join(map(str, r.absolute_path)), r.message[:REASON_LENGTH]) for r in reasons[:REASONS])
            return "; ".join(f"{path}: {message}" if path else message for path, message in where)
        cause = cause.__cause__
    return str(error.__cause__ or error)


def _body_names(operation: Mapping[str, Any]) -> set[str]:
    """The keys that GitHub reads at the top of a request's body; it passes over others in silence."""
    return _property_names(operation["requestBody"]["content"]["application/json"]["schema"])


def _property_names(schema: Mapping[str, Any]) -> set[str]:
    variants = [v for kind in ("allOf", "anyOf", "oneOf") for v in schema.get(kind, ())]
    return set(schema.get("properties", ())).union(*map(_property_names, variants))

"""GitHub's refusals as the port's errors. What each status means:
https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.flows.ports import Forbidden, ForgeError, NotFound, Rejected, TooLarge, Unavailable

_LONGEST_MESSAGE = 200
_LIMIT_WORDS = ("rate limit", "abuse detection", "wait a few minutes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back: decoded bytes, headers by lower-case name, and how the request is named in messages."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    asked: str

    def json(self) -> Any:
        """The answer's JSON. Raises ``Unavailable`` for anything else: a proxy's page, a broken connection."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise Unavailable(f"{self.asked}: GitHub's answer ({self.status}) is not JSON") from error


def limited(answer: Answer) -> bool:
    """Whether this is a primary or a secondary limit. A secondary one may say so in the message alone."""
    if answer.status == 429:
        return True
    if answer.status != 403:
        return False
    if answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers:
        return True
    return any(words in answer.content[:4096].decode("utf-8", "replace").lower() for words in _LIMIT_WORDS)


def pause_of(answer: Answer, now: datetime) -> float | None:
    """Seconds that GitHub asks us to wait; ``None`` where it does not say, or says nonsense.

    The reset is told in GitHub's time, so it is measured against GitHub's ``Date``, not against our clock.
    """
    after = answer.headers.get("retry-after", "")
    if after.isascii() and after.isdigit():
        return float(after[:9])
    reset = answer.headers.get("x-ratelimit-reset", "")
    if answer.headers.get("x-ratelimit-remaining") != "0" or not (reset.isascii() and reset.isdigit()):
        return None
    seconds = int(reset[:15]) - date_of(answer, now).timestamp()
    return seconds + 1 if seconds >= 0 else None


def date_of(answer: Answer, now: datetime) -> datetime:
    """When GitHub made *answer*, by its clock; *now* where it does not say."""
    try:
        said = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return now
    return said if said.tzinfo else said.replace(tzinfo=UTC)


_BY_STATUS: Mapping[int, type[ForgeError]] = {
    401: Forbidden,
    403: Forbidden,
    404: NotFound,
    406: TooLarge,
    408: Unavailable,
    410: NotFound,
    413: TooLarge,
    425: Unavailable,
    451: NotFound,
}


def refusal(answer: Answer) -> ForgeError:
    """The error that *answer* (a status of 300 or above, and no limit) stands for."""
    message = f"{answer.asked}: {answer.status} {_message(answer)}".rstrip()
    if answer.status == 422 and b"too_large" in answer.content:
        return TooLarge(message)
    if answer.status < 400 or answer.status >= 500:
        return Unavailable(message)
    return _BY_STATUS.get(answer.status, Rejected)(message)


class _Detail(BaseModel):
    field: str = ""
    code: str = ""
    message: str = ""


class _Said(BaseModel):
    message: str = ""
    errors: list[_Detail | str] = []


def _message(answer: Answer) -> str:
    """GitHub's own words, bounded and on one line; nothing where the answer is not GitHub's."""
    try:
        said = _Said.model_validate_json(answer.content)
    except ValidationError:
        return ""
    details = [d if isinstance(d, str) else f"{d.field} {d.code} {d.message}" for d in said.errors]
    return " ".join(" ".join([said.message, *details]).split())[:_LONGEST_MESSAGE]

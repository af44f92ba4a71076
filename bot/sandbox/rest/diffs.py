"""Differences as text, within GitHub's limits."""

from __future__ import annotations

from bot.sandbox.git import Git
from bot.sandbox.replies import Answer, Refusal

FILES_SHOWN = 300
LINES_SHOWN = 20_000
DIFF_MEDIA = "application/vnd.github.diff; charset=utf-8"


def diff_answer(git: Git, base: str, head: str, *, resource: str) -> Answer:
    """``git diff`` of two commits; 406 over 300 files or 20,000 lines."""
    if git.counts(base, head).files > FILES_SHOWN:
        raise _too_large("files", FILES_SHOWN, resource)
    diff = git.diff(base, head)
    if diff.count(b"\n") > LINES_SHOWN:
        raise _too_large("lines", LINES_SHOWN, resource)
    return Answer(content=diff, media=DIFF_MEDIA)


def _too_large(what: str, limit: int, resource: str) -> Refusal:
    message = f"Sorry, the diff exceeded the maximum number of {what} ({limit})."
    return Refusal(406, message, errors=[{"resource": resource, "field": "diff", "code": "too_large"}])

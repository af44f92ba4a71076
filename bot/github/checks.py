"""Check runs: https://docs.github.com/en/rest/checks/runs

Only the App that made a check run may change it, and GitHub appends the annotations of each update to those that are
there, with no way to take one back.
"""

from __future__ import annotations

import hashlib
import logging
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.model.commit import Repo
from bot.core.render.sentences import superseded
from bot.flows.ports import Annotation, CheckRun, ForgeError
from bot.github.answers import CheckRunEntry
from bot.github.client import Client, item

log = logging.getLogger(__name__)

ANNOTATIONS_AT_ONCE = 50

_REMEMBERED = 4096


async def find_check(client: Client, repo: Repo, head_sha: str, name: str, *, app_id: int) -> int | None:
    """The newest check run of that name which the App *app_id* made on *head_sha*."""
    params: dict[str, str | int] = {"check_name": name, "filter": "latest", "app_id": app_id}
    found = await client.pages(repo, f"/commits/{head_sha}/check-runs", CheckRunEntry, params=params, key="check_runs")
    ours = [run.id for run in found if run.name == name and run.app is not None and run.app.id == app_id]
    return max(ours, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Borne:
    """What a check run was last made to bear: which annotations, and whether it was left in progress."""

    digest: bytes
    pending: bool


class Checks:
    """Writes the check runs of one App, and remembers which annotations it has put on the latest of them."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._borne: OrderedDict[int, _Borne] = OrderedDict()

    async def create(self, repo: Repo, check: CheckRun) -> int:
        first = check.annotations[:ANNOTATIONS_AT_ONCE]
        body = {"name": check.name, "head_sha": check.head_sha, **_body(check, first)}
        made = item(await self._client.write(repo, "POST", "/check-runs", body), CheckRunEntry)
        await self._append(repo, made.id, check, len(first))
        return made.id

    async def update(self, repo: Repo, check_id: int, check: CheckRun) -> int:
        """Make the check run say *check*. Gives the id of the one that says so: a new one where the old one bears
        annotations of another verdict, which would stand beside today's for good. Nothing is written to the old one
        before that is known.
        """
        there, pending = await self._state(repo, check_id, check)
        if there is None:
            made = await self.create(repo, check)
            if pending:
                await self._supersede(repo, check_id)
            return made
        batch = check.annotations[there : there + ANNOTATIONS_AT_ONCE]
        self._borne.pop(check_id, None)  # if this breaks off, GitHub is asked how far it came
        await self._client.write(repo, "PATCH", f"/check-runs/{check_id}", _body(check, batch))
        await self._append(repo, check_id, check, there + len(batch))
        return check_id

    async def _state(self, repo: Repo, check_id: int, check: CheckRun) -> tuple[int | None, bool]:
        """(how many of the annotations of *check* are there, ``None`` where there are others; whether the check run is
        in progress), from memory, and from GitHub where that has nothing: another process made it.
        """
        borne, wanted = self._borne.get(check_id), len(check.annotations)
        if borne is not None:
            there = {_NONE: 0, _digest(check.annotations): wanted}.get(borne.digest)
            return there, borne.pending
        found = item(await self._client.get(repo, f"/check-runs/{check_id}"), CheckRunEntry)
        count = found.output.annotations_count
        return count if _may_go_on(count, wanted) else None, found.status != "completed"

    async def _supersede(self, repo: Repo, check_id: int) -> None:
        """Conclude the check run that a newer one has replaced; the newer one stands even where that fails."""
        title, summary = superseded()
        body = {"status": "completed", "conclusion": "neutral", "output": {"title": title, "summary": summary}}
        try:
            await self._client.write(repo, "PATCH", f"/check-runs/{check_id}", body)
        except ForgeError as error:
            log.warning("check run %d of %s was replaced and stays in progress: %s", check_id, repo.full_name, error)

    async def _append(self, repo: Repo, check_id: int, check: CheckRun, there: int) -> None:
        """Send the annotations after the first *there*."""
        for start in range(there, len(check.annotations), ANNOTATIONS_AT_ONCE):
            batch = check.annotations[start : start + ANNOTATIONS_AT_ONCE]
            await self._client.write(repo, "PATCH", f"/check-runs/{check_id}", {"output": _output(check, batch)})
        self._borne[check_id] = _Borne(digest=_digest(check.annotations), pending=check.conclusion is None)
        self._borne.move_to_end(check_id)
        if len(self._borne) > _REMEMBERED:
            self._borne.popitem(last=False)


def _may_go_on(there: int, wanted: int) -> bool:
    """Whether *there* annotations can be the first of *wanted*: all of them, or the full batches before a crash."""
    return there == wanted or (there < wanted and there % ANNOTATIONS_AT_ONCE == 0)


def _digest(annotations: Sequence[Annotation]) -> bytes:
    return hashlib.sha256(repr(annotations).encode("utf-8", "replace")).digest()


_NONE = _digest(())


def _body(check: CheckRun, annotations: Sequence[Annotation]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "external_id": check.external_id,
        "status": "in_progress" if check.conclusion is None else "completed",
        "output": _output(check, annotations),
    }
    if check.conclusion is not None:
        body["conclusion"] = check.conclusion
    if check.details_url is not None:
        body["details_url"] = check.details_url
    return body


def _output(check: CheckRun, annotations: Sequence[Annotation]) -> dict[str, Any]:
    output: dict[str, Any] = {"title": check.title, "summary": check.summary, "text": check.text}
    if annotations:
        output["annotations"] = [_annotation(annotation) for annotation in annotations]
    return output


def _annotation(annotation: Annotation) -> dict[str, Any]:
    return {
        "path": annotation.path,
        "start_line": annotation.start_line,
        "end_line": annotation.end_line,
        "annotation_level": annotation.level,
        "title": annotation.title,
        "message": annotation.message,
    }

"""Check runs, check suites and annotations in JSON."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from bot.sandbox.clock import iso
from bot.sandbox.records import Check, Suite
from bot.sandbox.shapes import commits, pulls, repositories
from bot.sandbox.shapes.accounts import app
from bot.sandbox.world import World


def check(world: World, run: Check) -> dict[str, Any]:
    """``check-run``."""
    url = f"{repositories.api_url(world, run.repo)}/check-runs/{run.id}"
    return {
        "id": run.id,
        "name": run.name,
        "node_id": f"CR_{run.id}",
        "head_sha": run.head_sha,
        "external_id": run.external_id,
        "url": url,
        "html_url": f"{repositories.web_url(world, run.repo)}/runs/{run.id}",
        "details_url": run.details_url or f"{world.web_url}/apps/{world.app.slug}",
        "status": run.status,
        "conclusion": run.conclusion,
        "started_at": iso(run.started_at),
        "completed_at": iso(run.completed_at) if run.completed_at else None,
        "output": {
            "title": run.title,
            "summary": run.summary,
            "text": run.text,
            "annotations_count": len(run.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "check_suite": {"id": run.suite.id},
        "app": app(world, run.app_id),
        "pull_requests": pulls.of_head(world, run.repo, run.head_sha),
    }


def suite(world: World, held: Suite) -> dict[str, Any]:
    """``check-suite``."""
    return suite_in_check(world, held) | {
        "head_commit": commits.simple(held.repo.git.known(held.head_sha)),
        "repository": repositories.minimal(world, held.repo),
        "latest_check_runs_count": _newest(world, held),
        "check_runs_url": f"{repositories.api_url(world, held.repo)}/check-suites/{held.id}/check-runs",
    }


def suite_in_check(world: World, held: Suite) -> dict[str, Any]:
    """The ``check_suite`` of a ``check_run`` payload."""
    return {
        "id": held.id,
        "node_id": f"CS_{held.id}",
        "head_branch": held.head_branch,
        "head_sha": held.head_sha,
        "status": held.status,
        "conclusion": held.conclusion,
        "url": f"{repositories.api_url(world, held.repo)}/check-suites/{held.id}",
        "before": None,
        "after": held.head_sha,
        "pull_requests": pulls.of_head(world, held.repo, held.head_sha),
        "app": app(world, held.app_id),
        "created_at": iso(held.created_at),
        "updated_at": iso(held.updated_at),
    }


def _newest(world: World, held: Suite) -> int:
    return len({c.name for c in world.checks_of(held.repo, held.head_sha) if c.suite is held})


def annotation(world: World, run: Check, note: dict[str, Any]) -> dict[str, Any]:
    """``check-annotation``."""
    page = repositories.web_url(world, run.repo)
    optional = {name: note.get(name) for name in ("start_column", "end_column", "title", "raw_details")}
    return optional | {
        "path": note["path"],
        "blob_href": f"{page}/blob/{run.head_sha}/{quote(note['path'])}",
        "start_line": note["start_line"],
        "end_line": note["end_line"],
        "annotation_level": note["annotation_level"],
        "message": note["message"],
    }

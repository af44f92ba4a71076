"""Workflow runs, jobs and artifacts in JSON."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bot.sandbox.clock import iso
from bot.sandbox.records import Job, StoredArtifact, WorkflowRun
from bot.sandbox.shapes import commits, pulls, repositories
from bot.sandbox.shapes.accounts import user
from bot.sandbox.world import World

RETENTION = timedelta(days=90)


def _url(world: World, run: WorkflowRun) -> str:
    return f"{repositories.api_url(world, run.repo)}/actions/runs/{run.id}"


def run(world: World, ran: WorkflowRun, *, webhook: bool = False) -> dict[str, Any]:
    """``workflow-run``; the form in a *webhook* lacks ``head_repository_id``."""
    url, repo_url = _url(world, ran), repositories.api_url(world, ran.repo)
    previous = f"{url}/attempts/{ran.attempt - 1}" if ran.attempt > 1 else None
    gone = ran.head_repo.deleted
    shape: dict[str, Any] = {
        "id": ran.id,
        "name": ran.name,
        "node_id": f"WFR_{ran.id}",
        "head_branch": ran.head_branch,
        "head_sha": ran.head_sha,
        "path": ran.path,
        "display_title": ran.pull.title if ran.pull else ran.repo.git.known(ran.head_sha).message.split("\n")[0],
        "run_number": ran.number,
        "event": ran.event,
        "status": ran.status,
        "conclusion": ran.conclusion,
        "workflow_id": ran.workflow_id,
        "check_suite_id": ran.suite.id,
        "check_suite_node_id": f"CS_{ran.suite.id}",
        "url": url,
        "html_url": f"{repositories.web_url(world, ran.repo)}/actions/runs/{ran.id}",
        "pull_requests": pulls.of_head(world, ran.repo, ran.head_sha),
        "created_at": iso(ran.created_at),
        "updated_at": iso(ran.updated_at),
        "actor": user(world, ran.actor),
        "run_attempt": ran.attempt,
        "referenced_workflows": [],
        "run_started_at": iso(ran.started_at),
        "triggering_actor": user(world, ran.actor),
        "jobs_url": f"{url}/jobs",
        "logs_url": f"{url}/logs",
        "check_suite_url": f"{repo_url}/check-suites/{ran.suite.id}",
        "artifacts_url": f"{url}/artifacts",
        "cancel_url": f"{url}/cancel",
        "rerun_url": f"{url}/rerun",
        "previous_attempt_url": previous,
        "workflow_url": f"{repo_url}/actions/workflows/{ran.workflow_id}",
        "head_commit": commits.simple(ran.repo.git.known(ran.head_sha)),
        "repository": repositories.minimal(world, ran.repo),
        "head_repository": None if gone else repositories.minimal(world, ran.head_repo),
    }
    return shape if webhook else shape | {"head_repository_id": None if gone else ran.head_repo.id}


def workflow(world: World, ran: WorkflowRun) -> dict[str, Any]:
    """The ``workflow`` of a ``workflow_run`` payload."""
    page = repositories.web_url(world, ran.repo)
    return {
        "id": ran.workflow_id,
        "node_id": f"W_{ran.workflow_id}",
        "name": ran.name,
        "path": ran.path,
        "state": "active",
        "created_at": iso(ran.repo.created_at),
        "updated_at": iso(ran.repo.created_at),
        "url": f"{repositories.api_url(world, ran.repo)}/actions/workflows/{ran.workflow_id}",
        "html_url": f"{page}/blob/{ran.repo.default_branch}/{ran.path}",
        "badge_url": f"{page}/workflows/{quote(ran.name)}/badge.svg",
    }


def artifact(world: World, stored: StoredArtifact) -> dict[str, Any]:
    """``artifact``."""
    url = f"{repositories.api_url(world, stored.run.repo)}/actions/artifacts/{stored.id}"
    return {
        "id": stored.id,
        "node_id": f"AR_{stored.id}",
        "name": stored.name,
        "size_in_bytes": len(stored.archive),
        "url": url,
        "archive_download_url": f"{url}/zip",
        "expired": stored.expired,
        "digest": stored.digest,
        "created_at": iso(stored.created_at),
        "updated_at": iso(stored.created_at),
        "expires_at": iso(stored.created_at + RETENTION),
        "workflow_run": {
            "id": stored.run.id,
            "repository_id": stored.run.repo.id,
            "head_repository_id": stored.run.head_repo.id,
            "head_branch": stored.run.head_branch,
            "head_sha": stored.run.head_sha,
        },
    }


def job(world: World, ran: WorkflowRun, done: Job) -> dict[str, Any]:
    """``job``."""
    repo_url, finished = repositories.api_url(world, ran.repo), done.status == "completed"
    return {
        "id": done.id,
        "run_id": ran.id,
        "workflow_name": ran.name,
        "head_branch": ran.head_branch,
        "run_url": _url(world, ran),
        "run_attempt": done.attempt,
        "node_id": f"CR_{done.id}",
        "head_sha": ran.head_sha,
        "url": f"{repo_url}/actions/jobs/{done.id}",
        "html_url": f"{repositories.web_url(world, ran.repo)}/actions/runs/{ran.id}/job/{done.id}",
        "status": done.status,
        "conclusion": done.conclusion,
        "created_at": iso(done.started_at),
        "started_at": iso(done.started_at),
        "completed_at": iso(done.started_at) if finished else None,
        "name": done.name,
        "steps": [],
        "check_run_url": f"{repo_url}/check-runs/{done.id}",
        "labels": ["ubuntu-latest"],
        "runner_id": 1,
        "runner_name": "GitHub Actions 1",
        "runner_group_id": 0,
        "runner_group_name": "GitHub Actions",
    }

"""Workflow runs, their jobs, and the artifacts that they left."""

from __future__ import annotations

from bot.core.model.commit import Repo
from bot.core.model.evidence import Job
from bot.flows.ports import Artifact, NotFound, Run
from bot.github.answers import ArtifactEntry, WorkflowJob, WorkflowRun
from bot.github.client import Client


async def runs(client: Client, repo: Repo, head_sha: str) -> list[Run]:
    """Every workflow run of *head_sha*, of any event, each at its latest attempt."""
    found = await client.pages(repo, "/actions/runs", WorkflowRun, params={"head_sha": head_sha}, key="workflow_runs")
    return [_run(repo, run) for run in found]


async def jobs(client: Client, repo: Repo, run: Run) -> list[Job]:
    """Every job of *run* at its own latest attempt, in GitHub's order.

    GitHub is asked for the jobs of all attempts: of a run whose failed jobs alone ran again, ``filter=latest`` lists
    no more than those (https://github.com/r-universe-org/help/issues/607), and a job that succeeded would be missing.
    """
    path = f"/actions/runs/{run.id}/jobs"
    found = await client.pages(repo, path, WorkflowJob, params={"filter": "all"}, key="jobs")
    latest: dict[str, int] = {}
    for job in found:
        latest[job.name] = max(job.run_attempt, latest.get(job.name, 0))
    return [
        Job(name=job.name, workflow=run.path, conclusion=job.conclusion)
        for job in found
        if job.run_attempt == latest[job.name]
    ]


async def artifacts(client: Client, repo: Repo, run_id: int) -> list[Artifact]:
    """Every artifact of a run, of all its attempts, those that have expired among them."""
    found = await client.pages(repo, f"/actions/runs/{run_id}/artifacts", ArtifactEntry, key="artifacts")
    return [
        Artifact(
            id=artifact.id,
            name=artifact.name,
            size=artifact.size_in_bytes,
            expired=artifact.expired,
            run_id=run_id,
            digest=artifact.digest,
            created_at=artifact.created_at,
        )
        for artifact in found
    ]


def _run(repo: Repo, run: WorkflowRun) -> Run:
    """Raises ``NotFound`` where the repository's name has passed to another one."""
    if run.repository.id != repo.id:
        raise NotFound(f"{repo.full_name} is another repository now")
    head = run.head_repository
    return Run(
        id=run.id,
        attempt=run.run_attempt,
        path=run.path.partition("@")[0],  # GitHub may add @BRANCH
        name=run.name or run.path,
        event=run.event,
        status=run.status or "queued",
        conclusion=run.conclusion,
        head_sha=run.head_sha,
        head_branch=run.head_branch or "",
        head_repo_id=head.id if head else None,
        updated_at=run.updated_at,
        head_owner=head.owner.login if head and head.owner else None,
        head_tree=run.head_commit.tree_id if run.head_commit else None,
    )

"""Workflow runs, their jobs and their artifacts."""

from __future__ import annotations

from bot.sandbox.records import StoredArtifact, WorkflowRun
from bot.sandbox.replies import Answer, Refusal, not_found
from bot.sandbox.rest.call import Call, Route
from bot.sandbox.shapes import actions

NEEDS = (("actions", "read"),)


def _run(call: Call) -> WorkflowRun:
    run = call.world.runs.get(call.number("run_id"))
    if run is None or run.repo is not call.repo:
        raise not_found()
    return run


def _artifact(call: Call) -> StoredArtifact:
    artifact = call.world.artifacts.get(call.number("artifact_id"))
    if artifact is None or artifact.run.repo is not call.repo:
        raise not_found()
    return artifact


def list_runs(call: Call) -> Answer:
    """Newest first, filtered by ``head_sha``, ``event``, ``branch``, ``actor`` and ``status`` (which takes either a
    status or a conclusion).
    """
    query = call.query
    found = [
        run
        for run in call.world.runs.values()
        if run.repo is call.repo
        and query.get("head_sha", run.head_sha) == run.head_sha
        and query.get("event", run.event) == run.event
        and query.get("branch", run.head_branch) == run.head_branch
        and query.get("actor", run.actor.login) == run.actor.login
        and query.get("status", run.status) in (run.status, run.conclusion)
    ]
    found.sort(key=lambda run: run.id, reverse=True)
    return call.page(found, lambda run: actions.run(call.world, run), under="workflow_runs")


def show_run(call: Call) -> Answer:
    return Answer(json=actions.run(call.world, _run(call)))


def show_attempt(call: Call) -> Answer:
    """Only what the sandbox keeps of an earlier attempt: that it was one."""
    run, attempt = _run(call), call.number("attempt_number")
    if not 1 <= attempt <= run.attempt:
        raise not_found()
    shape = actions.run(call.world, run)
    if attempt < run.attempt:
        shape |= {"run_attempt": attempt, "status": "completed", "conclusion": run.outcomes[attempt - 1]}
    return Answer(json=shape)


def list_jobs(call: Call) -> Answer:
    """Jobs of the latest attempt, or with ``filter=all`` of every one."""
    run = _run(call)
    everything = call.query.get("filter", "latest") == "all"
    found = [job for job in run.jobs if everything or job.attempt == run.attempt]
    return call.page(found, lambda job: actions.job(call.world, run, job), under="jobs")


def list_attempt_jobs(call: Call) -> Answer:
    run, attempt = _run(call), call.number("attempt_number")
    found = [job for job in run.jobs if job.attempt == attempt]
    return call.page(found, lambda job: actions.job(call.world, run, job), under="jobs")


def list_run_artifacts(call: Call) -> Answer:
    """Newest first. What was uploaded a moment ago may not be listed yet."""
    run = _run(call)
    run.listings += 1
    found = [
        artifact
        for artifact in call.world.artifacts.values()
        if artifact.run is run
        and artifact.late < run.listings
        and call.query.get("name", artifact.name) == artifact.name
    ]
    return call.page(found[::-1], lambda artifact: actions.artifact(call.world, artifact), under="artifacts")


def list_artifacts(call: Call) -> Answer:
    """All artifacts of the repository, newest first, whoever's run made them."""
    found = [
        artifact
        for artifact in call.world.artifacts.values()
        if artifact.run.repo is call.repo and call.query.get("name", artifact.name) == artifact.name
    ]
    return call.page(found[::-1], lambda artifact: actions.artifact(call.world, artifact), under="artifacts")


def show_artifact(call: Call) -> Answer:
    return Answer(json=actions.artifact(call.world, _artifact(call)))


def download(call: Call) -> Answer:
    """302 to the blob store, where the archive can be had once within the next minute; 410 when it has expired."""
    artifact = _artifact(call)
    if call.params["archive_format"] != "zip":
        raise not_found()
    if call.actor.token is None:
        raise Refusal(401, "Requires authentication")
    if artifact.expired:
        raise Refusal(410, "Artifact has expired")
    return Answer(status=302, headers={"Location": call.world.blobs.grant(artifact)})


BASE = "/repos/{owner}/{repo}/actions"
ROUTES = (
    Route("GET", f"{BASE}/runs", list_runs, NEEDS),
    Route("GET", f"{BASE}/runs/{{run_id}}", show_run, NEEDS),
    Route("GET", f"{BASE}/runs/{{run_id}}/attempts/{{attempt_number}}", show_attempt, NEEDS),
    Route("GET", f"{BASE}/runs/{{run_id}}/attempts/{{attempt_number}}/jobs", list_attempt_jobs, NEEDS),
    Route("GET", f"{BASE}/runs/{{run_id}}/jobs", list_jobs, NEEDS),
    Route("GET", f"{BASE}/runs/{{run_id}}/artifacts", list_run_artifacts, NEEDS),
    Route("GET", f"{BASE}/artifacts", list_artifacts, NEEDS),
    Route("GET", f"{BASE}/artifacts/{{artifact_id}}", show_artifact, NEEDS),
    Route("GET", f"{BASE}/artifacts/{{artifact_id}}/{{archive_format}}", download, NEEDS),
)

"""Workflows and their runs, in the words of someone who watches CI."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.sandbox import events
from bot.sandbox.access import Tokens
from bot.sandbox.merges import merge_for_test
from bot.sandbox.records import ACTIONS_APP_ID, Check, Job, Pull, Repo, StoredArtifact, User, WorkflowRun
from bot.sandbox.shapes import pulls, repositories
from bot.sandbox.shapes.accounts import user
from bot.sandbox.world import World

TOKEN_PERMISSIONS = {
    "actions": "read",
    "checks": "write",
    "contents": "read",
    "issues": "write",
    "metadata": "read",
    "pull_requests": "write",
}


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """A zip of *files*, the same bytes each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a workflow runs on."""

    repo: Repo
    event: str  # pull_request, push or merge_group
    head_repo: Repo
    branch: str
    actor: User
    pull: Pull | None = None


class Ci:
    """A workflow file, and what makes it run. ``ci.yml`` means ``.github/workflows/ci.yml``."""

    def __init__(self, world: World, tokens: Tokens, source: Source, path: str, name: str | None) -> None:
        self.path = path if "/" in path else f".github/workflows/{path}"
        self.name = name or PurePosixPath(path).stem
        self._world = world
        self._tokens = tokens
        self._source = source

    def start(self, *, status: str = "in_progress", jobs: Sequence[str] = ("test",), event: str | None = None) -> Run:
        """A run on the head of now. Sends ``requested``, and ``in_progress`` if that is its *status* (others: queued,
        waiting, pending). *event* replaces the event, say by ``workflow_dispatch`` or ``pull_request_target``.
        """
        world = self._world
        with world.lock:
            run = self._record(event or self._source.event)
            run.jobs = [_job(world, run, name) for name in jobs]
            events.workflow_run(world, run, "requested")
            run.status = status
            if status == "in_progress":
                events.workflow_run(world, run, "in_progress")
            return Run(world, self._tokens, run)

    def wait_for_approval(self) -> Run:
        """The run of a first-time contributor, which a maintainer has to let go: nothing has run, and it is completed
        with the conclusion ``action_required``.
        """
        with self._world.lock:
            run = self._record(self._source.event)
            events.workflow_run(self._world, run, "requested")
            held = Run(self._world, self._tokens, run)
            return held.finish("action_required")

    def _record(self, event: str) -> WorkflowRun:
        world, source = self._world, self._source
        repo, git = source.repo, source.repo.git
        if source.pull is not None:
            head, tested = source.pull.head_sha, merge_for_test(source.pull)
        else:
            head = tested = git.ref(f"refs/heads/{source.branch}") or ""
        if not head or tested is None:
            raise ValueError(f"{self.path}: GitHub starts no run on {source.branch}: it conflicts or is not there")
        now = world.clock.now()
        number = 1 + sum(1 for run in world.runs.values() if run.repo is repo and run.path == self.path)
        run = WorkflowRun(
            id=world.new_id("run"),
            number=number,
            repo=repo,
            head_repo=source.head_repo,
            workflow_id=world.workflow_id(repo, self.path),
            path=self.path,
            name=self.name,
            event=event,
            head_branch=source.branch,
            head_sha=head,
            tested_sha=tested,
            tested_parents=git.known(tested).parents,
            actor=source.actor,
            suite=world.new_suite(repo, ACTIONS_APP_ID, head, source.branch),
            created_at=now,
            updated_at=now,
            started_at=now,
            pull=source.pull,
        )
        world.runs[run.id] = run
        return run


class Run:
    """A workflow run; its properties are read as they are now."""

    def __init__(self, world: World, tokens: Tokens, record: WorkflowRun) -> None:
        self._world = world
        self._tokens = tokens
        self._record = record

    @property
    def id(self) -> int:
        return self._record.id

    @property
    def attempt(self) -> int:
        return self._record.attempt

    @property
    def path(self) -> str:
        return self._record.path

    @property
    def event(self) -> str:
        return self._record.event

    @property
    def status(self) -> str:
        return self._record.status

    @property
    def conclusion(self) -> str | None:
        return self._record.conclusion

    @property
    def head_sha(self) -> str:
        """The head of the pull request, or the commit that was pushed."""
        return self._record.head_sha

    @property
    def tested_sha(self) -> str:
        """What the runner checks out, GITHUB_SHA: for a pull request the test merge commit."""
        return self._record.tested_sha

    @property
    def tested_parents(self) -> tuple[str, ...]:
        return self._record.tested_parents

    def upload(
        self,
        name: str,
        content: bytes | Mapping[str, bytes | str],
        *,
        late: int = 0,
        expired: bool = False,
        digest: str | None = None,
    ) -> int:
        """An artifact: the bytes of a zip, or files to be zipped. *late*: the first so many listings lack it.
        *digest* replaces the true ``sha256:...``. Returns its id.
        """
        archive = content if isinstance(content, bytes) else zipped(content)
        with self._world.lock:
            listings = self._record.listings
            artifact = StoredArtifact(
                id=self._world.new_id("artifact"),
                run=self._record,
                name=name,
                archive=archive,
                digest=digest or f"sha256:{hashlib.sha256(archive).hexdigest()}",
                created_at=self._world.clock.now(),
                expired=expired,
                late=listings + late if late else 0,
            )
            self._world.artifacts[artifact.id] = artifact
            return artifact.id

    def expire(self, artifact_id: int) -> None:
        """The artifact's retention is over."""
        with self._world.lock:
            self._world.artifacts[artifact_id].expired = True

    def delete(self, artifact_id: int) -> None:
        """Somebody deleted the artifact."""
        with self._world.lock:
            del self._world.artifacts[artifact_id]

    def job(self, name: str, conclusion: str | None = "success") -> int:
        """A job of this attempt has come to *conclusion*; ``None``: it runs. Returns its id."""
        with self._world.lock:
            run = self._record
            found = next((j for j in run.jobs if j.name == name and j.attempt == run.attempt), None)
            job = found or _job(self._world, run, name)
            if found is None:
                run.jobs.append(job)
            _conclude(self._world, job, conclusion)
            return job.id

    def finish(self, conclusion: str = "success") -> Run:
        """Completed: success, failure, cancelled, skipped, timed_out, neutral, ... Sends ``completed``."""
        with self._world.lock:
            run = self._record
            run.status, run.conclusion = "completed", conclusion
            run.updated_at = self._world.clock.now()
            run.suite.status, run.suite.conclusion = "completed", conclusion
            for job in run.jobs:
                if job.attempt == run.attempt and job.status != "completed":
                    _conclude(self._world, job, conclusion)
            events.workflow_run(self._world, run, "completed")
            return self

    def rerun(self, *, jobs: Sequence[str] | None = None) -> Run:
        """The next attempt of this run, in progress: of the jobs that failed, or of *jobs*. GitHub sends no
        ``requested`` for it. Artifacts of earlier attempts stay.
        """
        with self._world.lock:
            run, now = self._record, self._world.clock.now()
            again = jobs or [j.name for j in run.jobs if j.attempt == run.attempt and j.conclusion != "success"]
            run.outcomes.append(run.conclusion)
            run.attempt += 1
            run.status, run.conclusion = "in_progress", None
            run.suite.status, run.suite.conclusion = "in_progress", None
            run.started_at = run.updated_at = now
            run.jobs += [_job(self._world, run, name) for name in again or ["test"]]
            events.workflow_run(self._world, run, "in_progress")
            return self

    def token(self, permissions: Mapping[str, str] | None = None) -> str:
        """The run's GITHUB_TOKEN; on a pull request from a fork it can only read."""
        with self._world.lock:
            run = self._record
            granted = dict(permissions or TOKEN_PERMISSIONS)
            if run.pull is not None and run.pull.from_fork and run.event != "pull_request_target":
                granted = dict.fromkeys(granted, "read")
            only = frozenset({run.repo.id})
            return self._tokens.mint(None, granted, repositories=only, app_id=ACTIONS_APP_ID).value

    def checkout(self, to: Path) -> Path:
        """What ``actions/checkout`` leaves at *to*: the tested commit, with the whole history."""
        with self._world.lock:
            self._record.repo.git.clone(to, self._record.tested_sha)
        return to

    def environment(self, workspace: Path, *, job: str = "test") -> dict[str, str]:
        """The variables that a job of this run sees, with its event file and command files beside *workspace*."""
        run, world = self._record, self._world
        temp = workspace.parent / f"{workspace.name}-runner"
        temp.mkdir(parents=True, exist_ok=True)
        for name in ("env", "output", "step_summary"):
            (temp / name).touch()
        (temp / "event.json").write_text(json.dumps(self._event()), encoding="utf-8")
        pull = run.pull
        ref = f"refs/pull/{pull.number}/merge" if pull else f"refs/heads/{run.head_branch}"
        return {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": run.actor.login,
            "GITHUB_API_URL": world.api_url,
            "GITHUB_BASE_REF": pull.base_ref if pull else "",
            "GITHUB_ENV": str(temp / "env"),
            "GITHUB_EVENT_NAME": run.event,
            "GITHUB_EVENT_PATH": str(temp / "event.json"),
            "GITHUB_HEAD_REF": pull.head_ref if pull else "",
            "GITHUB_JOB": job,
            "GITHUB_OUTPUT": str(temp / "output"),
            "GITHUB_REF": ref,
            "GITHUB_REF_NAME": ref.removeprefix("refs/heads/").removeprefix("refs/pull/"),
            "GITHUB_REPOSITORY": run.repo.full_name,
            "GITHUB_REPOSITORY_ID": str(run.repo.id),
            "GITHUB_REPOSITORY_OWNER": run.repo.owner.login,
            "GITHUB_RUN_ATTEMPT": str(run.attempt),
            "GITHUB_RUN_ID": str(run.id),
            "GITHUB_RUN_NUMBER": str(run.number),
            "GITHUB_SERVER_URL": world.web_url,
            "GITHUB_SHA": run.tested_sha,
            "GITHUB_STEP_SUMMARY": str(temp / "step_summary"),
            "GITHUB_WORKFLOW": run.name,
            "GITHUB_WORKFLOW_REF": f"{run.repo.full_name}/{run.path}@{ref}",
            "GITHUB_WORKSPACE": str(workspace),
            "RUNNER_OS": "Linux",
            "RUNNER_TEMP": str(temp),
        }

    def _event(self) -> dict[str, object]:
        run, world = self._record, self._world
        with world.lock:
            common = {
                "repository": repositories.repository(world, run.repo),
                "sender": user(world, run.actor),
            }
            if run.pull is None:
                return {"ref": f"refs/heads/{run.head_branch}", "after": run.head_sha, **common}
            shape = pulls.full(world, run.pull)
            return {"action": "synchronize", "number": run.pull.number, "pull_request": shape, **common}


def _job(world: World, run: WorkflowRun, name: str) -> Job:
    """A job that runs, with the check run that GitHub Actions makes for it under the same id."""
    now = world.clock.now()
    job = Job(
        id=world.new_id("check_run"),
        attempt=run.attempt,
        name=name,
        status="in_progress",
        conclusion=None,
        started_at=now,
    )
    world.add_check(
        Check(
            id=job.id,
            repo=run.repo,
            app_id=ACTIONS_APP_ID,
            suite=run.suite,
            name=name,
            head_sha=run.head_sha,
            status="in_progress",
            conclusion=None,
            external_id="",
            details_url=None,
            started_at=now,
            completed_at=None,
        )
    )
    return job


def _conclude(world: World, job: Job, conclusion: str | None) -> None:
    check = world.checks[job.id]
    status = "completed" if conclusion is not None else "in_progress"
    job.status = check.status = status
    job.conclusion = check.conclusion = conclusion
    check.completed_at = world.clock.now() if conclusion is not None else None

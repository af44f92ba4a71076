"""Artifacts of runs into uploads: chosen by name, bounded by size, opened only by the limited reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.core.model.commit import Repo
from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited, Gap, Upload
from bot.core.model.globs import matches_any
from bot.flows.edges import Edges
from bot.flows.ports import Artifact, Claims, NotFound, ReadUpload, Run, TooLarge

LARGEST_ARCHIVE = 64 * 1024 * 1024
MOST_ARTIFACTS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An opened artifact of *run*. *gap* says why it does not count, ``None`` where it does."""

    run: Run
    upload: Upload
    claims: Claims | None = None
    tracked: frozenset[str] | None = None
    gap: Gap | None = None


async def receive_uploads(edges: Edges, repo: Repo, runs: Sequence[Run], names: Sequence[str]) -> list[Received]:
    """Every upload that the completed *runs* brought under one of *names*, in the order of its run and name."""
    received: list[Received] = []
    for run in runs:
        artifacts = [a for a in await edges.forge.artifacts(repo, run.id) if matches_any(names, a.name)]
        newest = _newest(artifacts)
        received += [await _open(edges, repo, run, artifact) for artifact in newest[:MOST_ARTIFACTS]]
        if len(newest) > MOST_ARTIFACTS:
            reason = f"it and those after it are beyond the {MOST_ARTIFACTS} artifacts that are read of one run"
            received.append(_broken(run, newest[MOST_ARTIFACTS], reason))
    return received


def _newest(artifacts: Sequence[Artifact]) -> list[Artifact]:
    """One artifact a name: a re-run may leave two of the same name, and the later one counts."""
    by_name: dict[str, Artifact] = {}
    for artifact in sorted(artifacts, key=lambda artifact: artifact.id):
        by_name[artifact.name] = artifact
    return [by_name[name] for name in sorted(by_name)]


async def _open(edges: Edges, repo: Repo, run: Run, artifact: Artifact) -> Received:
    if artifact.expired:
        return _broken(run, artifact, "the artifact has expired at GitHub; run the workflow again")
    if artifact.size > LARGEST_ARCHIVE:
        return _broken(run, artifact, f"the artifact is over the limit of {LARGEST_ARCHIVE >> 20} MiB")
    try:
        with TemporaryDirectory(prefix="covgate-") as folder:
            path = Path(folder) / "artifact.zip"
            await edges.forge.download(repo, artifact, path, limit=LARGEST_ARCHIVE)
            read = await edges.reader.read_archive(path, name=artifact.name, run_id=run.id, run_attempt=run.attempt)
    except NotFound:
        return _broken(run, artifact, "the artifact is gone at GitHub; run the workflow again")
    except TooLarge:
        return _broken(run, artifact, f"the artifact is over the limit of {LARGEST_ARCHIVE >> 20} MiB")
    return _identified(run, read)


def _broken(run: Run, artifact: Artifact, reason: str) -> Received:
    problem = Problem(path=artifact.name, reason=reason)
    return Received(run=run, upload=Upload(name=artifact.name, workflow=run.path, run_id=run.id, problems=(problem,)))


def _identified(run: Run, read: ReadUpload) -> Received:
    """What an upload says of itself must agree with the run that GitHub says it came from; else it counts nothing."""
    claims = read.claims
    if claims is not None and (claims.head_sha != run.head_sha or claims.run_id not in (0, run.id)):
        refused = Upload(name=read.upload.name, workflow=run.path, run_id=run.id)
        gap = Gap(awaited=Awaited.OTHER_COMMIT, subject=read.upload.name, expired=True)
        return Received(run=run, upload=refused, claims=claims, gap=gap)
    attempt = min(claims.run_attempt, run.attempt) if claims and claims.run_attempt else run.attempt
    upload = replace(read.upload, workflow=run.path, run_id=run.id, run_attempt=attempt)
    return Received(run=run, upload=upload, claims=claims, tracked=read.tracked)

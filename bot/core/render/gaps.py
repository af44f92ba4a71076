"""The sentences for evidence that is missing: what is awaited, and what to do once waiting has ended."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model.evidence import Awaited, Gap
from bot.core.render.escape import Voice


@dataclass(frozen=True, slots=True)
class Words:
    """What is so, and the next step where one is owed; whole sentences both."""

    fact: str
    step: str = ""

    @property
    def whole(self) -> str:
        return f"{self.fact} {self.step}".strip()


def gap_words(gap: Gap, voice: Voice) -> Words:  # noqa: PLR0911 -- one line a kind; pyright proves that none is missing
    """What is missing and, once nobody waits for it any more (or only a person can help), what to do."""
    subject = voice.name(gap.subject) if gap.subject else ""
    match gap.awaited:
        case Awaited.NOTHING_RAN:
            return _nothing_ran(voice, late=gap.expired)
        case Awaited.RUNNING:
            return _running(subject or "A workflow", voice, late=gap.expired)
        case Awaited.APPROVAL:
            return _approval(subject or "A workflow")
        case Awaited.NO_ARTIFACT:
            return _no_artifact(subject or "The workflow", voice, late=gap.expired)
        case Awaited.EMPTY_ARTIFACT:
            return _empty_artifact(f"upload {subject}".strip(), late=gap.expired)
        case Awaited.RUN_FAILED:
            return _run_failed(subject or "A workflow", late=gap.expired)
        case Awaited.SHARD_MISSING:
            return _shard_missing(subject or "a job", late=gap.expired)
        case Awaited.OTHER_COMMIT:
            return _other_commit(f"upload {subject}".strip(), late=gap.expired)


def _nothing_ran(voice: Voice, *, late: bool) -> Words:
    if not late:
        return Words("No workflow has run for this commit yet.")
    return Words(
        "No workflow ran for this commit.",
        f"See that one runs on {voice.name('pull_request')}, and that no path filter, {voice.name('[skip ci]')} or "
        "merge conflict holds it back.",
    )


def _running(workflow: str, voice: Voice, *, late: bool) -> Words:
    if not late:
        return Words(f"{workflow} is still running.")
    step = f"Run it again, or allow more time with {voice.name('evidence.deadline')}."
    return Words(f"{workflow} was not finished when its time was up.", step)


def _approval(workflow: str) -> Words:
    return Words(
        f"{workflow} waits for a maintainer's approval.", "A maintainer can approve it at the foot of the pull request."
    )


def _no_artifact(workflow: str, voice: Voice, *, late: bool) -> Words:
    if voice.local:
        run, report = voice.name("covgate run"), voice.name("--report")
        return Words("No report file was found here.", f"Make some with {run}, or name them with {report}.")
    if not late:
        return Words(f"{workflow} has ended; its upload has not come yet.")
    return Words(
        f"{workflow} ended without uploading a report.",
        "Add covgate's action after its tests, or name the artifact that it uploads under "
        f"{voice.name('evidence.artifacts')}.",
    )


def _empty_artifact(upload: str, *, late: bool) -> Words:
    step = "See that the tests write one before the upload, and that the upload step finds it."
    return Words(f"The {upload} holds no report.", step if late else "")


def _run_failed(workflow: str, *, late: bool) -> Words:
    if not late:
        return Words(f"{workflow} was cancelled, skipped or timed out before its reports came.")
    return Words(f"{workflow} was cancelled, skipped or timed out, and its reports never came.", "Run it again.")


def _shard_missing(job: str, *, late: bool) -> Words:
    if not late:
        return Words(f"The upload of {job} has not come yet.")
    return Words(f"The upload of {job} never came.", "See why that job did not upload, and run it again.")


def _other_commit(upload: str, *, late: bool) -> Words:
    step = "Run its workflow again for this commit."
    return Words(f"The {upload} measured another commit.", step if late else "")

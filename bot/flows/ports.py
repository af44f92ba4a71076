"""What flows need of the world, and nothing of who provides it. Each port has one contract suite in
``tests/contracts`` that every adapter passes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.core.model.commit import PullRequest, Repo
from bot.core.model.coverage import Metric, Tally
from bot.core.model.errors import CovgateError
from bot.core.model.evidence import Baseline, Job, Upload

# --- what can go wrong at the forge ----------------------------------------------------------------------------


class ForgeError(CovgateError):
    """GitHub did not do what was asked. *retryable* errors may succeed later and are left to ``Jobs``."""

    retryable = False


class NotFound(ForgeError):
    """404 or 410: it is not there, or not for us."""


class Forbidden(ForgeError):
    """401 or 403 that no new token cures: a permission is missing or the installation is suspended."""


class Rejected(ForgeError):
    """422 and other refusals of what we sent."""


class RateLimited(ForgeError):
    """Primary or secondary limit. *retry_after* is in seconds from now."""

    retryable = True

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(ForgeError):
    """5xx, a timeout or a broken connection."""

    retryable = True


class TooLarge(ForgeError):
    """An answer over its byte limit, or a diff that GitHub refuses to make (406)."""


# --- what the forge tells ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A workflow run, as the API tells it. *conclusion* is ``None`` until it has completed."""

    id: int
    attempt: int
    path: str  # .github/workflows/ci.yml
    name: str
    event: str  # push, pull_request, ...
    status: str  # queued, in_progress, completed, waiting, requested, pending
    conclusion: str | None
    head_sha: str
    head_branch: str
    head_repo_id: int | None
    updated_at: datetime
    head_owner: str | None = None  # login of the head repository's owner
    head_tree: str | None = None  # SHA of the head commit's tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """An artifact of a run. *digest* is ``sha256:...`` of the zip where GitHub says it."""

    id: int
    name: str
    size: int
    expired: bool
    run_id: int
    digest: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit's identity: *parents* in order."""

    sha: str
    tree: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file at a commit or branch. *etag* makes the next question free."""

    content: bytes
    blob_sha: str
    etag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One mark beside the code: *level* is notice, warning or failure."""

    path: str
    start_line: int
    end_line: int
    level: str
    title: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRun:
    """What a check run shall say. ``conclusion is None`` means in progress. Texts are within GitHub's limits."""

    name: str
    head_sha: str
    external_id: str
    details_url: str | None
    conclusion: str | None
    title: str
    summary: str
    text: str = ""
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on a pull request. *app_id* is the App that wrote it, ``None`` for a person."""

    id: int
    body: str
    author: str
    app_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchFiles:
    """A pull request's diff put together from its file list, for where GitHub refuses to make one. *missing* are
    files whose hunks the list left out.
    """

    diff: bytes
    missing: tuple[str, ...] = ()


class Unchanged:
    """The answer to a conditional question whose etag still holds."""


class Forge(Protocol):
    """The code host. Identity comes from here alone. Every method may raise ``ForgeError``."""

    async def repository(self, repo: Repo) -> Repo:
        """*repo* as it is now: its name, its default branch, who may see it. Its installation stays as it is given."""
        ...

    async def pull_request(self, repo: Repo, number: int) -> PullRequest: ...
    async def pull_requests(self, repo: Repo, *, head_owner: str, head_ref: str) -> list[PullRequest]: ...
    async def runs(self, repo: Repo, head_sha: str) -> list[Run]: ...
    async def jobs(self, repo: Repo, run: Run) -> list[Job]:
        """The jobs of *run*, each at its own latest attempt: one that succeeded and was not run again among them."""
        ...

    async def artifacts(self, repo: Repo, run_id: int) -> list[Artifact]: ...
    async def download(self, repo: Repo, artifact: Artifact, to: Path, *, limit: int) -> None: ...
    async def commit(self, repo: Repo, sha: str) -> Commit: ...
    async def merge_base(self, repo: Repo, base: str, head: str) -> str: ...
    async def ancestors(self, repo: Repo, sha: str, *, limit: int) -> list[str]: ...
    async def diff(self, repo: Repo, base: str, head: str) -> bytes: ...
    async def files(self, repo: Repo, sha: str) -> frozenset[str] | None:
        """The paths of every file at commit *sha*, ``None`` where GitHub will not list them all."""
        ...

    async def patch_files(self, repo: Repo, number: int) -> PatchFiles: ...
    async def file(self, repo: Repo, path: str, ref: str, *, etag: str | None = None) -> File | Unchanged | None: ...
    async def find_check(self, repo: Repo, head_sha: str, name: str) -> int | None: ...
    async def create_check(self, repo: Repo, check: CheckRun) -> int: ...
    async def update_check(self, repo: Repo, check_id: int, check: CheckRun) -> int:
        """Make that check run say *check*. Gives the id of the run that says so now, which may be a new one; then the
        old one is left completed.
        """
        ...

    async def comment(self, repo: Repo, comment_id: int) -> Comment: ...
    async def own_comments(self, repo: Repo, number: int) -> list[Comment]: ...
    async def create_comment(self, repo: Repo, number: int, body: str) -> int: ...
    async def update_comment(self, repo: Repo, comment_id: int, body: str) -> None: ...
    async def delete_comment(self, repo: Repo, comment_id: int) -> None: ...
    async def permission(self, repo: Repo, user: str) -> str: ...
    async def react(self, repo: Repo, comment_id: int, content: str) -> None: ...
    async def lost_deliveries(self, *, since: datetime) -> list[int]:
        """Ids of the deliveries sent since then of which no attempt arrived, one for each, oldest first."""
        ...

    async def redeliver(self, delivery_id: int) -> None: ...


# --- reading what came in ----------------------------------------------------------------------------------------


class Reader(Protocol):
    """Opens untrusted bytes under limits, in a process that has nothing to lose."""

    async def read_archive(self, path: Path, *, name: str, run_id: int, run_attempt: int) -> ReadUpload: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an upload's manifest says of itself. It can confirm what GitHub says, never name."""

    head_sha: str
    tested_sha: str
    tested_parents: tuple[str, ...] = ()
    run_id: int = 0
    run_attempt: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadUpload:
    """An opened artifact. *claims* is ``None`` for an artifact without a manifest; *tracked* the repository's files
    at the tested commit, where the manifest brought them.
    """

    upload: Upload
    claims: Claims | None = None
    tracked: frozenset[str] | None = None


# --- what is kept ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A webhook as it arrived, its signature verified. *id* is the X-GitHub-Delivery GUID."""

    id: str
    event: str
    body: bytes
    received_at: datetime


class Inbox(Protocol):
    """Deliveries that were accepted and are not yet understood."""

    async def accept(self, delivery: Delivery) -> None:
        """Return once the delivery is on disk. A repeated *id* changes nothing. Raises ``StoreUnavailable``."""
        ...

    async def pending(self, *, limit: int) -> list[Delivery]: ...


class StoreUnavailable(CovgateError):
    """The database cannot do this now (locked, full, down). It may later, so ``Jobs`` tries again."""

    retryable = True


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class JobKey:
    """What a job is about. *kind* is ``check`` (subject: a head SHA) or ``command`` (subject: a comment id)."""

    kind: str
    repo_id: int
    subject: str


class Jobs(Protocol):
    """Work that survives the process. For each key a wanted and a done generation: however many times a key is
    wanted, its handler runs at least once after the last time, never twice at once, and no wish is lost.
    """

    async def want(self, keys: Sequence[JobKey], *, handled: Sequence[str] = (), delay: float = 0) -> None:
        """Ask for *keys* to be worked on, *delay* seconds from now at the earliest; in the same transaction the
        deliveries *handled* leave the inbox.
        """
        ...

    async def start(self, work: Callable[[JobKey], Awaitable[None]]) -> None:
        """Begin to run *work* for every key that is wanted, including those left by a process that died."""
        ...

    async def stop(self) -> None:
        """Let what runs end, for 10 s at most. What is cut off then runs again after the next start."""
        ...

    async def idle(self) -> bool:
        """Whether nothing is wanted that is not done (delayed keys do not count)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """Something that was published or may have been. *remote_id* is GitHub's id of it, ``None`` while in doubt;
    *digest* is of the content last known to be there.
    """

    remote_id: int | None
    digest: str | None


class Outbox(Protocol):
    """What covgate has said at GitHub, by a stable key, so that nothing is said twice. Keys read
    ``kind:repository id:...``, so that they go when the repository is forgotten.
    """

    async def effect(self, key: str) -> Effect | None: ...

    async def begin(self, key: str) -> None:
        """Note that *key* is about to be created: after a crash it must be looked up first."""
        ...

    async def done(self, key: str, *, remote_id: int, digest: str) -> None: ...

    async def forget(self, key: str) -> None:
        """Forget what *key* said last, not where it is: the next answer is sent whatever it is."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedPolicy:
    """The policy file of a branch as last read; *content* ``None``: there is none."""

    content: bytes | None
    etag: str | None
    commit: str | None
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The last verdict of a head SHA, as its pages show it. *page* is a whole rendered HTML document. *waits_for* is
    the commit that it should have been compared with and that had no data.
    """

    head_sha: str
    conclusion: str
    verdict_json: bytes
    page: bytes
    at: datetime
    waits_for: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedPull:
    """A pull request as deliveries told of it: an index, re-read from the forge before it is believed."""

    number: int
    head_sha: str
    base_ref: str
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """Since when evidence of a head has been complete as far as runs go; deadlines count from here."""

    first_seen: datetime
    runs_done: datetime | None = None


class History(Protocol):
    """What was measured, judged and learnt. Every row is keyed by the numeric repository id."""

    async def remember_repo(self, repo: Repo, *, visible: bool = False) -> None:
        """Keep *repo* as it is now. A private one becomes public only where that is certain: *visible*."""
        ...

    async def repo(self, repo_id: int) -> Repo | None: ...
    async def repo_named(self, owner: str, name: str) -> Repo | None: ...
    async def forget_repo(self, repo_id: int) -> None: ...
    async def forget_installation(self, installation: int) -> None:
        """Mark its repositories as out of reach: ``repo`` and ``repo_named`` give ``None`` for them from now on."""
        ...

    async def remember_pull(self, repo_id: int, pull: TrackedPull) -> None: ...
    async def pull(self, repo_id: int, number: int) -> TrackedPull | None: ...
    async def pulls(self, repo_id: int, head_sha: str) -> list[TrackedPull]:
        """Those with that head, open or not, by number."""
        ...

    async def pulls_onto(self, repo_id: int, base_ref: str) -> list[TrackedPull]:
        """The open ones into that branch, by number."""
        ...

    async def record_baseline(self, repo_id: int, *, baseline: Baseline, branch: str, at: datetime) -> None:
        """Keep what a push to *branch* brought: coverage, outcomes, findings, and of its benchmarks the first record,
        its own. A commit recorded again replaces itself. Nothing brought is nothing to keep.
        """
        ...

    async def baseline(self, repo_id: int, shas: Sequence[str]) -> Baseline | None:
        """The first of *shas*, in their order, that has data, with the benchmarks of its branch (the one that it was
        recorded on first) up to that moment: its own record and those before it, the newest first, at most 60.
        """
        ...

    async def recorded(self, repo_id: int, shas: Sequence[str]) -> str | None:
        """The first of *shas*, in their order, that has data of any kind."""
        ...

    async def newest(self, repo_id: int, branch: str) -> str | None:
        """The newest commit of *branch* that has data of any kind."""
        ...

    async def latest(self, repo_id: int, branch: str) -> tuple[str, Mapping[Metric, Tally]] | None:
        """(sha, totals) of the newest commit of *branch* whose coverage was measured, for the badge."""
        ...

    async def publish(self, repo_id: int, published: Published) -> None: ...
    async def published(self, repo_id: int, head_sha: str) -> Published | None: ...
    async def waiting(self, repo_id: int, sha: str) -> list[str]:
        """Heads whose last verdict waits for data of the commit *sha*."""
        ...

    async def policy(self, repo_id: int, ref: str) -> CachedPolicy | None: ...
    async def keep_policy(self, repo_id: int, ref: str, policy: CachedPolicy) -> None: ...
    async def drop_policy(self, repo_id: int, ref: str) -> None: ...

    async def timer(self, repo_id: int, head_sha: str, *, now: datetime) -> Timer:
        """The head's timer, started at *now* if there was none."""
        ...

    async def runs_done(self, repo_id: int, head_sha: str, *, at: datetime | None) -> None: ...


class Clock(Protocol):
    def now(self) -> datetime:
        """The time, in UTC."""
        ...

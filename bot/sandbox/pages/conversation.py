"""A pull request as a page shows it: what was said, what the checks found, whether it can be merged."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bot.sandbox.merges import merge_for_test
from bot.sandbox.pages.changes import Mark
from bot.sandbox.pages.people import Moment, Person, first_line, href, moment, person, visible
from bot.sandbox.pages.prose import prose
from bot.sandbox.records import Check, Pull, Repo, StoredComment
from bot.sandbox.world import World

COMMITS_SHOWN = 100
EMOJI = {
    "+1": "👍",
    "-1": "👎",
    "laugh": "😄",
    "confused": "😕",
    "heart": "❤️",
    "hooray": "🎉",
    "rocket": "🚀",
    "eyes": "👀",
}
_TONES = {"success": "good", "neutral": "calm", "skipped": "calm", "stale": "calm"}
_SIGNS = {"good": "✓", "bad": "✕", "wait": "●", "calm": "–"}  # noqa: RUF001 -- a dash between words
_ORDER = ("bad", "wait", "calm", "good")
_LEVELS = {"failure": "bad", "warning": "wait", "notice": "calm"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A comment, or the description (*anchor* empty). *reactions* are (emoji, its name, how many)."""

    anchor: str
    who: Person
    at: Moment
    edited: bool
    body: Markup
    reactions: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A check run. *state* is its conclusion, or its status before there is one; *tone* good, bad, wait or calm."""

    id: int
    name: str
    who: Person
    state: str
    tone: str
    sign: str
    title: str
    url: str | None
    summary: Markup
    text: Markup
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """The merge box: *words* sum the checks up, *merge* says whether it can be merged."""

    tone: str
    sign: str
    words: str
    merge: str
    checks: tuple[Checked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A commit in a list."""

    sha: str
    subject: str
    author: str
    url: str


def conversation(world: World, pull: Pull) -> list[Said]:
    """The description, then the comments, oldest first."""
    opened = Said(anchor="", who=person(pull.author), at=moment(pull.created_at), edited=False, body=prose(pull.body))
    return [opened, *(_said(comment) for comment in world.comments_of(pull.repo, pull.number))]


def _said(comment: StoredComment) -> Said:
    counts = comment.counts()
    return Said(
        anchor=f"issuecomment-{comment.id}",
        who=person(comment.user),
        at=moment(comment.created_at),
        edited=comment.updated_at != comment.created_at,
        body=prose(comment.body),
        reactions=tuple((sign, name, counts[name]) for name, sign in EMOJI.items() if counts[name]),
    )


def commits(pull: Pull) -> list[Made]:
    """What the head branch adds to its base, oldest first, the last ``COMMITS_SHOWN`` of it."""
    git = pull.repo.git
    start = git.merge_base(pull.base_sha, pull.head_sha)
    found = [git.known(sha) for sha in git.log(pull.head_sha, without=start)[:COMMITS_SHOWN][::-1]]
    return [
        Made(sha=c.sha, subject=first_line(c.message), author=c.author, url=href(pull.repo, "commit", c.sha))
        for c in found
    ]


def checks(world: World, repo: Repo, head_sha: str) -> tuple[Checked, ...]:
    """The newest check run of each name and App on *head_sha*, those first that need somebody."""
    newest: dict[tuple[int, str], Check] = {}
    for check in world.checks_of(repo, head_sha):
        newest.setdefault((check.app_id, check.name), check)
    shown = [checked(world, check) for check in newest.values()]
    return tuple(sorted(shown, key=lambda check: (_ORDER.index(check.tone), check.name)))


def checked(world: World, check: Check) -> Checked:
    """A check run as shown."""
    state = check.conclusion or check.status
    tone = _TONES.get(state, "bad") if check.conclusion else "wait"
    url = check.details_url
    return Checked(
        id=check.id,
        name=check.name,
        who=person(world.app_user(check.app_id)),
        state=state.replace("_", " "),
        tone=tone,
        sign=_SIGNS[tone],
        title=check.title or "",
        url=url if url and url.startswith(("http://", "https://")) else None,
        summary=prose(check.summary or ""),
        text=prose(check.text or ""),
        marks=tuple(_mark(check, annotation) for annotation in check.annotations),
    )


def _mark(check: Check, annotation: dict[str, Any]) -> Mark:
    first, last, path = int(annotation["start_line"]), int(annotation["end_line"]), str(annotation["path"])
    lines = f"L{first}" if first == last else f"L{first}-L{last}"
    return Mark(
        path=visible(path),
        lines=lines,
        last=last,
        tone=_LEVELS.get(annotation["annotation_level"], "calm"),
        title=str(annotation.get("title") or ""),
        message=str(annotation["message"]),
        url=f"{href(check.repo, 'blob', check.head_sha, path)}#{lines}",
    )


def marks_by_path(found: tuple[Checked, ...]) -> dict[str, list[Mark]]:
    """All marks of check runs, by the file that they are in."""
    marks: defaultdict[str, list[Mark]] = defaultdict(list)
    for check in found:
        for mark in check.marks:
            marks[mark.path].append(mark)
    return dict(marks)


def box(pull: Pull, found: tuple[Checked, ...]) -> Box:
    """The merge box of *pull*."""
    tone = next((check.tone for check in found if check.tone in ("bad", "wait")), "good" if found else "calm")
    return Box(
        tone=tone,
        sign=_SIGNS[tone],
        words=_summed(found),
        merge=_mergeable(pull),
        checks=found,
    )


def _summed(found: tuple[Checked, ...]) -> str:
    if not found:
        return "No checks yet"
    failed, waiting = (sum(check.tone == tone for check in found) for tone in ("bad", "wait"))
    parts = [f"{failed} failed"] if failed else []
    parts += [f"{waiting} not finished"] if waiting else []
    everything = "1 check" if len(found) == 1 else f"{len(found)} checks"
    return f"Of {everything}, {' and '.join(parts)}" if parts else f"{everything} passed"


def _mergeable(pull: Pull) -> str:
    if pull.merged_at is not None:
        by = f" by {pull.merged_by.login}" if pull.merged_by else ""
        return f"Merged into {pull.base_ref}{by}"
    if not pull.open:
        return "Closed without a merge"
    if pull.draft:
        return "A draft is not merged"
    return f"No conflict with {pull.base_ref}" if merge_for_test(pull) else f"Conflicts with {pull.base_ref}"


def state(pull: Pull) -> str:
    """open, draft, merged or closed."""
    if pull.merged_at is not None:
        return "merged"
    if not pull.open:
        return "closed"
    return "draft" if pull.draft else "open"

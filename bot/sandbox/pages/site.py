"""Which page an address is, and the page: HTML under a policy that lets it load nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import jinja2

from bot.sandbox.merges import base_tip
from bot.sandbox.pages import conversation as talk
from bot.sandbox.pages import source
from bot.sandbox.pages.changes import changes
from bot.sandbox.pages.people import first_line, href, moment, person
from bot.sandbox.records import Pull, Repo
from bot.sandbox.replies import Answer
from bot.sandbox.rest import ROUTES
from bot.sandbox.world import World

if TYPE_CHECKING:
    from bot.sandbox.api import Asked

_TEMPLATES = Path(__file__).parent / "templates"
_OF_THE_API = frozenset(route.template.split("/")[1] for route in ROUTES)
_REPO = r"/(?P<owner>[^/]+)/(?P<name>[^/]+)"
_NUMBER = r"(?P<number>[0-9]{1,15})"
_SHA = r"(?P<sha>[0-9a-f]{40})"


class _Missing(Exception):
    """There is no such page."""


class Pages:
    """The website over a ``World``, as a maintainer sees it: private repositories too. Requests for pages are counted
    under ``template``.
    """

    template = "(page)"

    def __init__(self, world: World) -> None:
        self._world = world
        self._routes: tuple[tuple[re.Pattern[str], Callable[[Mapping[str, str]], str]], ...] = (
            (re.compile("/"), self._front),
            (re.compile(f"{_REPO}/?"), self._repository),
            (re.compile(f"{_REPO}/pull/{_NUMBER}"), self._conversation),
            (re.compile(f"{_REPO}/pull/{_NUMBER}/checks"), self._checks),
            (re.compile(f"{_REPO}/pull/{_NUMBER}/files"), self._files),
            (re.compile(f"{_REPO}/runs/{_NUMBER}"), self._check),
            (re.compile(f"{_REPO}/commit/{_SHA}"), self._commit),
            (re.compile(f"{_REPO}/blob/(?P<ref>[^/]+)/(?P<path>.+)"), self._blob),
        )

    def serves(self, method: str, path: str) -> bool:
        """Whether it is the website that is asked, and not the API."""
        return method in ("GET", "HEAD") and path.removeprefix("/").partition("/")[0] not in _OF_THE_API

    def answer(self, asked: Asked) -> Answer:
        """The page at ``asked.path``, or one that says there is none."""
        status = 200
        with self._world.lock:
            try:
                document = self._page(asked.path)
            except _Missing:
                status, document = 404, _rendered("missing.html")
        return Answer(
            status=status,
            content=document.encode(errors="replace"),
            media="text/html; charset=utf-8",
            headers={
                "Content-Security-Policy": _policy(),
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cache-Control": "no-store",
            },
        )

    def _page(self, path: str) -> str:
        for pattern, view in self._routes:
            if found := pattern.fullmatch(path):
                parts = {name: unquote(part, errors="surrogateescape") for name, part in found.groupdict().items()}
                if any("\0" in part for part in parts.values()):
                    break
                return view(parts)
        raise _Missing

    # --- the pages ---

    def _front(self, _: Mapping[str, str]) -> str:
        repos = [repo for repo in self._world.repos.values() if not repo.deleted]
        return _rendered("front.html", repos=[(repo.full_name, href(repo), self._pulls(repo)) for repo in repos])

    def _repository(self, parts: Mapping[str, str]) -> str:
        repo = self._repo(parts)
        tip = repo.git.ref(f"refs/heads/{repo.default_branch}")
        if tip is None:
            raise _Missing
        return _rendered(
            "repository.html",
            **_top(repo),
            branch=repo.default_branch,
            files=source.listed(repo, tip),
            readme=source.readme(repo.git, tip),
            pulls=self._pulls(repo),
            checks=talk.checks(self._world, repo, tip),
        )

    def _conversation(self, parts: Mapping[str, str]) -> str:
        pull = self._pull(parts)
        found = talk.checks(self._world, pull.repo, pull.head_sha)
        return _rendered(
            "pull.html",
            **_head(pull, "conversation"),
            said=talk.conversation(self._world, pull),
            commits=talk.commits(pull),
            box=talk.box(pull, found),
        )

    def _checks(self, parts: Mapping[str, str]) -> str:
        pull = self._pull(parts)
        found = talk.checks(self._world, pull.repo, pull.head_sha)
        return _rendered("checks.html", **_head(pull, "checks"), checks=found)

    def _files(self, parts: Mapping[str, str]) -> str:
        pull = self._pull(parts)
        git = pull.repo.git
        start = git.merge_base(pull.base_sha if pull.merged_at else base_tip(pull), pull.head_sha) or pull.base_sha
        marks = talk.marks_by_path(talk.checks(self._world, pull.repo, pull.head_sha))
        return _rendered("files.html", **_head(pull, "files"), changes=changes(git, start, pull.head_sha, marks))

    def _check(self, parts: Mapping[str, str]) -> str:
        repo = self._repo(parts)
        check = self._world.checks.get(int(parts["number"]))
        if check is None or check.repo is not repo:
            raise _Missing
        return _rendered("run.html", **_top(repo), check=talk.checked(self._world, check), sha=check.head_sha)

    def _commit(self, parts: Mapping[str, str]) -> str:
        repo = self._repo(parts)
        commit = repo.git.commit(parts["sha"])
        if commit is None:
            raise _Missing
        subject, _, rest = commit.message.partition("\n")
        base = commit.parents[0] if commit.parents else source.empty_tree(repo.git)
        return _rendered(
            "commit.html",
            **_top(repo),
            commit=commit,
            subject=subject,
            rest=rest.strip("\n"),
            parents=[(sha, href(repo, "commit", sha)) for sha in commit.parents],
            checks=talk.checks(self._world, repo, commit.sha),
            changes=changes(repo.git, base, commit.sha, {}),
        )

    def _blob(self, parts: Mapping[str, str]) -> str:
        repo = self._repo(parts)
        sha = repo.git.resolve(parts["ref"])
        shown = source.shown(repo.git, sha, parts["path"]) if sha is not None else None
        if shown is None or sha is None:
            raise _Missing
        return _rendered("blob.html", **_top(repo), file=shown, sha=sha, commit_url=href(repo, "commit", sha))

    # --- what they are about ---

    def _repo(self, parts: Mapping[str, str]) -> Repo:
        repo = self._world.repo_named(parts["owner"], parts["name"])
        if repo is None:
            raise _Missing
        return repo

    def _pull(self, parts: Mapping[str, str]) -> Pull:
        pull = self._world.pull(self._repo(parts), int(parts["number"]))
        if pull is None:
            raise _Missing
        return pull

    def _pulls(self, repo: Repo) -> list[tuple[int, str, str, str]]:
        """(number, title, state, address), newest first."""
        found = [
            (p.number, p.title, talk.state(p), href(repo, "pull", str(p.number))) for p in self._world.pulls_of(repo)
        ]
        return found[::-1]


def _top(repo: Repo) -> dict[str, object]:
    """What the head of every page of *repo* shows."""
    return {"repo": repo.full_name, "repo_url": href(repo), "private": repo.private}


def _head(pull: Pull, tab: str) -> dict[str, object]:
    """What the head of every page of *pull* shows."""
    head = pull.head_ref if not pull.from_fork else f"{pull.head_repo.owner.login}:{pull.head_ref}"
    return {
        **_top(pull.repo),
        "tab": tab,
        "title": first_line(pull.title, most=256),
        "number": pull.number,
        "state": talk.state(pull),
        "author": person(pull.author),
        "opened": moment(pull.created_at),
        "head": head,
        "base": pull.base_ref,
        "head_sha": pull.head_sha,
        "pull_url": href(pull.repo, "pull", str(pull.number)),
    }


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _rendered(template: str, **values: object) -> str:
    return _environment().get_template(template).render(values)


@cache
def _policy() -> str:
    """The page's own style sheet and script, by hash, and nothing else."""
    style, script = (_digest(name) for name in ("site.css", "lines.js"))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )


def _digest(template: str) -> str:
    text = _environment().get_template(template).render()
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"

"""All records of the sandbox, what numbers them, and who may see them."""

from __future__ import annotations

import shutil
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.sandbox.blobs import Blobs
from bot.sandbox.clock import Clock
from bot.sandbox.git import FIRST_COMMIT_AT, Git
from bot.sandbox.keys import AppKeys
from bot.sandbox.records import (
    ACTIONS_APP_ID,
    APP_PERMISSIONS,
    Check,
    Installation,
    Pull,
    Repo,
    StoredArtifact,
    StoredComment,
    Suite,
    User,
    WorkflowRun,
)

FIRST_IDS = {  # as large as github.com's are today, so that nothing 32 bits wide survives
    "user": 180_000_001,
    "repository": 1_100_000_001,
    "installation": 90_000_001,
    "pull_request": 2_900_000_001,
    "workflow": 200_000_001,
    "run": 19_000_000_001,
    "artifact": 4_600_000_001,
    "suite": 49_000_000_001,
    "check_run": 55_500_000_001,
    "comment": 3_500_000_001,
    "reaction": 330_000_001,
}


Emit = Callable[[str, Repo | Installation, dict[str, Any]], None]
"""Takes an event, whom it concerns, and its payload."""


class World:
    """GitHub's state. Every reader and writer holds ``lock``."""

    def __init__(self, directory: Path, clock: Clock, app: AppKeys, emit: Emit) -> None:
        self.lock = threading.RLock()
        self.directory = directory
        self.clock = clock
        self.app = app
        self.api_url = ""
        self.web_url = "https://github.test"
        self.users: dict[str, User] = {}
        self.installations: dict[int, Installation] = {}
        self.repos: dict[int, Repo] = {}
        self.former_names: dict[str, Repo] = {}  # in lower case; GitHub redirects them until they are taken again
        self.pulls: list[Pull] = []
        self.runs: dict[int, WorkflowRun] = {}
        self.workflows: dict[tuple[int, str], int] = {}
        self.artifacts: dict[int, StoredArtifact] = {}
        self.suites: dict[int, Suite] = {}
        self.checks: dict[int, Check] = {}
        self.comments: dict[int, StoredComment] = {}
        self._checks_at: defaultdict[tuple[int, str], list[Check]] = defaultdict(list)
        self._suites_at: defaultdict[tuple[int, str], list[Suite]] = defaultdict(list)
        self._comments_at: defaultdict[tuple[int, int], list[StoredComment]] = defaultdict(list)
        self.mutations: list[str] = []
        self.blobs = Blobs(clock)
        self.emit = emit
        self.manifests: dict[str, datetime] = {}  # code -> until when it can be exchanged
        self._ids = dict(FIRST_IDS)
        self._commits = 0

    def new_id(self, kind: str) -> int:
        """The next number of *kind*."""
        number = self._ids[kind]
        self._ids[kind] = number + 1
        return number

    def commit_time(self) -> int:
        """When the next commit is made: one minute after the one before."""
        self._commits += 1
        return FIRST_COMMIT_AT + 60 * (self._commits - 1)

    # --- accounts ---

    def user(self, login: str, kind: str = "User") -> User:
        """The account *login*, made on first mention."""
        if login not in self.users:
            self.users[login] = User(id=self.new_id("user"), login=login, kind=kind)
        return self.users[login]

    def app_user(self, app_id: int) -> User:
        """The bot account that an App acts as."""
        login = "github-actions[bot]" if app_id == ACTIONS_APP_ID else f"{self.app.slug}[bot]"
        return self.user(login, "Bot")

    def installation_of(self, account: User) -> Installation | None:
        """The App's live installation at *account*."""
        return next((i for i in self.installations.values() if i.account is account and not i.deleted), None)

    def install(self, account: User) -> Installation:
        """The App at *account*, installed if it is not."""
        installation = self.installation_of(account)
        if installation is None:
            installation = Installation(
                id=self.new_id("installation"),
                account=account,
                permissions=dict(APP_PERMISSIONS),
                created_at=self.clock.now(),
            )
            self.installations[installation.id] = installation
        return installation

    # --- repositories ---

    def add_repo(
        self, full_name: str, *, private: bool, default_branch: str, owner_kind: str, parent: Repo | None = None
    ) -> Repo:
        """A repository without commits. A fork shares the objects of *parent*."""
        owner, _, name = full_name.partition("/")
        if not owner or not name:
            raise ValueError(f"a repository is named OWNER/NAME, not {full_name!r}")
        if self.repo_named(owner, name) is not None:
            raise ValueError(f"{full_name} exists")
        number = self.new_id("repository")
        objects = parent.git.objects if parent is not None else None
        repo = Repo(
            id=number,
            owner=self.user(owner, owner_kind),
            name=name,
            private=private,
            default_branch=default_branch,
            git=Git(self.directory / f"{number}.git", objects=objects),
            created_at=self.clock.now(),
            parent=parent,
        )
        self.repos[number] = repo
        return repo

    def repo_named(self, owner: str, name: str) -> Repo | None:
        """The repository of that name now; names are compared without case, as GitHub does."""
        wanted = f"{owner}/{name}".lower()
        return next((r for r in self.repos.values() if not r.deleted and r.full_name.lower() == wanted), None)

    def rename_repo(self, repo: Repo, owner: User, name: str) -> None:
        """*repo* is called OWNER/NAME from now on."""
        self.former_names[repo.full_name.lower()] = repo
        repo.owner, repo.name = owner, name

    def delete_repo(self, repo: Repo) -> None:
        """The repository is gone; its pull requests elsewhere stay."""
        repo.deleted = True
        if repo.parent is not None:  # a fork shares objects, the parent's own directory must stay for its forks
            shutil.rmtree(repo.git.directory, ignore_errors=True)

    def role(self, repo: Repo, user: User) -> str:
        """none, read, triage, write, maintain or admin."""
        if user is repo.owner:
            return "admin"
        return repo.roles.get(user.login, "none" if repo.private else "read")

    # --- what hangs on a repository ---

    def pull(self, repo: Repo, number: int) -> Pull | None:
        return next((p for p in self.pulls if p.repo is repo and p.number == number), None)

    def pulls_of(self, repo: Repo) -> Iterable[Pull]:
        return (p for p in self.pulls if p.repo is repo)

    def suite(self, repo: Repo, app_id: int, head_sha: str) -> Suite:
        """The suite of an App for a head SHA, made on first mention. Its branch is the one of *repo* whose tip that is;
        a fork's head has none.
        """
        for suite in self._suites_at[repo.id, head_sha]:
            if suite.app_id == app_id:
                return suite
        branch = next((name for name, tip in repo.git.branches().items() if tip == head_sha), None)
        return self.new_suite(repo, app_id, head_sha, branch)

    def new_suite(self, repo: Repo, app_id: int, head_sha: str, head_branch: str | None) -> Suite:
        """A suite beside those that there are: each workflow run has its own."""
        now = self.clock.now()
        suite = Suite(
            id=self.new_id("suite"),
            repo=repo,
            app_id=app_id,
            head_sha=head_sha,
            head_branch=head_branch,
            created_at=now,
            updated_at=now,
        )
        self.suites[suite.id] = suite
        self._suites_at[repo.id, head_sha].append(suite)
        return suite

    def workflow_id(self, repo: Repo, path: str) -> int:
        """The number of a workflow file."""
        return self.workflows.setdefault((repo.id, path), FIRST_IDS["workflow"] + len(self.workflows))

    def suites_of(self, repo: Repo, head_sha: str) -> list[Suite]:
        """Check suites of *head_sha*, oldest first."""
        return list(self._suites_at[repo.id, head_sha])

    def checks_of(self, repo: Repo, head_sha: str) -> list[Check]:
        """Check runs on *head_sha*, newest first."""
        return self._checks_at[repo.id, head_sha][::-1]

    def add_check(self, check: Check) -> None:
        self.checks[check.id] = check
        self._checks_at[check.repo.id, check.head_sha].append(check)

    def remove_check(self, check: Check) -> None:
        del self.checks[check.id]
        self._checks_at[check.repo.id, check.head_sha].remove(check)

    def comments_of(self, repo: Repo, number: int) -> list[StoredComment]:
        """Comments of a pull request, oldest first."""
        return list(self._comments_at[repo.id, number])

    def add_comment(self, comment: StoredComment) -> None:
        self.comments[comment.id] = comment
        self._comments_at[comment.repo.id, comment.number].append(comment)

    def remove_comment(self, comment: StoredComment) -> None:
        del self.comments[comment.id]
        self._comments_at[comment.repo.id, comment.number].remove(comment)

    def changed(self, what: str) -> None:
        """Note a change that was made through the API."""
        self.mutations.append(what)

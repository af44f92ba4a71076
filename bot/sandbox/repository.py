"""A repository, in the words of those who work in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.sandbox import events
from bot.sandbox.access import Tokens
from bot.sandbox.ci import Ci, Source
from bot.sandbox.git import Files
from bot.sandbox.pull_request import PullRequest
from bot.sandbox.pushes import moved
from bot.sandbox.records import ROLES, Check, Pull, Repo, User
from bot.sandbox.shapes import accounts
from bot.sandbox.world import World


class Repository:
    """A repository; its properties are read as they are now."""

    def __init__(self, world: World, tokens: Tokens, record: Repo) -> None:
        self._world = world
        self._tokens = tokens
        self._repo = record

    @property
    def id(self) -> int:
        return self._repo.id

    @property
    def owner(self) -> str:
        return self._repo.owner.login

    @property
    def name(self) -> str:
        return self._repo.name

    @property
    def full_name(self) -> str:
        return self._repo.full_name

    @property
    def private(self) -> bool:
        return self._repo.private

    @property
    def default_branch(self) -> str:
        return self._repo.default_branch

    @property
    def installation_id(self) -> int:
        """The App's installation at the owner's account; 0 where it is not installed."""
        return self._repo.installation.id if self._repo.installation is not None else 0

    # --- content ---

    def sha(self, ref: str | None = None) -> str:
        """The commit at *ref*, by default at the tip of the default branch."""
        with self._world.lock:
            found = self._repo.git.resolve(ref or self._repo.default_branch)
        if found is None:
            raise ValueError(f"{self.full_name}: nothing at {ref}")
        return found

    def file(self, path: str, *, ref: str | None = None) -> bytes | None:
        """The content of a file at *ref*, ``None`` if it is not there."""
        sha = self.sha(ref)
        with self._world.lock:
            entries = self._repo.git.tree(sha, path=path)
            return self._repo.git.blob(entries[0].sha) if entries and entries[0].kind == "blob" else None

    def checkout(self, to: Path, *, ref: str | None = None) -> Path:
        """A clone at *to* with the whole history, at *ref*."""
        sha = self.sha(ref)
        with self._world.lock:
            self._repo.git.clone(to, sha)
        return to

    def push(self, branch: str, files: Files, *, message: str = "Change", by: str = "maintainer") -> str:
        """A commit onto *branch*, which begins at the default branch's tip if it is new. Sends the push, and
        ``synchronize`` for open pull requests of that branch. Returns the commit.
        """
        with self._world.lock:
            git, at = self._repo.git, self._world.commit_time()
            before = git.ref(f"refs/heads/{branch}")
            parent = before or git.ref(f"refs/heads/{self._repo.default_branch}")
            parents = [parent] if parent is not None else []
            sha = git.write(branch, files, parents=parents, message=message, who=by, at=at)
            moved(self._world, self._repo, branch, before, self._person(by))
            return sha

    def push_from(self, checkout: Path, branch: str, *, revision: str = "HEAD", by: str = "maintainer") -> str:
        """What ``git push --force origin REVISION:BRANCH`` in a local *checkout* would do. Returns the commit."""
        with self._world.lock:
            before = self._repo.git.ref(f"refs/heads/{branch}")
            sha = self._repo.git.take(checkout, revision, branch)
            moved(self._world, self._repo, branch, before, self._person(by))
            return sha

    def delete_branch(self, branch: str, *, by: str = "maintainer") -> None:
        """The branch goes, and with it open pull requests of it."""
        with self._world.lock:
            before = self._repo.git.ref(f"refs/heads/{branch}")
            self._repo.git.set_ref(f"refs/heads/{branch}", None)
            moved(self._world, self._repo, branch, before, self._person(by))

    # --- pull requests ---

    def pull_request(
        self,
        *,
        branch: str,
        files: Files | None = None,
        author: str = "alice",
        base: str | None = None,
        title: str = "A change",
        body: str = "",
        draft: bool = False,
    ) -> PullRequest:
        """Push *files* to *branch* (without files the branch is there already) and open a pull request; from a fork,
        towards its parent. In the repository itself *author* is given the role write if they have none.
        """
        with self._world.lock:
            target = self._repo.parent or self._repo
            person = self._person(author)
            if target is self._repo and author not in target.roles:
                target.roles[author] = "write"
            base_ref = base or target.default_branch
            base_sha = target.git.ref(f"refs/heads/{base_ref}")
            if base_sha is None:
                raise ValueError(f"{target.full_name}: no branch {base_ref}")
            head_sha = self._head(branch, files, base_sha, author)
            pull = self._open(target, person, branch, head_sha, base_ref, base_sha)
            pull.title, pull.body, pull.draft = title, body, draft
            events.pull_request(self._world, pull, "opened", person)
            return PullRequest(self._world, self._tokens, pull)

    def _head(self, branch: str, files: Files | None, base_sha: str, author: str) -> str:
        git = self._repo.git
        before = git.ref(f"refs/heads/{branch}")
        if files is None:
            if before is None:
                raise ValueError(f"{self.full_name}: no branch {branch}")
            return before
        at = self._world.commit_time()
        sha = git.write(branch, files, parents=[before or base_sha], message="Change", who=author, at=at)
        moved(self._world, self._repo, branch, before, self._person(author))
        return sha

    def _open(self, target: Repo, person: User, branch: str, head_sha: str, base_ref: str, base_sha: str) -> Pull:
        now = self._world.clock.now()
        target.last_number += 1
        pull = Pull(
            id=self._world.new_id("pull_request"),
            number=target.last_number,
            repo=target,
            head_repo=self._repo,
            head_ref=branch,
            head_sha=head_sha,
            base_ref=base_ref,
            base_sha=base_sha,
            author=person,
            title="",
            body="",
            created_at=now,
            updated_at=now,
        )
        target.git.set_ref(f"refs/pull/{pull.number}/head", head_sha)
        self._world.pulls.append(pull)
        return pull

    # --- the repository itself ---

    def fork(self, full_name: str) -> Repository:
        """A fork with all branches, at an account without the App."""
        with self._world.lock:
            parent = self._repo
            fork = self._world.add_repo(
                full_name,
                private=parent.private,
                default_branch=parent.default_branch,
                owner_kind="User",
                parent=parent,
            )
            for branch, sha in parent.git.branches().items():
                fork.git.set_ref(f"refs/heads/{branch}", sha)
            return Repository(self._world, self._tokens, fork)

    def delete(self) -> None:
        """It is gone. Pull requests from a deleted fork stay, without a head repository."""
        with self._world.lock:
            events.repository(self._world, self._repo, "deleted", self._repo.owner)
            self._world.delete_repo(self._repo)

    def rename(self, full_name: str) -> None:
        """Another name, or another owner, at whose account the App may be or not; the id stays, the old name
        redirects.
        """
        owner, _, name = full_name.partition("/")
        with self._world.lock:
            repo, before, was = self._repo, self._repo.owner, self._repo.name
            if owner != before.login:
                self._world.rename_repo(repo, self._world.user(owner, before.kind), was)
                repo.installation = self._world.installation_of(repo.owner)
                changes: dict[str, Any] = {"owner": {"from": {"user": accounts.user(self._world, before)}}}
                events.repository(self._world, repo, "transferred", repo.owner, changes=changes)
            if name != was:
                self._world.rename_repo(repo, repo.owner, name)
                changes = {"repository": {"name": {"from": was}}}
                events.repository(self._world, repo, "renamed", repo.owner, changes=changes)

    def set_private(self, private: bool) -> None:
        """Visible to those with a role alone, or to everybody."""
        with self._world.lock:
            self._repo.private = private
            action = "privatized" if private else "publicized"
            events.repository(self._world, self._repo, action, self._repo.owner)

    def grant(self, user: str, role: str) -> None:
        """none, read, triage, write, maintain or admin."""
        if role not in ROLES:
            raise ValueError(f"a role is one of {', '.join(ROLES)}, not {role!r}")
        with self._world.lock:
            self._world.user(user)
            self._repo.roles[user] = role

    def check(self, name: str, *, sha: str | None = None) -> Check | None:
        """The App's newest check run of that name at *sha*, by default at the default branch's tip."""
        at = sha or self.sha()
        with self._world.lock:
            found = self._world.checks_of(self._repo, at)
            return next((replace(c) for c in found if c.app_id == self._world.app.id and c.name == name), None)

    def ci(self, path: str, *, branch: str | None = None, name: str | None = None, by: str = "maintainer") -> Ci:
        """A workflow that runs on a push to *branch*."""
        source = Source(
            repo=self._repo,
            event="push",
            head_repo=self._repo,
            branch=branch or self._repo.default_branch,
            actor=self._person(by),
        )
        return Ci(self._world, self._tokens, source, path, name)

    def _person(self, login: str) -> User:
        return self._world.user(login)

"""A pull request, in the words of its author and its reviewers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.sandbox import events
from bot.sandbox.access import Tokens
from bot.sandbox.ci import Ci, Source
from bot.sandbox.git import Files
from bot.sandbox.merges import base_tip, land, merge_for_test
from bot.sandbox.pushes import close, landed, moved
from bot.sandbox.records import Check, Pull, User
from bot.sandbox.talk import Comment, add_comment
from bot.sandbox.world import World


class PullRequest:
    """A pull request; its properties are read as they are now."""

    def __init__(self, world: World, tokens: Tokens, record: Pull) -> None:
        self._world = world
        self._tokens = tokens
        self._pull = record

    @property
    def number(self) -> int:
        return self._pull.number

    @property
    def head_sha(self) -> str:
        return self._pull.head_sha

    @property
    def head_ref(self) -> str:
        return self._pull.head_ref

    @property
    def base_sha(self) -> str:
        """The base branch's tip when GitHub last looked: at opening, at a push to the head, at a change of base."""
        return self._pull.base_sha

    @property
    def base_ref(self) -> str:
        return self._pull.base_ref

    @property
    def open(self) -> bool:
        return self._pull.open

    @property
    def merged(self) -> bool:
        return self._pull.merged_at is not None

    @property
    def draft(self) -> bool:
        return self._pull.draft

    @property
    def url(self) -> str:
        """Where people see it."""
        return f"{self._world.web_url}/{self._pull.repo.full_name}/pull/{self._pull.number}"

    @property
    def merge_sha(self) -> str | None:
        """The test merge with the base branch's tip of now, ``None`` on a conflict."""
        with self._world.lock:
            return merge_for_test(self._pull)

    @property
    def diff(self) -> str:
        """What the pull request changes, as git prints it."""
        with self._world.lock:
            git = self._pull.repo.git
            start = git.merge_base(base_tip(self._pull), self._pull.head_sha) or self._pull.base_sha
            return git.diff(start, self._pull.head_sha).decode(errors="replace")

    # --- the author ---

    def push(self, files: Files | None = None, *, message: str = "Change") -> str:
        """A commit onto the head branch; sends ``synchronize``. Returns the new head SHA."""
        return self._commit(self._pull.head_sha, files or {}, message)

    def force_push(self, files: Files | None = None, *, message: str = "Change") -> str:
        """The head branch becomes the base branch's tip and one commit."""
        return self._commit(base_tip(self._pull), files or {}, message)

    def update_branch(self) -> str:
        """Merge the base branch into the head branch, as the button "Update branch" does."""
        with self._world.lock:
            pull, git = self._pull, self._pull.repo.git
            base = base_tip(pull)
            tree = git.merged_tree(pull.head_sha, base)
            if tree is None:
                raise ValueError(f"pull request {pull.number} conflicts with {pull.base_ref}")
            message = f"Merge branch '{pull.base_ref}' into {pull.head_ref}"
            parents, at = (pull.head_sha, base), self._world.commit_time()
            sha = git.commit_tree(tree, parents, message=message, who=pull.author.login, at=at)
            before = pull.head_sha
            pull.head_repo.git.set_ref(f"refs/heads/{pull.head_ref}", sha)
            moved(self._world, pull.head_repo, pull.head_ref, before, pull.author)
            return sha

    def _commit(self, parent: str, files: Files, message: str) -> str:
        with self._world.lock:
            pull, at = self._pull, self._world.commit_time()
            before = pull.head_repo.git.ref(f"refs/heads/{pull.head_ref}")
            author = pull.author.login
            sha = pull.head_repo.git.write(pull.head_ref, files, parents=[parent], message=message, who=author, at=at)
            moved(self._world, pull.head_repo, pull.head_ref, before, pull.author)
            return sha

    def edit(self, *, title: str | None = None, body: str | None = None) -> None:
        """Another title or description."""
        pull, changes = self._pull, dict[str, Any]()
        if title is not None:
            changes["title"], pull.title = {"from": pull.title}, title
        if body is not None:
            changes["body"], pull.body = {"from": pull.body}, body
        self._tell("edited", changes=changes)

    def retarget(self, base: str) -> None:
        """Another base branch; sends ``edited`` with what changed."""
        with self._world.lock:
            pull = self._pull
            changes = {"base": {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base_sha}}}
            tip = pull.repo.git.ref(f"refs/heads/{base}")
            if tip is None:
                raise ValueError(f"no branch {base}")
            pull.base_ref, pull.base_sha = base, tip
            self._tell("edited", changes=changes)

    def ready(self) -> None:
        """No draft any more."""
        self._pull.draft = False
        self._tell("ready_for_review")

    def to_draft(self) -> None:
        self._pull.draft = True
        self._tell("converted_to_draft")

    def close(self, *, by: str | None = None) -> None:
        with self._world.lock:
            close(self._world, self._pull, self._person(by))

    def reopen(self) -> None:
        self._pull.open, self._pull.closed_at = True, None
        self._tell("reopened")

    def merge(self, method: str = "merge", *, by: str = "maintainer") -> str:
        """Merge it (``merge`` or ``squash``); sends ``closed`` and the push. Returns the base branch's new tip."""
        with self._world.lock:
            sha = land(self._world, self._pull, method)
            landed(self._world, self._pull, sha, self._person(by))
            return sha

    def enqueue(self, *, by: str = "maintainer") -> MergeGroup:
        """Into the merge queue: a group of its own, whose checks are asked for."""
        with self._world.lock:
            pull, base = self._pull, base_tip(self._pull)
            sha = land(self._world, pull, "merge")
            branch = f"gh-readonly-queue/{pull.base_ref}/pr-{pull.number}-{base}"
            pull.repo.git.set_ref(f"refs/heads/{branch}", sha)
            person = self._person(by)
            ref = f"refs/heads/{branch}"
            bases = (f"refs/heads/{pull.base_ref}", base)
            events.merge_group(self._world, pull.repo, head_sha=sha, head_ref=ref, base=bases, sender=person)
            return MergeGroup(self._world, self._tokens, pull, branch, sha, person)

    # --- what is said of it ---

    def comment(self, body: str, *, by: str = "maintainer", bot: bool = False) -> Comment:
        """A comment by a person (or by another *bot*); sends ``issue_comment.created``."""
        with self._world.lock:
            author = self._world.user(by, "Bot" if bot else "User")
            return Comment(self._world, add_comment(self._world, self._pull.repo, self._pull.number, author, body))

    def edit_comment(self, comment: Comment, body: str) -> None:
        """Somebody edits a comment, anyone's."""
        with self._world.lock:
            stored = self._world.comments[comment.id]
            before, stored.body = stored.body, body
            stored.updated_at = self._world.clock.now()
            changes = {"body": {"from": before}}
            events.issue_comment(self._world, stored, "edited", stored.user, changes=changes)

    def delete_comment(self, comment: Comment, *, by: str = "maintainer") -> None:
        """Somebody deletes a comment, anyone's."""
        with self._world.lock:
            stored = self._world.comments[comment.id]
            self._world.remove_comment(stored)
            events.issue_comment(self._world, stored, "deleted", self._person(by))

    def comments(self, *, by_app: bool | None = None) -> list[Comment]:
        """Comments in order: all, the App's own (``True``), or the others' (``False``)."""
        with self._world.lock:
            found = self._world.comments_of(self._pull.repo, self._pull.number)
            ours = self._world.app.id
            return [Comment(self._world, c) for c in found if by_app is None or (c.app_id == ours) == by_app]

    # --- its checks ---

    def check(self, name: str, *, sha: str | None = None) -> Check | None:
        """The App's newest check run of that name on the head SHA (or on *sha*), as it is now."""
        return next((check for check in self.checks(sha=sha) if check.name == name), None)

    def checks(self, *, sha: str | None = None) -> list[Check]:
        """The App's check runs on the head SHA (or on *sha*), newest first."""
        with self._world.lock:
            found = self._world.checks_of(self._pull.repo, sha or self._pull.head_sha)
            ours = [check for check in found if check.app_id == self._world.app.id]
            return [replace(check, annotations=list(check.annotations)) for check in ours]

    def rerequest(self, name: str | None = None, *, by: str = "maintainer") -> None:
        """Press "Re-run" beside the check run *name*; without a name "Re-run all checks" of the App."""
        with self._world.lock:
            world, pull, person = self._world, self._pull, self._person(by)
            if name is None:
                suite = world.suite(pull.repo, world.app.id, pull.head_sha)
                events.check_suite(world, suite, "rerequested", person)
            else:
                found = world.checks_of(pull.repo, pull.head_sha)
                check = next(c for c in found if c.app_id == world.app.id and c.name == name)
                suite = check.suite
                events.check_run(world, check, "rerequested", person)
            suite.status, suite.conclusion = "queued", None  # the check runs stay as they are

    def ci(self, path: str, *, name: str | None = None) -> Ci:
        """A workflow that runs on ``pull_request``."""
        pull = self._pull
        source = Source(
            repo=pull.repo,
            event="pull_request",
            head_repo=pull.head_repo,
            branch=pull.head_ref,
            actor=pull.author,
            pull=pull,
        )
        return Ci(self._world, self._tokens, source, path, name)

    def _person(self, login: str | None) -> User:
        return self._world.user(login) if login is not None else self._pull.author

    def _tell(self, action: str, **more: Any) -> None:
        with self._world.lock:
            self._pull.updated_at = self._world.clock.now()
            events.pull_request(self._world, self._pull, action, self._pull.author, **more)


class MergeGroup:
    """A group of the merge queue that holds one pull request."""

    def __init__(self, world: World, tokens: Tokens, pull: Pull, branch: str, head_sha: str, person: User) -> None:
        self.head_sha = head_sha
        self.branch = branch
        self._world = world
        self._tokens = tokens
        self._pull = pull
        self._person = person

    def ci(self, path: str, *, name: str | None = None) -> Ci:
        """A workflow that runs on ``merge_group``."""
        repo = self._pull.repo
        source = Source(repo=repo, event="merge_group", head_repo=repo, branch=self.branch, actor=self._person)
        return Ci(self._world, self._tokens, source, path, name)

    def check(self, name: str) -> Check | None:
        """The App's newest check run of that name on the group's head."""
        with self._world.lock:
            found = self._world.checks_of(self._pull.repo, self.head_sha)
            return next((replace(c) for c in found if c.app_id == self._world.app.id and c.name == name), None)

    def land(self) -> str:
        """The base branch becomes the group's head, the pull request is merged."""
        with self._world.lock:
            landed(self._world, self._pull, self.head_sha, self._person)
            self._pull.repo.git.set_ref(f"refs/heads/{self.branch}", None)
            return self.head_sha

"""Comments, whoever writes them."""

from __future__ import annotations

from bot.sandbox import events
from bot.sandbox.records import Repo, StoredComment, User
from bot.sandbox.world import World


class Comment:
    """A comment as it is now; after its deletion, as it last was."""

    def __init__(self, world: World, stored: StoredComment) -> None:
        self._world = world
        self._stored = stored

    @property
    def id(self) -> int:
        return self._stored.id

    @property
    def body(self) -> str:
        return self._stored.body

    @property
    def author(self) -> str:
        return self._stored.user.login

    @property
    def app_id(self) -> int | None:
        """The App that wrote it, ``None`` for a person."""
        return self._stored.app_id

    @property
    def updates(self) -> int:
        """How often the API changed it."""
        return self._stored.updates

    @property
    def deleted(self) -> bool:
        return self._stored.id not in self._world.comments

    @property
    def reactions(self) -> tuple[str, ...]:
        """What was reacted to it, in order: ``("eyes", "+1")``."""
        with self._world.lock:
            return tuple(given.content for given in self._stored.reactions)

    def __repr__(self) -> str:
        return f"<Comment {self.id} by {self.author}: {self.body[:60]!r}>"


def add_comment(
    world: World, repo: Repo, number: int, author: User, body: str, *, app_id: int | None = None
) -> StoredComment:
    """A comment of *author* on pull request *number*, told to the App."""
    now = world.clock.now()
    comment = StoredComment(
        id=world.new_id("comment"),
        repo=repo,
        number=number,
        user=author,
        app_id=app_id,
        body=body,
        created_at=now,
        updated_at=now,
    )
    world.add_comment(comment)
    events.issue_comment(world, comment, "created", author)
    return comment

"""Comments on pull requests, which GitHub keeps as comments on issues: https://docs.github.com/en/rest/issues/comments"""

from __future__ import annotations

from bot.core.model.commit import Repo
from bot.flows.ports import Comment
from bot.github.answers import IssueComment
from bot.github.client import Client, item
from bot.github.pulls import GHOST


async def comment(client: Client, repo: Repo, comment_id: int) -> Comment:
    return _comment(item(await client.get(repo, f"/issues/comments/{comment_id}"), IssueComment))


async def comments_by(client: Client, repo: Repo, number: int, *, app_id: int) -> list[Comment]:
    """The comments on *number* that the App *app_id* wrote, oldest first, whatever their text says."""
    found = [_comment(one) for one in await client.pages(repo, f"/issues/{number}/comments", IssueComment)]
    return [one for one in found if one.app_id == app_id]


async def create_comment(client: Client, repo: Repo, number: int, body: str) -> int:
    answer = await client.write(repo, "POST", f"/issues/{number}/comments", {"body": body})
    return item(answer, IssueComment).id


async def update_comment(client: Client, repo: Repo, comment_id: int, body: str) -> None:
    await client.write(repo, "PATCH", f"/issues/comments/{comment_id}", {"body": body})


async def delete_comment(client: Client, repo: Repo, comment_id: int) -> None:
    await client.write(repo, "DELETE", f"/issues/comments/{comment_id}")


async def react(client: Client, repo: Repo, comment_id: int, content: str) -> None:
    """*content* is eyes, +1, confused or another of https://docs.github.com/en/rest/reactions/reactions"""
    await client.write(repo, "POST", f"/issues/comments/{comment_id}/reactions", {"content": content})


def _comment(found: IssueComment) -> Comment:
    app = found.performed_via_github_app
    return Comment(
        id=found.id,
        body=found.body or "",
        author=found.user.login if found.user else GHOST,
        app_id=app.id if app else None,
    )

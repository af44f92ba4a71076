"""Comments on pull requests and reactions to them.

https://docs.github.com/en/rest/issues/comments
"""

from __future__ import annotations

from bot.sandbox import events
from bot.sandbox.records import Reaction, StoredComment
from bot.sandbox.replies import Answer, Refusal, invalid, not_found
from bot.sandbox.rest.call import Call, Route
from bot.sandbox.shapes import pulls
from bot.sandbox.talk import add_comment

READ = (("issues", "read"), ("pull_requests", "read"))
WRITE = (("issues", "write"), ("pull_requests", "write"))
BODY_LIMIT = 65_536  # characters


def _body(call: Call) -> str:
    body = call.required("body")
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field")
    if len(body) > BODY_LIMIT:
        raise invalid("IssueComment", "body", "custom", f"body is too long (maximum is {BODY_LIMIT} characters)")
    return body


def _comment(call: Call) -> StoredComment:
    comment = call.world.comments.get(call.number("comment_id"))
    if comment is None or comment.repo is not call.repo:
        raise not_found()
    return comment


def list_comments(call: Call) -> Answer:
    """Oldest first."""
    number = call.number("issue_number")
    if call.world.pull(call.repo, number) is None:
        raise not_found()
    return call.page(call.world.comments_of(call.repo, number), lambda c: pulls.comment(call.world, c))


def create(call: Call) -> Answer:
    number = call.number("issue_number")
    if call.world.pull(call.repo, number) is None:
        raise not_found()
    author = call.world.app_user(call.own_app)
    comment = add_comment(call.world, call.repo, number, author, _body(call), app_id=call.own_app)
    call.world.changed(f"comment.created {comment.id}")
    return Answer(status=201, json=pulls.comment(call.world, comment))


def show(call: Call) -> Answer:
    return Answer(json=pulls.comment(call.world, _comment(call)))


def update(call: Call) -> Answer:
    """Whoever may write comments may change anybody's: GitHub lets it happen too."""
    comment, body = _comment(call), _body(call)
    before, comment.body = comment.body, body
    comment.updated_at = call.world.clock.now()
    comment.updates += 1
    call.world.changed(f"comment.updated {comment.id}")
    editor = call.world.app_user(call.own_app)
    events.issue_comment(call.world, comment, "edited", editor, changes={"body": {"from": before}})
    return Answer(json=pulls.comment(call.world, comment))


def delete(call: Call) -> Answer:
    comment = _comment(call)
    call.world.remove_comment(comment)
    call.world.changed(f"comment.deleted {comment.id}")
    events.issue_comment(call.world, comment, "deleted", call.world.app_user(call.own_app))
    return Answer(status=204)


def list_reactions(call: Call) -> Answer:
    wanted = call.query.get("content")
    found = [given for given in _comment(call).reactions if wanted in (None, given.content)]
    return call.page(found, lambda given: pulls.reaction(call.world, given))


def react(call: Call) -> Answer:
    """201 for a new reaction, 200 for one that is there already."""
    comment, person, content = _comment(call), call.world.app_user(call.own_app), call.required("content")
    if content not in pulls.CONTENTS:
        raise Refusal(422, "Validation Failed")
    for given in comment.reactions:
        if given.user is person and given.content == content:
            return Answer(json=pulls.reaction(call.world, given))
    now = call.world.clock.now()
    given = Reaction(id=call.world.new_id("reaction"), user=person, content=content, created_at=now)
    comment.reactions.append(given)
    call.world.changed(f"reaction.created {given.id}")
    return Answer(status=201, json=pulls.reaction(call.world, given))


BASE = "/repos/{owner}/{repo}/issues"
ROUTES = (
    Route("GET", f"{BASE}/{{issue_number}}/comments", list_comments, READ),
    Route("POST", f"{BASE}/{{issue_number}}/comments", create, WRITE, who="installation", content=True),
    Route("GET", f"{BASE}/comments/{{comment_id}}", show, READ),
    Route("PATCH", f"{BASE}/comments/{{comment_id}}", update, WRITE, who="installation"),
    Route("DELETE", f"{BASE}/comments/{{comment_id}}", delete, WRITE, who="installation"),
    Route("GET", f"{BASE}/comments/{{comment_id}}/reactions", list_reactions, READ),
    Route("POST", f"{BASE}/comments/{{comment_id}}/reactions", react, WRITE, who="installation"),
)

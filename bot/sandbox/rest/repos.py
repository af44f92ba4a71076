"""Repositories: themselves, branches, collaborators' permissions, and the rate limit."""

from __future__ import annotations

from bot.sandbox.replies import Answer, not_found
from bot.sandbox.rest.call import Call, Route
from bot.sandbox.shapes import commits, repositories
from bot.sandbox.shapes.accounts import user

METADATA = (("metadata", "read"),)
CONTENTS = (("contents", "read"),)

LEGACY = {"none": "none", "read": "read", "triage": "read", "write": "write", "maintain": "write", "admin": "admin"}


def show(call: Call) -> Answer:
    return Answer(json=repositories.full(call.world, call.repo))


def permission(call: Call) -> Answer:
    """``permission`` knows four levels, ``role_name`` all six."""
    person = call.world.users.get(call.params["username"])
    if person is None or person.kind == "Organization":
        raise not_found()
    role = call.world.role(call.repo, person)
    rank = list(LEGACY).index(role)
    flags = {"pull": rank > 0, "triage": rank > 1, "push": rank > 2, "maintain": rank > 3, "admin": rank > 4}
    shape = user(call.world, person) | {"role_name": role, "permissions": flags}
    return Answer(json={"permission": LEGACY[role], "role_name": role, "user": shape})


def show_branch(call: Call) -> Answer:
    name = call.params["branch"]
    tip = call.repo.git.ref(f"refs/heads/{name}")
    if tip is None:
        raise not_found()
    own = f"{repositories.api_url(call.world, call.repo)}/branches/{name}"
    return Answer(
        json={
            "name": name,
            "commit": commits.commit(call.world, call.repo, call.repo.git.known(tip)),
            "_links": {"self": own, "html": f"{repositories.web_url(call.world, call.repo)}/tree/{name}"},
            "protected": False,
            "protection": {"enabled": False},
            "protection_url": f"{own}/protection",
        }
    )


ROUTES = (
    Route("GET", "/repos/{owner}/{repo}", show, METADATA),
    Route("GET", "/repositories/{repository_id}", show, METADATA),
    Route("GET", "/repos/{owner}/{repo}/collaborators/{username}/permission", permission, METADATA),
    Route("GET", "/repos/{owner}/{repo}/branches/{branch}", show_branch, CONTENTS),
)

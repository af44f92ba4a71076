"""Who may do what: the App's JSON Web Token, installation tokens, permissions, uninstallation."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.sandbox import Repository, Sandbox

Tokens = Callable[..., str]


def ask(
    github: Sandbox, path: str, credential: str | None = None, method: str = "GET", **how: object
) -> httpx.Response:
    """One request with *credential*."""
    headers = {} if credential is None else {"Authorization": f"Bearer {credential}"}
    return httpx.request(method, github.api_url + path, headers=headers, **how)


def claims(github: Sandbox, **other: object) -> dict[str, object]:
    """What a good JSON Web Token says, and what is to be wrong."""
    now = int(github.clock.now().timestamp())
    return {"iat": now - 60, "exp": now + 540, "iss": str(github.app.id), **other}


@pytest.mark.parametrize("issuer", ["id", "client_id"])
def test_the_app_may_sign_by_its_id_or_its_client_id(github: Sandbox, issuer: str) -> None:
    """Both are accepted as ``iss``."""
    token = jwt.encode(claims(github, iss=str(getattr(github.app, issuer))), github.app.private_key, "RS256")
    assert ask(github, "/app", token).json()["id"] == github.app.id


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"iat": 9}, "Issued at"),
        ({"exp": -1}, "Expiration time"),
        ({"exp": 660}, "too far in the future"),
        ({"iss": "1"}, "Issuer"),
        ({"iat": "soon"}, "Issued at"),
    ],
)
def test_a_json_web_token_with_wrong_claims_is_refused(github: Sandbox, wrong: dict[str, object], message: str) -> None:
    """A clock that runs ahead, a life over ten minutes, another App: 401 with GitHub's reason."""
    now = int(github.clock.now().timestamp())
    shifted = {name: now + value if isinstance(value, int) else value for name, value in wrong.items()}
    answer = ask(github, "/app", jwt.encode(claims(github, **shifted), github.app.private_key, "RS256"))
    assert answer.status_code == 401
    assert message in answer.json()["message"]


def test_only_the_apps_own_key_signs(github: Sandbox) -> None:
    """Another key, another algorithm, no signature, no JSON: none could be decoded."""
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    good = jwt.encode(claims(github), github.app.private_key, "RS256")
    unsigned = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode().rstrip("=")
    forged = [
        jwt.encode(claims(github), other, "RS256"),
        jwt.encode(claims(github), "0" * 64, "HS256"),
        f"{unsigned}.{good.split('.')[1]}.",
        "a.b.c",
        f"{good[:-4]}AAAA",
    ]
    answers = [ask(github, "/app", token) for token in forged]
    assert {(answer.status_code, answer.json()["message"]) for answer in answers} == {
        (401, "A JSON web token could not be decoded")
    }


def test_a_token_lives_for_an_hour(github: Sandbox, shop: Repository, token: Tokens) -> None:
    """After that it is 401, and the installation can have another."""
    held = token(shop)
    assert ask(github, "/repos/octo/shop/pulls", held).status_code == 200
    github.clock.advance(3599)
    assert ask(github, "/repos/octo/shop/pulls", held).status_code == 200
    github.clock.advance(2)
    answer = ask(github, "/repos/octo/shop/pulls", held)
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")


def test_a_token_reaches_its_own_repositories_alone(github: Sandbox, token: Tokens) -> None:
    """Others of the installation are not there for it; nor are those of another account."""
    mine = github.repository("octo/mine", private=True)
    github.repository("octo/other", private=True)
    foreign = github.repository("acme/secret", private=True)
    narrow, wide = token(mine, repository_ids=[mine.id]), token(mine)
    seen = {
        (name, repo): ask(github, f"/repos/{repo}", held).status_code
        for name, held in (("narrow", narrow), ("wide", wide))
        for repo in ("octo/mine", "octo/other", "acme/secret")
    }
    assert seen == {
        ("narrow", "octo/mine"): 200,
        ("narrow", "octo/other"): 404,
        ("narrow", "acme/secret"): 404,
        ("wide", "octo/mine"): 200,
        ("wide", "octo/other"): 200,
        ("wide", "acme/secret"): 404,
    }
    assert foreign.installation_id != mine.installation_id


def test_a_missing_permission_is_said_by_github(github: Sandbox, shop: Repository, token: Tokens) -> None:
    """403, "Resource not accessible by integration", for reading and for writing."""
    reader = token(shop, permissions={"contents": "read", "checks": "read"})
    body = {"name": "covgate", "head_sha": shop.sha()}
    assert ask(github, "/repos/octo/shop/contents/README.md", reader).status_code == 200
    for answer in (
        ask(github, "/repos/octo/shop/actions/runs", reader),
        ask(github, "/repos/octo/shop/check-runs", reader, "POST", json=body),
    ):
        assert (answer.status_code, answer.json()["message"]) == (403, "Resource not accessible by integration")


def test_more_than_the_installation_has_cannot_be_asked_for(
    github: Sandbox, shop: Repository, as_app: httpx.Client
) -> None:
    """422 for a permission that was not granted, and for a repository that is not there."""
    path = f"/app/installations/{shop.installation_id}/access_tokens"
    assert as_app.post(path, json={"permissions": {"contents": "write"}}).status_code == 422
    assert as_app.post(path, json={"repository_ids": [1]}).status_code == 422
    github.permit("octo", {"metadata": "read"})
    assert as_app.post(path, json={"permissions": {"checks": "write"}}).status_code == 422
    assert as_app.post("/app/installations/1/access_tokens").status_code == 404


def test_nobody_in_particular_may_read_what_is_public(github: Sandbox, shop: Repository) -> None:
    """And write nothing, and see nothing private."""
    github.repository("octo/secret", private=True)
    assert ask(github, "/repos/octo/shop").status_code == 200
    assert ask(github, "/repos/octo/none").status_code == 404
    assert ask(github, "/repos/octo/secret").status_code == 404
    body = {"name": "covgate", "head_sha": shop.sha()}
    assert ask(github, "/repos/octo/shop/check-runs", None, "POST", json=body).status_code == 401
    assert ask(github, "/repos/octo/shop", "ghs_made_up").status_code == 401
    assert ask(github, "/app").status_code == 401


def test_an_uninstalled_app_has_nothing_left(github: Sandbox, token: Tokens, as_app: httpx.Client) -> None:
    """Its tokens die at once, and no new one can be had."""
    repo = github.repository("octo/shop", private=True)
    held, path = token(repo), f"/app/installations/{repo.installation_id}/access_tokens"
    github.uninstall("octo")
    assert ask(github, "/repos/octo/shop", held).status_code == 401
    assert as_app.post(path).status_code == 404
    assert github.webhooks.of("installation", "deleted")
    before = len(github.webhooks.log)
    repo.push("main", {"a": "1"})
    assert len(github.webhooks.log) == before


def test_a_suspended_app_waits(github: Sandbox, shop: Repository, token: Tokens, as_app: httpx.Client) -> None:
    """403 for a token until it is let back in."""
    held, path = token(shop), f"/app/installations/{shop.installation_id}/access_tokens"
    github.suspend("octo")
    assert ask(github, "/repos/octo/shop", held).status_code == 401
    assert as_app.post(path).status_code == 403
    github.unsuspend("octo")
    assert as_app.post(path).status_code == 201


def test_a_fresh_token_may_not_be_known_everywhere(github: Sandbox, shop: Repository, token: Tokens) -> None:
    """With a lag of two it is refused twice."""
    github.token_lag(requests=2)
    held = token(shop)
    assert [ask(github, "/repos/octo/shop", held).status_code for _ in range(3)] == [401, 401, 200]


def test_the_token_of_a_workflow_is_weaker_on_forks(github: Sandbox, shop: Repository) -> None:
    """GITHUB_TOKEN writes as github-actions[bot], and not at all on a pull request from a fork."""
    own = shop.pull_request(branch="b", files={"a": "1"})
    fork = shop.fork("mallory/shop").pull_request(branch="main", files={"b": "1"}, author="mallory")
    written = [
        ask(
            github,
            f"/repos/octo/shop/issues/{pull.number}/comments",
            pull.ci("ci.yml").start().token(),
            "POST",
            json={"body": "hi"},
        )
        for pull in (own, fork)
    ]
    assert [answer.status_code for answer in written] == [201, 403]
    assert [(c.author, c.app_id) for c in own.comments(by_app=False)] == [("github-actions[bot]", 15368)]
    assert own.comments(by_app=True) == []


def test_a_repository_keeps_its_id_through_names(github: Sandbox, shop: Repository, token: Tokens) -> None:
    """A new name answers, the old one redirects, a recreated one is another repository."""
    held = token(shop)
    shop.rename("octo/store")
    assert ask(github, "/repos/octo/store", held).json()["id"] == shop.id
    moved = ask(github, "/repos/octo/shop/commits?sha=main", held)
    assert moved.status_code == 301
    assert moved.headers["location"] == f"{github.api_url}/repositories/{shop.id}/commits?sha=main"
    assert ask(github, "/repos/octo/shop/commits", held, follow_redirects=True).json()[0]["sha"] == shop.sha()
    body = {"name": "covgate", "head_sha": shop.sha()}
    posted = ask(github, "/repos/octo/shop/check-runs", held, "POST", json=body, follow_redirects=True)
    assert [answer.status_code for answer in posted.history] == [307]
    assert shop.check("covgate") is not None
    assert ask(github, f"/repositories/{shop.id}", held).json()["full_name"] == "octo/store"
    again = github.repository("octo/shop")
    assert again.id != shop.id
    assert ask(github, "/repos/octo/shop", held).json()["id"] == again.id
    again.delete()
    assert ask(github, f"/repositories/{again.id}", held).status_code == 404


def test_a_repository_can_move_out_of_reach(github: Sandbox, shop: Repository, token: Tokens) -> None:
    """At another account it is of that account's installation, or of none."""
    shop.set_private(True)
    held = token(shop)
    assert ask(github, "/repos/octo/shop", held).status_code == 200
    shop.rename("away/shop")
    assert shop.installation_id == 0
    assert ask(github, "/repos/octo/shop", held).status_code == 404
    assert ask(github, f"/repositories/{shop.id}", held).status_code == 404
    github.repository("acme/other")
    shop.rename("acme/shop")
    assert ask(github, "/repos/acme/shop", token(shop)).json()["id"] == shop.id


def test_an_app_is_registered_by_a_manifest_once(github: Sandbox) -> None:
    """The code brings the App's keys, a second time nothing."""
    code = github.manifest_code()
    made = ask(github, f"/app-manifests/{code}/conversions", None, "POST")
    assert made.status_code == 201
    assert made.json()["pem"] == github.app.private_key
    assert made.json()["webhook_secret"] == github.app.webhook_secret
    assert ask(github, f"/app-manifests/{code}/conversions", None, "POST").status_code == 404
    late = github.manifest_code()
    github.clock.advance(3601)
    assert ask(github, f"/app-manifests/{late}/conversions", None, "POST").status_code == 404

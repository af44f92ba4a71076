"""The App's own view: where it is installed, which repositories it reaches, what became of its deliveries."""

from __future__ import annotations

import base64
from pathlib import Path

import httpx

from bot.sandbox import PullRequest, Repository, Sandbox


def test_installations_are_one_for_each_account(github: Sandbox, as_app: httpx.Client) -> None:
    """The first repository's owner is the App's usual one; an uninstalled one is gone from the list."""
    assert github.app.installation_id == 0
    first, second = github.repository("octo/a"), github.repository("sue/b", owner_kind="User")
    github.repository("octo/c")
    assert github.repository("away/d", installed=False).installation_id == 0
    assert github.app.installation_id == first.installation_id
    listed = as_app.get("/app/installations").json()
    assert [(i["id"], i["account"]["login"], i["target_type"]) for i in listed] == [
        (first.installation_id, "octo", "Organization"),
        (second.installation_id, "sue", "User"),
    ]
    assert as_app.get(f"/app/installations/{second.installation_id}").json()["app_slug"] == github.app.slug
    assert as_app.get("/repos/sue/b/installation").json()["id"] == second.installation_id
    assert as_app.get("/repos/away/d/installation").status_code == 404
    github.suspend("sue")
    assert as_app.get("/repos/sue/b/installation").json()["suspended_at"]
    github.uninstall("octo")
    assert [i["id"] for i in as_app.get("/app/installations").json()] == [second.installation_id]


def test_an_installation_lists_what_it_reaches(github: Sandbox, bot: httpx.Client, shop: Repository) -> None:
    """All repositories of the account, or those of the token."""
    github.repository("octo/two")
    token = {"Authorization": bot.headers["Authorization"]}
    told = httpx.get(f"{github.api_url}/installation/repositories", headers=token).json()
    assert (told["total_count"], told["repository_selection"]) == (1, "selected")
    assert told["repositories"][0]["id"] == shop.id
    assert bot.get(f"{github.api_url}/repositories/{shop.id}").json()["full_name"] == "octo/shop"
    assert bot.get(f"{github.api_url}/repositories/none").status_code == 404
    fork = shop.fork("octo/shop-fork")
    assert httpx.get(f"{github.api_url}/repos/octo/shop-fork").json()["parent"]["id"] == shop.id
    assert fork.full_name == "octo/shop-fork"


def test_an_owner_is_an_admin(github: Sandbox, bot: httpx.Client, shop: Repository) -> None:
    """Of their own account's repositories; and a comment of theirs is OWNER's."""
    own = github.repository("sue/own", owner_kind="User")
    url = f"{github.api_url}/repos/sue/own/collaborators/sue/permission"
    answer = httpx.get(url)
    assert (answer.json()["permission"], answer.json()["role_name"]) == ("admin", "admin")
    pull = own.pull_request(branch="b", files={"a": "1"}, author="sue")
    pull.comment("mine", by="sue")
    pull.comment("theirs", by="maintainer")
    pull.comment("foreign", by="stranger")
    told = httpx.get(f"{github.api_url}/repos/sue/own/issues/1/comments").json()
    assert [c["author_association"] for c in told] == ["OWNER", "CONTRIBUTOR", "NONE"]
    assert bot.get("/collaborators/maintainer/permission").json()["user"]["permissions"]["maintain"] is True
    assert (own.owner, own.name, own.private, own.default_branch, shop.name) == ("sue", "own", False, "main", "shop")


def test_deliveries_are_paged_by_cursor_and_filtered(github: Sandbox, shop: Repository, as_app: httpx.Client) -> None:
    """Newest first; what was not tried yet is not there."""
    assert as_app.get("/app/hook/deliveries").json() == []
    github.webhooks.drop("push", times=2)
    for number in range(3):
        shop.push("main", {"a": str(number)})
    github.webhooks.send_to("http://127.0.0.1:9/")
    github.settle()
    page = as_app.get("/app/hook/deliveries", params={"per_page": 3})
    rest = as_app.get(page.links["next"]["url"])
    assert len(page.json()) == len(rest.json()) == 3
    ids = [d["id"] for d in page.json() + rest.json()]
    assert ids == sorted(ids, reverse=True)
    assert as_app.get("/app/hook/deliveries", params={"status": "success"}).json() == []
    assert as_app.post(f"/app/hook/deliveries/{ids[0]}/attempts").status_code == 202
    github.settle()
    (again,) = [d for d in as_app.get("/app/hook/deliveries").json() if d["redelivery"]]
    assert again["guid"] == page.json()[0]["guid"]
    assert as_app.get("/app/hook/deliveries/1").status_code == 404
    assert as_app.get("/app/hook/config").json()["url"] == "http://127.0.0.1:9/"
    assert github.mutations == [f"delivery.redelivered {again['guid']}"]


def test_credentials_of_other_kinds_are_refused(github: Sandbox, shop: Repository, as_app: httpx.Client) -> None:
    """A password, the App's own JSON Web Token where an installation's token is due, no token for a write."""
    url = f"{github.api_url}/repos/octo/shop"
    assert httpx.get(url, auth=("maintainer", "secret")).status_code == 401
    assert as_app.get("/repos/octo/shop").status_code == 401
    run = shop.ci("ci.yml").start()
    number = run.upload("a", {"x": "1"})
    assert httpx.get(f"{url}/actions/artifacts/{number}/zip").status_code == 401
    not_json = base64.urlsafe_b64encode(b"[1]").decode().rstrip("=")
    header = {"Authorization": f"Bearer {not_json}.{not_json}.x"}
    assert httpx.get(f"{github.api_url}/app", headers=header).status_code == 401


def test_unrelated_histories_have_no_comparison(
    github: Sandbox, bot: httpx.Client, shop: Repository, tmp_path: Path
) -> None:
    """404, for a base that is no ancestor and has none in common, and for what is no comparison."""
    other = github.repository("octo/unrelated", files={"else": "1"}).checkout(tmp_path / "work")
    shop.push_from(other, "unrelated")
    assert bot.get("/compare/main...unrelated").status_code == 404
    assert bot.get("/compare/main..unrelated").status_code == 404
    assert bot.get(f"/git/commits/{'0' * 40}").status_code == 404
    assert bot.get(f"/commits/{'0' * 40}/pulls").status_code == 404
    assert bot.get("/compare/main...nobody:main").status_code == 404


def test_a_pull_request_tells_of_itself(shop: Repository) -> None:
    """What a test may ask of it without the API."""
    pull: PullRequest = shop.pull_request(branch="b", files={"a": "1"}, draft=True, title="Sell", body="Tea")
    assert (pull.draft, pull.open, pull.merged, pull.head_ref, pull.base_ref) == (True, True, False, "b", "main")
    assert pull.url == "https://github.test/octo/shop/pull/1"
    pull.edit(title="Sell tea")
    pull.edit(body="And mugs")
    assert repr(pull.comment("hello", by="alice")).endswith("by alice: 'hello'>")
    assert shop.check("covgate") is None
    group = pull.enqueue()
    assert group.check("covgate") is None
    assert shop.file("nothing") is None
    run = pull.ci("ci.yml").start()
    assert (run.path, run.event) == (".github/workflows/ci.yml", "pull_request")

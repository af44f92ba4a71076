"""What can be read: pull requests, commits, differences, files, pages of lists, answers that have not changed."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import httpx
import pytest

from bot.sandbox import Repository, Sandbox, Symlink

DIFF = {"Accept": "application/vnd.github.diff"}
RAW = {"Accept": "application/vnd.github.raw+json"}


def test_a_fork_s_pull_request_is_not_found_by_its_commit(bot: httpx.Client, shop: Repository) -> None:
    """``commits/SHA/pulls`` is empty for forks; ``pulls?head=`` finds it, among look-alikes."""
    own = shop.pull_request(branch="main-copy", files={"a": "1"})
    fork = shop.fork("mallory/shop").pull_request(branch="main", files={"b": "1"}, author="mallory")
    assert [p["number"] for p in bot.get(f"/commits/{own.head_sha}/pulls").json()] == [own.number]
    assert bot.get(f"/commits/{fork.head_sha}/pulls").json() == []
    (found,) = bot.get("/pulls", params={"state": "open", "head": "mallory:main"}).json()
    assert (found["number"], found["head"]["sha"]) == (fork.number, fork.head_sha)
    assert found["head"]["repo"]["id"] != found["base"]["repo"]["id"] == shop.id
    assert bot.get("/pulls", params={"head": "octo:main"}).json() == []


def test_a_deleted_fork_leaves_a_pull_request_without_head_repository(
    github: Sandbox, bot: httpx.Client, shop: Repository
) -> None:
    """``head.repo`` is null, the rest stays. (GitHub's own description denies that it can be.)"""
    fork = shop.fork("mallory/shop")
    pull = fork.pull_request(branch="b", files={"b": "1"}, author="mallory")
    run = pull.ci("ci.yml").start()
    fork.delete()
    answer = httpx.get(f"{github.api_url}/repos/octo/shop/pulls/{pull.number}", headers=bot.headers)
    assert answer.json()["head"]["repo"] is None
    assert answer.json()["head"]["sha"] == pull.head_sha
    ran = httpx.get(f"{github.api_url}/repos/octo/shop/actions/runs/{run.id}", headers=bot.headers)
    assert ran.json()["head_repository"] is None


def test_pull_requests_are_listed_by_state_base_and_age(bot: httpx.Client, shop: Repository) -> None:
    """Newest first; ``sort=updated`` turns it round by default."""
    shop.push("lax", {"q": "1"})
    first = shop.pull_request(branch="one", files={"one": "1"})
    second = shop.pull_request(branch="two", files={"two": "1"}, base="lax")
    third = shop.pull_request(branch="three", files={"three": "1"}, draft=True)
    third.close()

    def numbers(**query: str) -> list[int]:
        return [pull["number"] for pull in bot.get("/pulls", params=query).json()]

    assert numbers() == [2, 1]
    assert numbers(state="all") == [3, 2, 1]
    assert numbers(state="closed") == [3]
    assert numbers(base="lax") == [second.number]
    first.push({"one": "2"})
    assert numbers(sort="updated", direction="desc")[0] == first.number
    assert numbers(direction="asc") == [1, 2]
    assert bot.get("/pulls/3").json()["draft"] is True


def test_the_base_of_a_pull_request_is_where_github_last_looked(bot: httpx.Client, shop: Repository) -> None:
    """A push to the base branch does not change it, a push to the head does."""
    opened_on = shop.sha()
    pull = shop.pull_request(branch="b", files={"b": "1"})
    moved_to = shop.push("main", {"m": "1"})
    assert bot.get("/pulls/1").json()["base"]["sha"] == opened_on
    pull.push({"b": "2"})
    assert bot.get("/pulls/1").json()["base"]["sha"] == moved_to == pull.base_sha


def test_a_comparison_starts_at_the_merge_base(bot: httpx.Client, shop: Repository) -> None:
    """What came to the base since is not in the diff; the diff is ``git diff`` of merge base and head."""
    start = shop.sha()
    pull = shop.pull_request(branch="feature/x", files={"b.py": "1\n", "src/shop.py": None})
    base = shop.push("main", {"m.py": "1\n"})
    compared = bot.get(f"/compare/{base}...{pull.head_sha}").json()
    assert compared["merge_base_commit"]["sha"] == start
    assert (compared["status"], compared["ahead_by"], compared["behind_by"]) == ("diverged", 1, 1)
    assert {f["filename"]: f["status"] for f in compared["files"]} == {"b.py": "added", "src/shop.py": "removed"}
    diff = bot.get(f"/compare/{base}...{pull.head_sha}", headers=DIFF).text
    assert diff == pull.diff
    assert "m.py" not in diff
    assert bot.get("/compare/main...feature%2Fx", headers=DIFF).text == diff
    assert bot.get("/compare/main...octo:feature/x", headers=DIFF).text == diff
    assert bot.get(f"/compare/{base}...{base}").json()["status"] == "identical"
    assert bot.get(f"/compare/{pull.head_sha}...{start}").json()["status"] == "behind"
    assert bot.get("/compare/main...nothing").status_code == 404
    assert bot.get("/pulls/1", headers=DIFF).text == diff
    assert bot.get(f"/commits/{pull.head_sha}", headers=DIFF).text == diff


def test_a_diff_over_githubs_limits_is_refused(bot: httpx.Client, shop: Repository) -> None:
    """406 over 300 files or 20,000 lines; files can be listed on, 3,000 of them."""
    many = shop.pull_request(branch="many", files={f"f{n}": "1\n" for n in range(301)})
    long = shop.pull_request(branch="long", files={"long": "x\n" * 20_001})
    for pull in (many, long):
        answer = bot.get(f"/compare/{shop.sha()}...{pull.head_sha}", headers=DIFF)
        assert answer.status_code == 406
        assert answer.json()["errors"][0]["code"] == "too_large"
        assert bot.get(f"/pulls/{pull.number}", headers=DIFF).status_code == 406
    assert len(bot.get(f"/compare/{shop.sha()}...{many.head_sha}").json()["files"]) == 300
    pages = [bot.get("/pulls/1/files", params={"per_page": 100, "page": page}).json() for page in range(1, 5)]
    assert [len(page) for page in pages] == [100, 100, 100, 1]
    (listed,) = bot.get("/pulls/2/files").json()
    assert (listed["additions"], "patch" in listed) == (20_001, True)


def test_a_file_list_tells_renames_binaries_and_patches(bot: httpx.Client, shop: Repository) -> None:
    """Hunks without a header, none for what is binary or too large."""
    shop.push("main", {"old.py": "a\nb\nc\nd\n", "kind": "file\n"})
    files = {
        "old.py": None,
        "new.py": "a\nb\nc\nd\n",
        "blob": b"\0\1",
        "huge": "x" * 120_000,
        "kind": Symlink("new.py"),
    }
    shop.pull_request(branch="b", files=files)
    listed = {f["filename"]: f for f in bot.get("/pulls/1/files").json()}
    assert (listed["new.py"]["status"], listed["new.py"]["previous_filename"]) == ("renamed", "old.py")
    assert [name for name, f in listed.items() if "patch" in f] == ["kind"]
    assert listed["kind"]["patch"].startswith("@@ -0,0 +1 @@")
    assert listed["kind"]["status"] == "changed"


def test_files_are_read_at_a_ref(bot: httpx.Client, shop: Repository) -> None:
    """Base64 in JSON, the bytes themselves on demand, 404 for what is not there at that ref."""
    shop.push("feature", {"src/shop.py": "other\n", ".github/covgate.yml": "version: 1\n"})
    inline = bot.get("/contents/src/shop.py").json()
    assert base64.b64decode(inline["content"]) == b"price = 1\ncount = 2\n"
    assert bot.get("/contents/.github/covgate.yml").status_code == 404
    at = {"ref": "feature"}
    assert bot.get("/contents/.github%2Fcovgate.yml", params=at, headers=RAW).content == b"version: 1\n"
    assert bot.get("/contents/src/shop.py", params={"ref": shop.sha("feature")}, headers=RAW).content == b"other\n"
    assert bot.get("/contents/src/shop.py", params={"ref": "gone"}).status_code == 404
    assert [entry["name"] for entry in bot.get("/contents/.github", params=at).json()] == ["covgate.yml"]


def test_a_large_file_comes_raw_alone(bot: httpx.Client, shop: Repository) -> None:
    """Over one MiB the JSON holds no content."""
    shop.push("main", {"large": b"x" * (1024 * 1024 + 1)})
    inline = bot.get("/contents/large").json()
    assert (inline["encoding"], inline["content"], inline["size"]) == ("none", "", 1024 * 1024 + 1)
    assert len(bot.get("/contents/large", headers=RAW).content) == 1024 * 1024 + 1


def test_a_link_is_followed_within_the_tree_alone(bot: httpx.Client, shop: Repository) -> None:
    """GitHub gives the file that it points to; outside of the tree, the link itself."""
    links = {"inside": Symlink("src/shop.py"), "src/up": Symlink("../README.md"), "out": Symlink("/etc/passwd")}
    shop.push("main", links)
    assert bot.get("/contents/inside", headers=RAW).content == b"price = 1\ncount = 2\n"
    assert base64.b64decode(bot.get("/contents/src/up").json()["content"]) == b"# Shop\n"
    headers = dict(bot.headers)
    outside = httpx.get(f"{bot.base_url}contents/out", headers=headers).json()
    assert (outside["type"], "content" in outside) == ("symlink", False)


def test_what_has_not_changed_is_not_sent_again(bot: httpx.Client, shop: Repository) -> None:
    """304 for a known ETag, free of the hourly limit; another content has another tag."""
    first = bot.get("/contents/src/shop.py")
    remaining = int(first.headers["x-ratelimit-remaining"])
    again = bot.get("/contents/src/shop.py", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert int(again.headers["x-ratelimit-remaining"]) == remaining
    shop.push("main", {"src/shop.py": "new\n"})
    changed = bot.get("/contents/src/shop.py", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


def test_history_is_listed_page_by_page(bot: httpx.Client, shop: Repository) -> None:
    """Newest first, with links to the other pages; by path only what touched it."""
    tips = [shop.push("main", {f"f{n}": "1"}) for n in range(4)]
    page = bot.get("/commits", params={"sha": "main", "per_page": 2})
    assert [c["sha"] for c in page.json()] == tips[:1:-1]
    assert set(page.links) == {"next", "last"}
    second = bot.get(page.links["next"]["url"])
    assert [c["sha"] for c in second.json()] == tips[1::-1]
    assert set(second.links) == {"prev", "first", "next", "last"}
    assert set(bot.get(page.links["last"]["url"]).links) == {"prev", "first"}
    assert [c["sha"] for c in bot.get("/commits", params={"path": "f2"}).json()] == [tips[2]]
    assert bot.get("/commits", params={"sha": "nothing"}).status_code == 404


def test_a_commit_tells_its_parents_tree_and_files(bot: httpx.Client, shop: Repository, tmp_path: Path) -> None:
    """A merge commit has two parents in order; the facts are those of git."""
    pull = shop.pull_request(branch="b", files={"b.py": "1\n2\n"})
    tip = pull.merge()
    told = bot.get(f"/git/commits/{tip}").json()
    checkout = shop.checkout(tmp_path / "work")
    tree, *parents = subprocess.run(
        ["git", "-C", str(checkout), "log", "-1", "--format=%T %P", tip], check=True, capture_output=True, text=True
    ).stdout.split()
    assert (told["tree"]["sha"], [p["sha"] for p in told["parents"]]) == (tree, parents)
    assert parents[1] == pull.head_sha
    whole = bot.get("/commits/main").json()
    assert (whole["sha"], whole["stats"]["additions"], whole["files"][0]["filename"]) == (tip, 2, "b.py")
    sha = bot.get("/commits/b", headers={"Accept": "application/vnd.github.sha"})
    assert sha.text == pull.head_sha
    assert bot.get(f"/git/trees/{tree}", params={"recursive": "1"}).json()["truncated"] is False
    assert bot.get(f"/git/trees/{'0' * 40}").status_code == 404
    assert bot.get("/git/trees/none").status_code == 404
    assert bot.get("/git/ref/heads/none").status_code == 404
    assert bot.get(f"/commits/{'0' * 40}").status_code == 422
    assert bot.get("/branches/none").status_code == 404


@pytest.mark.parametrize("visible", [True, False])
def test_outsiders_have_the_role_read_where_all_may_read(github: Sandbox, token: object, visible: bool) -> None:
    """And none in a private repository; who is no user at all is not found."""
    repo = github.repository("octo/shop", private=not visible)
    github.user("outsider")
    assert callable(token)
    headers = {"Authorization": f"Bearer {token(repo)}"}
    base = f"{github.api_url}/repos/octo/shop/collaborators"
    told = httpx.get(f"{base}/outsider/permission", headers=headers).json()
    assert told["permission"] == told["role_name"] == ("read" if visible else "none")
    assert httpx.get(f"{base}/nobody/permission", headers=headers).status_code == 404
    assert httpx.get(f"{base}/octo/permission", headers=headers).status_code == 404
    repo.set_private(visible)
    assert httpx.get(f"{base}/outsider/permission", headers=headers).json()["role_name"] != told["role_name"]

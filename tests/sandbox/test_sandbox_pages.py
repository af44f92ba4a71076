"""The sandbox's website: what a person sees of a pull request, and that nothing said there can act."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import lxml.html
import pytest
from lxml.html import HtmlElement

from bot.core.render.comment import render_comment
from bot.core.render.context import CommentContext
from bot.sandbox import PullRequest, Repository, Sandbox, Symlink
from bot.sandbox.pages.prose import prose
from tests.core.render.verdicts import EVIL, comparison, evaluation, failing_change, file, measured, patch

SHOP = {"src/shop.py": "price = 1\ncount = 2\n", "README.md": "# Shop\n\nSells *tea*\nand mugs.\n"}
ATTACK = "</details></article><script>alert(1)</script><img src=x onerror=alert(2)><a href='javascript:alert(3)'>x</a>"
TAGS_OF_COMMENTS = set(
    re.findall("[a-z0-9]+", "a blockquote br code details h3 h4 li p strong summary table tbody td th thead tr ul")
)


@pytest.fixture
def github() -> Iterator[Sandbox]:
    """A sandbox with a website."""
    with Sandbox.start(pages=True, validate=True) as sandbox:
        yield sandbox
        assert sandbox.violations == []


@pytest.fixture
def shop(github: Sandbox) -> Repository:
    return github.repository("octo/shop", files=SHOP)


@pytest.fixture
def pull(shop: Repository) -> PullRequest:
    return shop.pull_request(branch="feature", files={"src/shop.py": "price = 2\ncount = 2\n"}, author="alice")


@pytest.fixture
def bot(github: Sandbox, shop: Repository) -> Iterator[httpx.Client]:
    """The App's installation, which comments and checks as the service does."""
    jwt = pytest.importorskip("jwt")
    now = int(github.clock.now().timestamp())
    claims = {"iat": now - 60, "exp": now + 540, "iss": str(github.app.id)}
    key = jwt.encode(claims, github.app.private_key, algorithm="RS256")
    asked = f"{github.api_url}/app/installations/{shop.installation_id}/access_tokens"
    token = httpx.post(asked, json={}, headers={"Authorization": f"Bearer {key}"}).json()["token"]
    with httpx.Client(base_url=f"{github.api_url}/repos/octo/shop", headers={"Authorization": f"Bearer {token}"}) as it:
        yield it


def opened(address: str, status: int = 200) -> HtmlElement:
    """The page there, after a look at what it may load."""
    answer = httpx.get(address)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'none';")
    page = lxml.html.document_fromstring(answer.text)
    assert not page.xpath("//@src | //@style | //@onerror | //@onclick | //link | //img | //form | //iframe")
    return page


def text(page: HtmlElement, *classes: str) -> str:
    """What a page says in words, in the first element of such classes."""
    found = page.find_class(classes[0])[0] if classes else page.find(".//main")
    assert found is not None
    return words_of(found)


def words_of(element: HtmlElement) -> str:
    """Its text, with one space between any two pieces."""
    return " ".join(" ".join(element.itertext()).split())


def test_a_pull_requests_address_is_its_page(github: Sandbox, pull: PullRequest, bot: httpx.Client) -> None:
    """The html_url that the API gives leads to the title, state, author, branches and description."""
    pull.edit(title="Raise <b>the</b> price", body="Because **tea** is dear.\n\n~~cheap~~")
    address = bot.get("/pulls/1").json()["html_url"]
    assert address == pull.url == f"{github.api_url}/octo/shop/pull/1"
    page = opened(address)
    words = text(page)
    for said in ("Raise <b>the</b> price #1", "open alice wants feature in main", "Because tea is dear.", "Change"):
        assert said in words
    assert page.xpath("string(//article//s)") == "cheap"


def test_html_addresses_stay_github_like_without_a_website() -> None:
    """Unless it is asked for there is no website: an address that is no operation is a violation."""
    with Sandbox.start(validate=False) as github:
        pull = github.repository("octo/shop").pull_request(branch="b", files={"a": "1"})
        assert pull.url == "https://github.test/octo/shop/pull/1"
        assert httpx.get(f"{github.api_url}/octo/shop/pull/1").status_code == 404
        assert len(github.violations) == 1


def test_comments_stand_in_order_with_badges_and_reactions(
    github: Sandbox, pull: PullRequest, bot: httpx.Client
) -> None:
    """A person's words, the bot's with its badge, what was reacted, and that one was edited; hidden marks stay so."""
    said = pull.comment("please\n/recheck", by="alice")
    bot.post(f"/issues/comments/{said.id}/reactions", json={"content": "+1"})
    own = bot.post("/issues/1/comments", json={"body": "### Failed\n\n<!-- covgate:0123 -->"}).json()
    github.clock.advance(60)
    bot.patch(f"/issues/comments/{own['id']}", json={"body": "### Passed\n\n<!-- covgate:0123 -->"})
    page = opened(own["html_url"])
    person, machine = page.xpath("//article[starts-with(@id, 'issuecomment')]")
    assert person.xpath(".//p/br")
    assert "👍 1" in person.text_content()
    assert "bot" not in text(person, "top")
    assert machine.get("id") == f"issuecomment-{own['id']}"
    assert text(machine, "top").startswith("covgate bot commented")
    assert text(machine, "top").endswith("edited")
    assert text(machine, "prose") == "Passed"
    assert "0123" not in lxml.html.tostring(page, encoding="unicode")


def test_the_merge_box_says_how_the_checks_stand(pull: PullRequest, bot: httpx.Client) -> None:
    """No checks, one unfinished, one failed beside one that passed, all passed, merged."""
    assert "No checks yet No conflict with main" in box(pull)
    run = pull.ci("ci.yml").start()
    assert "1 not finished" in box(pull)
    run.finish("success")
    assert "1 check passed" in box(pull)
    check = {"name": "covgate", "head_sha": pull.head_sha, "status": "completed", "conclusion": "failure"}
    output = {"title": "94% <b>of</b> lines", "summary": "**one** more", "text": "| a |\n|-:|\n| 1 |"}
    link = "https://covgate.example/report"
    made = bot.post("/check-runs", json=check | {"output": output, "details_url": link}).json()
    assert "Of 2 checks, 1 failed" in box(pull)
    assert "covgate failure 94% <b>of</b> lines" in box(pull)
    assert opened(pull.url).xpath("//*[@id='merge']//a/@href") == [link]
    bot.patch(f"/check-runs/{made['id']}", json={"status": "completed", "conclusion": "success"})
    assert "2 checks passed" in box(pull)
    pull.merge()
    assert "Merged into main by maintainer" in box(pull)
    assert text(opened(pull.url), "state") == "merged"


def box(pull: PullRequest) -> str:
    """What the merge box says."""
    return words_of(opened(pull.url).get_element_by_id("merge"))


def test_a_conflict_and_a_draft_are_said(shop: Repository, pull: PullRequest) -> None:
    """The merge box says why a pull request cannot be merged."""
    shop.push("main", {"src/shop.py": "price = 3\ncount = 2\n"})
    assert "Conflicts with main" in box(pull)
    pull.to_draft()
    assert "A draft is not merged" in box(pull)
    pull.close()
    assert "Closed without a merge" in box(pull)


def test_checks_are_shown_whole_and_mark_the_diff(pull: PullRequest, bot: httpx.Client) -> None:
    """Title, summary, text and annotations on the page of checks and of the run; marks under their lines in the diff."""
    mark = {"path": "src/shop.py", "start_line": 1, "end_line": 1, "annotation_level": "warning"}
    output = {
        "title": "One line",
        "summary": "**one** more",
        "text": "| a |\n|-:|\n| 1 |",
        "annotations": [mark | {"title": "not <covered>", "message": "no test"}],
    }
    check = {"name": "covgate", "head_sha": pull.head_sha, "status": "completed", "conclusion": "failure"}
    made = bot.post("/check-runs", json=check | {"output": output}).json()
    for address in (f"{pull.url}/checks", made["html_url"]):
        page = opened(address)
        assert "One line one more a 1 Annotations src/shop.py L1 not <covered> no test" in text(page)
        assert page.xpath("string(//td/@align)") == "right"
    diff = opened(f"{pull.url}/files")
    rows = [words_of(row) for row in diff.xpath("//table//tr")]
    assert rows[1:4] == ["1 -price = 1", "1 +price = 2", "src/shop.py L1 not <covered> no test"]
    (link,) = diff.xpath("//*[contains(@class, 'mark')]/a/@href")
    assert link == f"/octo/shop/blob/{pull.head_sha}/src/shop.py#L1"


def test_a_file_has_numbered_lines_with_anchors(github: Sandbox, pull: PullRequest) -> None:
    """Each line is a row whose id a link can name; the one script that marks ranges is allowed by its hash."""
    address = f"{github.api_url}/octo/shop/blob/{pull.head_sha}/src/shop.py"
    page = opened(address)
    assert [(row.get("id"), words_of(row)) for row in page.xpath("//table//tr")] == [
        ("L1", "1 price = 2"),
        ("L2", "2 count = 2"),
    ]
    policy = httpx.get(address).headers["content-security-policy"]
    for name in ("script", "style"):
        (inside,) = page.iter(name)
        digest = base64.b64encode(hashlib.sha256(str(inside.text).encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy


def test_files_of_every_kind_open(github: Sandbox) -> None:
    """By branch or SHA; bytes that are no text, empty files, links and names that need quoting."""
    names = ["a b#1?.py", "100%.py", "<b>.py", "\u202egnp.py", "ü/ß.py"]
    files = {"bin": b"\0\1", "empty": "", "link": Symlink("bin"), "late": b"caf\xe9\n"} | dict.fromkeys(names, "x\n")
    repo = github.repository("octo/odd", files=files)
    root = f"{github.api_url}/octo/odd/blob"
    assert "This file is not text." in text(opened(f"{root}/main/bin"))
    assert "This file is empty." in text(opened(f"{root}/main/empty"))
    assert text(opened(f"{root}/main/link")).endswith("1 bin")
    assert text(opened(f"{root}/main/late")).endswith("1 caf\ufffd")
    listed = opened(f"{github.api_url}/octo/odd")
    for name in names:
        address = f"/octo/odd/blob/{repo.sha()}/{quote(name)}"
        assert address in listed.xpath("//a/@href")
        assert text(opened(f"{github.api_url}{address}")).startswith(name.replace("\u202e", "\\u202e"))


def test_a_commit_shows_its_message_parents_and_diff(github: Sandbox, shop: Repository, pull: PullRequest) -> None:
    """Of a first commit, which has no parent, too."""
    head = pull.push({"src/new.py": "a = 1\n"}, message="Add <new>\n\nBecause\nit was missing.")
    page = opened(f"{github.api_url}/octo/shop/commit/{head}")
    words = text(page)
    assert words.startswith("Add <new> Because it was missing. alice")
    assert "src/new.py added +1" in words
    (parent,) = page.xpath("//p[@class='lead']//a/@href")
    assert "+price = 2" in text(opened(f"{github.api_url}{parent}"))
    first = opened(f"{github.api_url}/octo/shop/commit/{pull.base_sha}")
    assert "2 changed files: +6" in text(first)


def test_the_front_page_leads_to_everything(github: Sandbox, pull: PullRequest) -> None:
    """From the list of repositories every link opens, through the README to the pull request."""
    seen, waiting = set[str](), ["/"]
    while waiting:
        path = waiting.pop().partition("#")[0]
        if path and path not in seen:
            seen.add(path)
            waiting += opened(f"{github.api_url}{path}").xpath("//a/@href")
    assert {"/octo/shop", "/octo/shop/pull/1", "/octo/shop/pull/1/files"} <= seen
    assert "Shop Sells tea and mugs." in text(opened(f"{github.api_url}/octo/shop"))
    assert {request.actor for request in github.requests("GET", "(page)")} == {"anonymous"}


@pytest.mark.parametrize(
    "path",
    [
        "/octo",
        "/octo/none",
        "/octo/shop/pull/99",
        "/octo/shop/pull/999999999999999",
        "/octo/shop/pull/1%00",
        "/octo/shop/commit/" + "0" * 40,
        "/octo/shop/commit/main",
        "/octo/shop/blob/main/none.py",
        "/octo/shop/blob/main/src",
        "/octo/shop/blob/main//etc/passwd",
        "/octo/shop/blob/main/%2e%2e/%2e%2e/etc/passwd",
        "/octo/shop/blob/main/a%00b",
        "/octo/shop/blob/--help/README.md",
        "/octo/shop/runs/1",
        "/<script>/x",
    ],
)
def test_what_is_not_there_is_said_without_repeating_it(github: Sandbox, pull: PullRequest, path: str) -> None:
    """A page of 404 that holds nothing of the address."""
    page = opened(f"{github.api_url}{path}", 404)
    assert text(page) == "There is no such page All repositories"


def test_the_api_keeps_its_addresses(github: Sandbox, pull: PullRequest, bot: httpx.Client) -> None:
    """What the API does not know under its own roots stays a violation, website or not."""
    assert bot.get("/pulls/1").headers["content-type"].startswith("application/json")
    assert bot.get("/nothing/such").json()["message"] == "Not Found"
    assert len(github.violations) == 1
    github.violations.clear()


def test_a_comment_full_of_hostile_names_injects_nothing(github: Sandbox, pull: PullRequest) -> None:
    """What covgate says of the worst file names is shown with its own tags alone, and stays inside its comment."""
    change = evaluation(
        patch(0, 3 * len(EVIL)),
        coverage=comparison(
            {name: file(miss=[1, 2, 3]) for name in EVIL},
            head=measured({name: (9, [1, 2, 3]) for name in EVIL}),
            unreported=EVIL,
        ),
    )
    context = CommentContext(repository="octo/shop", number=1, repository_url=f"{github.api_url}/octo/shop")
    pull.comment(render_comment(change, context), by="covgate[bot]", bot=True)
    pull.comment("after", by="alice")
    page = opened(pull.url)
    body = page.xpath("(//div[@class='prose'])[2]")[0]
    assert {element.tag for element in body.iterdescendants()} <= TAGS_OF_COMMENTS
    assert all(link.startswith(f"{github.api_url}/octo/shop/") for link in body.xpath(".//a/@href"))
    assert len(page.xpath("//script")) == 0
    assert text(page.xpath("//article")[-1], "prose") == "after"


def test_an_attack_in_every_text_is_only_text(github: Sandbox, pull: PullRequest, bot: httpx.Client) -> None:
    """Titles, descriptions, comments, check runs and commit messages cannot close, script or load anything."""
    pull.edit(title=ATTACK, body=ATTACK)
    pull.comment(f"<details><summary>{ATTACK}</summary>\n\n{ATTACK}", by="mallory")
    head = pull.push({"</td><script>.py": "</table><script>alert(1)</script>\n"}, message=ATTACK)
    output = {"title": ATTACK, "summary": ATTACK, "text": f"```\n{ATTACK}\n```"}
    check = {"name": ATTACK, "head_sha": head, "status": "completed", "conclusion": "failure"}
    bot.post("/check-runs", json=check | {"output": output, "details_url": "javascript:alert(1)"})
    name = quote("</td><script>.py", safe="/")
    for tail in ("pull/1", "pull/1/checks", "pull/1/files", f"commit/{head}", f"blob/{head}/{name}", ""):
        page = opened(f"{github.api_url}/octo/shop/{tail}")
        assert len(page.xpath("//script")) == tail.startswith("blob")
        assert not [link for link in page.xpath("//a/@href") if link.startswith("javascript")]
        assert "<script>" in text(page)
    articles = opened(pull.url).xpath("//main/article")
    assert len(articles) == 2


def test_prose_is_githubs_markdown_made_safe() -> None:
    """Tables, struck words, folded parts, hidden remarks and line ends; unknown tags are shown as they were written."""
    assert prose("a\nb") == "<p>a<br>\nb</p>\n"
    assert prose("a\nb", breaks=False) == "<p>a\nb</p>\n"
    assert prose("x <!-- no --> y") == "<p>x  y</p>\n"
    assert prose("<details open><summary>s</summary>\n\n*in*\n\n</details>") == (
        "<details open><summary>s</summary>\n<p><em>in</em></p>\n</details>"
    )
    assert prose("<details>") == "<details></details>"
    assert prose("</div>x") == "x"
    assert prose("<sub onclick=x style=y>a</sub>") == "<p><sub>a</sub></p>\n"
    assert prose("<img src=x>") == "&lt;img src=x&gt;"
    assert prose("![a](https://x.example/p.png)").count("<img") == 0
    assert prose("[a](https://x.example/?a=1&b)") == (
        '<p><a rel="nofollow noreferrer" href="https://x.example/?a=1&amp;b">a</a></p>\n'
    )
    for hidden in ("javascript:x", "JaVaScRiPt:x", "java\nscript:x", " data:text/html,x", "vbscript:x"):
        assert "href" not in prose(f'<a href="{hidden}">x</a>')


def test_a_failing_verdict_reads_as_written(github: Sandbox, pull: PullRequest) -> None:
    """A real comment of covgate: its headline, its tables aligned, its details folded."""
    context = CommentContext(repository="octo/shop", number=1, repository_url=f"{github.api_url}/octo/shop")
    pull.comment(render_comment(failing_change(), context), by="covgate[bot]", bot=True)
    body = opened(pull.url).xpath("(//div[@class='prose'])[2]")[0]
    assert body.xpath("string(h3)").startswith("❌ Coverage gate failed: 94.90% (949/1000)")
    assert len(body.xpath("details[not(@open)]/table")) >= 3
    assert body.xpath("string((.//td[@align='right'])[1])") == "95%"

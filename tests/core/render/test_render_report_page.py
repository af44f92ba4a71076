"""The report page: whole in itself, safe to open, and complete."""

import base64
import hashlib
import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser

import jinja2
import pytest
from inline_snapshot import snapshot

from bot.core.model.comparison import Indirect
from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited
from bot.core.model.lines import Lines
from bot.core.model.verdict import LeftReport, Unreadable
from bot.core.render.report import content_security_policy, environment, render_report
from tests.core.render.verdicts import (
    CONTEXT,
    EVIL,
    INPUTS,
    TESTED,
    comparison,
    component,
    evaluation,
    failing_change,
    file,
    gate,
    incomplete,
    measured,
    missing,
    pages,
    passing_change,
    patch,
    project,
)


class Page(HTMLParser):
    """A page as a browser would see it: elements, attributes, the text of each element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def templates() -> jinja2.Environment:
    return pages()


def test_the_page_says_what_the_comment_says(templates: jinja2.Environment):
    """Headline, patch, base, gates, lines to cover, why the total moved, files, reports."""
    page = Page(render_report(templates, failing_change(), replace(CONTEXT, unjudged=("tests",))))
    assert (
        page.texts["title"]
        == page.texts["h1"]
        == snapshot(["Coverage gate failed: 94.90% (949/1000) of statements, needs 95% = 1 more; 1 more gate failed"])
    )
    assert page.texts["h2"] == snapshot(
        [
            "Gates",
            "Uncovered new lines",
            "Why the total of statements moved",
            "Changed files",
            "Indirect changes: lines that the change did not touch",
            "Changed files in no report",
            "Uploads",
            "Files in the uploads that are no reports",
            "Reports read",
        ]
    )
    assert [text for text in page.texts["td"] if text.strip()] == snapshot(
        [
            "failed",
            "94.90% (949/1000) of statements, below the target of 95%. Cover 1 more statement.",
            "failed",
            "76.47% (13/17) of new lines, below the target of 95%. Cover 4 more new lines.",
            "passed",
            "1 report in 1 upload, read whole.",
            "Base",
            "940",
            "990",
            "94.94%",
            "Deleted lines",
            "-6",
            "-6",
            "Untouched lines",
            "+3",
            "0",
            "Added lines",
            "+12",
            "+16",
            "Head",
            "949",
            "1000",
            "94.90%",
            "75.00% (9/12)",
            "3",
            "98.66% (296/300)",
            "80.00% (4/5)",
            "1",
            "99.50% (199/200)",
            "98.66% (296/300)",
            "99.50% (199/200)",
            "coverage.py XML",
        ]
    )
    assert page.texts["p"] == snapshot(
        [
            "covgate · ",
            " · ",
            " 76.47% (13/17) of new lines, needs 95% = 4 more (4 missed, 1 partly covered)",
            " 0a1b2c3, where this branch left the base branch: 94.94% (940/990) to 94.90% (949/1000) of statements, -0.05 points",
            "This change edits .github/covgate.yml. It is judged by the base branch's policy; the edit applies once merged.",
            "Written in the policy and not judged by this version of covgate: tests.",
        ]
    )


def test_a_passing_page_is_short(templates: jinja2.Environment):
    """Empty parts are left out."""
    page = Page(render_report(templates, passing_change(), CONTEXT))
    assert page.texts["h2"] == ["Gates", "Changed files", "Reports read"]


def test_T33_the_page_allows_itself_its_own_style_and_nothing_else(templates: jinja2.Environment):
    """The policy in the page is the one for the header, and its hash is the style sheet's."""
    text = render_report(templates, failing_change(), CONTEXT)
    page = Page(text)
    style = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style[0].encode()).digest()).decode()
    allowed = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert content_security_policy(templates) == allowed
    assert {"http-equiv": "Content-Security-Policy", "content": allowed} in page.of("meta")
    assert len(style) == 1


OURS = {
    "html", "head", "meta", "title", "style", "body", "main", "p", "section", "h1", "h2", "b", "div", "table", "tr", "th",
    "td", "ul", "li", "a", "code", "details", "summary", "meter", "footer",
}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "class", "href", "min", "max", "value", "aria-hidden"}


@pytest.mark.parametrize("evil", EVIL)
def test_T33_no_name_becomes_markup(evil: str, templates: jinja2.Environment):
    """File, gate, report, upload and workflow names, and reasons: text, wherever they stand."""
    change = evaluation(
        project(1, 2),
        component(evil, 1, 2, Fraction(1), "high"),
        gate(evil, Unreadable(problems=(Problem(path=evil, reason=evil),))),
        gate("evidence", LeftReport(paths=(evil,))),
        incomplete(missing(Awaited.RUNNING, evil)),
        coverage=replace(
            comparison({evil: file([1], partial=[3], miss=[2])}, head=measured({evil: (9, [2])}), unreported=[evil]),
            indirect={evil: Indirect(newly_missed=Lines.of([3]), newly_hit=Lines.of([4]))},
            problems=(Problem(path=evil, reason=evil),),
        ),
        inputs=replace(INPUTS, reports=((evil, "ab" * 32, evil),), tested_sha=TESTED),
        uploads=[evil],
    )
    text = render_report(templates, change, replace(CONTEXT, repository=evil, unjudged=(evil,)))
    page = Page(text)
    assert {tag for tag, _ in page.elements} <= OURS
    assert {name for _, attributes in page.elements for name in attributes} <= ATTRIBUTES
    assert all(str(link["href"]).startswith("https://github.com/octo/thing") for link in page.of("a"))
    assert len(page.of("style")) == 1
    assert text.replace("\n", "").isprintable()


def test_a_page_of_ten_thousand_files_still_opens(templates: jinja2.Environment):
    """Two thousand entries of a list, then a number; a few megabytes at most."""
    names = [f"src/pkg/module_{number}.py" for number in range(10_000)]
    coverage = comparison(
        {name: file([1], miss=[2]) for name in names},
        head=measured({name: (9, [2]) for name in names}),
        unreported=names,
    )
    text = render_report(templates, evaluation(patch(1, 2), coverage=coverage), CONTEXT)
    assert text.count("and 8000 more files") == 3
    assert len(text) < 5_000_000


def test_a_template_that_misses_a_value_is_an_error():
    """Nothing undefined is shown as nothing."""
    broken = environment({"report.html": "{{ page.nonsense }}", "report.css": ""})
    with pytest.raises(jinja2.UndefinedError):
        render_report(broken, passing_change(), CONTEXT)

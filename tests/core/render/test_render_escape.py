"""Untrusted text cannot break a page, mention anybody or hide what it is (T16, T31, T38)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.core.render import escape
from tests.core.render.verdicts import EVIL

GFM = MarkdownIt("gfm-like", {"html": True})
GFM.linkify.set({"fuzzy_link": False})  # GitHub links a bare domain only behind www.
GFM.linkify.add("//", None)  # and never what begins with two slashes

pieces = st.sampled_from(
    [
        *"`|\\*_~[]()<>#@&!:/.-+=$\n\r\t \u200b\u202e",
        "www.",
        "https://",
        "GH-1",
        "@x",
        "#1",
        "</td>",
        "-->",
        "a",
        "1. ",
        "||",
        "``",
    ]
)
hostile = st.one_of(st.text(max_size=200), st.lists(pieces, max_size=60).map("".join), st.sampled_from(EVIL))


def tokens(markdown: str) -> list[Token]:
    """Every token of the document, inline ones too."""
    return [inner for token in GFM.parse(markdown) for inner in [token, *(token.children or [])]]


def row(text: str) -> str:
    return f"| File | After |\n|-|-|\n| {text} | end |\n"


def assert_no_mention(rendered: str) -> None:
    """Nothing that GitHub would turn into a mention or a reference, whether or not it looks into code."""
    text = re.sub(r"<[^>]*>", "", rendered)
    for found in (r"@[A-Za-z0-9_-]", r"#[0-9]", r"(?i)gh-[0-9]", r"(?i)https?://", r"(?i)www\.\w"):
        assert not re.search(found, text), (found, rendered)


def check_cell(text: str) -> None:
    markdown = row(escape.cell(text))
    found = tokens(markdown)
    assert [token.type for token in found].count("td_open") == 2
    assert [token.type for token in found].count("code_inline") == 1
    assert not {"html_inline", "html_block", "link_open", "image", "softbreak", "hardbreak"} & {t.type for t in found}
    assert_no_mention(GFM.render(markdown))


def check_span(text: str) -> None:
    found = tokens(f"before {escape.code(text)} after")
    inline = [token.type for token in found if token.type not in {"paragraph_open", "paragraph_close", "inline"}]
    assert inline == ["text", "code_inline", "text"]
    assert len(next(token for token in found if token.type == "code_inline").content) <= 2 * escape.LIMIT + 2


def check_prose(text: str) -> None:
    for markdown in (f"- {escape.prose(text)}", f"Because: {escape.prose(text)}.", row(escape.prose(text))):
        found = tokens(markdown)
        forbidden = {
            "html_inline",
            "html_block",
            "link_open",
            "image",
            "em_open",
            "strong_open",
            "s_open",
            "code_inline",
        }
        forbidden |= {"heading_open", "blockquote_open", "fence", "hr", "ordered_list_open", "softbreak"}
        assert not forbidden & {token.type for token in found}, markdown
        assert sum(token.type == "bullet_list_open" for token in found) <= 1
        assert_no_mention(GFM.render(markdown))


@pytest.mark.parametrize("text", EVIL)
def test_T16_chosen_evil_names_stay_names(text: str):
    """A code span in a table, a code span in a sentence, and words in a sentence."""
    check_cell(text)
    check_span(text)
    check_prose(text)


@given(hostile)
@settings(max_examples=300)
def test_T16_a_name_in_a_table_stays_in_its_cell(text: str):
    """One cell, one code span; no link, image, HTML or mention, whatever the name."""
    check_cell(text)


@given(hostile)
@settings(max_examples=300)
def test_T16_a_name_in_a_sentence_stays_one_code_span(text: str):
    """And is bounded."""
    check_span(text)


@given(hostile)
@settings(max_examples=300)
def test_T16_foreign_words_stay_words(text: str):
    """A clause that came with an error is text: no markup, no structure, no mention."""
    check_prose(text)


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"]), max_size=60)
)
def test_a_name_is_readable_as_it_is(text: str):
    """What a reader sees in a code span is the name, but for joints that take no room."""
    content = next(token for token in tokens(f"x {escape.code(text)}") if token.type == "code_inline").content
    blank = {"\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u2800", "\u3164", "\uffa0"}
    if text and not blank & set(text) and not any(0xFE00 <= ord(letter) <= 0xFE0F for letter in text):
        assert content.replace("\u200b", "").strip() == text.strip()


@given(hostile)
def test_T38_nothing_unseen_passes(text: str):
    """Every sink shows printable characters alone (and the joints that covgate puts in itself)."""
    for sink in (escape.plain, escape.code, escape.cell, escape.prose, escape.terminal, escape.verbatim):
        assert sink(text).replace("\u200b", "").isprintable()
        sink(text).encode()


def test_T38_what_hides_is_written_out():
    """Bidirectional marks, zero-width characters, controls and odd spaces can be read off the page."""
    names = ["\u202egnp.py", "a\u200bb", "a\nb", "a\u00a0b", "\udc80", "\U000e0041", "\x1b[31m"]
    assert [escape.visible(name) for name in names] == snapshot(
        ["\\u202egnp.py", "a\\u200bb", "a\\u000ab", "a\\u00a0b", "\\udc80", "\\U000e0041", "\\u001b[31m"]
    )


def test_each_sink_writes_its_own_way():
    """The same evil, in every place that it may go to."""
    text = "a`|@you#1 \u202e<b>.py"
    assert {
        sink.__name__: sink(text)
        for sink in (escape.code, escape.cell, escape.prose, escape.plain, escape.terminal, escape.verbatim)
    } == snapshot(
        {
            "code": "``a`|@\u200byou#\u200b1 \\u202e<b>.py``",
            "cell": "``a`\\|@\u200byou#\u200b1 \\u202e<b>.py``",
            "prose": "a&#96;&#124;&#64;\u200byou&#35;\u200b1 &#92;u202e&#60;b&#62;.py",
            "plain": "a`|@\u200byou#\u200b1 \\u202e<b>.py",
            "terminal": "a`|@you#1 \\u202e<b>.py",
            "verbatim": "a`|@you#1 \\u202e<b>.py",
        }
    )


def test_long_names_lose_their_middle():
    """The head says where, the tail says which."""
    short = escape.shortened("src/" + "deep/" * 100 + "module.py", 40)
    assert short == snapshot("src/deep/deep/deep/…/deep/deep/module.py")
    assert len(short) == 40


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("src/a b.py", "src/a%20b.py"),
        ("a(b)[c]<d>#e?f.py", "a%28b%29%5Bc%5D%3Cd%3E%23e%3Ff.py"),
        ("größe.py", "gr%C3%B6%C3%9Fe.py"),
        ("byte\udcff.py", "byte%FF.py"),
        ("%2e%2e/x", "%252e%252e/x"),
        ("../../evil/repo", None),
        ("a/./b", None),
        ("a//b", None),
        ("/etc/passwd", None),
        ("", None),
        ("lone\ud800.py", None),
    ],
)
def test_a_path_in_a_url_leads_to_that_file_or_nowhere(path: str, url: str | None):
    """No path walks out of the repository's page."""
    assert escape.path_in_url(path) == url


@given(hostile)
def test_a_path_in_a_url_is_plain_ascii(text: str):
    """Nothing in it can end a Markdown link or an attribute."""
    assert re.fullmatch(r"[A-Za-z0-9._~/%-]*", escape.path_in_url(text) or "")


@given(hostile)
def test_T31_no_text_commands_the_runner(text: str):
    """The Actions runner obeys ``##[command]`` anywhere in a line; our lines never hold one of somebody else's."""
    assert "##[" not in escape.terminal(text)

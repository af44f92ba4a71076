"""Markdown as GitHub shows it in a comment, made safe: whatever is not on the list below comes out as text."""

from __future__ import annotations

import html
import re
from functools import cache
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markupsafe import Markup

_ALLOWED = re.compile(
    "a|b|blockquote|br|code|dd|del|details|div|dl|dt|em|h[1-6]|hr|i|kbd|li|ol|p|pre|s|strong|sub|summary|sup|table|"
    "tbody|td|th|thead|tr|ul"
)
_VOID = frozenset({"br", "hr"})
_SAFE_LINK = re.compile(r"(?:https?://|mailto:|[/#])[^\x00-\x20]*", re.IGNORECASE)
_ALIGNED = re.compile(r"text-align:(left|center|right)")


@cache
def _parser(breaks: bool) -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True, "breaks": breaks}).enable(["table", "strikethrough"])


def prose(text: str, *, breaks: bool = True) -> Markup:
    """*text* as HTML that neither runs nor loads anything and closes all that it opens. *breaks*: a line's end is one
    in the page too, as in comments and unlike in files.
    """
    sieve = _Sieve()
    sieve.feed(_parser(breaks).render(text))
    sieve.close()
    return Markup(sieve.finish())  # noqa: S704 -- made of allowed tags and escaped text alone


class _Sieve(HTMLParser):
    """Writes anew what it reads: allowed tags with checked attributes, all else escaped. HTML comments are left out."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[str] = []

    def finish(self) -> str:
        """All of it, with every tag closed."""
        while self._open:
            self._close()
        return "".join(self._out)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not _ALLOWED.fullmatch(tag):
            self.handle_data(self.get_starttag_text() or "")
            return
        kept = (_attribute(tag, name, value or "") for name, value in attrs)
        self._out.append(f"<{tag}{''.join(dict.fromkeys(filter(None, kept)))}>")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML knows no self-closing tags: <p/> opens

    def handle_endtag(self, tag: str) -> None:
        if not _ALLOWED.fullmatch(tag):
            self.handle_data(f"</{tag}>")
        elif tag in self._open:
            while self._close() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self._out.append(html.escape(data))

    def _close(self) -> str:
        tag = self._open.pop()
        self._out.append(f"</{tag}>")
        return tag


def _attribute(tag: str, name: str, value: str) -> str:
    """The attribute as it is written, empty for one that is not allowed."""
    if tag == "a" and name == "href" and _SAFE_LINK.fullmatch(value):
        return f' rel="nofollow noreferrer" href="{html.escape(value)}"'
    if tag == "details" and name == "open":
        return " open"
    if tag == "ol" and name == "start" and value.isdecimal():
        return f' start="{int(value)}"' if len(value) < 10 else ""
    if tag in ("td", "th"):
        aligned = _ALIGNED.fullmatch(value) if name == "style" else None
        return f' align="{aligned[1]}"' if aligned else ""
    return ""

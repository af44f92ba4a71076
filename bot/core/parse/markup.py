"""XML from strangers, as events: nothing is fetched, nothing is expanded, nothing is repaired, and no tree is built.

Reports are read by lxml's parser with a target, which makes one call an element. Python's own expat may be years old
and takes minutes over hostile input; lxml knows limits, and those that it lacks are kept here and in ``Nesting``: an
internal subset of the DOCTYPE is refused (it is where entities are declared, and lxml expands small ones), and so are
an encoding that could hide one, a tag or a text of more than 64 KiB, and too many or too deep elements. Formats whose
texts are what programs printed allow longer ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast

from lxml import etree

from bot.core.model.errors import ReportError
from bot.core.parse.intake import HEAD, Intake

LONGEST = 64 << 10
LONGEST_TEXT = 10_000_000
"""How many bytes lxml takes of one CDATA section."""
DEEPEST = 64
MOST_ATTRIBUTES = 64
MOST_ELEMENTS = 5_000_000

SETTINGS: Mapping[str, Any] = {
    "resolve_entities": "internal",
    "huge_tree": False,
    "no_network": True,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
}
_ENCODINGS = re.compile(r"utf-?8|utf-?16(?:-?[lb]e)?|us-ascii|iso-8859-\d{1,2}|windows-125\d", re.IGNORECASE)
_DECLARATION = re.compile(r"<\?xml\s[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
_DOCTYPE = re.compile(r"<!DOCTYPE\s+([^\s\[>]+)(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*([\[>])")
_TAG = re.compile(r"<([^\s/<>!?]+)([^<>]*)")
_POSITION = re.compile(r",? line \d+, column \d+.*\Z|\n.*\Z", re.DOTALL)
_CLOSED_TAG = re.compile(rb"""<[^<>"']*+(?:(?:"[^"]*+"|'[^']*+')[^<>"']*+)*+>""")
_CDATA, _CDATA_END = b"<![CDATA[", b"]]>"
_LONGEST_REFERENCE = 128
_REFERENCE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)[^\s;<&#][^\s;<&]{0,60};")
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UNMARKED = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Longest:
    """How many bytes a *tag* may have, and a *text* between two of them or in a CDATA section."""

    tag: int = LONGEST
    text: int = LONGEST


PLAIN = Longest()
PRINTED = Longest(tag=1 << 20, text=LONGEST_TEXT)
"""For formats that hold what programs printed: often in a text, sometimes in an attribute."""


class Misfit(Exception):
    """Well-formed XML that is no such report: *reason* says why, *near* is how the place looks in the file."""

    def __init__(self, reason: str, near: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.near = near


class Nesting:
    """How many elements are open and how many there were. What hears of elements counts them here."""

    def __init__(self) -> None:
        self.depth = 0
        self.elements = 0

    def enter(self, tag: str, attributes: int) -> None:
        """Count an element with so many *attributes*. Raises ``Misfit`` past a limit."""
        self.depth += 1
        self.elements += 1
        if self.depth > DEEPEST:
            raise Misfit(f"more than {DEEPEST} elements within each other", f"<{tag}")
        if attributes > MOST_ATTRIBUTES:
            raise Misfit(f"an element with more than {MOST_ATTRIBUTES} attributes", f"<{tag}")
        if self.elements > MOST_ELEMENTS:
            raise Misfit(f"more than {MOST_ELEMENTS} elements", f"<{tag}")


class Target(Protocol):
    """What hears of the elements. It may raise ``Misfit`` and ``ReportError``."""

    def start(self, tag: str, attrib: dict[str, str], /) -> None: ...
    def end(self, tag: str, /) -> None: ...
    def data(self, data: str, /) -> None: ...
    def close(self) -> None: ...

    def settle(self) -> None:
        """Called between two pieces of the file, so that what is found late is found near its place."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """How a document begins: the name of its root, the rest of that tag and what follows it, both as far as the head
    goes; *prolog* is what stands before, *refused* why the document is not read, if it is not.
    """

    root: str
    attributes: str = ""
    content: str = ""
    prolog: str = ""
    refused: str | None = None


def opening_of(head: bytes) -> Opening | None:
    """The beginning of the XML in *head*, or ``None`` if no root element begins there."""
    text = _text(head)
    declared = _DECLARATION.match(text)
    refused = None
    if declared is not None and not _ENCODINGS.fullmatch(declared[1]):
        refused = f"its encoding {declared[1][:40]!r} is not read"
    at = _skipped_space(text, 0)
    while at < len(text):
        if text.startswith("<?", at):
            end = text.find("?>", at) + 2
        elif text.startswith("<!--", at):
            end = text.find("-->", at + 4) + 3
        elif found := _DOCTYPE.match(text, at):
            if found[2] == "[":
                return Opening(
                    root=found[1], refused="its DOCTYPE declares entities or the like, which no report needs"
                )
            end = found.end()
        else:
            break
        if end <= at:
            return None
        at = _skipped_space(text, end)
    found = _TAG.match(text, at)
    if found is None:
        return None
    return Opening(root=found[1], attributes=found[2], content=text[found.end() :], prolog=text[:at], refused=refused)


def _text(head: bytes) -> str:
    for mark, encoding in (*_MARKS, *_UNMARKED):
        if head.startswith(mark):
            return head.decode(encoding, "ignore").removeprefix("\ufeff")
    return head.decode("latin-1")


def _skipped_space(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def read_markup(intake: Intake, target: Target, *, longest: Longest = PLAIN) -> None:
    """Tell *target* of the document in *intake*. Raises ``ReportError``, with the line, for what is not whole,
    well-formed XML within the limits, and for what the target does not take.
    """
    opening = opening_of(intake.head[:HEAD])
    if opening is not None and opening.refused:
        raise ReportError(opening.refused, line=1)
    parser = etree.XMLParser(target=cast("Any", target), **SETTINGS)
    pieces = _Pieces(longest, strict=opening is not None and "<!DOCTYPE" in opening.prolog)
    try:
        for piece in pieces.of(intake):
            parser.feed(piece)
            target.settle()
        parser.close()
        target.settle()
    except Misfit as misfit:
        raise ReportError(misfit.reason, line=pieces.line_of(misfit.near)) from None
    except etree.XMLSyntaxError as error:
        reason = _POSITION.sub("", error.msg or "").strip()
        raise ReportError(f"it is not whole, well-formed XML: {reason}", line=error.lineno or None) from None


class _Pieces:
    """A document in pieces, held to the limits that can be seen without parsing. Behind a DOCTYPE the parser takes a
    reference to nothing for a declaration that it has not loaded, and leaves it out: *strict* refuses such references.
    """

    def __init__(self, longest: Longest, *, strict: bool) -> None:
        self._lengths = _Lengths(longest)
        self._strict = strict
        self._piece = b""
        self._line = 1  # of the beginning of the piece

    def of(self, intake: Intake) -> Iterator[bytes]:
        for block in intake.blocks():
            for at in range(0, len(block), LONGEST):
                self._line += self._piece.count(b"\n")
                before, self._piece = self._piece, block[at : at + LONGEST]
                self._check_lengths()
                if self._strict and b"&" in self._piece:
                    self._check_references(before[-_LONGEST_REFERENCE:] + self._piece)
                yield self._piece

    def line_of(self, near: str) -> int:
        """The line in the current piece that looks like *near*, or its first."""
        at = self._piece.find(near.encode())
        return self._line + self._piece.count(b"\n", 0, max(at, 0))

    def _check_lengths(self) -> None:
        too_long = self._lengths.over(self._piece)
        if too_long is not None:
            raise ReportError(too_long, line=self._line)

    def _check_references(self, text: bytes) -> None:
        found = _REFERENCE.search(text.replace(b"\0", b""))
        if found is not None:
            raise ReportError(f"{found[0].decode(errors='replace')!r} is declared nowhere in it", line=self._line)


class _Lengths:
    """How long the tag or the text is that a document, piece by piece, is in the middle of."""

    def __init__(self, longest: Longest) -> None:
        self._longest = longest
        self._open = b""  # that tag or text from its beginning; once it is known to be a text, just how it ends
        self._before = 0  # how much of it is not in _open

    def over(self, piece: bytes) -> str | None:
        """What gets too long within *piece*, which comes next."""
        text = self._open + piece
        is_cdata = text.startswith(_CDATA)
        end = text.find(_CDATA_END if is_cdata else b"<", 1)
        length = self._before + (len(text) if end < 0 else end)
        if length > self._longest.tag:
            is_text = is_cdata or not text.startswith(b"<") or _CLOSED_TAG.match(text) is not None
            if not is_text or length > self._longest.text:
                return self._too_long(is_text=is_text)
        if end >= 0:
            self._open, self._before = text[_last_begun(text, end) :], 0
        elif length > self._longest.tag:
            self._open = (_CDATA if is_cdata else b"") + text[-2:]
            self._before = length - len(self._open)
        else:
            self._open = text
        return None

    def _too_long(self, *, is_text: bool) -> str:
        if self._longest.tag == self._longest.text:
            return f"a tag or a text in it is over {self._longest.tag >> 10} KiB"
        if is_text:
            return f"a text in it is over {self._longest.text // 1_000_000} MB"
        return f"a tag in it is over {self._longest.tag >> 10} KiB"


def _last_begun(text: bytes, since: int) -> int:
    """Where the tag or the text begins that *text* ends in, if what came before it ended at *since*."""
    cdata = text.rfind(_CDATA, since)
    if cdata >= 0 and text.find(_CDATA_END, cdata) < 0:
        return cdata
    return max(text.rfind(b"<", since), text.rfind(_CDATA_END, since))

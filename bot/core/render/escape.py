r"""The one escaper. Every text that covgate did not write itself passes one function here, one for each place that it
can go to: Markdown (a code span or prose), a plain line, a terminal, a URL, a page.

Cleaning comes first and is the same everywhere: what cannot be seen (control and format characters, bidirectional
marks, odd spaces, lone surrogates) is written out as ``\u202e``, and long texts lose their middle. Only then is the
text made harmless for its place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

LIMIT = 120  # characters of one name or clause
_ZERO_WIDTH_SPACE = "\u200b"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {chr(c) for c in range(0xFE00, 0xFE10)}
_ACTIVE = re.compile(r"@(?=[\w-])|#(?=\d)|[Gg][Hh]-(?=\d)|:(?=//)|[Ww](?=[Ww]{2}\.)")
"""Where GitHub would begin or join a mention, a reference to an issue, or a link in bare text."""
_INSIDE = re.compile(r"[!#$&*<>@\[\\\]^_`{|}~]")
_LEADING = re.compile(r"^(\d*)([-+=:.)(])")
"""What GFM reads as structure inside a line, and what it reads so at the start of one."""


def visible(text: str) -> str:
    """*text* with everything unseen written out; ordinary spaces stay."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_seen, text))


def _seen(character: str) -> str:
    if character == " " or (unicodedata.category(character) not in _UNSEEN and character not in _BLANK):
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def shortened(text: str, limit: int = LIMIT) -> str:
    """*text* without its middle where it is longer than *limit* characters."""
    if len(text) <= limit:
        return text
    head = (limit - 1) // 2
    return f"{text[:head]}…{text[len(text) - (limit - 1 - head) :]}"


def _clean(text: str, limit: int) -> str:
    """*text* visible and bounded, in time that does not grow with what is cut away."""
    ends = text if len(text) <= 2 * limit else text[:limit] + text[-limit:]
    return shortened(visible(ends), limit)


def plain(text: str, limit: int = LIMIT) -> str:
    """For a title, which knows no markup but is repeated in e-mail: nobody is mentioned, nothing is linked."""
    calm = _clean(text, limit)
    return _ACTIVE.sub(lambda found: found[0] + _ZERO_WIDTH_SPACE, calm)


def code(text: str, limit: int = LIMIT) -> str:
    """For Markdown: an inline code span that holds *text* and nothing else."""
    inside = plain(text, limit) or '""'
    fence = "`" * (max((len(run) for run in re.findall("`+", inside)), default=0) + 1)
    padding = " " if inside[0] in "` " or inside[-1] in "` " else ""
    return f"{fence}{padding}{inside}{padding}{fence}"


def cell(text: str, limit: int = LIMIT) -> str:
    r"""For a code span in a table: as ``code``, and a pipe does not end the cell.

    GFM takes the backslash off a ``\|`` before it reads the cell, in code spans too; a backslash that stood before the
    pipe already is written out, lest it pair with ours. https://github.github.com/gfm/#example-200
    """
    return re.sub(r"(\\*)\|", lambda found: found[1].replace("\\", "\\u005c") + r"\|", code(text, limit))


def prose(text: str, limit: int = 3 * LIMIT) -> str:
    """For Markdown, as words in a sentence: punctuation that could mean something is written as entities, which GFM
    never reads as structure (https://github.github.com/gfm/#entity-and-numeric-character-references).
    """
    inside = _INSIDE.sub(lambda found: _entity(found[0]), plain(text, limit).strip())
    return _LEADING.sub(lambda found: found[1] + _entity(found[2]), inside)


def _entity(character: str) -> str:
    return f"&#{ord(character)};"


def terminal(text: str, limit: int = LIMIT) -> str:
    """For a terminal or a job's log: no control sequences, and no ``##[command]``, which the Actions runner obeys
    anywhere in a line. (It obeys ``::command::`` at a line's start only, where covgate puts its own words.)
    """
    return _clean(text, limit).replace("##[", "#\\u0023[")


def verbatim(text: str, limit: int = 3 * LIMIT) -> str:
    """For JSON and for pages, which quote by themselves: only what cannot be seen is written out."""
    return _clean(text, limit)


def utf8(text: str) -> str:
    r"""*text* as JSON can hold it: a byte of a name that is no UTF-8 is written out as ``\udcff``."""
    return text.encode("utf-8", "backslashreplace").decode()


def path_in_url(path: str) -> str | None:
    """A repository's path percent-encoded for a URL; ``None`` for one that a browser would walk elsewhere, or that
    stands for no bytes. Lone surrogates from U+DC80 on are bytes that git knows and UTF-8 does not.
    """
    if any(segment in {"", ".", ".."} for segment in path.split("/")):
        return None
    try:
        return "".join(map(_encoded, path.encode("utf-8", "surrogateescape")))
    except UnicodeEncodeError:
        return None


_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")


def _encoded(byte: int) -> str:
    return chr(byte) if byte in _SAFE else f"%{byte:02X}"


@dataclass(frozen=True, slots=True)
class Voice:
    """How a sentence writes what is not its own: a *name* (a path, a gate, a setting) and a *clause* (words that came
    with an error). *local* is true where the reader stands in a checkout, and the next step is a command.
    """

    name: Callable[[str], str]
    clause: Callable[[str], str]
    local: bool = False


MARKDOWN = Voice(code, prose)
TABLE = Voice(cell, prose)
PLAIN = Voice(plain, plain)
TERMINAL = Voice(terminal, lambda text: terminal(text, 3 * LIMIT), local=True)
DATA = Voice(verbatim, verbatim)

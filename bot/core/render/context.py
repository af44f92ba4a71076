"""What rendering needs beside the evaluation: where links lead, and what the caller knows of the file and the head."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.core.model.lines import Lines
from bot.core.render import units
from bot.core.render.escape import path_in_url

_SHA = re.compile(r"[0-9a-f]{7,64}")
_LONGEST_LINK = 1000

HeadLines = Callable[[str, Lines], Lines]
"""Added lines of a file in the tested tree's numbering into the head's; those without a certain place there are left
out.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentContext:
    """*repository* is ``OWNER/NAME`` and *repository_url* its page (``https://github.com/OWNER/NAME``); without it
    nothing is linked. *report_url* is the page with the whole report. *marker* is the hidden HTML comment by which our
    comment is known. *unjudged* are the sections of the policy that this version does not judge. *preview*: there is
    no policy on the base branch, and this verdict is by the one that the change would bring. *head_lines* is ``None``
    where CI tested the head itself.
    """

    repository: str = ""
    number: int | None = None
    repository_url: str = ""
    report_url: str | None = None
    marker: str = ""
    unjudged: tuple[str, ...] = ()
    preview: bool = False
    head_lines: HeadLines | None = None

    def commit_url(self, sha: str) -> str | None:
        return f"{self.repository_url}/commit/{sha}" if self.repository_url and _SHA.fullmatch(sha) else None

    def blob_url(self, sha: str, path: str) -> str | None:
        """The file at *sha*; ``None`` for a path that makes no link worth its bytes."""
        if not self.repository_url or len(path) > _LONGEST_LINK or not _SHA.fullmatch(sha):
            return None
        encoded = path_in_url(path)
        if encoded is None or len(encoded) > _LONGEST_LINK:
            return None
        return f"{self.repository_url}/blob/{sha}/{encoded}"


def at_lines(url: str | None, first: int, last: int) -> str | None:
    """A file's *url*, at lines *first* to *last*."""
    return f"{url}#{units.anchor(first, last)}" if url else None

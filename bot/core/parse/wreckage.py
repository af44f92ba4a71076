"""A file with a report's name that is no report: another tool's, or what is left of one that was destroyed?"""

from __future__ import annotations

from bot.core.parse.detect import promises_report

_BLANK = b"\xef\xbb\xbf \t\r\n"
_BEGINS = {".xml": b"<", ".trx": b"<", ".json": b"{[", ".sarif": b"{"}


def is_wreckage(name: str, head: bytes) -> bool:
    """Whether the file *name*, which begins with *head* and is of no known format, must have been a report.

    Many tools write ``coverage.xml`` and ``bench.json``; what is still XML or JSON may be another's, and is left.
    The other names belong to formats that covgate reads, except ``.txt``, which is often a summary for people.
    """
    base = name.lower()
    if not promises_report(base):
        return False
    start = head.lstrip(_BLANK)[:1]
    if not start:
        return True
    for ending, begins in _BEGINS.items():
        if base.endswith(ending):
            return start not in begins
    return not base.endswith(".txt")

"""What the output around a Go test says: why it failed or was skipped, where, and why a package did not build."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.core.model.suites import LONGEST_DETAIL, LONGEST_MESSAGE

HIGHEST_LINE = 10_000_000
_LONGEST_NAME = 4096
_LONGEST_LINE = 4096  # of what is looked into for a place

_PLACE = re.compile(r"\s*((?:[A-Za-z]:)?[^\s:]+\.go):(\d{1,8}): ?(.*)\Z", re.DOTALL)
_COMPILER = re.compile(
    r"(?:vet: )?((?:[A-Za-z]:)?[^\s:]+\.(?:go|s|c|h|cc|cpp|mod|sum|work)):(\d{1,8})(?::\d{1,8})?: (.+)\Z"
)
_FRAME = re.compile(r"\t(.+):(\d{1,8})(?: \+0x[0-9a-f]+)?\Z")
_RECOVERED = re.compile(r"(?: \[recovered(?:, repanicked)?\])+\Z")
_PANIC = re.compile(r"(?:panic: |fatal error: |unexpected fault address |SIG[A-Z]{2,6}: )\S")
_GO_OWN = re.compile(r"(?:runtime|testing|sync|internal|reflect|time|main)(?:/[\w/]+)?\.|panic\(")
_GO_SAYS = re.compile(r"(?:PASS|FAIL|ok)\b|coverage: |testing: |program not built with -cover")
_TELLING = re.compile(
    r"fail|error|expect|want|got\b|unexpected|mismatch|equal|panic|race detected|invalid|missing|timed? ?out|should",
    re.IGNORECASE,
)
_TESTIFY = re.compile(r"\s*Error:\s+(\S.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of a failure: its first telling line, the output around it, and where it was."""

    message: str = ""
    detail: str = ""
    file: str = ""
    line: int | None = None


def panic_of(text: str) -> str | None:
    """The line with which the run time ends the process, if *text* begins with one."""
    if not _PANIC.match(text):
        return None
    first = text.split("\n", 1)[0].rstrip()
    return shortened(_RECOVERED.sub("", first), LONGEST_MESSAGE)


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def tail(output: Iterable[str]) -> str:
    """The end of *output*, where the failure usually is."""
    text = "".join(output).rstrip()
    return text if len(text) <= LONGEST_DETAIL else "…" + text[1 - LONGEST_DETAIL :]


def last_words(output: Sequence[str] | None) -> str:
    """The last line of *output* that Go itself did not write."""
    for line in reversed("".join(output or ()).splitlines()):
        if line.strip() and not _GO_SAYS.match(line):
            return line.strip()
    return ""


def what_failed(output: Sequence[str], errors: Sequence[str] = ()) -> Told:
    """Why a test failed: what Go marks as an error, else the first line with a place that tells of a failure, else the
    last line with one.
    """
    detail = tail(output)
    lines = "".join(errors or output).splitlines()
    best: Told | None = None
    for number, line in enumerate(lines):
        place = _PLACE.match(line[:_LONGEST_LINE])
        if place is None or (place[1] == "testing.go" and best is not None):
            continue
        message = place[3].strip() or _next_words(lines[number + 1 : number + 20])
        told = _told(message, place[1], place[2], detail)
        if errors or _TELLING.search(message):
            return told
        best = told
    return best or Told(detail=detail)


def why_skipped(output: Sequence[str]) -> str:
    """The reason that a test gave for not being run: the last thing that it said."""
    for line in reversed("".join(output).splitlines()):
        place = _PLACE.match(line[:_LONGEST_LINE])
        if place is not None:
            return shortened(place[3].strip(), LONGEST_MESSAGE)
    return ""


def why_not_built(lines: Iterable[str]) -> Told:
    """The compiler's first complaint in *lines*, a header ``# package`` left out."""
    kept = [line for line in lines if not line.startswith("# ")]
    detail = tail(kept)
    for line in "".join(kept).splitlines():
        found = _COMPILER.match(line.strip()[:_LONGEST_LINE])
        if found is not None:
            return _told(found[3].removesuffix("; to add it:"), found[1].removeprefix("./"), found[2], detail)
    return Told(message=shortened(detail.split("\n", 1)[0].strip(), LONGEST_MESSAGE), detail=detail)


def is_complaint(line: str) -> bool:
    """Whether *line* looks like one of a compiler's, or goes on with one."""
    return line.startswith(("\t", "vet: ", "note: ")) or _COMPILER.match(line[:_LONGEST_LINE]) is not None


def place_in_trace(trace: Sequence[str], test: str) -> tuple[str, int] | None:
    """Where in the goroutines' stacks *trace* the *test* stood; else the first frame that is not Go's own."""
    own = f".{test.split('/', 1)[0]}("
    closure = f".{test.split('/', 1)[0]}."
    first: tuple[str, int] | None = None
    for function, place in pairwise(trace):
        found = _FRAME.match(place[:_LONGEST_LINE])
        if found is None or _GO_OWN.match(function) or function.startswith(("\t", "created by ")):
            continue
        at = found[1][:_LONGEST_NAME], int(found[2])
        if own in function or closure in function:
            return at
        first = first or at
    return first


def _next_words(lines: Sequence[str]) -> str:
    """What an assertion library says below an empty message: its line ``Error:``, else the first that is not blank."""
    for line, after in pairwise([*lines, ""]):
        if _PLACE.match(line[:_LONGEST_LINE]):
            break
        if (error := _TESTIFY.match(line)) is not None:
            message = error[1].strip()
            return f"{message} {after.strip()}" if message.endswith(":") else message
    return next((line.strip() for line in lines if line.strip()), "")


def _told(message: str, file: str, line: str, detail: str) -> Told:
    number = int(line)
    known = file != "testing.go" and 1 <= number <= HIGHEST_LINE  # Go itself says there that a test raced
    return Told(
        message=shortened(message, LONGEST_MESSAGE),
        detail=detail,
        file=file[:_LONGEST_NAME] if known else "",
        line=number if known else None,
    )

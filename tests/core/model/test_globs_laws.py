"""Globs match what their plain translation into a regular expression matches, in linear time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.globs import matches, matches_any

SEGMENT = st.text("ab*?.", min_size=1, max_size=4).filter(lambda text: "**" not in text)
PATTERN = st.lists(st.one_of(SEGMENT, st.just("**")), min_size=1, max_size=4).map("/".join)
PATH = st.lists(st.text("ab.", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join)


def as_expression(pattern: str) -> str:
    """The documented meaning, word by word."""
    parts = pattern.split("/")
    if len(parts) == 1 and pattern != "**":
        return "(?:.*/)?" + segment(pattern)
    expression = ""
    for at, part in enumerate(parts):
        last = at == len(parts) - 1
        if part != "**":
            expression += segment(part) + ("" if last else "/")
        elif last:
            expression += ".+" if at else ".*"
        else:
            expression += "(?:[^/]+/)*"
    # ``a/**`` is all below ``a``; what leads up to it has ended with a slash.
    return expression


def segment(part: str) -> str:
    return "".join({"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character)) for character in part)


@given(PATTERN, PATH)
def test_a_glob_is_its_regular_expression(pattern: str, path: str):
    """Whole paths, base names for patterns without a slash, any folders for ``**``."""
    assert matches(pattern, path) == bool(re.fullmatch(as_expression(pattern), path))


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("*.md", "docs/a.md", True),
        ("docs/**", "docs/a/b.md", True),
        ("docs/**", "docs", False),
        ("docs/", "docs/a.md", True),
        ("**/test_*", "a/b/test_x.py", True),
        ("**/test_*", "test_x.py", True),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/*", "a/b/c", False),
        ("A.md", "a.md", False),
        ("src*", "src/a.c", False),
        ("???", "a/b", False),
        ("[a].c", "[a].c", True),
        ("**", "any/thing", True),
    ],
)
def test_globs_mean_what_people_expect(pattern: str, path: str, expected: bool):
    """The forms that policies hold."""
    assert matches(pattern, path) is expected


@pytest.mark.timeout(5)
def test_a_pattern_cannot_stall_the_service():
    """Backtracking would take years over these."""
    assert not matches("*a" * 50, "a" * 5000 + "b")
    assert not matches("**/a/" * 50 + "b", "a/" * 2000 + "c")


def test_any_of_several_is_enough():
    """And none of none is not."""
    assert matches_any(["*.c", "*.h"], "a.h")
    assert not matches_any([], "a.h")

"""LCOV tracefiles in one line each: ``lcov({"a.py": "++-"})`` measures three lines of which the last was missed."""

from __future__ import annotations


def lcov(files: dict[str, str]) -> str:
    """A tracefile. For each file one sign a line: ``+`` hit, ``-`` missed, anything else not measured."""
    return "".join(f"SF:{path}\n{''.join(_lines(signs))}end_of_record\n" for path, signs in files.items())


def _lines(signs: str) -> list[str]:
    return [f"DA:{number},{int(sign == '+')}\n" for number, sign in enumerate(signs, 1) if sign in "+-"]

"""Units of measures: what they count, how large they are, and which way is better.

Exact: a scale is a ``Fraction``, so that 0.1 s is 100 ms and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from bot.core.model.benchmarks import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit as it was written, understood: *dimension* is what it counts (``time``, ``bytes``, ``rate``, ``bytes/s``,
    ``bits/s``, ``ratio``, ``count`` or the words as they are), *scale* how many base units (s, B, 1/s, B/s, bit/s,
    1) one of it is.
    """

    dimension: str
    scale: Fraction


_NANO, _MICRO, _MILLI = Fraction(1, 10**9), Fraction(1, 10**6), Fraction(1, 1000)
_TIME = {
    **dict.fromkeys(("ps", "picosecond", "picoseconds"), Fraction(1, 10**12)),
    **dict.fromkeys(("ns", "nsec", "nanos", "nanosecond", "nanoseconds"), _NANO),
    **dict.fromkeys(("us", "\N{MICRO SIGN}s", "\N{GREEK SMALL LETTER MU}s", "usec", "micros"), _MICRO),
    **dict.fromkeys(("microsecond", "microseconds"), _MICRO),
    **dict.fromkeys(("ms", "msec", "millis", "millisecond", "milliseconds"), _MILLI),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), Fraction(1)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), Fraction(60)),
    **dict.fromkeys(("h", "hr", "hour", "hours"), Fraction(3600)),
}
_PREFIXES = {"k": ("kilo", "kibi"), "m": ("mega", "mebi"), "g": ("giga", "gibi"), "t": ("tera", "tebi")}
_BYTES = {
    **dict.fromkeys(("b", "byte", "bytes"), Fraction(1)),
    **{
        word: Fraction(size**power)
        for power, (short, long) in enumerate(_PREFIXES.items(), 1)
        for size, infix, prefix in ((1000, "", long[0]), (1024, "i", long[1]))
        for word in (f"{short}{infix}b", f"{prefix}byte", f"{prefix}bytes", f"{short}{infix}bytes")
    },
}
_BITS = {
    **dict.fromkeys(("bit", "bits"), Fraction(1)),
    **{
        word: Fraction(1000**power)
        for power, (short, long) in enumerate(_PREFIXES.items(), 1)
        for word in (f"{short}bit", f"{short}bits", f"{long[0]}bit", f"{long[0]}bits")
    },
}
_THOUSANDS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_RATIOS = {"%": Fraction(1, 100), "percent": Fraction(1, 100), "ratio": Fraction(1)}
_COSTS = {"allocs", "alloc", "allocations", "instructions", "instrs", "cycles", "branch-misses", "cache-misses"}

_PER_ONE = re.compile(r"/(?:ops?|iters?|iterations?|calls?|runs?|elem|elements?|requests?|req|tests?)\Z")
_BIT_RATE = re.compile(r"([KMGT]?)b(?:ps|/s(?:ec|econd)?)\Z", re.IGNORECASE)
_RATE_WORD = re.compile(r"(k|m|g|t)?(?:rps|qps|tps|ops|fps|hz|flops|ips)")
_BYTE_RATE = re.compile(r"([kKMGT]i?)?Bps\Z")
_COUNTED = re.compile(
    r"(k|m|g|t)?(?:(?:call|elem|element|entr|event|flop|hash|item|iter|iteration|key|line|message|msg|op|operation|"
    r"packet|page|pixel|pkt|point|quer|record|req|request|row|sample|task|test|token|transaction|tuple|tx|txn)"
    r"(?:s|es|y|ies)?|h)?"
)
"""A thing that is counted, perhaps in thousands. Of other words nobody knows whether their first letter says so."""
_PLAIN = re.compile(r"(?![kmgt])[^\W\d_]+|1")
_NAMED_TIME = re.compile(r".+[-_.](ps|ns|us|\u00b5s|\u03bcs|ms|s|sec|secs|seconds|nanos|millis|micros)")
_NAMED_BYTES = re.compile(r".+[-_.](bytes|b|[kmgt]i?b)")
_LOST = re.compile(r".*(?:error|fail|miss|fault|timeout|retr|drop|alloc|reject|conflict|stall|throttl).*", re.DOTALL)


def unit_of(text: str) -> Unit:
    """What *text* means: ``ns/op``, ``MB/s``, ``req/s``, ``ops/ms``, ``B/op``, ``allocs/op``, ``%``, ``iter/sec``,
    ``p99-ns``. An unknown word is a dimension of its own, of scale 1.
    """
    return _unit_of(text) if len(text) <= 64 else Unit(dimension=text, scale=Fraction(1))


@lru_cache(maxsize=1024)
def _unit_of(text: str) -> Unit:
    exact = re.sub(r"\s+per\s+", "/", text.strip())
    word = re.sub(r"\s*/\s*", "/", exact.lower())
    bits = _BIT_RATE.match(exact)
    if bits and not _BYTE_RATE.match(exact) and (word.endswith("bps") or "b/" in exact):
        return Unit(dimension="bits/s", scale=Fraction(_THOUSANDS[bits[1].lower()]))
    bare = _PER_ONE.sub("", word)
    if _BYTE_RATE.match(exact):
        bare = f"{word.removesuffix('ps')}/s"
    return (
        _amount(bare, exact)
        or _per_time(bare, exact)
        or _of_a_thing(bare)
        or Unit(dimension=bare or "count", scale=_ONE)
    )


_ONE = Fraction(1)


def _amount(word: str, written: str) -> Unit | None:
    """*word* as plain time, bytes or share. A lone ``M`` is no minute."""
    if word in _TIME and written not in {"M", "H", "S"}:
        return Unit(dimension="time", scale=_TIME[word])
    if word in _BYTES:
        return Unit(dimension="bytes", scale=_BYTES[word])
    if word in _RATIOS:
        return Unit(dimension="ratio", scale=_RATIOS[word])
    if word in {"count", "times", "x1"}:
        return Unit(dimension="count", scale=_ONE)
    return None


def _per_time(word: str, written: str) -> Unit | None:
    """*word* as something a second: ``req/s``, ``kops/ms``, ``MB/s``, ``rps``. A rate of what nobody knows how many it
    is (``million ops/s``) compares with its own kind alone. ``M/s`` and ``H/s`` are no minutes and hours.
    """
    counted, per, time = word.rpartition("/")
    if per and time in _TIME:
        counted = counted.strip()
        scale = 1 / _TIME[time]
        if counted in _TIME and written[:2] not in {"M/", "H/"}:
            return Unit(dimension="ratio", scale=_TIME[counted] * scale)
        if counted in _BYTES:
            return Unit(dimension="bytes/s", scale=_BYTES[counted] * scale)
        if counted in _BITS:
            return Unit(dimension="bits/s", scale=_BITS[counted] * scale)
        many = _COUNTED.fullmatch(counted.replace(" ", ""))
        if many is None and _PLAIN.fullmatch(counted) is None:
            return Unit(dimension=f"{counted}/s", scale=scale)
        return Unit(dimension="rate", scale=_THOUSANDS[many[1] or "" if many else ""] * scale)
    short = _RATE_WORD.fullmatch(word)
    return Unit(dimension="rate", scale=Fraction(_THOUSANDS[short[1] or ""])) if short else None


def _of_a_thing(word: str) -> Unit | None:
    """*word* as time or bytes of something: ``ns/GC``, ``B/row``, ``p99-ns``, ``peak-RSS-bytes``."""
    amount, per, _ = word.partition("/")
    if per and amount in _TIME:
        return Unit(dimension="time", scale=_TIME[amount])
    if per and amount in _BYTES:
        return Unit(dimension="bytes", scale=_BYTES[amount])
    if not per and (found := _NAMED_TIME.fullmatch(word)):
        return Unit(dimension="time", scale=_TIME[found[1]])
    if not per and (found := _NAMED_BYTES.fullmatch(word)):
        return Unit(dimension="bytes", scale=_BYTES[found[1]])
    return None


def direction_of(unit: str) -> Direction:
    """Which way is better by the unit alone: less time, fewer bytes and allocations, more of anything a second, unless
    it is a loss (errors, misses, allocations a second).
    """
    known = unit_of(unit)
    if known.dimension in {"time", "bytes"} or known.dimension in _COSTS:
        return Direction.LOWER
    if known.dimension == "rate" or known.dimension.endswith("/s"):
        return Direction.LOWER if _LOST.match(unit.lower()) else Direction.HIGHER
    return Direction.UNKNOWN

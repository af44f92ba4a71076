"""The one place where a number becomes text.

A level is rounded *down*, so that what is shown never flatters: ``100%`` stands for exactly that, ``0%`` likewise.
Two decimals are shown, and more where two would contradict the judgement beside them. A difference of two levels
has no safe side and is rounded to the nearest; one that is not zero never reads as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from bot.core.model.coverage import Metric, Tally

DECIMALS = 2
_MOST_DECIMALS = 40  # two ratios of counts below 10**20 that differ at all differ by then
NOTHING = "nothing measured"
DASH = "-"


def percent(tally: Tally, target: Fraction | None = None) -> str:
    """*tally* as a percentage, with as many decimals as it takes to be on the right side of *target*."""
    ratio = tally.ratio
    return NOTHING if ratio is None else _level(ratio, _enough_for(ratio, target))


def measured(tally: Tally, target: Fraction | None = None) -> str:
    """``94.90% (949/1000)``."""
    return f"{percent(tally, target)} ({fraction(tally)})" if tally.total else NOTHING


def fraction(tally: Tally) -> str:
    """``949/1000``."""
    return f"{tally.covered}/{tally.total}"


def moved(before: Tally, after: Tally, target: Fraction | None = None) -> tuple[str, str]:
    """Both levels, with enough decimals that they read as different where they are, and as ``percent`` has it."""
    old, new = before.ratio, after.ratio
    if old is None or new is None or old == new:
        return percent(before, target), percent(after, target)
    apart = _decimals(lambda places: _floor(old, places) != _floor(new, places))
    places = max(apart, _enough_for(new, target))
    return _level(old, places), _level(new, places)


def change(before: Tally, after: Tally) -> str:
    """``+1.96 points``, ``-0.03 points``, ``+<0.01 points`` or ``unchanged``."""
    difference = (after.ratio or Fraction(0)) - (before.ratio or Fraction(0))
    return f"{_signed(difference)} points" if difference else "unchanged"


def drop(before: Tally, after: Tally, allowed: Fraction) -> str:
    """How far *after* lies below *before*, in points, with enough decimals to exceed *allowed* where it does."""
    fallen = (before.ratio or Fraction(0)) - (after.ratio or Fraction(0))
    if fallen <= 0:
        return "0 points"
    if fallen <= allowed:
        return f"{_decimal(fallen * 100, DECIMALS)} points"
    return f"{_decimal(fallen * 100, _decimals(lambda places: _floor(fallen, places) > allowed))} points"


def goal(target: Fraction) -> str:
    """A target or an allowance as the policy wrote it: ``95%``, ``99.95%``."""
    hundredfold = target * 100
    for places in range(_MOST_DECIMALS):
        scaled = hundredfold * 10**places
        if scaled.denominator == 1:
            return f"{_decimal(hundredfold, places)}%"
    return f"{target.numerator}/{target.denominator}"


def gap(tally: Tally, target: Fraction) -> str:
    """How far below *target*, in points and in units: ``40.00% (400)``; ``none`` where it is reached."""
    needed = tally.needed(target)
    if not needed:
        return "none" if tally.total else DASH
    short = (target - (tally.ratio or Fraction(0))) * 100
    shown = _decimal(short, DECIMALS)
    return f"{shown if shown.strip('0.') else '<0.01'}% ({needed})"


_NOUNS = {
    Metric.LINES: ("line", "lines"),
    Metric.STATEMENTS: ("statement", "statements"),
    Metric.BRANCHES: ("branch", "branches"),
    Metric.STATEMENTS_AND_BRANCHES: ("statement or branch", "statements or branches"),
}


def metric(name: Metric | None) -> str:
    """What a tally counts, in the plural: ``statements``, ``statements and branches``."""
    return "lines" if name is None else name.replace("+", " and ")


def units(number: int, name: Metric | None) -> str:
    """``1 statement``, ``7 lines``."""
    singular, plural = _NOUNS[name or Metric.LINES]
    return count(number, singular, plural)


def count(number: int, singular: str, plural: str | None = None) -> str:
    """``1 file``, ``2 files``, ``0 files``."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def count_more(number: int, singular: str) -> str:
    """``and 1 more file``, ``and 12 more files``."""
    return f"and {number} more {singular if number == 1 else singular + 's'}"


def signed(number: int) -> str:
    """``+3``, ``-3``, ``0``."""
    return f"{number:+d}" if number else "0"


def integer(number: int) -> str:
    return str(number)


def line_range(first: int, last: int) -> str:
    """``10`` or ``10-12``."""
    return str(first) if first == last else f"{first}-{last}"


def anchor(first: int, last: int) -> str:
    """GitHub's fragment for lines of a file: ``L10`` or ``L10-L12``."""
    return f"L{first}" if first == last else f"L{first}-L{last}"


def line_ranges(ranges: Sequence[tuple[int, int]]) -> str:
    """``3, 10-12``."""
    return ", ".join(line_range(first, last) for first, last in ranges)


def _level(ratio: Fraction, places: int) -> str:
    if ratio in {0, 1}:
        return f"{int(ratio * 100)}%"
    return f"{_decimal(ratio * 100, places)}%"


def _enough_for(ratio: Fraction, target: Fraction | None) -> int:
    """The decimals at which *ratio*, rounded down, still reaches a *target* that it reaches."""
    if target is None or ratio < target:
        return DECIMALS
    return _decimals(lambda places: _floor(ratio, places) >= target)


def _floor(ratio: Fraction, places: int) -> Fraction:
    """*ratio* rounded down to *places* decimals of its percentage."""
    scale = 100 * 10**places
    return Fraction(ratio.numerator * scale // ratio.denominator, scale)


def _decimals(enough: Callable[[int], bool]) -> int:
    """The fewest decimals, from two, that are *enough*."""
    return next((places for places in range(DECIMALS, _MOST_DECIMALS) if enough(places)), _MOST_DECIMALS)


def _decimal(value: Fraction, places: int) -> str:
    """A number of 0 or more, rounded down to *places* decimals."""
    whole, rest = divmod(value.numerator * 10**places // value.denominator, 10**places)
    return f"{whole}.{rest:0{places}d}" if places else str(whole)


def _signed(difference: Fraction) -> str:
    """Points of a *difference* of ratios to the nearest hundredth; half a hundredth goes to the worse side."""
    sign = "+" if difference > 0 else "-"
    hundredths = difference * 100 * 100
    nearest = -(-(2 * hundredths - 1) // 2)
    shown = _decimal(abs(Fraction(nearest, 100)), DECIMALS)
    return f"{sign}{shown}" if nearest else f"{sign}<0.01"


# --- tests and benchmarks ----------------------------------------------------------------------------------------


def duration(microseconds: int) -> str:
    """``0.4 ms``, ``35 ms``, ``4.2 s``, ``1 min 12 s``, ``2 h 5 min``; rounded down."""
    if microseconds < 1000 * 1000:
        whole, rest = divmod(microseconds // 100, 10)
        return f"{whole} ms" if whole >= 10 or not rest else f"{whole}.{rest} ms"
    tenths = microseconds // 100_000
    seconds = tenths // 10
    if seconds < 60:
        return f"{seconds}.{tenths % 10} s"
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def differing(number: int, before: int | None) -> str:
    """``120``, or beside another number ``120 (+3)``; an equal one is not repeated."""
    return str(number) if before is None or number == before else f"{number} ({number - before:+d})"


_FIGURES = 4


def quantity(value: float | Fraction, unit: str) -> str:
    """``325.1 ns/op``, ``1,204,500 req/s``: four figures, more where the whole part has more; the unit as written."""
    number = float(value)
    whole = len(str(int(abs(number))))
    if abs(number) >= 10 ** (_FIGURES - 1):
        shown = f"{number:,.0f}"
    elif abs(number) >= 1:
        shown = f"{number:.{_FIGURES - whole}f}"
    else:
        shown = f"{number:.{_FIGURES}g}"
    shown = shown.rstrip("0").rstrip(".") if "." in shown and "e" not in shown else shown
    return f"{shown} {unit}".rstrip()


def worse(change: float) -> str:
    """A ratio minus one as a percentage: ``+12.3%`` for worse, ``-4%`` for better, ``+<0.1%``, ``0%``."""
    if change == 0:
        return "0%"
    shown = f"{abs(change) * 100:.1f}".removesuffix(".0")
    return f"{'+' if change > 0 else '-'}{shown if shown != '0' else '<0.1'}%"


def share(ratio: float) -> str:
    """A ratio as a percentage without a sign: ``7.5%``; rounded up, for it says what may have been missed."""
    tenths = -(-int(ratio * 1_000_000) // 1000)
    return f"{tenths // 10}.{tenths % 10}%".replace(".0%", "%")


def probability(p: float) -> str:
    """``p = 0.0003``, ``p < 0.0001``."""
    least = 0.0001
    return f"p < {least}" if p < least else f"p = {p:.4f}".rstrip("0").rstrip(".")

"""The badge: a small SVG that stands alone. No script, no font, no image, nothing from elsewhere."""

from __future__ import annotations

from fractions import Fraction
from html import escape as for_xml

from bot.core.model.coverage import Tally
from bot.core.render import units
from bot.core.render.escape import verbatim

_PADDING = 6
_NARROW, _WIDE = frozenset("iljtfrI.,:;|!'()[] "), frozenset("mwMW%@")
_GREEN, _RED, _GREY = "#1a7f37", "#cf222e", "#57606a"  # white text on each has a contrast of 4.5 or more


def render_badge(tally: Tally | None, *, target: Fraction | None = None, label: str = "coverage") -> str:
    """A badge that shows *tally* (``None``: unknown yet), green where it reaches *target*, red where it does not."""
    if tally is None or not tally.total:
        return _svg(label, "unknown", _GREY)
    reached = target is None or tally.needed(target) == 0
    return _svg(label, units.percent(tally, target), _GREEN if reached else _RED)


def _svg(label: str, value: str, colour: str) -> str:
    label, value = verbatim(label, 40), verbatim(value, 40)
    left, right = _width(label) + 2 * _PADDING, _width(value) + 2 * _PADDING
    said = for_xml(f"{label}: {value}")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img" aria-label="{said}">'
        f"<title>{said}</title>"
        f'<rect width="{left + right}" height="20" rx="3" fill="{colour}"/>'
        f'<path d="M3 0H{left}V20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#3d444d"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">'
        f"{_text(label, _PADDING)}{_text(value, left + _PADDING)}</g></svg>\n"
    )


def _text(words: str, x: int) -> str:
    """Set to the width that the box was made for, whatever font is at hand."""
    return f'<text x="{x}" y="14" textLength="{_width(words)}">{for_xml(words)}</text>'


def _width(words: str) -> int:
    """About the width of *words* in 11-pixel Verdana."""
    return sum(4 if letter in _NARROW else 11 if letter in _WIDE else 7 for letter in words)

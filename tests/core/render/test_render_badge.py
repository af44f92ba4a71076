"""The badge: a small picture that stands alone and tells the truth."""

from fractions import Fraction

import pytest
from inline_snapshot import snapshot
from lxml import etree

from bot.core.model.coverage import Tally
from bot.core.render.badge import render_badge
from tests.core.render.verdicts import EVIL, T95

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str | None]:
    return [element.text for element in etree.fromstring(svg.encode()).iter(f"{SVG}text")]


def test_a_badge():
    """Word for word."""
    assert render_badge(Tally(949, 1000), target=T95) == snapshot(
        '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="20" role="img" aria-label="coverage: 94.90%"><title>coverage: 94.90%</title><rect width="120" height="20" rx="3" fill="#cf222e"/><path d="M3 0H65V20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#3d444d"/><g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11"><text x="6" y="14" textLength="53">coverage</text><text x="71" y="14" textLength="43">94.90%</text></g></svg>\n'
    )


@pytest.mark.parametrize(
    ("tally", "target", "said", "colour"),
    [
        (Tally(949, 1000), T95, "94.90%", "#cf222e"),
        (Tally(19, 20), T95, "95.00%", "#1a7f37"),
        (Tally(94999999, 100000000), T95, "94.99%", "#cf222e"),
        (Tally(7, 7), Fraction(1), "100%", "#1a7f37"),
        (Tally(1, 2), None, "50.00%", "#1a7f37"),
        (None, T95, "unknown", "#57606a"),
        (Tally(), T95, "unknown", "#57606a"),
    ],
)
def test_the_badge_shows_number_and_verdict(tally: Tally | None, target: Fraction | None, said: str, colour: str):
    """Green where the target is reached, red where it is not, grey where nothing is known."""
    svg = render_badge(tally, target=target)
    assert texts(svg) == ["coverage", said]
    assert f'fill="{colour}"' in svg


@pytest.mark.parametrize("evil", EVIL)
def test_T33_a_label_cannot_bring_anything_in(evil: str):
    """Well-formed, one picture, nothing from elsewhere, no script; a long label is cut."""
    svg = render_badge(Tally(1, 2), label=evil)
    root = etree.fromstring(svg.encode())
    assert {etree.QName(element).localname for element in root.iter()} == {"svg", "title", "rect", "path", "g", "text"}
    assert not any("href" in name or name.startswith("on") for element in root.iter() for name in element.attrib)
    assert len(texts(svg)[0] or "") <= 40

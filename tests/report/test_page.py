"""The report as a page."""

from __future__ import annotations

import re

from support.examples import Examples

from marketing_sheets.report.content import document_of
from marketing_sheets.report.page import write_page

DARK, DARK_TILE = "#12171d", "#1b222a"


def _light(color: str) -> float:
    """Relative luminance, as WCAG has it."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, two: str) -> float:
    low, high = sorted((_light(one), _light(two)))
    return (high + 0.05) / (low + 0.05)


def test_coloured_words_are_read_in_the_light_and_in_the_dark(examples: Examples) -> None:
    """Each has a contrast of 4.5; on dark ground it is mixed with white, which the page says."""
    page = write_page(document_of(examples().recalculated.summary, "zh-Hans"), "zh-Hans").decode()
    assert f"--paper: {DARK}" in page
    assert f"--tint: {DARK_TILE}" in page
    assert "color-mix(in srgb, var(--tone) 50%, white)" in page
    tones = set(re.findall(r'style="--tone: (#\w{6})', page))
    assert len(tones) > 3
    for tone in tones:
        paler = "#" + "".join(f"{(int(tone[at : at + 2], 16) + 255) // 2:02x}" for at in (1, 3, 5))
        assert _contrast(tone, "#ffffff") >= 4.5
        assert min(_contrast(paler, DARK), _contrast(paler, DARK_TILE)) >= 4.5
    chips = set(re.findall(r'style="background: (#\w{6}); color: (#\w{6})', page))
    assert chips
    assert min(_contrast(*chip) for chip in chips) >= 4.5

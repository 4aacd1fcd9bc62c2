"""Cell formats: made once each, all in the language's own type face."""

from __future__ import annotations

from typing import Any

from ..languages import Language
from ..styles import FONTS, Look, Palette

__all__ = ["Looks"]


class Looks:
    """The cell formats of one workbook, by what they look like."""

    def __init__(self, workbook: Any, language: Language) -> None:
        self._workbook = workbook
        self._font = FONTS[language]
        self._made: dict[tuple[bool, tuple[tuple[str, object], ...]], Any] = {}

    def cell(self, **properties: object) -> Any:
        """Return a cell format: XlsxWriter's property names, over ink, 10 pt, centred in height."""
        whole = {
            "font_name": self._font,
            "font_size": 10,
            "font_color": Palette.INK,
            "valign": "vcenter",
            **{name: value for name, value in properties.items() if value is not None},
        }
        return self._format(whole, is_rule=False)

    def font(self, **properties: object) -> Any:
        """Return the font of a part of a cell's text."""
        whole = {"font_name": self._font, "font_size": 10, "font_color": Palette.INK, **properties}
        return self._format(whole, is_rule=False)

    def rule(self, look: Look | None = None, **properties: object) -> Any:
        """Return the format of a conditional format: nothing but what `look` changes."""
        whole: dict[str, object] = {}
        if look is not None:
            if look.color:
                whole["font_color"] = look.color
            if look.fill:
                whole["bg_color"] = look.fill
            if look.bold:
                whole["bold"] = True
        whole |= {name: value for name, value in properties.items() if value is not None}
        return self._format(whole, is_rule=True)

    def _format(self, properties: dict[str, object], *, is_rule: bool) -> Any:
        # A format numbers itself either as a cell's or as a rule's: the two are kept apart.
        key = (is_rule, tuple(sorted(properties.items())))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(properties)
        return self._made[key]

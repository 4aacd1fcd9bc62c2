"""How much text the cells stand for: a shared string is stored once and read once per cell.

A few kilobytes can so become more text than fits into memory, in cells that lie close together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .xml_text import as_utf8

if TYPE_CHECKING:
    from .parts import Package, Workbook

__all__ = ["TEXT_LIMIT", "too_much_text"]

TEXT_LIMIT = 2 << 30  # bytes: 2 GiB
_SHORTEST_REFERENCE = len(b'<c t="s"><v>0</v></c>')
_TAG = re.compile(rb"<[^>]*>")
_STRING_END = re.compile(rb"</(?:[^<>:\s]+:)?si\s*>")
_REFERENCE = re.compile(rb"""\bt\s*=\s*["']s["'][^<>]*>\s*<(?:[^<>:\s]+:)?v[^<>]*>\s*(\d{1,9})""")


def too_much_text(package: Package, workbook: Workbook) -> bool:
    """Whether all cells together hold more text than TEXT_LIMIT.

    Counts the references only where sizes alone do not settle it.
    """
    sheets = {sheet.part for sheet in workbook.sheets if sheet.part is not None}
    most = sum(package.size(sheet) for sheet in sheets) // _SHORTEST_REFERENCE
    rels = package.relationships(workbook.part)
    parts = {rel.target for rel in rels if rel.kind == "sharedStrings"} | {"xl/sharedstrings.xml"}
    for part in parts:
        if part not in package or package.size(part) * most <= TEXT_LIMIT:
            continue
        strings = _STRING_END.split(as_utf8(package.read(part), package.file, part))
        lengths = [_text_length(string, TEXT_LIMIT // most) for string in strings]
        if max(lengths) * most > TEXT_LIMIT and _volume(package, sheets, lengths) > TEXT_LIMIT:
            return True
    return False


def _text_length(string: bytes, harmless: int) -> int:
    # Only long ones are looked into: what formats a rich text is no text.
    return len(string) if len(string) <= harmless else len(_TAG.sub(b"", string))


def _volume(package: Package, sheets: set[str], lengths: list[int]) -> int:
    total = 0
    for sheet in sheets:
        data = as_utf8(package.read(sheet), package.file, sheet)
        indices = (int(match[1]) for match in _REFERENCE.finditer(data))
        total += sum(lengths[index] for index in indices if index < len(lengths))
    return total

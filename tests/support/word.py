"""Reports as Word documents: where people write in them."""

from __future__ import annotations

from typing import Any

from docx.oxml.ns import qn

__all__ = ["PIXEL", "actions", "place", "words"]

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def words(element: Any) -> str:
    """What an element says."""
    return "".join(text.text or "" for text in element.iter(qn("w:t")))


def place(document: Any, name: str) -> Any:
    """What stands in the control of a place."""
    tags = document.element.body.iter(qn("w:tag"))
    tag = next(one for one in tags if one.get(qn("w:val")) == f"report:{name}")
    return tag.getparent().getparent().find(qn("w:sdtContent"))


def actions(document: Any) -> Any:
    """The action list."""
    return next(
        table
        for table in document.tables
        if len(table.columns) == 5 and "进展" in words(table._element)
    )

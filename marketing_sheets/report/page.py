"""Write a report as one page of HTML: no script, no address, for screen, phone and paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import singledispatch
from importlib.resources import files
from itertools import groupby
from typing import Any, Final

from lxml import etree
from lxml.builder import E

from ..styles import Palette
from ..texts import Language
from .blocks import (
    Actions,
    Block,
    ChartBlock,
    Document,
    Heading,
    Paragraph,
    Row,
    TableBlock,
    TableColumn,
    Tiles,
    TileText,
    Words,
    WritingPlace,
    plain,
)
from .drawing import svg_of

GENERATOR: Final = "marketing_sheets report"
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"


def write_page(document: Document, language: Language) -> bytes:
    """Return a report as the bytes of a page that needs nothing else."""
    style = (files(__package__) / "page.css").read_text(encoding="utf-8")
    head = E.head(
        E.meta(charset="utf-8"),
        E.meta({"http-equiv": "Content-Security-Policy", "content": _POLICY}),
        E.meta(name="viewport", content="width=device-width, initial-scale=1"),
        E.meta(name="generator", content=GENERATOR),
        E.meta(name="seal", content=""),
        E.title(plain(document.title)),
        E.style(style),
    )
    body = E.body()
    for is_chart, blocks in groupby(document.blocks, key=lambda one: isinstance(one, ChartBlock)):
        drawn = [element for block in blocks for element in _draw(block)]
        body.extend([E.div({"class": "charts"}, *drawn)] if is_chart else drawn)
    page = E.html({"lang": language}, head, body)
    written = etree.tostring(page, method="html", encoding="utf-8", doctype="<!DOCTYPE html>")
    return bytes(written) + b"\n"


@singledispatch
def _draw(block: Block) -> Iterator[Any]:
    raise TypeError(block)


@_draw.register
def _(block: Heading) -> Iterator[Any]:
    yield E(f"h{block.level + 1}", plain(block.text))
    if block.note:
        yield E.p({"class": "note"}, plain(block.note))


@_draw.register
def _(block: Paragraph) -> Iterator[Any]:
    text = plain(block.text.text)
    if block.role == "title":
        yield E.h1(text)
    elif block.role == "chip":
        yield E.p(E.span({"class": "chip", **_look(block.text)}, text))
    else:
        yield E.p({"class": block.role, **_look(block.text)}, text)


@_draw.register
def _(block: Tiles) -> Iterator[Any]:
    yield E.div({"class": "tiles"}, *map(_tile, block.tiles))


def _tile(tile: TileText) -> Any:
    tone = {"style": _tone(tile.color)} if tile.color else {}
    return E.div(
        {"class": "tile", "style": f"border-color: {tile.color or Palette.RULE}"},
        E.div(plain(tile.name)),
        E.div({"class": "value"}, plain(tile.value)),
        E.div(plain(tile.target)),
        E.div({"class": "delta", **tone}, plain(tile.delta)),
    )


@_draw.register
def _(block: TableBlock) -> Iterator[Any]:
    yield _table(block.columns, block.rows)


@_draw.register
def _(block: Actions) -> Iterator[Any]:
    yield _table(block.columns, block.rows)


@_draw.register
def _(block: ChartBlock) -> Iterator[Any]:
    yield E.figure({"style": f"max-width: {block.width}px"}, svg_of(block))


@_draw.register
def _(block: WritingPlace) -> Iterator[Any]:
    yield E.h4(plain(block.title))
    yield E.div({"class": "place"}, plain(block.hint))


def _table(columns: Sequence[TableColumn], rows: Sequence[Row]) -> Any:
    heads = (E.th({"class": column.align}, plain(column.head)) for column in columns)
    body = E.tbody()
    for row in rows:
        cells = [
            _cell(text, column, is_first=not at)
            for at, (text, column) in enumerate(zip(row.cells, columns, strict=True))
        ]
        body.append(E.tr({"class": "total"} if row.is_total else {}, *cells))
    return E.div({"class": "wide"}, E.table(E.thead(E.tr(*heads)), body))


def _cell(text: Words, column: TableColumn, *, is_first: bool) -> Any:
    align = column.align if text.align == "left" else text.align
    kinds = " ".join([align, *(["first"] if is_first else [])])
    held = plain(text.text)
    look = _look(text)
    mark = E.span if text.fill else E.b
    inner = [mark(look, held)] if look and held else [held] if held else []
    return E.td({"class": kinds, "data-head": plain(column.head)}, *inner)


def _tone(color: str) -> str:
    """Return the style of a coloured text, which the page lightens on dark ground."""
    return f"--tone: {color}"


def _look(text: Words) -> dict[str, str]:
    """Return the style of a chip or of bold text; plain colours are left to the page."""
    styles = []
    if text.fill:
        styles += [f"background: {text.fill}", f"color: {text.color}"]
    elif text.color and text.bold:
        styles.append(_tone(text.color))
    if text.bold:
        styles.append("font-weight: bold")
    return {"style": "; ".join(styles)} if styles else {}

"""Write a report as a Word document with native charts, into our own base or a house template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import singledispatchmethod
from io import BytesIO
from typing import Any, Final
from zipfile import ZipFile

import docx
from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree

from ..ooxml import explicit_chart
from ..styles import Palette
from ..texts import Language
from .base import base_document, zipped
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
from .carried import Carrier
from .house import fill_blanks, place_of_report, take_out
from .kept import PLACE_TAG, Kept, own_mark, place_mark, seal
from .widths import MARGIN, widths

_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
_C: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_WP: Final = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_CHART_TYPE: Final = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_BOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EMU: Final = 9525  # of a pixel
_TWIP: Final = 635  # EMU
_TITLE: Final = 255  # characters that a property holds
_TILES: Final = 3  # beside each other
_STYLES: Final[Mapping[str, str]] = {"title": "Title", "subtitle": "Subtitle"}
_SIZES: Final[Mapping[str, int]] = {"chip": 24, "lead": 23, "note": 18, "footer": 16}
# Half points of the text in tables, as large as their columns allow.
_TABLE_SIZES: Final = (18, 17, 16, 15, 14, 13, 12)


def write_word(
    document: Document,
    language: Language,
    *,
    house: Any = None,
    file: str = "",
    kept: Kept | None = None,
    created: datetime | None = None,
) -> bytes:
    """Return a report as the bytes of a Word document, the same for the same report.

    `house` is an opened template whose styles and pages it takes, and whose blanks it fills; `file`
    is its name. `kept` is what people wrote into an earlier report. Raises UsageError for a blank
    nobody knows, and a template that does not say where the report goes.
    """
    base = docx.Document(BytesIO(base_document(language)))
    package = house or base
    fill_blanks(package, document.blanks, file)
    start, width = place_of_report(package, file)
    writer = _Writer(package, kept or Kept(), width, _styles_in(package, base))
    for block in document.blocks:
        for element in writer.draw(block):
            start.addprevious(element)
    take_out(start)
    _number_drawings(package)
    seal(package)
    about = package.core_properties
    about.title, about.author = plain(document.title)[:_TITLE], ""
    about.created = about.modified = created or datetime(2000, 1, 1)
    about.last_modified_by, about.revision = "", 1
    target = BytesIO()
    package.save(target)
    with ZipFile(target) as written:
        return zipped({name: written.read(name) for name in written.namelist()})


def _w(tag: str, *children: Any, text: str | None = None, **attributes: object) -> Any:
    """Make an element of Word's namespace, its attributes too; None children are left out."""
    element = etree.Element(f"{{{_W}}}{tag}", nsmap={"w": _W, "r": _R})
    for name, value in attributes.items():
        element.set(f"{{{_W}}}{name}", str(value))
    element.extend(child for child in children if child is not None)
    if text is not None:
        element.text = text
        element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element


def _run(text: str, *, size: int | None = None, bold: bool = False, **look: str | None) -> Any:
    color, fill = look.get("color"), look.get("fill")
    style = _w(
        "rPr",
        _w("b") if bold else None,
        _w("color", val=color[1:]) if color else None,
        *((_w(name, val=size) for name in ("sz", "szCs")) if size else ()),
        _w("shd", val="clear", color="auto", fill=fill[1:]) if fill else None,
    )
    pieces: list[Any] = []
    for number, line in enumerate(plain(text).split("\n")):
        pieces += [*([_w("br")] if number else []), _w("t", text=line)]
    return _w("r", style, *pieces)


class _Writer:
    """Draws blocks as elements of a document's body."""

    def __init__(
        self, package: Any, kept: Kept, width: int, styles: Mapping[str, str | None]
    ) -> None:
        self.package = package
        self.kept = kept
        self.width = width
        self.carrier = Carrier(kept.part, package.part)
        self._charts = self._owns = 0
        self._marks = _highest(package, f"{{{_W}}}bookmarkStart", f"{{{_W}}}id")
        self._styles = styles

    def paragraph(self, *runs: Any, style: str | None = None, **layout: Any) -> Any:
        """Return a paragraph; `style` is a name, and what the house does not have is left out."""
        known = self._styles.get(style.lower()) if style else None
        align, fill = layout.get("align"), layout.get("fill")
        look = _w(
            "pPr",
            _w("pStyle", val=known) if known else None,
            _w("keepNext") if layout.get("keep") else None,
            _w("shd", val="clear", color="auto", fill=fill[1:]) if fill else None,
            _w("spacing", before=0, after=layout["after"], line=264, lineRule="auto")
            if "after" in layout
            else None,
            # A house may indent its texts, and give their lines one height.
            _w("ind", firstLine=0, firstLineChars=0) if "after" in layout else None,
            _w("jc", val=align) if align and align != "left" else None,
        )
        return _w("p", look, *runs)

    def bookmark(self, name: str, *held: Any) -> tuple[Any, ...]:
        """Put a bookmark around what it holds."""
        self._marks += 1
        start = _w("bookmarkStart", id=self._marks, name=name)
        return start, *held, _w("bookmarkEnd", id=self._marks)

    def own(self, *held: Any) -> tuple[Any, ...]:
        """Mark that text of our own begins."""
        self._owns += 1
        return self.bookmark(own_mark(self._owns), *held)

    @singledispatchmethod
    def draw(self, block: Block) -> Iterator[Any]:
        """Yield the elements of a block."""
        raise TypeError(block)

    @draw.register
    def _(self, block: Heading) -> Iterator[Any]:
        runs: tuple[Any, ...] = (_run(block.text),)
        if block.level == 1:
            runs = self.own(*runs)
        yield self.paragraph(*runs, style=f"heading {block.level}")
        if block.note:
            yield self.paragraph(_run(block.note, size=18, color=Palette.MUTE), keep=True)

    @draw.register
    def _(self, block: Paragraph) -> Iterator[Any]:
        one, size = block.text, _SIZES.get(block.role)
        text = f" {one.text} " if block.role == "chip" else one.text
        fill = one.fill if block.role == "chip" else None
        color = Palette.MUTE if block.role in ("note", "footer") else one.color
        run = _run(text, size=size, bold=one.bold, color=color, fill=fill)
        ground = one.fill if block.role == "warning" else None
        runs = self.own(run) if block.role in ("title", "footer") else (run,)
        yield self.paragraph(*runs, style=_STYLES.get(block.role), fill=ground)

    @draw.register
    def _(self, block: Tiles) -> Iterator[Any]:
        rows = [block.tiles[at : at + _TILES] for at in range(0, len(block.tiles), _TILES)]
        third = self.width // _TILES
        drawn = []
        for row in rows:
            cells = [self._tile(tile, third) for tile in row]
            cells += [_cell(third, [self.paragraph()]) for _ in range(_TILES - len(row))]
            drawn.append(_w("tr", _w("trPr", _w("cantSplit")), *cells))
        yield _table([third] * _TILES, drawn)
        yield self.paragraph(after=60)

    def _tile(self, tile: TileText, width: int) -> Any:
        tone = tile.color or Palette.SLATE
        lines = [
            self.paragraph(_run(tile.name, size=18, color=Palette.SLATE), after=0),
            self.paragraph(_run(tile.value, size=36, bold=True, color=Palette.NAVY), after=0),
            self.paragraph(_run(tile.target, size=17, color=Palette.SLATE), after=0),
            self.paragraph(_run(tile.delta, size=17, bold=True, color=tone), after=20),
        ]
        # White edges part the tiles.
        edges = {
            "top": (tile.color or Palette.RULE, 24),
            "right": (Palette.WHITE, 48),
            "bottom": (Palette.WHITE, 48),
        }
        return _cell(width, lines, fill=Palette.TINT, align="top", edges=edges)

    @draw.register
    def _(self, block: TableBlock) -> Iterator[Any]:
        yield self._filled(block.columns, block.rows)
        yield self.paragraph(after=40)

    def _filled(self, columns: Sequence[TableColumn], rows: Sequence[Row]) -> Any:
        size, shared = widths(columns, rows, self.width, _TABLE_SIZES)
        rule = {"bottom": (Palette.RULE, 6)}
        heads = [
            _cell(
                width,
                [
                    self.paragraph(
                        _run(column.head, size=size, color=Palette.SLATE),
                        after=20,
                        align=column.align,
                        keep=True,
                    )
                ],
                edges=rule,
            )
            for column, width in zip(columns, shared, strict=True)
        ]
        drawn = [_w("tr", _w("trPr", _w("cantSplit"), _w("tblHeader")), *heads)]
        for row in rows:
            edges = {"bottom": (Palette.LINE, 4)}
            if row.is_total:
                edges = dict.fromkeys(("top", "bottom"), (Palette.RULE, 6))
            cells = [
                _cell(
                    width,
                    [self._said(text, size, column, is_total=row.is_total)],
                    fill=text.fill,
                    edges=edges,
                )
                for text, width, column in zip(row.cells, shared, columns, strict=True)
            ]
            drawn.append(_w("tr", _w("trPr", _w("cantSplit")), *cells))
        return _table(shared, drawn)

    def _said(self, text: Words, size: int, column: TableColumn, *, is_total: bool) -> Any:
        run = _run(text.text, size=size, bold=text.bold or is_total, color=text.color)
        align = column.align if text.align == "left" else text.align
        return self.paragraph(run, after=20, align=align)

    @draw.register
    def _(self, block: ChartBlock) -> Iterator[Any]:
        self._charts += 1
        part = self._chart_part(block)
        relation = self.package.part.relate_to(part, RELATION.CHART)
        share = min(1.0, self.width * _TWIP / (block.width * _EMU))
        width, height = int(block.width * share * _EMU), int(block.height * _EMU)
        drawing: Any = etree.fromstring(
            f'<wp:inline xmlns:wp="{_WP}" xmlns:a="{_A}" distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{width}" cy="{height}"/>'
            f'<wp:docPr id="{100 + self._charts}" name="Chart {self._charts}"/>'
            f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{_C}">'
            f'<c:chart xmlns:c="{_C}" xmlns:r="{_R}" r:id="{relation}"/>'
            "</a:graphicData></a:graphic></wp:inline>"
        )
        drawing.find(f"{{{_WP}}}docPr").set("descr", plain(block.told))
        yield self.paragraph(_w("r", _w("drawing", drawing)), after=80)

    def _chart_part(self, block: ChartBlock) -> Part:
        """Return the part of a chart with the workbook in which it is edited."""
        # What XlsxWriter leaves to Excel's defaults is something else in Word.
        chart = etree.fromstring(explicit_chart(block.part, "", ""))
        for spare in chart.findall(f"{{{_C}}}printSettings"):
            chart.remove(spare)
        source = etree.SubElement(chart, f"{{{_C}}}externalData")
        etree.SubElement(source, f"{{{_C}}}autoUpdate", val="0")
        package = self.package.part.package
        name = PackURI(f"/word/embeddings/report{self._charts}.xlsx")
        book = Part(name, _BOOK_TYPE, block.workbook, package)
        part = Part(PackURI(f"/word/charts/report{self._charts}.xml"), _CHART_TYPE, b"", package)
        source.set(f"{{{_R}}}id", part.relate_to(book, RELATION.PACKAGE))
        part._blob = etree.tostring(chart, xml_declaration=True, encoding="UTF-8", standalone=True)
        return part

    @draw.register
    def _(self, block: WritingPlace) -> Iterator[Any]:
        title = self.bookmark(place_mark(block.id), _run(block.title))
        yield self.paragraph(*title, style="heading 3")
        held = self.carrier.copies(self.kept.places.get(block.id, ()))
        hint = self.paragraph(_run(block.hint, color=Palette.MUTE))
        about = _w(
            "sdtPr",
            _w("alias", val=plain(block.title)),
            _w("tag", val=PLACE_TAG + block.id),
            None if held else _w("showingPlcHdr"),
        )
        yield _w("sdt", about, _w("sdtContent", *(held or [hint])))
        yield self.paragraph(after=0)

    @draw.register
    def _(self, block: Actions) -> Iterator[Any]:
        rows = self.kept.actions(block)
        table = self._filled(block.columns, [one.row for one in rows])
        for one, drawn in zip(rows, table.findall(f"{{{_W}}}tr")[1:], strict=True):
            cells = drawn.findall(f"{{{_W}}}tc")
            for at, held in one.cells.items():
                cells[at].remove(cells[at].find(f"{{{_W}}}p"))
                cells[at].extend([*self.carrier.copies(held), *_closing(held)])
            if one.mark:
                cells[0].find(f"{{{_W}}}p").extend(self.bookmark(one.mark))
        yield self.paragraph(*self.bookmark(place_mark("actions")), after=0)
        yield table
        yield self.paragraph(after=40)
        yield from self.carrier.copies(self.kept.places.get("actions", ()))


def _closing(held: Sequence[Any]) -> Iterator[Any]:
    """Yield the paragraph that must end a cell, where none does."""
    if held[-1].tag != f"{{{_W}}}p":
        yield _w("p")


def _styles_in(package: Any, base: Any) -> dict[str, str | None]:
    """Return the ids of a report's styles in a document, lent by the base where it has none."""
    if package is not base:
        # A house has its own font.
        for font in list(base.styles.element.iter(f"{{{_W}}}rFonts")):
            font.getparent().remove(font)
    carrier = Carrier(base.part, package.part)
    return {style.name.lower(): carrier.style(style.style_id) for style in base.styles}


def _number_drawings(package: Any) -> None:
    """Give each drawing a number of its own, be it ours, the house's or pasted."""
    key, taken = f"{{{_WP}}}docPr", set[str]()
    highest = _highest(package, key, "id")
    for drawing in package.element.body.iter(key):
        if drawing.get("id") in taken:
            highest += 1
            drawing.set("id", str(highest))
        taken.add(drawing.get("id"))


def _highest(package: Any, tag: str, key: str) -> int:
    """Return the highest number that elements of a document have."""
    numbers = (one.get(key, "") for one in package.element.body.iter(tag))
    return max((int(one) for one in numbers if one.isdecimal()), default=0)


def _table(shared: Sequence[int], rows: Sequence[Any]) -> Any:
    return _w(
        "tbl",
        _w(
            "tblPr",
            _w("tblW", w=sum(shared), type="dxa"),
            _w("tblLayout", type="fixed"),
            _w("tblCellMar", *(_w(side, w=MARGIN, type="dxa") for side in ("left", "right"))),
        ),
        _w("tblGrid", *(_w("gridCol", w=width) for width in shared)),
        *rows,
    )


def _cell(
    width: int,
    held: Sequence[Any],
    *,
    fill: str | None = None,
    align: str = "center",
    edges: Mapping[str, tuple[str, int]] | None = None,
) -> Any:
    sides = [
        _w(side, val="single", sz=size, space=0, color=color[1:])
        for side, (color, size) in sorted((edges or {}).items(), key=lambda one: _ORDER[one[0]])
    ]
    look = _w(
        "tcPr",
        _w("tcW", w=width, type="dxa"),
        _w("tcBorders", *sides) if sides else None,
        _w("shd", val="clear", color="auto", fill=fill[1:]) if fill else None,
        _w("vAlign", val=align),
    )
    return _w("tc", look, *held)


_ORDER: Final = {"top": 0, "left": 1, "bottom": 2, "right": 3}

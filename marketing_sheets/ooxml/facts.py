"""Facts about a workbook file that a parser of values does not tell."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..files import AnyFile, GivenFile
from . import scan
from .archive import part_key
from .gate import WorkbookFile, open_file, open_index, open_source
from .index import OUR_SHEETS, SUMMARY, OurSheet, marked_sheets
from .parts import CORE, Package, SheetEntry, Workbook, as_utf8, children, is_true, local, number
from .pictures import picture_cells, picture_values, shows_picture
from .styled import styled_cells, styled_columns

if TYPE_CHECKING:
    from lxml.etree import _Element


# The parts with the content of cells, names as `part_key` folds them.
_CELLS = re.compile(r"(?:^|/)(?:worksheets/[^/]+|sharedstrings)\.xml$")
_BUILT_IN = {9: "0%", 10: "0.00%"}
_FIRST_CUSTOM = 164
# Workbooks from one template have the same styles, byte by byte.
_KNOWN_STYLES: dict[bytes, Mapping[int, str]] = {}
_MOST_STYLES = 16
# What makes a format show more than the number: per cent, thousands left out, literal text, a
# currency. Fill characters, widths of blanks, colours and locales show nothing.
_SILENT = re.compile(r"_.|\*.|\[(?!\$[^\]-])[^\[\]]*+\]")
_TELLING = re.compile(r"""[%"\\$¥￥€£\u3400-\u9fff]|,(?![0#?])""")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFacts:
    """One worksheet: rows and columns count from 1, cells are (row, column).

    `hidden_rows` are hidden by hand or by a filter; `errors` gives the text of each error cell;
    `merges` are first row, first column, last row, last column; `filtered` tells that an
    AutoFilter has criteria, `ours` which sheet of ours the tab is, or a copy of which. `aggregates`
    are cells whose formula condenses others of their own column, `pictures` those with a picture,
    `strays` cells with something in them that lie so far from all others that they are not read.
    """

    name: str
    state: str
    ours: OurSheet | None
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    errors: Mapping[tuple[int, int], str]
    merges: tuple[tuple[int, int, int, int], ...]
    filtered: bool
    aggregates: frozenset[tuple[int, int]]
    pictures: frozenset[tuple[int, int]]
    strays: tuple[tuple[int, int], ...]
    _package: Package = field(repr=False, compare=False)
    _part: str = field(repr=False, compare=False)
    _formats: Mapping[int, str] = field(repr=False, compare=False)
    _formatted: frozenset[int] | None = field(repr=False, compare=False)
    _without_results: frozenset[int] | None = field(repr=False, compare=False)

    def uncalculated_cells(self, columns: set[int]) -> dict[tuple[int, int], str]:
        """Return the formulas in `columns` that were stored without a result.

        Programs that do not calculate leave them so. Reads the sheet again, if it has any there.
        """
        if self._without_results is not None:
            columns = columns & self._without_results
        found = scan.uncalculated_cells(self._bytes(), columns) if columns else {}
        return {at: formula for at, formula in found.items() if not shows_picture(formula)}

    def format_codes(self, columns: set[int]) -> dict[tuple[int, int], str]:
        """Return the cells in `columns` whose number format shows more than the number.

        Reads the sheet again, if any of the columns has such a format.
        """
        if self._formatted is not None:
            columns = columns & self._formatted
        if not self._formats or not columns:
            return {}
        found = styled_cells(self._bytes(), columns, set(self._formats))
        return {cell: self._formats[style] for cell, style in found.items()}

    def _bytes(self) -> bytes:
        return as_utf8(self._package.read(self._part), self._package.file, self._part)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookFacts:
    """A workbook file: its worksheets in the order of their tabs, and what concerns all of them.

    `properties` are the custom document properties as text, `sha256` is the file's. `modified` is
    when a program last saved it, in UTC, None where it does not say, `author` who did, "" likewise.
    `cells_sha256` tells the worksheets and their texts but for our Summary: it stays while nobody
    else changes them. `opened` is the file itself.
    """

    date_1904: bool
    properties: Mapping[str, str]
    sha256: str
    sheets: tuple[SheetFacts, ...]
    modified: datetime | None = None
    author: str = ""
    cells_sha256: str = ""
    opened: WorkbookFile = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class _Scan:
    """What is gathered from a sheet's bytes while the gate has them inflated."""

    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    errors: Mapping[tuple[int, int], str]
    merges: tuple[tuple[int, int, int, int], ...]
    filtered: bool
    aggregates: frozenset[tuple[int, int]]
    without_results: frozenset[int] | None
    formatted: frozenset[int] | None
    pictures: frozenset[tuple[int, int]]


def read_properties(path: AnyFile | GivenFile) -> Mapping[str, str]:
    """Return the custom document properties of a workbook; no other part is looked at.

    Raises a WorkbookError for a file that cannot be opened.
    """
    with open_index(open_source(path, in_memory=False)) as opened:
        return _properties(opened.package)


def open_workbook_file(
    path: AnyFile | GivenFile, *, hashes: bool = False, only: Callable[[str], bool] | None = None
) -> WorkbookFacts:
    """Let a workbook file through the gate and return its facts, inflating each part once.

    `hashes` notes the SHA-256 of each part for a sheet to be put in later. `only` tells by their
    names which tabs are wanted beside our Summary: the facts are of those alone. Raises a
    WorkbookError for a file that must not or cannot be opened.
    """

    def wanted(workbook: Workbook) -> list[SheetEntry]:
        ours = {sheet.index for sheet in marked_sheets(workbook, SUMMARY)}
        return [s for s in workbook.sheets if only is None or s.index in ours or only(s.name)]

    scans: dict[str, _Scan] = {}

    def gather(book: WorkbookFile, part: str, sheet: bytes) -> None:
        scans[part] = _scan(sheet, book)

    opened = open_file(open_source(path), gather, hashes=hashes, wanted=wanted)
    package, workbook = opened.package, opened.workbook
    modified, author = _saved(package)
    ours = {sheet.index: kind for kind in OUR_SHEETS for sheet in marked_sheets(workbook, kind)}
    return WorkbookFacts(
        date_1904=workbook.date_1904,
        properties=MappingProxyType(_properties(package)),
        sha256=opened.source.sha256,
        sheets=tuple(
            _sheet_facts(
                sheet,
                sheet.part,
                scans.get(sheet.part) or _scan(b"", opened),
                opened,
                ours=ours.get(sheet.index),
            )
            for sheet in wanted(workbook)
            if sheet.kind == "worksheet" and sheet.part is not None
        ),
        modified=modified,
        author=author,
        cells_sha256=_cells_sha256(package, workbook, set(ours)),
        opened=opened,
    )


def _cells_sha256(package: Package, workbook: Workbook, tabs: set[int]) -> str:
    """Hash what cells are made of, by the checksums that the archive keeps of each part."""
    ours = {part_key(s.part) for s in workbook.sheets if s.index in tabs and s.part}
    lines = sorted(
        f"{key} {entry.crc:08x} {entry.size}"
        for entry in package.entries()
        if (key := part_key(entry.name)) not in ours and _CELLS.search(key)
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _scan(text: bytes, book: WorkbookFile) -> _Scan:
    errors = scan.error_cells(text)
    # A picture that can be shown is no error to a program that knows it.
    images = picture_values(book.package, book.workbook) if errors else frozenset()
    pictures = picture_cells(text, images) if errors else frozenset()
    errors = {at: error for at, error in errors.items() if at not in pictures}
    return _Scan(
        scan.hidden_rows(text),
        scan.hidden_columns(text),
        MappingProxyType(errors),
        scan.merges(text),
        scan.filtered(text),
        scan.aggregates(text),
        scan.columns_without_results(text),
        styled_columns(text, set(_telling_formats(book.package, book.workbook))),
        pictures,
    )


def _sheet_facts(
    sheet: SheetEntry,
    part: str,
    scan: _Scan,
    opened: WorkbookFile,
    *,
    ours: OurSheet | None,
) -> SheetFacts:
    return SheetFacts(
        name=sheet.name,
        state=sheet.state,
        ours=ours,
        hidden_rows=scan.hidden_rows,
        hidden_columns=scan.hidden_columns,
        errors=scan.errors,
        merges=scan.merges,
        filtered=scan.filtered,
        aggregates=scan.aggregates,
        pictures=scan.pictures,
        strays=tuple(sorted(opened.strays[part].strays)) if part in opened.strays else (),
        _package=opened.package,
        _part=part,
        _formats=_telling_formats(opened.package, opened.workbook),
        _formatted=scan.formatted,
        _without_results=scan.without_results,
    )


def _telling_formats(package: Package, workbook: Workbook) -> Mapping[int, str]:
    """Return the number formats of cell styles (cellXfs) that show more than the number."""
    part = next((r.target for r in package.relationships(workbook.part) if r.kind == "styles"), "")
    if part not in package:
        return {}
    written = package.read(part)
    known = _KNOWN_STYLES.get(written)
    if known is None:
        if len(_KNOWN_STYLES) >= _MOST_STYLES:
            _KNOWN_STYLES.clear()
        known = _KNOWN_STYLES[written] = _formats_of(package.parse(part))
    return known


def _formats_of(root: _Element) -> dict[int, str]:
    """Return the telling formats; a currency in a built-in one is that of whoever looks at it."""
    codes = dict(_BUILT_IN)
    for group in children(root, "numFmts"):
        for declared in children(group, "numFmt"):
            format_id, code = number(declared.get("numFmtId")), declared.get("formatCode", "")
            if format_id is None:
                continue
            is_custom = format_id >= _FIRST_CUSTOM
            if _TELLING.search(_SILENT.sub("", code)) and (is_custom or "%" in code):
                codes[format_id] = code
            else:
                codes.pop(format_id, None)
    return {
        index: codes[format_id]
        for group in children(root, "cellXfs")
        for index, xf in enumerate(children(group, "xf"))
        if (format_id := number(xf.get("numFmtId"))) in codes and format_id is not None
    }


def _saved(package: Package) -> tuple[datetime | None, str]:
    """Return when and by whom the core properties say that the workbook was last saved."""
    part = next((r.target for r in package.relationships("") if r.kind in CORE), "")
    if part not in package:
        return None, ""
    said = {local(e): (e.text or "").strip() for e in package.parse(part)}
    author = said.get("lastModifiedBy", "")
    try:
        moment = datetime.fromisoformat(said.get("modified", ""))
        # W3C dates without a zone are rare; programs that write them mean UTC.
        zoned = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter at the ends of time
        return None, author
    return zoned, author


def _properties(package: Package) -> dict[str, str]:
    """Return the custom document properties as text."""
    kinds = ("custom-properties", "customProperties")
    part = next((r.target for r in package.relationships("") if r.kind in kinds), "")
    if part not in package:
        return {}
    found: dict[str, str] = {}
    for declared in children(package.parse(part), "property"):
        name = declared.get("name")
        value = next((child for child in declared if local(child)), None)
        if name and value is not None:
            text = "".join(value.itertext())
            if local(value) == "bool":
                text = "true" if is_true(text) else "false"
            found[name] = text
    return found

"""Generate a workbook: one walk over the template, sheet by sheet."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import xlsxwriter

from ..errors import UsageError, WorkbookExists
from ..files import check_replaceable, exists, real_path, replace_file
from ..formulas import compute
from ..records import Attachment, Origin, SheetRecords
from ..review import Entry
from ..styles import FONTS
from ..template import Campaign, FormSheet, SettingValue, TableSheet, Template, Threshold
from ..texts import Language, Text
from .attached import draw_attachment
from .beside import draw_reserved
from .book import Book, GivenChoices, ListEntry, Looks, attributes_by_list, resolve_lists
from .cells import as_drawn
from .checks import fits
from .forms import draw_page
from .guide import draw_guide
from .lists import draw_lists
from .parts import TablePart, drawn_template, parts_of
from .review import draw_review
from .tables import draw_table

_CREATED = datetime(2000, 1, 1)
_GENERATOR = "marketing_sheets"
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_MOST_IN_MEMORY = 20_000  # records; beyond, the sheets wait in temporary files to be packed


def write_workbook(
    template: Template,
    path: Path,
    *,
    language: Language = "zh-Hans",
    form: Mapping[str, object] | None = None,
    records: Mapping[str, SheetRecords] | None = None,
    choices: Mapping[str, GivenChoices] | None = None,
    departments: Sequence[str] = (),
    settings: Mapping[str, SettingValue] | None = None,
    rows: int | None = None,
    as_of: date | None = None,
    created: datetime | None = None,
    holidays: Sequence[date] = (),
    thresholds: Sequence[Threshold] = (),
    attachments: Sequence[Attachment] = (),
    entries: Sequence[Entry] = (),
    kind: str = "",
    split: str = "",
    overwrite: bool = False,
) -> Path:
    """Write a workbook of `template` for staff to fill in, and return its path.

    `form` gives values by field id, `records` the records by sheet id; `choices` and `departments`
    take the place of an open list's entries, `settings` that of a setting's value, `thresholds` of
    the rules of alerts. Each table gets `rows` blank rows (None: as its template says). Figures
    stand as of the form's own day, else `as_of`, else the day of `created`, which goes into the
    document properties (None: a fixed day). The same arguments give the same bytes.

    Records with `extras` or `origins` get columns for them right of the table; more of them than
    a sheet of Excel holds continue in numbered sheets. `attachments` stand as plain sheets after
    the tables; `entries` are those of the Review. `kind` and `split` go into the properties.

    Raises WorkbookExists, WorkbookInUse, ExcelLimitError, UsageError for ids the template lacks.
    """
    form, records, buffer = form or {}, records or {}, io.BytesIO()
    _check_free(path, overwrite=overwrite)
    _check_ids(template, form, records, settings or {})
    book = _open_book(
        buffer,
        template,
        language=language,
        form=form,
        lists=resolve_lists(template, language, choices or {}, departments),
        settings={k: s.value for k, s in template.settings.items()} | dict(settings or {}),
        as_of=as_of or (created.date() if created else None),
        holidays=tuple(sorted(set(holidays))),
        thresholds=tuple(thresholds),
        entries=entries,
    )
    parts = parts_of(template, records, lambda sheet: fits(sheet, book), rows)
    book = replace(book, template=drawn_template(template, parts))
    with warnings.catch_warnings():
        # Each of them comes with an answer below zero, and that is raised as an error.
        warnings.filterwarnings("ignore", category=UserWarning, module=r"xlsxwriter\.")
        _draw(book, parts, records, rows, attachments)
        _describe(book, created or _CREATED, kind, split)
        book.workbook.close()
    replace_file(real_path(path), [buffer.getbuffer()], is_new=not overwrite)
    return path


def write_attachments(
    template: Template,
    path: Path,
    attachments: Sequence[Attachment],
    *,
    language: Language,
    kind: str,
    created: datetime | None = None,
    overwrite: bool = False,
) -> Path:
    """Write plain sheets as a workbook of their own, which is none of the template's.

    The arguments are those of `write_workbook`; the first sheet names the workbook.
    """
    _check_free(path, overwrite=overwrite)
    buffer, title = io.BytesIO(), template.title[language]
    book = _open_book(
        buffer,
        replace(template, id=kind),
        language=language,
    )
    for attachment in attachments:
        draw_attachment(attachment, book)
    title = f"{attachments[0].title[language]} · {title}"
    book.workbook.set_properties({"title": title, "created": created or _CREATED})
    for key, value in (("generator", _GENERATOR), ("kind", kind), ("language", language)):
        book.workbook.set_custom_property(key, value)
    book.workbook.close()
    replace_file(real_path(path), [buffer.getbuffer()], is_new=not overwrite)
    return path


def _open_book(
    buffer: io.BytesIO,
    template: Template,
    *,
    language: Language,
    form: Mapping[str, object] = _NOTHING,
    lists: Mapping[str, tuple[ListEntry, ...]] = _NOTHING,
    settings: Mapping[str, SettingValue] = _NOTHING,
    as_of: date | None = None,
    holidays: tuple[date, ...] = (),
    thresholds: tuple[Threshold, ...] = (),
    entries: Sequence[Entry] = (),
) -> Book:
    """Open an empty workbook whose default type face, which widths are counted in, is ours."""
    face = {"font_name": FONTS[language], "font_size": 10}
    # A figure that outgrows what a cell holds is shown as Excel would show it.
    options = {"in_memory": True, "default_format_properties": face, "nan_inf_to_errors": True}
    workbook = xlsxwriter.Workbook(buffer, options)
    workbook.use_zip64()  # or else no sheet may be larger than 2 GiB
    return Book(
        workbook=workbook,
        template=template,
        language=language,
        looks=Looks(workbook, language),
        lists=lists,
        form=form,
        settings=settings,
        as_of=_day(form.get(Campaign.AS_OF)) or as_of,
        start=_day(form.get(Campaign.START_DATE)),
        end=_day(form.get(Campaign.END_DATE)),
        holidays=holidays,
        thresholds=thresholds,
        entries=entries,
    )


def _draw(
    book: Book,
    parts: Mapping[str, TablePart],
    records: Mapping[str, SheetRecords],
    rows: int | None,
    attachments: Sequence[Attachment],
) -> None:
    """Draw all sheets: the Summary leftmost, the form in front, the lists last."""
    language = book.language
    # XlsxWriter's own text in memory takes four bytes a character, and as much again to be packed.
    if sum(len(given.frame) for given in records.values()) > _MOST_IN_MEMORY:
        book.workbook.in_memory = False
    summary = book.add_sheet(book.tab("summary"), "summary")
    draw_review(book.add_sheet(book.tab("review")), book)
    front = None
    attributes = attributes_by_list(book.lists)
    computed: dict[str, SheetRecords] = {}
    told: dict[str, int] = {}
    for sheet in book.template.tabs:
        is_guide = isinstance(sheet, FormSheet) and not sheet.areas
        pen = book.add_sheet(sheet.label[language], "other" if is_guide else "input")
        front = front or pen
        if isinstance(sheet, FormSheet):
            front = pen if sheet is book.template.form else front
            if sheet.areas:
                draw_page(sheet, _on_page(sheet, book, records), pen, book)
            else:
                draw_guide(sheet, pen, book)
            continue
        part = parts[sheet.id]
        if part.of not in computed:
            given = records.get(part.of) or _no_records(sheet, language)
            filled = compute(
                as_drawn(given, sheet, book),
                template=book.template,
                as_of=book.as_of,
                choices=attributes,
                settings=book.settings,
            )
            computed[part.of] = replace(filled, raw=given.raw)
        blank_rows = part.blank_rows(sheet.blank_rows if rows is None else rows)
        told[sheet.id] = draw_table(
            part.records(computed[part.of]), blank_rows, pen, book, stamp=part.stamp
        )
    for attachment in attachments:
        draw_attachment(attachment, book)
    draw_lists(book.add_sheet(book.tab("lists")), book)
    draw_reserved(summary, book, computed, told)
    if front is not None:
        front.worksheet.activate()
        # In front, but not selected: a Summary put in front later leaves this sheet as it is.
        front.worksheet.selected = 0


def _on_page(
    form: FormSheet, book: Book, records: Mapping[str, SheetRecords]
) -> dict[str, SheetRecords]:
    """Return the records of the tables that a form shows on its page."""
    return {
        sheet.id: records.get(sheet.id) or _no_records(sheet, book.language)
        for sheet in book.template.tables
        if book.template.host(sheet.id) is form
    }


def _describe(book: Book, created: datetime, kind: str, split: str) -> None:
    template = book.template
    title = template.title[book.language]
    name = book.form.get(Campaign.NAME)
    book.workbook.set_properties(
        {
            "title": f"{title} · {name}" if isinstance(name, str) and name else title,
            "subject": template.brand[book.language],
            "created": created,
        }
    )
    for key, value in (
        ("template", template.id),
        ("template_version", template.version),
        ("language", book.language),
        ("generator", _GENERATOR),
        ("kind", kind),
        ("split", split),
    ):
        if value:
            book.workbook.set_custom_property(key, value)


def _check_free(path: Path, *, overwrite: bool) -> None:
    if exists(path) and not overwrite:
        raise WorkbookExists("file_exists", file=path.name)
    check_replaceable(path)


def _check_ids(
    template: Template,
    form: Mapping[str, object],
    records: Mapping[str, SheetRecords],
    settings: Mapping[str, SettingValue],
) -> None:
    given = {
        "sheet": (records, [sheet.id for sheet in template.tables]),
        "field": (form, [field.id for field in template.fields()]),
        "setting": (settings, list(template.settings)),
    }
    for kind, (names, known) in given.items():
        for name in names:
            if name not in known:
                raise UsageError.unknown(kind, name, known)


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _no_records(sheet: TableSheet, language: Language) -> SheetRecords:
    """Return what stands in a table nobody has filled: the rows it begins with."""
    numbers: dict[str, str] = dict.fromkeys(
        ("number", "money", "percent", "ratio", "quantity"), "Float64"
    )
    kinds = numbers | {"integer": "Int64", "date": "datetime64[s]"}
    cells: dict[str, list[str | None]] = {
        column.id: [_wording(row.get(column.id), language) for row in sheet.start]
        for column in sheet.columns
    }
    frame = pd.DataFrame(
        {c.id: pd.Series(cells[c.id], dtype=kinds.get(c.type, "str")) for c in sheet.columns}
    )
    return SheetRecords(
        sheet=sheet.id,
        frame=frame,
        raw=frame.astype(object),
        rows=frame.index.to_numpy(),
        origin=Origin(file=None, sheet=sheet.label[language], header_row=0, columns={}),
    )


def _wording(cell: str | Text | None, language: Language) -> str | None:
    return cell[language] if isinstance(cell, Text) else cell

"""Records and tidy tables as CSV, JSON or Parquet files, keyed by column id or named by labels."""

from __future__ import annotations

import io
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from . import files
from .errors import UsageError, WorkbookExists, as_language
from .logs import logged
from .texts import Language, book, say

if TYPE_CHECKING:
    import pandas as pd

    from .records import HasReading, Reading, SheetRecords
    from .template import Column, FormSheet, TableSheet, Template


ExportFormat = Literal["csv", "json", "parquet"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
ExportTable = Literal["records", "metrics", "problems", "alerts", "history"]
EXPORT_TABLES: tuple[ExportTable, ...] = get_args(ExportTable)
_Asked = ExportTable | Literal["all"]


@logged("wrote")
def export_records(
    reading: Reading | HasReading,
    folder: os.PathLike[str] | str,
    file_format: ExportFormat,
    *,
    tables: Collection[_Asked] | _Asked = "records",
    labels: bool = False,
    language: Language | None = None,
    overwrite: bool = False,
) -> tuple[Path, ...]:
    """Write each sheet's records to `<folder>/<sheet id>.<format>` and return the paths.

    `reading` is one, or a result that holds one. Inputs and recomputed columns stand in template
    order; dates are ISO, percentages fractions, choices ids, what is missing is empty (CSV) or
    null. Beside a quantity stand its kind (number, money, percent, ratio, growth) as `<id>.kind`
    and what was typed, unit and all, as `<id>.raw`. The form becomes `<form id>.<format>` with one
    record. Records of a merge or split tell in columns `trace.<name>` where they come from. CSV is
    UTF-8 with the mark that makes Excel read it as such; texts stay as staff typed them, so a
    program that opens it in Excel should import it as text.

    `tables` may name metrics, problems, alerts and history too, or instead, or "all": what
    `metrics_frame` and the like give, as `metrics.<format>`, or `tidy.metrics.<format>` where a
    sheet is called metrics. With `labels` columns are called, and choices said, by their labels in
    `language` (None: the workbook's): for people, not to be read again.

    Raises WorkbookExists before anything is written, UsageError for an unknown format or table, for
    metrics or alerts without a day, or if Parquet support is missing, OSError or WorkbookError
    where the folder cannot be written.
    """
    if file_format not in EXPORT_FORMATS:
        known = ", ".join(EXPORT_FORMATS)
        raise UsageError("unknown_export_format", format=file_format, known=known)
    # One name is meant as one name, not as its letters.
    asked: set[str] = {tables} if isinstance(tables, str) else {*tables}
    for unknown in sorted(asked.difference(EXPORT_TABLES, ("all",))):
        raise UsageError("unknown_export_table", table=unknown, known=", ".join(EXPORT_TABLES))
    wanted = [name for name in EXPORT_TABLES if asked.intersection((name, "all"))]
    from .records import reading_of  # noqa: PLC0415 - it loads pandas

    folder, reading = files.as_path(folder), reading_of(reading)
    spoken = as_language(language, reading.language)
    found = _tables(reading, wanted, spoken)
    targets = {name: folder / f"{name}.{file_format}" for name in found}
    for target in targets.values() if not overwrite else ():
        if files.exists(target):
            raise WorkbookExists("file_exists", file=str(target))
    if file_format == "parquet":
        _need_parquet()
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in found.items():
        frame = _labelled(table) if labels else table.frame
        files.replace_file(targets[name], [_written(frame, file_format)], is_new=not overwrite)
    return tuple(targets.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table keyed by ids; what its columns are called in words, and the words for its values."""

    frame: pd.DataFrame
    heads: Mapping[str, str]
    words: Mapping[str, Mapping[Any, str]] = field(default_factory=dict)


def _tables(
    reading: Reading, tables: Collection[ExportTable], language: Language
) -> dict[str, _Table]:
    """Return what is asked for, by the name of its file."""
    template = reading.template
    found: dict[str, _Table] = {}
    if "records" in tables:
        for form in template.forms:
            found[form.id] = _form(reading, form, language)
        for sheet in template.tables:
            if sheet.id in reading.sheets:
                found[sheet.id] = _records(template, sheet, reading.sheets[sheet.id], language)
    taken = {sheet.id for sheet in template.sheets}
    for name in EXPORT_TABLES[1:]:
        if name in tables:
            found[f"tidy.{name}" if name in taken else name] = _tidy(reading, name, language)
    return found


def _form(reading: Reading, form: FormSheet, language: Language) -> _Table:
    import pandas as pd  # noqa: PLC0415 - the command line lists the formats without it

    fields = {field.id: reading.form.get(field.id) for field in form.fields}
    return _Table(
        frame=pd.DataFrame([fields], dtype=object),
        heads={column.id: column.label[language] for column in form.fields},
        words={column.id: _choices(reading.template, column, language) for column in form.fields},
    )


def _records(
    template: Template, sheet: TableSheet, records: SheetRecords, language: Language
) -> _Table:
    import pandas as pd  # noqa: PLC0415 - as above

    from .records import TRACES  # noqa: PLC0415 - it loads pandas

    columns: dict[str, pd.Series[Any]] = {}
    heads = {f"trace.{name}": say("sheets", f"trace.{name}", language) for name in TRACES}
    words: dict[str, Mapping[Any, str]] = {}
    for column in sheet.columns:
        if column.id not in records.frame:
            continue
        values: pd.Series[Any] = records.frame[column.id]
        columns[column.id] = _yes_no(values) if column.type == "yes_no" else values
        heads[column.id] = label = column.label[language]
        words[column.id] = _choices(template, column, language)
        if column.type == "quantity" and not column.is_computed and column.id in records.raw:
            typed = records.raw[column.id]
            if column.id in records.kinds:
                columns[f"{column.id}.kind"] = records.kinds[column.id]
            columns[f"{column.id}.raw"] = typed.map(str, na_action="ignore").astype("str")
            for name in ("kind", "raw"):
                heads[f"{column.id}.{name}"] = say("tables", f"of.{name}", language, label=label)
            words[f"{column.id}.kind"] = _words("unit", language)
    if records.origins is not None:
        columns |= {f"trace.{n}": records.origins[n] for n in TRACES if n in records.origins}
    return _Table(frame=pd.DataFrame(columns), heads=heads, words=words)


def _tidy(reading: Reading, name: str, language: Language) -> _Table:
    from . import tidy  # noqa: PLC0415 - it loads pandas
    from .summary import reason_words  # noqa: PLC0415 - as above

    if name == "history":
        return _history(reading, language)
    make = {"metrics": tidy.metrics_frame, "problems": tidy.problems_frame}
    frame = make.get(name, tidy.alerts_frame)(reading, language=language)
    heads = _words("head", language)
    heads |= {f"trace.{name}": say("sheets", f"trace.{name}", language) for name in _SOURCES}
    words: dict[str, Mapping[Any, str]] = {}
    for part in ("unit", "severity", "state"):
        words[part] = _words(part, language)
    if name == "metrics":
        columns = tidy.level_columns(reading)
        for level, column in columns.items():
            heads[level] = column.label[language]
            words[level] = _choices(reading.template, column, language)
        reasons = frame["reason"].dropna().unique()
        words["reason"] = {reason: reason_words(reason, language) for reason in reasons}
        words["level"] = {
            level: " × ".join(heads[key] for key in level.split(","))
            for level in frame["level"].unique()
        }
    return _Table(frame=frame, heads=heads, words=words)


def _history(reading: Reading, language: Language) -> _Table:
    from .history import HEADLINE, HEALTHS  # noqa: PLC0415 - it loads pandas
    from .summary import headline_name  # noqa: PLC0415 - as above
    from .tidy import history_frame  # noqa: PLC0415 - as above

    frame = history_frame(reading)
    heads = _words("head", language)
    for name in map(str, frame.columns):
        if name.startswith(HEADLINE):
            metric = name.removeprefix(HEADLINE)
            heads[name] = headline_name(reading.template, metric, language)
    verdicts = {health: say("summary", f"verdict.{health}", language) for health in HEALTHS}
    return _Table(frame=frame, heads=heads, words={"health": verdicts})


def _choices(template: Template, column: Column, language: Language) -> dict[Any, str]:
    """Return the words for a column's values: the labels of its choices, or yes and no."""
    if column.type == "yes_no":
        return {known: say("sheets", f"yes_no.{word}", language) for known, word in _YES_NO}
    choices = template.choices.get(column.choices or "")
    return {} if choices is None else {item.id: item.label[language] for item in choices.items}


_SOURCES = ("department", "campaign")
_YES_NO = ((True, "yes"), (False, "no"), ("yes", "yes"), ("no", "no"))


def _words(part: str, language: Language) -> dict[str, str]:
    return {name: text[language] for name, text in book("tables")[part].items()}


def _labelled(table: _Table) -> pd.DataFrame:
    """Return a table in words; of two columns with one name the second says its id too."""
    frame = table.frame.copy()
    for name, words in table.words.items():
        if words and name in frame:
            frame[name] = frame[name].map(lambda value, words=words: words.get(value, value))
    heads: list[str] = []
    for name in frame.columns:
        head = table.heads[name]
        heads.append(f"{head} ({name})" if head in heads else head)
    return frame.set_axis(heads, axis=1)


def _yes_no(values: pd.Series[Any]) -> pd.Series[Any]:
    """Return true and false where the records have words for them."""
    return values.map({"yes": True, "no": False}).astype("boolean")


def _written(frame: pd.DataFrame, file_format: ExportFormat) -> bytes:
    if file_format == "parquet":
        parquet = io.BytesIO()
        frame.to_parquet(parquet, index=False)
        return parquet.getvalue()
    if file_format == "csv":
        # Fifteen digits are what Excel shows and keeps; more is noise of the arithmetic.
        text = _iso(frame).to_csv(index=False, lineterminator="\n", float_format="%.15g")
        return text.encode("utf-8-sig", "replace")
    import json  # noqa: PLC0415 - the command line lists the formats without it

    rows = [dict(zip(frame.columns, row, strict=True)) for row in _plain(_iso(frame))]
    text = json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode("utf-8", "backslashreplace")


def _iso(frame: pd.DataFrame) -> pd.DataFrame:
    dates = frame.select_dtypes("datetime").columns
    return frame.assign(**{name: frame[name].dt.strftime("%Y-%m-%d") for name in dates})


def _plain(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    columns = [frame[name].astype(object).where(frame[name].notna(), None) for name in frame]
    return [tuple(map(_json_value, row)) for row in zip(*columns, strict=True)]


def _json_value(value: object) -> object:
    if hasattr(value, "isoformat"):
        return value.isoformat()
    value = value.item() if hasattr(value, "item") else value
    return float(f"{value:.15g}") if isinstance(value, float) else value


def _need_parquet() -> None:
    try:
        import pyarrow  # noqa: F401, PLC0415 - only its presence matters
    except ImportError:
        raise UsageError("parquet_missing") from None

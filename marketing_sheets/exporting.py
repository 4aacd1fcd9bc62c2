"""Typed records as CSV, JSON or Parquet files, one a sheet, keyed by column id."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from . import files
from .errors import UsageError, WorkbookExists
from .logs import logged

if TYPE_CHECKING:
    import pandas as pd

    from .records import Reading, SheetRecords
    from .template import TableSheet


ExportFormat = Literal["csv", "json", "parquet"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)


@logged("wrote")
def export_records(
    reading: Reading, folder: Path | str, file_format: ExportFormat, *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write each sheet's records to `<folder>/<sheet id>.<format>` and return the paths.

    Inputs and recomputed columns stand in template order; dates are ISO, percentages fractions,
    choices ids, what is missing is empty (CSV) or null. Beside a quantity stand its kind (number,
    money, percent, ratio, growth) as `<id>.kind` and what was typed, unit and all, as `<id>.raw`.
    The form becomes `<form id>.<format>` with one record. Records of a merge or split tell in
    columns `trace.<name>` where they come from. CSV is UTF-8 with the mark that makes Excel read it
    as such; texts stay as staff typed them, so a program that opens it in Excel should import it as
    text.

    Raises WorkbookExists before anything is written, UsageError for an unknown format or if
    Parquet support is missing, OSError or WorkbookError where the folder cannot be written.
    """
    if file_format not in EXPORT_FORMATS:
        known = ", ".join(EXPORT_FORMATS)
        raise UsageError("unknown_export_format", format=file_format, known=known)
    folder = Path(folder)
    frames = _frames(reading)
    targets = {name: folder / f"{name}.{file_format}" for name in frames}
    for target in targets.values() if not overwrite else ():
        if files.exists(target):
            raise WorkbookExists("file_exists", file=str(target))
    if file_format == "parquet":
        _need_parquet()
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in frames.items():
        files.replace_file(targets[name], [_written(frame, file_format)], is_new=not overwrite)
    return tuple(targets.values())


def _frames(reading: Reading) -> dict[str, pd.DataFrame]:
    import pandas as pd  # noqa: PLC0415 - the command line lists the formats without it

    frames: dict[str, pd.DataFrame] = {}
    for form in reading.template.forms:
        fields = {field.id: reading.form.get(field.id) for field in form.fields}
        frames[form.id] = pd.DataFrame([fields], dtype=object)
    for sheet in reading.template.tables:
        if sheet.id in reading.sheets:
            frames[sheet.id] = pd.DataFrame(_columns(sheet, reading.sheets[sheet.id]))
    return frames


def _columns(sheet: TableSheet, records: SheetRecords) -> dict[str, pd.Series[Any]]:
    from .records import TRACES  # noqa: PLC0415 - it loads pandas

    columns: dict[str, pd.Series[Any]] = {}
    for column in sheet.columns:
        if column.id not in records.frame:
            continue
        values: pd.Series[Any] = records.frame[column.id]
        columns[column.id] = _yes_no(values) if column.type == "yes_no" else values
        if column.type == "quantity" and not column.is_computed and column.id in records.raw:
            typed = records.raw[column.id]
            if column.id in records.kinds:
                columns[f"{column.id}.kind"] = records.kinds[column.id]
            columns[f"{column.id}.raw"] = typed.map(str, na_action="ignore").astype("str")
    if records.origins is not None:
        columns |= {f"trace.{n}": records.origins[n] for n in TRACES if n in records.origins}
    return columns


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

"""Tables that the Summary knows only by their metrics: a company's own, or a template without."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from ..alerts import Phrase, label_of
from ..metrics import Figure, by, figure, metric_frame, up_to_day
from ..metrics_figures import is_later, is_unread
from ..records import Reading
from ..templates import Column, Metric, Role, TableSheet, Template
from .model import OwnRow, OwnTable, Tile

__all__ = ["MOST_TILES", "choice_columns", "known_sheets", "others_than", "own_tables", "own_tiles"]

# What plays these has tiles and sections of its own.
_KNOWN: tuple[Role, ...] = ("daily", "master")
MOST_TILES = 6
_MOST_ROWS = 12


def known_sheets(template: Template) -> tuple[str, ...]:
    """Return the sheets that have tiles and sections of their own."""
    return tuple(sheet for role in _KNOWN if (sheet := template.sheet_for(role)))


def choice_columns(sheet: TableSheet) -> tuple[Column, ...]:
    """Return the columns by which a table's figures can be told apart."""
    kinds = ("choice", "department")
    return tuple(one for one in sheet.columns if one.type in kinds and not one.hidden)


def others_than(frame: pd.DataFrame, key: str, names: Sequence[object]) -> pd.DataFrame:
    """Return the rows of all groups but those named; None names the rows without a key."""
    shown = frame[key].isin([name for name in names if name is not None])
    if None in names:
        shown |= frame[key].isna()
    rows: pd.DataFrame = frame.loc[~shown.to_numpy(dtype=bool)]
    return rows


def _metrics(template: Template, sheet: TableSheet) -> tuple[Metric, ...]:
    """Return a table's metrics; where the whole template has none, the sums of what adds up."""
    if template.metrics:
        return tuple(one for one in template.metrics if one.sheet == sheet.id)
    return tuple(
        Metric(
            id=column.id,
            label=column.label,
            sheet=sheet.id,
            numerator=column.id,
            unit="money" if column.type == "money" else "number",
        )
        for column in sheet.inputs
        if column.additive
    )


def own_tiles(reading: Reading, taken: int, *, as_of: date) -> tuple[Tile, ...]:
    """Return tiles for the template's own metrics, in its order, as many as there is room for."""
    known = known_sheets(reading.template)
    tables = {s.id: s for s in reading.template.tables if s.id not in known}
    frames = {name: metric_frame(reading, name, as_of=as_of) for name in tables}
    own = [one for sheet in tables.values() for one in _metrics(reading.template, sheet)]
    order = list(reading.template.metrics) or own
    chosen = [one for one in order if one.sheet in tables][: MOST_TILES - taken]
    return tuple(_tile(one, frames[one.sheet]) for one in chosen)


def _tile(metric: Metric, frame: pd.DataFrame) -> Tile:
    one = figure(metric, frame)
    left_out = one.left_out
    if metric.denominator is None:
        # A blank adds nothing to a sum, so that nothing is missing from it.
        left_out = int((is_later(frame) | is_unread(frame, metric.numerator)).sum())
    params = {"count": one.rows, "left": left_out}
    code = "tile.rows_left_out" if left_out else "tile.rows"
    return Tile(
        id=metric.id,
        figure=one,
        target=Phrase(code=code, params=params, count=one.rows),
        label=metric.label,
    )


def own_tables(reading: Reading, tiles: Sequence[Tile], *, as_of: date) -> tuple[OwnTable, ...]:
    """Return a table for each sheet with metrics; none where the tiles have said it all."""
    said = {tile.id for tile in tiles if tile.label is not None}
    known, tables = known_sheets(reading.template), []
    for sheet in reading.template.tables:
        metrics, keys = _metrics(reading.template, sheet), choice_columns(sheet)
        if sheet.id in known or not metrics:
            continue
        if keys or any(metric.id not in said for metric in metrics):
            frame = up_to_day(metric_frame(reading, sheet.id, as_of=as_of))
            tables.append(_table(reading, sheet, metrics, keys[0] if keys else None, frame))
    return tuple(tables)


def _table(
    reading: Reading,
    sheet: TableSheet,
    metrics: tuple[Metric, ...],
    key: Column | None,
    frame: pd.DataFrame,
) -> OwnTable:
    rows: list[OwnRow] = []
    if key is not None and key.id in frame:
        groups = by(metrics, frame, [key.id]).groups
        ranked = sorted(groups, key=lambda group: -_size(group.figures[metrics[0].id]))
        shown = ranked if len(ranked) <= _MOST_ROWS else ranked[: _MOST_ROWS - 1]
        counts = frame[key.id].astype(object).value_counts().to_dict()
        blank = int(frame[key.id].isna().sum())
        for group in shown:
            name = label_of(reading.template, key.choices or "", str(group.name or ""))
            count = blank if group.name is None else int(counts[group.name])
            rows.append(OwnRow(name=name, figures=group.figures, count=count))
        if len(shown) < len(ranked):
            rest = others_than(frame, key.id, [group.name for group in shown])
            rows.append(_whole(metrics, rest, others=len(ranked) - len(shown)))
    return OwnTable(
        sheet=sheet.id,
        by=None if key is None else key.label,
        metrics=metrics,
        rows=tuple(rows),
        total=_whole(metrics, frame) if len(frame) else None,
    )


def _size(one: Figure) -> float:
    value = one.numerator if one.numerator is not None else one.value
    return float("-inf") if value is None else value


def _whole(metrics: Sequence[Metric], frame: pd.DataFrame, *, others: int = 0) -> OwnRow:
    figures = {one.id: figure(one, frame) for one in metrics}
    return OwnRow(name="", figures=figures, count=len(frame), others=others)

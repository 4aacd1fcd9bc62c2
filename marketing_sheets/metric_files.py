"""Read metrics: what is known of them by name, and those that are figures over a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .known_metrics import DIMENSIONS, LEVELS, ROLLUPS, UNITS, KnownMetric, Rollup
from .languages import fold
from .templates import Metric, Sheet, TableSheet
from .toml_tables import TomlTable

__all__ = ["ReadMetric", "figures_for", "read_metrics", "registry_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMetric:
    """One entry: what is known of it, and the figure if a table holds what it is made of."""

    known: KnownMetric
    figure: Metric | None


def read_metrics(tables: Iterable[TomlTable]) -> tuple[ReadMetric, ...]:
    """Read the entries of a list `[[metrics]]`."""
    return tuple(_metric(table) for table in tables)


def _metric(table: TomlTable) -> ReadMetric:
    unit = table.one_of("unit", UNITS, "number")
    denominator = table.optional_string("denominator")
    is_ratio = denominator is not None or unit in ("percent", "ratio")
    rollup: Rollup = "ratio" if is_ratio else "sum"
    level = table.one_of("level", LEVELS, "result") if "level" in table else None
    dimension = table.one_of("dimension", DIMENSIONS, "revenue") if "dimension" in table else None
    known = KnownMetric(
        id=table.string("id"),
        label=table.text("label"),
        aliases=table.strings("aliases"),
        unit=unit,
        direction=table.one_of("direction", ("higher", "lower"), "higher"),
        rollup=table.one_of("rollup", ROLLUPS, rollup),
        level=level,
        dimension=dimension,
        source=table.string("source", ""),
        setting=table.optional_string("setting"),
        stands_for=table.string_by_key("stands_for"),
        reverses=table.flag("reverses"),
    )
    figure = None
    if "numerator" in table or "sheet" in table or denominator is not None:
        figure = Metric(
            id=known.id,
            label=known.label,
            sheet=table.string("sheet"),
            numerator=table.string("numerator"),
            denominator=denominator,
            minus=table.optional_string("minus"),
            unit=unit,
            direction=known.direction,
            aliases=known.aliases,
            source=known.source,
        )
    table.close()
    return ReadMetric(known=known, figure=figure)


def figures_for(
    own: Sequence[ReadMetric], shared: Sequence[ReadMetric], sheets: Iterable[Sheet]
) -> tuple[Metric, ...]:
    """Join the template's own figures with the shared ones its sheets have the columns for."""
    replaced = {one.known.id for one in own}
    tables = [sheet for sheet in sheets if isinstance(sheet, TableSheet)]
    columns = {sheet.id: {column.id for column in sheet.columns} for sheet in tables}
    # A shared metric names a role; it is the first sheet's that plays it.
    players: dict[str, str] = {s.role: s.id for s in reversed(tables) if s.role}
    figures = [one.figure for one in shared if one.figure and one.known.id not in replaced]
    fitting = (
        metric
        for metric in (replace(one, sheet=players.get(one.sheet, one.sheet)) for one in figures)
        if {metric.numerator, metric.denominator, metric.minus} - {None}
        <= columns.get(metric.sheet, set())
    )
    return (*fitting, *(one.figure for one in own if one.figure))


def registry_of(own: Sequence[ReadMetric], shared: Sequence[ReadMetric]) -> tuple[KnownMetric, ...]:
    """Return all metrics known by name: a name of the template's own means no shared one."""
    ids = {one.known.id for one in own}
    taken = {fold(name) for one in own for name in one.known.names}
    rest = [one.known for one in shared if one.known.id not in ids]
    if taken:
        # A shared metric whose very label has been taken is not meant by its other names either.
        rest = [
            replace(one, aliases=tuple(name for name in one.aliases if fold(name) not in taken))
            for one in rest
            if not taken & {fold(label) for label in one.label.values()}
        ]
    return (*(one.known for one in own), *rest)

"""The rows that were handed out, as they stand in the result, and the account of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .base import BaseRow
from .joining import TEXT
from .model import Change, Conflict, Withdrawn
from .pile import Fill, Pile
from .settling import Typed


@dataclass(slots=True, kw_only=True)
class Line:
    """A row that was handed out: the rows that say it now, and whose cells it takes.

    Rows are positions in the pile. `home` gives the cells that `picks` does not name; `order` is
    where the row stands in the result; `disputed` are the conflicts one side of which it holds.
    """

    base: BaseRow
    home: int
    members: list[int]
    order: tuple[float, ...]
    picks: dict[str, int] = field(default_factory=dict)
    disputed: list[Conflict] = field(default_factory=list)

    def taken(self, name: str) -> int:
        """Return the row that gives a cell."""
        return self.picks.get(name, self.home)


@dataclass(slots=True, kw_only=True, eq=False)
class HandedOut:
    """What became of the rows that were handed out, and where all others stand.

    `pile` is the pile with the cells they take, in the order of the result. `bucket` is as of a
    settlement; `cells` tells the bucket of single figures, and the row whose fate that is, by
    column. Rows under one key that are known to be different ones have different `variants`.
    """

    pile: Pile
    lines: list[Line] = field(default_factory=list)
    bucket: dict[int, int] = field(default_factory=dict)
    cells: dict[str, dict[int, tuple[int, int]]] = field(default_factory=dict)
    variants: dict[int, int] = field(default_factory=dict)
    contested: list[int] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    settled: list[Conflict] = field(default_factory=list)
    typed: list[Typed] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    withdrawn: list[Withdrawn] = field(default_factory=list)

    @property
    def disputed(self) -> dict[int, tuple[Conflict, ...]]:
        """The conflicts of which a row kept holds one side, by row."""
        return {line.home: tuple(line.disputed) for line in self.lines if line.disputed}


def rearranged(pile: Pile, lines: Sequence[Line], order: Mapping[int, tuple[float, ...]]) -> Pile:
    """Return the pile with the cells that rows take, their ids and the order of the result."""
    ids: list[Any] = [None] * len(pile.rank)
    for line in lines:
        ids[line.home] = line.base.row_id
    places = sorted(range(len(ids)), key=lambda at: order.get(at, (1.0, float(pile.rank[at]))))
    rank = np.empty(len(ids), dtype=np.int64)
    rank[places] = np.arange(len(ids))
    filled = pile.filled(
        Fill(name, line.home, row)
        for line in lines
        for name, row in line.picks.items()
        if row != line.home
    )
    origins = filled.origins
    if any(ids) or "row_id" in origins:
        series = np.array(ids, dtype=object)
        origins = origins.assign(row_id=series).astype({"row_id": TEXT})
    return replace(filled, origins=origins, rank=rank)

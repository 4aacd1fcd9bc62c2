"""Of which kind the quantities of a row are: only figures of one kind are ever compared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from math import isclose
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..formulas import threshold_of
from ..records import Mask
from ..template import Column, Effect
from ..values import parse, scale_of, unit_stated
from .table import Job

if TYPE_CHECKING:
    import numpy.typing as npt

    Families = npt.NDArray[np.int8]


_LARGEST_PERCENT = 100


class _Family(IntEnum):
    """What a cell says of its unit. Of two that agree the higher says more."""

    NONE = 0
    BARE = 1  # 400: whatever the row is in
    PLAIN = 2  # 25万, 数值
    MONEY = 3
    COUNTED = 4  # 500人
    PERCENT = 5
    RATIO = 6
    POINTS = 7  # 0.5个百分点


_BY_UNIT = {
    "number": _Family.PLAIN,
    "money": _Family.MONEY,
    "percent": _Family.PERCENT,
    "ratio": _Family.RATIO,
}
_BY_KIND = {**_BY_UNIT, "growth": _Family.PERCENT, "points": _Family.POINTS}
# A bare figure beside a percentage is a matter of its size.
_ALIKE = {
    (a, b)
    for group in (
        (_Family.BARE, _Family.PLAIN, _Family.MONEY),
        (_Family.BARE, _Family.PLAIN, _Family.COUNTED),
        (_Family.BARE, _Family.PERCENT),
        (_Family.BARE, _Family.RATIO),
        (_Family.POINTS,),
    )
    for a in group
    for b in group
}
_AGREE = np.array(
    [[not a or not b or (a, b) in _ALIKE for b in _Family] for a in _Family], dtype=bool
)


@dataclass(slots=True, kw_only=True, eq=False)
class _Reference:
    """Per row, what its quantities are held against: the family, the figure, the cell it is in."""

    family: Families
    value: npt.NDArray[np.float64]
    owners: list[tuple[Column, Callable[[int], object]]] = field(default_factory=list)
    owner: npt.NDArray[np.intp] = field(init=False)

    def __post_init__(self) -> None:
        self.owner = np.zeros(len(self.family), dtype=np.intp)

    @property
    def is_unclear(self) -> Mask:
        """Which rows are held against a bare figure that may be a fraction or a percent figure."""
        is_unclear: Mask = (self.family == _Family.BARE) & (np.nan_to_num(self.value) != 0)
        return is_unclear

    def learn(self, families: Families, job: Job) -> None:
        """Let a cell that says more than the reference, and agrees with it, take its place."""
        better = (families > np.maximum(self.family, _Family.BARE)) & _AGREE[self.family, families]
        self.family = np.where(better, families, self.family)
        self.owner[better] = len(self.owners)
        self.owners.append((job.column, _shown_by(job)))


def settle_kinds(jobs: Sequence[Job]) -> None:
    """Hold the quantities of each row against its unit, each other, and what is beside them.

    `jobs` are the quantity columns in the tab's order. A cell of another kind is an error and
    loses its value; so does a bare 6.5 or 0.05 in a row of percentages, which may be 5 % or 0.05 %.
    Bare figures take the row's kind.
    """
    for unit in dict.fromkeys(job.column.unit_from for job in jobs if job.column.unit_from):
        members = [job for job in jobs if job.column.unit_from == unit]
        units = members[0].typed.frame[unit]
        # What is aimed at tells what the others have to be.
        members.sort(key=lambda job: not job.column.is_target)
        _settle(members, _of_units(members[0], unit))
        for job in members:
            _take_unit(job, units)
    # Where no unit is told, actual and target are held against each other alone.
    named = {job.column.id: job for job in jobs}
    for job in jobs:
        other = job.column.compared_with
        if other in named:
            _settle([job], _of_quantities(named[other]))
        elif other is not None and job.table.sheet[other].type == "condition":
            _settle([job], _of_conditions(job, other))


def _settle(members: Sequence[Job], reference: _Reference) -> None:
    # In the order of the columns: what the first says, the later ones are held against.
    families = [_families(job) for job in members]
    for job, found in zip(members, families, strict=True):
        is_doubted = not job.typed.contexts[job.column.id].is_export
        beside_bare = (found == _Family.PERCENT) & reference.is_unclear & is_doubted
        odd = ~_AGREE[reference.family, found] | beside_bare
        _leave_out(job, odd, reference)
        found[odd] = _Family.NONE
        reference.learn(found, job)
    # Once more, now that a later column may have told that the row is in percentages.
    for job, found in zip(members, families, strict=True):
        values = job.typed.frame[job.column.id].to_numpy(np.float64, na_value=np.nan)
        is_doubted = not job.typed.contexts[job.column.id].is_export
        is_bare = (found == _Family.BARE) & (np.nan_to_num(values) != 0) & is_doubted
        odd = is_bare & (reference.family == _Family.PERCENT)
        _leave_out(job, odd & ~_decide(job, odd, reference), reference)


def _decide(job: Job, odd: Mask, reference: _Reference) -> Mask:
    """Read the bare figures that an achievement or a difference beside them decides.

    Only what somebody else stated counts: in our sheets it is a formula of ours.
    """
    decided = np.zeros(len(odd), dtype=bool)
    if job.table.binding.header.ids_row is not None or not odd.any():
        return decided
    stated: dict[str, Callable[[float, float], float]] = {
        Effect.ACHIEVEMENT: lambda actual, target: actual / target,
        "variance": lambda actual, target: actual - target,
    }
    name, typed = job.column.id, job.typed
    values, kinds = typed.frame[name].copy(), typed.kinds[name].copy()
    for position in np.flatnonzero(odd & (np.nan_to_num(reference.value) != 0)).tolist():
        bare, target = float(values.iloc[position]), float(reference.value[position])
        for column, of in stated.items():
            cell = (
                parse(typed.raw[column].iloc[position], "quantity") if column in typed.raw else None
            )
            if cell is None or not isinstance(cell.value, float):
                continue
            fits = [
                one
                for one in (bare, bare / 100)
                if isclose(of(one, target), cell.value, rel_tol=0.02)
            ]
            if len(fits) == 1:
                values.iloc[position], kinds.iloc[position] = fits[0], "percent"
                decided[position] = True
                break
    typed.frame[name], typed.kinds[name] = values, kinds
    return decided


def _leave_out(job: Job, odd: Mask, reference: _Reference) -> None:
    positions = np.flatnonzero(odd).tolist()
    if not positions:
        return
    column, typed, shown = job.column, job.typed, _shown_by(job)
    values, kinds = typed.frame[column.id].copy(), typed.kinds[column.id].copy()
    for position in positions:
        other, cell = reference.owners[int(reference.owner[position])]
        is_bare = _written(job.raw.iloc[position]) == _Family.BARE
        # All that such a bare figure lacks beside a percentage is the sign.
        is_percent = reference.family[position] == _Family.PERCENT
        may_be = other.id == column.unit_from or abs(values.iloc[position]) <= _LARGEST_PERCENT
        code = "unit_unclear" if is_bare and is_percent and may_be else "kind_mismatch"
        job.report(code, position, shown(position), other=other.label, expected=cell(position))
        typed.faults.setdefault(column.id, {})[position] = code
        typed.stated.setdefault(column.id, set()).add(position)
    values.iloc[positions] = pd.NA
    kinds.iloc[positions] = pd.NA
    typed.frame[column.id], typed.kinds[column.id] = values, kinds


def _families(job: Job) -> Families:
    """Return the family of each cell; figures under a header such as 目标（万元） are not bare."""
    kinds = job.typed.kinds[job.column.id].astype(object).tolist()
    result: Families = np.array([_BY_KIND.get(kind, 0) for kind in kinds], dtype=np.int8)
    is_scaled = scale_of(job.typed.contexts[job.column.id].unit or "") != 1
    # 万 in the header makes a bare 25 an amount, which no percentage can be.
    bare = _Family.PLAIN if is_scaled else _Family.BARE
    raw = job.raw.tolist()
    for position in np.flatnonzero(result == _Family.PLAIN).tolist():
        result[position] = _written(raw[position], bare=bare)
    return result


def _written(raw: object, bare: _Family = _Family.BARE) -> _Family:
    """Return the family of a cell that holds a number."""
    if not isinstance(raw, str):
        return bare
    return {"none": bare, "counted": _Family.COUNTED}.get(unit_stated(raw), _Family.PLAIN)


def _of_units(job: Job, unit: str) -> _Reference:
    """Return what the unit column says: 人 and 次 count, though their choice is a plain number."""
    typed = job.typed
    units = typed.frame[unit].astype(object).tolist()
    said = typed.raw[unit].tolist()
    families = [
        _Family.COUNTED
        if _BY_UNIT.get(one) == _Family.PLAIN and unit_stated(f"1{cell}") == "counted"
        else _BY_UNIT.get(one, _Family.NONE)
        for one, cell in zip(units, said, strict=True)
    ]
    return _Reference(
        family=np.array(families, dtype=np.int8),
        value=np.full(len(units), np.nan),
        owners=[(job.table.sheet[unit], said.__getitem__)],
    )


def _of_quantities(job: Job) -> _Reference:
    """Return what the cells of another column of quantities say, bare figures too."""
    values = job.typed.frame[job.column.id].to_numpy(np.float64, na_value=np.nan)
    owners = [(job.column, _shown_by(job))]
    return _Reference(family=_families(job), value=values, owners=owners)


def _of_conditions(job: Job, condition: str) -> _Reference:
    """Return the quantities that the conditions name."""
    typed = job.typed
    texts = typed.frame[condition].astype(object).tolist()
    known = {text: _of_condition(text) for text in set(texts) if isinstance(text, str)}
    found = [known.get(text, (_Family.NONE, np.nan)) for text in texts]
    return _Reference(
        family=np.array([family for family, _ in found], dtype=np.int8),
        value=np.array([value for _, value in found], dtype=np.float64),
        owners=[(job.table.sheet[condition], typed.raw[condition].tolist().__getitem__)],
    )


def _of_condition(text: str) -> tuple[_Family, float]:
    threshold = threshold_of(text)
    cell = parse(threshold, "quantity")
    if not isinstance(cell.value, float):
        return _Family.NONE, np.nan
    family = _BY_KIND.get(cell.kind or "", _Family.NONE)
    return (_written(threshold) if family == _Family.PLAIN else family), cell.value


def _take_unit(job: Job, units: pd.Series[Any]) -> None:
    """Give numbers the kind that their row's unit tells."""
    kinds = job.typed.kinds[job.column.id]
    follows = (kinds == "number").fillna(False) & units.notna()
    job.typed.kinds[job.column.id] = kinds.mask(follows, units)


def _shown_by(job: Job) -> Callable[[int], object]:
    """Return a way to tell a cell as Excel shows it: a 0.3 formatted as a percentage is 30%."""

    def shown(position: int) -> object:
        cell = job.raw.iloc[position]
        is_percent = int(job.rows.records[position]) in job.percent_rows
        if is_percent and isinstance(cell, int | float):
            return f"{cell * 100:.10g}%"
        return int(cell) if isinstance(cell, float) and cell.is_integer() else cell

    return shown

"""All rows of one table from all files in one pile, each knowing who holds it and who wrote it.

Columns are joined ours by id, staff's own by their headers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..problems import Place
from ..records import LOG, TRACES, Integers, SheetRecords
from ..template import TableSheet
from ..texts import fold
from .base import department_column, department_spellings
from .joining import TEXT, joined_extras, joined_frame, joined_kinds, joined_raw, joined_remarks
from .model import Source
from .rows import OWN, own_name
from .sources import natural_order

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Fill:
    """A cell of a row kept that takes what another row says."""

    column: str
    target: int
    donor: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pile:
    """The rows of a table, file after file, as they stand there.

    `holder` is, per row, the number of the source it was read from; `voice` the number, in natural
    order, of the file it was typed in, another one if the source is itself the result of a merge;
    `rank` its rank in the order of the result: by voice, tab and row.
    """

    sheet: TableSheet
    sources: Sequence[Source]
    parts: Mapping[int, SheetRecords]
    frame: pd.DataFrame
    raw: pd.DataFrame
    extras: pd.DataFrame
    kinds: Mapping[str, pd.Series[Any]]
    remarks: Mapping[str, Mapping[int, str]]
    origins: pd.DataFrame
    holder: Integers
    voice: Integers
    voices: Sequence[str]
    tab: Integers
    row: Integers
    rank: Integers
    starts: Mapping[int, int]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all input columns, staff's own last."""
        own = dict.fromkeys(map(own_name, self.extras.columns))
        return (*(column.id for column in self.sheet.inputs), *own)

    def header(self, name: str) -> str:
        """Return the id of a column, or the header of one of staff's own."""
        if not name.startswith(OWN):
            return name
        return next((h for h in map(str, self.extras.columns) if own_name(h) == name), name)

    def names_of(self, source: int) -> frozenset[str]:
        """Return the names of the columns that a source has."""
        if source not in self.parts:
            return frozenset()
        part = self.parts[source]
        own = () if part.extras is None else part.extras.columns
        return frozenset(part.origin.columns) | frozenset(map(own_name, own))

    def rows_of(self, source: int) -> range:
        """Return the positions of a source's rows."""
        if source not in self.parts:
            return range(0)
        first = self.starts[source]
        return range(first, first + len(self.parts[source].frame))

    def filled(self, fills: Iterable[Fill]) -> Pile:
        """Return the pile with cells taken from other rows; whose a row is may change with them."""
        columns: dict[str, list[Fill]] = {}
        for fill in fills:
            columns.setdefault(fill.column, []).append(fill)
        if not columns:
            return self
        frame = _filled(self.frame, columns)
        origins = self.origins
        named = own_departments(self.sheet, frame)
        if department_column(self.sheet) in columns and named is not None:
            own = named.where(named.notna(), origins["department"])
            origins = origins.assign(department=own)
        remarks = {name: dict(texts) for name, texts in self.remarks.items()}
        for name, texts in remarks.items():
            for fill in columns.get(name, ()):
                texts.pop(fill.target, None)
                if fill.donor in self.remarks[name]:
                    texts[fill.target] = self.remarks[name][fill.donor]
        own_columns = {own_name(header): header for header in self.extras.columns}
        own_fills = {own_columns[name]: got for name, got in columns.items() if name in own_columns}
        return replace(
            self,
            frame=frame,
            raw=_filled(self.raw, columns),
            extras=_filled(self.extras, own_fills),
            kinds={
                name: _moved(kinds, columns.get(name, ())) for name, kinds in self.kinds.items()
            },
            remarks=remarks,
            origins=origins,
        )

    @property
    def is_indirect(self) -> npt.NDArray[np.bool_]:
        """Which rows were typed in another file than the one they were read from."""
        at = {name: number for number, name in enumerate(self.voices)}
        own = np.array([at.get(source.file, -1) for source in self.sources], dtype=np.int64)
        return np.asarray(self.voice != own[self.holder], dtype=np.bool_)

    def here(self, position: int, column: str | None = None) -> Place:
        """Return where a row stands in the file it was read from."""
        holder = int(self.holder[position])
        place = self.parts[holder].place(position - self.starts[holder], column)
        return replace(place, file=self.sources[holder].file)

    def place(self, position: int, column: str | None = None) -> Place:
        """Return where a row, or a cell of it, was typed, as far as is known."""
        here = self.here(position, column)
        file = self.voices[self.voice[position]]
        if here.file == file:
            return here
        sheet = self.origins["sheet"].iat[position]
        return Place(file=file, sheet=str(sheet), row=int(self.row[position]))


def _filled(table: pd.DataFrame, columns: Mapping[str, Sequence[Fill]]) -> pd.DataFrame:
    moved = {name: _moved(table[name], columns[name]) for name in columns if name in table}
    return table.assign(**moved)


def _moved(values: pd.Series[Any], fills: Sequence[Fill]) -> pd.Series[Any]:
    if not fills:
        return values
    array = values.array.copy()
    array[[fill.target for fill in fills]] = array[[fill.donor for fill in fills]]
    return pd.Series(array, index=values.index, dtype=values.dtype)


def owners_of(pile: Pile, per_department: bool | None) -> pd.Series[Any] | None:
    """Return whose each row is, where that makes it another record; None where it does not.

    Where only the template says so, the name of a file that no list knows is no department.
    """
    departments = pile.origins["department"]
    if per_department is not None:
        return departments if per_department else None
    if not pile.sheet.per_department:
        return None
    known = {source.department for source in pile.sources if source.is_departments}
    for source in pile.sources:
        known |= {*department_spellings(source.reading).values()}
        known |= {
            str(line["department"])
            for line in source.reading.attachments.get(LOG, ())
            if line.get("department")
        }
    return departments.where(departments.isin(known))


def additive(sheet: TableSheet) -> list[str]:
    """Return the columns typed in that add up."""
    return [column.id for column in sheet.inputs if column.additive and column.is_numeric]


def pile_up(sheet: TableSheet, sources: Sequence[Source]) -> Pile | None:
    """Pile up the rows of a table; None if no file has the table.

    Columns that a file lacks are NA there, computed ones everywhere.
    """
    parts = {
        at: s.reading.sheets[sheet.id]
        for at, s in enumerate(sources)
        if sheet.id in s.reading.sheets
    }
    if not parts:
        return None
    records = list(parts.values())
    lengths = [len(part.frame) for part in records]
    starts = dict(zip(parts, np.cumsum([0, *lengths[:-1]]).tolist(), strict=True))
    holder = np.repeat(np.array(list(parts), dtype=np.int64), lengths)
    # Most tables of most workbooks are empty; one of them at least tells the types.
    filled = {at: part for at, part in parts.items() if len(part.frame)}
    filled = filled or dict(list(parts.items())[:1])
    some, counts = list(filled.values()), [len(part.frame) for part in filled.values()]
    origins = _all_origins(sheet, sources, filled)
    voice, voices = _in_order(origins["file"], [source.file for source in sources])
    tab, _ = _in_order(origins["sheet"], ())
    row = origins["row"].to_numpy(np.int64)
    return Pile(
        sheet=sheet,
        sources=sources,
        parts=parts,
        frame=joined_frame(sheet, some, counts),
        raw=joined_raw(sheet, some, counts),
        extras=joined_extras(records, lengths),
        kinds=joined_kinds(sheet, some, counts),
        remarks=joined_remarks(records, list(starts.values())),
        origins=origins,
        holder=holder,
        voice=voice,
        voices=voices,
        tab=tab,
        row=row,
        rank=_ranks(holder, voice, tab, row),
        starts=starts,
    )


def _ranks(holder: Integers, voice: Integers, tab: Integers, row: Integers) -> Integers:
    order = np.lexsort((holder, row, tab, voice))
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _in_order(names: pd.Series[Any], others: Sequence[str]) -> tuple[Integers, list[str]]:
    """Return the names, and `others`, in natural order, and the number of each row's name."""
    codes, distinct = pd.factorize(names.array)
    found = [str(name) for name in distinct]
    ordered = sorted({*found, *others}, key=natural_order)
    at = {name: number for number, name in enumerate(ordered)}
    numbers = np.array([at[name] for name in found], dtype=np.int64)
    return numbers[codes] if found else codes.astype(np.int64), ordered


def _all_origins(
    sheet: TableSheet, sources: Sequence[Source], parts: Mapping[int, SheetRecords]
) -> pd.DataFrame:
    """Return where each row was typed; what files say as a whole is told for all at once."""
    frames: list[pd.DataFrame] = []
    run: list[int] = []
    for at, part in parts.items():
        if _is_of_one_piece(sheet, part):
            run.append(at)
            continue
        frames += [_own_origins(sources, parts, run)] if run else []
        frames.append(_origins(sheet, sources[at], part))
        run = []
    frames += [_own_origins(sources, parts, run)] if run else []
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _is_of_one_piece(sheet: TableSheet, part: SheetRecords) -> bool:
    """Tell whether all rows of a part come from the same tab, department and campaign."""
    return part.origins is None and not part.parts and own_departments(sheet, part.frame) is None


def _own_origins(
    sources: Sequence[Source], parts: Mapping[int, SheetRecords], run: Sequence[int]
) -> pd.DataFrame:
    """Return the origins of the rows of parts that are of one piece."""
    spread = np.repeat(np.arange(len(run)), [len(parts[at].frame) for at in run])
    told: dict[str, list[Any]] = {
        "department": [sources[at].department or sources[at].named or None for at in run],
        "campaign": [sources[at].campaign or None for at in run],
        "file": [sources[at].file for at in run],
        "sheet": [parts[at].origin.sheet for at in run],
    }
    columns: dict[str, Any] = {
        name: pd.Series(words, dtype=TEXT).array.take(spread) for name, words in told.items()
    }
    rows = np.concatenate([parts[at].rows for at in run])
    return pd.DataFrame({**columns, "row": pd.array(rows, dtype="Int64")})


def _origins(sheet: TableSheet, source: Source, part: SheetRecords) -> pd.DataFrame:
    """Return where each row was typed: what the row says of it, else this file."""
    count = len(part.frame)
    whole = source.department or source.named or None
    own = pd.DataFrame(
        {
            "department": _repeated(whole, count),
            "campaign": _repeated(source.campaign or None, count),
            "file": _repeated(source.file, count),
            "sheet": _tabs(part),
            "row": pd.Series(part.rows, dtype="Int64"),
        }
    )
    named = own_departments(sheet, part.frame)
    if named is not None:
        own["department"] = named.where(named.notna(), own["department"])
    given = part.origins
    if given is None:
        return own
    said = pd.DataFrame({n: _said(given, n, count) for n in TRACES if n in own or n in given})
    # A row that people added to the result of a merge has no origin but this file.
    is_own = said[["file", "sheet", "row"]].isna().any(axis=1)
    for name in own if is_own.any() else ():
        said[name] = said[name].where(~is_own, own[name])
    if named is not None:
        said["department"] = named.where(named.notna(), said["department"])
    return _known_departments(said, source)


def _repeated(word: str | None, count: int) -> pd.Series[Any]:
    """Return a column of text that says the same in every row."""
    one = pd.Series([word], dtype=TEXT)
    return one.take(np.zeros(count, dtype=np.intp)).reset_index(drop=True)


def _tabs(part: SheetRecords) -> pd.Series[Any]:
    """Return the tab of each row; a long table continues in further tabs."""
    tabs = _repeated(part.origin.sheet, len(part.frame))
    for first, origin in part.parts:
        tabs.iloc[first:] = origin.sheet
    return tabs


def _said(given: pd.DataFrame, name: str, count: int) -> Any:
    dtype: Any = pd.Int64Dtype() if name == "row" else TEXT
    if name not in given:
        return pd.Series([None] * count, dtype=dtype)
    return given[name].reset_index(drop=True).astype(dtype)


def own_departments(sheet: TableSheet, frame: pd.DataFrame) -> pd.Series[Any] | None:
    """Return the department that each row names itself, None where no row does."""
    column = department_column(sheet)
    if column is None or column not in frame or not frame[column].notna().any():
        return None
    return frame[column].reset_index(drop=True).astype(TEXT)


def _known_departments(origins: pd.DataFrame, source: Source) -> pd.DataFrame:
    """Return the origins with departments as the ids of those the list knows."""
    spellings = department_spellings(source.reading)
    words = origins["department"].dropna().unique()
    known = {word: spellings.get(fold(word), word) for word in words}
    return origins.assign(department=origins["department"].map(known).astype(TEXT))

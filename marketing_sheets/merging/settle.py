"""Settle the conflicts of a merged workbook as its sheet Conflicts says, without its sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..errors import UsageError, as_language, said_in
from ..files import StrPath, as_path
from ..logs import logged
from ..ooxml import laid_on, read_properties
from ..reader import read_inputs
from ..records import LOG, Reading, SheetRecords
from ..template import Campaign, TableSheet, Template
from ..texts import LANGUAGES, Language, say
from ..values import parse
from .base import source_of
from .cells import Cells
from .engine import merge_sources
from .log import CARRIED
from .model import ALERTS, CONFLICTS, LISTS, Conflict, Merge
from .picks import as_decided, carried_use, listed
from .pile import owners_of, pile_up
from .sources import KIND, MERGED
from .way import Way, decision_problems, decisions_of, typed
from .writing import CHANGES, MergeResult, write_merge

_LISTED = 8


@logged("settled")
def settle(
    path: StrPath,
    output: StrPath | None = None,
    *,
    template: Template | StrPath | None = None,
    as_of: date | None = None,
    today: date | None = None,
    language: Language | None = None,
    created: datetime | None = None,
    overwrite: bool = False,
) -> MergeResult:
    """Let a merged workbook say what people ticked or typed on its sheet Conflicts.

    `output` None writes in place, where nothing of people's own is in the workbook. `template` is
    needed where the workbook names none of the library's. Figures are as of `as_of`, else the day
    the workbook says, else `today`; `language` None takes the workbook's. What is not decided
    stays as it is.

    Raises UsageError for a workbook that is no merge, and as `merge` does.
    """
    path = Path(path)
    as_language(language)  # is no matter of the workbook
    reading = read_inputs(path, template=template)
    spoken = as_language(language, reading.language)
    is_merge = read_properties(path).get(KIND) == MERGED
    if not is_merge or CONFLICTS not in reading.attachments:
        raise UsageError("nothing_to_settle", file=path.name)
    own = {say("sheets", "summary.tab", language) for language in LANGUAGES}
    things = [f"{one.sheet} › {one.cell}" for one in laid_on(path) if one.sheet not in own]
    if output is None and (reading.extra_sheets or things):
        listed = ", ".join([*reading.extra_sheets, *things[:_LISTED]])
        raise UsageError("settle_would_lose", file=path.name, things=listed)
    stated = reading.form.get(Campaign.AS_OF)
    day = as_of or (stated if isinstance(stated, date) else today)
    if day is None:
        raise UsageError("as_of_missing", file=path.name)
    moment = created or (reading.modified and reading.modified.replace(tzinfo=None, microsecond=0))
    with said_in(spoken):
        return write_merge(
            settled(reading, spoken),
            path if output is None else as_path(output),
            as_of=day,
            created=moment,
            overwrite=overwrite or output is None,
        )


def settled(reading: Reading, language: Language | None = None) -> Merge:
    """Return a merged workbook as a merge in which decided conflicts are settled, others open.

    `language` None takes the workbook's.
    """
    spoken = language or reading.language
    file = reading.file or ""
    # Records of which every version stands are found again by themselves.
    first, way = _merged(reading, spoken)
    applied: dict[str, Conflict] = {}
    faults = dict(way.decisions.faults)
    for name, decision in way.decisions.rest().items():
        if decision.conflict.state == "settled":
            continue
        if decision.text is None:
            faults[name] = decision.fault
            continue
        changed = _applied(reading, decision.conflict, decision.text)
        if isinstance(changed, str):
            faults[name] = changed
            continue
        reading, applied[name] = changed, as_decided(decision.conflict, decision.text)
    merge = _merged(reading, spoken)[0] if applied else first
    known = {one.name for one in (*merge.conflicts, *merge.settled)} | applied.keys()
    others = [one for name, one in listed(reading).items() if name not in known]
    still = (
        replace(one, state="reopened", use=carried_use(one, one)) if one.name in faults else one
        for one in others
        if one.state == "open"
    )
    before = (one for one in others if one.state == "settled")
    way.decisions.faults.update(faults)
    kinds = {
        say("merge", f"log.kinds.{one}", language) for one in CARRIED for language in LANGUAGES
    }
    log = tuple(r for r in reading.attachments.get(LOG, ()) if str(r.get("kind")) in kinds)
    problems = (one for one in merge.problems if one.place.file in {file, None})
    told = {problem.code for problem in decision_problems(way)}
    return replace(
        merge,
        conflicts=(*merge.conflicts, *still),
        settled=(*merge.settled, *before, *applied.values()),
        problems=(
            *(one for one in problems if one.code not in told),
            *decision_problems(way),
        ),
        carried={LOG: log, CHANGES: reading.attachments.get(CHANGES, ())},
    )


def _merged(reading: Reading, language: Language) -> tuple[Merge, Way]:
    source = source_of(reading, file=reading.file or "", modified=reading.modified)
    way = Way(
        template=reading.template,
        language=language,
        per_department=_per_department(reading),
        decisions=decisions_of([source]),
    )
    return merge_sources([source], way), way


def _per_department(reading: Reading) -> bool | None:
    """Return whether departments were kept apart, as the log of the merge says."""
    said = {line.get("note") for line in reading.attachments.get(LOG, ())}
    for key, is_apart in (("per_department", True), ("across_departments", False)):
        if any(say("merge", f"log.notes.{key}", language) in said for language in LANGUAGES):
            return is_apart
    return None


def _applied(reading: Reading, conflict: Conflict, text: str) -> Reading | str:
    """Return a reading that says what was decided; the code of the problem where none can."""
    if conflict.sheet == ALERTS:
        alerts = tuple(
            replace(one, own_owner=text) if one.key == conflict.record else one
            for one in reading.remembered
        )
        return replace(reading, remembered=alerts)
    if conflict.sheet == LISTS:
        value = parse(text, "percent" if text.endswith("%") else "number").value
        if conflict.column not in reading.settings:
            return "decision_unmet"
        if not isinstance(value, int | float):
            return "decision_unread"
        return replace(reading, settings={**reading.settings, conflict.column: value})
    sheet = next((one for one in reading.template.sheets if one.id == conflict.sheet), None)
    if isinstance(sheet, TableSheet):
        return _in_table(reading, sheet, conflict, text)
    field = next((one for one in reading.template.fields() if one.id == conflict.column), None)
    if field is None:
        return "decision_unmet"
    found = typed(text, field, reading)
    if found is None:
        return "decision_unread"
    value = found.values.astype(object).iat[0]
    return replace(reading, form={**reading.form, conflict.column: value})


def _in_table(reading: Reading, sheet: TableSheet, conflict: Conflict, text: str) -> Reading | str:
    """Return a reading whose one row of that record says what was decided."""
    records = reading.sheets.get(sheet.id)
    source = source_of(reading, file=reading.file or "")
    pile = pile_up(sheet, [source])
    if records is None or pile is None:
        return "decision_unmet"
    way = Way(template=reading.template, language=reading.language)
    cells = Cells(pile=pile, way=way, owners=owners_of(pile, _per_department(reading)))
    rows = [at for at in range(len(records.frame)) if cells.record(at) == conflict.record]
    if len(rows) != 1 or (conflict.column and conflict.column not in sheet):
        return "decision_unmet"
    if not conflict.column:  # a row that one side deleted: it goes, or stays as it is
        others = [at for at in range(len(records.frame)) if at != rows[0]]
        changed = records if text else records.taken(others)
    else:
        found = typed(text, sheet[conflict.column], reading)
        if found is None:
            return "decision_unread"
        changed = _with(records, rows[0], conflict.column, found.values.iat[0], text)
    return replace(reading, sheets={**reading.sheets, sheet.id: changed}, totals=())


def _with(records: SheetRecords, row: int, name: str, value: Any, text: str) -> SheetRecords:
    frame, raw = records.frame.copy(), records.raw.astype(object).copy()
    frame.loc[row, name], raw.loc[row, name] = value, text
    remarks = {
        column: {at: said for at, said in texts.items() if (at, column) != (row, name)}
        for column, texts in records.remarks.items()
    }
    return replace(records, frame=frame, raw=raw, remarks=remarks)

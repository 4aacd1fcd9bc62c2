"""Gather from a reading what the Summary shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, get_args

import pandas as pd

from ..alerts import (
    Alert,
    Phrase,
    TrackedAlert,
    alerts,
    label_of,
    track,
    unproven_keys,
)
from ..history import HEADLINE, join_histories
from ..logs import logged
from ..metrics import (
    Achievement,
    Burn,
    Figure,
    IssueRow,
    TaskProgress,
    VerdictCounts,
    achievements,
    allocation,
    burn,
    count_verdicts,
    elapsed,
    figure,
    issues_by_severity,
    judged,
    later_rows,
    metric_frame,
    metrics_of,
    progress,
    up_to_day,
)
from ..problems import Place, Problem
from ..records import LOG, HistoryDay, Reading, SheetRecords, as_of_day
from ..template import Campaign, Daily, Effect, Issue, Role, Task, Template, Verdict
from ..texts import LANGUAGES, Text, book, say
from . import piece  # noqa: F401 - so that notebooks draw the Summaries made here
from .breakdowns import (
    channels_of,
    day_of,
    own_tables,
    progress_setting,
    stages_of,
    trend_of,
)
from .compare import compare
from .counts import row_of_tiles
from .merge_check import checked
from .mixes import channel_mix, names_of
from .model import Health, Merged, Provenance, RowCounts, Summary, Tile
from .outcomes import outcomes_of
from .report import report_of
from .tiles import clauses, health_of, tiles_of

# The sheet that a merge attaches beside its log.
_CONFLICTS: Final = "merge_conflicts"
_STATUS: Final = "status"
# Of more campaigns only so many are named.
_NAMED = 3
_SEVERITY_ORDER = ("high", "medium", "low")
# The sheet each section is made from, and the columns without which there is nothing to show.
_SECTIONS: Mapping[str, tuple[Role, tuple[str, ...]]] = {
    "metrics": ("effect", (Effect.METRIC,)),
    "channels": ("daily", (Daily.CHANNEL,)),
    "trend_day": ("daily", (Daily.DATE,)),
    "stages": ("master", (Task.STAGE,)),
    "issues": ("issues", (Issue.DESCRIPTION,)),
}


def merged_of(reading: Reading) -> Merged | None:
    """Return what a merged workbook says of the merge; None for any other workbook."""
    if LOG not in reading.attachments:
        return None
    lines = reading.attachments.get(_CONFLICTS, ())
    is_row_each = any(_STATUS in line for line in lines)
    count, doubled = _open_conflicts(lines) if is_row_each else _conflict_lines(lines)
    merged = Merged(
        log=_tab(reading, "log"),
        conflicts=count,
        doubled=doubled,
        listed=_tab(reading, "conflicts"),
    )
    return checked(merged, reading)


def _open_conflicts(lines: Sequence[Mapping[str, object]]) -> tuple[int, int]:
    """Count the conflicts that are not settled, and those of which all versions stand."""
    several = {say("merge", "conflicts.several", language) for language in LANGUAGES}
    still = [line for line in lines if line.get(_STATUS) in {"open", "reopened"}]
    # The last line may stand for conflicts that are not listed.
    rest = sum(_number(line) for line in lines if line.get(_STATUS) == "rest")
    return len(still) + rest, sum(line.get("kept") in several for line in still)


def _conflict_lines(lines: Sequence[Mapping[str, object]]) -> tuple[int, int]:
    """Count the same in a workbook of an earlier version, with a line for each version."""
    used = {say("merge", "conflicts.yes", language) for language in LANGUAGES}
    standing = Counter(_number(line) for line in lines if line.get("kept") in used)
    return max(map(_number, lines), default=0), sum(count > 1 for count in standing.values())


def _number(line: Mapping[str, object]) -> int:
    """Return the number of the conflict a line belongs to; they count from 1."""
    value = line.get("number")
    return int(value) if isinstance(value, int | float) else 0


def _tab(reading: Reading, sheet: str) -> Place:
    return Place(file=reading.file, sheet=say("merge", f"{sheet}.tab", reading.language))


@logged("computed")
def summarize(reading: Reading, *, as_of: date | None = None) -> Summary:
    """Gather all that the Summary shows of a computed reading, of its own day unless told."""
    form, (start, end), as_of = reading.form, period_of(reading), as_of_day(reading, as_of)
    time = elapsed(start, end, as_of)
    daily = up_to_day(metric_frame(reading, reading.template.sheet_for("daily"), as_of=as_of))
    tasks = metric_frame(reading, reading.template.sheet_for("master"))
    budget, target_roas = map(number_of, map(form.get, (Campaign.BUDGET, Campaign.TARGET_ROAS)))
    progressed, burnt = progress(tasks, progress_setting(reading)), burn(tasks, time, total=budget)
    tiles = _tiles(reading, daily, progressed, burnt, time)
    metrics, verdicts = evaluated(reading), _verdicts(reading)
    issues, (acts, tracked) = open_issues(reading, as_of), _alerts(reading, as_of)
    channels, channel_total = channels_of(reading, daily, target_roas, _close(reading))
    stages, stage_total = stages_of(reading, tasks, as_of, time)
    health, good, bad = _judged(
        reading, tiles, acts, tracked, verdicts, progressed=progressed, time=time
    )
    summary = Summary(
        title=_title(reading),
        department=_department(reading),
        owner=str(form.get(Campaign.OWNER) or ""),
        start=start,
        end=end,
        as_of=as_of,
        elapsed=time,
        health=health,
        good=good,
        bad=bad,
        tiles=tiles,
        actions=acts,
        alerts=tracked,
        metrics=metrics,
        outcomes=outcomes_of(reading),
        channels=channels,
        channel_total=channel_total,
        target_roas=target_roas,
        trend=trend_of(reading, daily),
        stages=stages,
        stage_total=stage_total,
        allocation=allocation(tasks, budget),
        issues=issues,
        own=(),
        later=later_rows(reading, as_of),
        severities=_severities(reading),
        verdicts=_verdict_labels(reading),
        close=_close(reading),
        sheets={sheet.id: sheet.label for sheet in reading.template.tables},
        sections=_sections(reading.template),
        problems=_doubts(reading),
        hints=tuple(problem for problem in reading.problems if problem.is_hint),
        rows=_rows(reading),
        absent=_absent(reading, as_of),
        source=_source(reading),
        report=report_of(reading, metrics, as_of=as_of),
        comparison=compare(reading, as_of=as_of),
        channel_mix=channel_mix(reading, daily, as_of=as_of),
        merged=merged_of(reading),
    )
    row = row_of_tiles(summary, reading, verdicts, is_filled=is_filled(reading))
    whole = replace(summary, tiles=row, own=own_tables(reading, row, as_of=as_of))
    return replace(whole, history=_history(whole, reading, progressed, burnt))


def _history(
    summary: Summary, reading: Reading, progressed: TaskProgress, burnt: Burn
) -> tuple[HistoryDay, ...]:
    """Return the days that the workbook keeps, and this one if anything is filled in."""
    if summary.health == "none":
        return reading.history
    figures = {
        "progress": progressed.overall.value,
        "spend": burnt.spend.value,
        "budget": burnt.budget.value,
        "alerts": float(len(summary.actions)),
        "problems": float(len(summary.problems)),
        **{f"{HEADLINE}{tile.id}": tile.figure.value for tile in summary.tiles},
    }
    known = {name: value for name, value in figures.items() if value is not None}
    today = HistoryDay(day=summary.as_of, health=summary.health, figures=known)
    return join_histories(reading.history, [today])


def _title(reading: Reading) -> Phrase | Text | str:
    """Return the campaign's name; of several merged ones all, or the first and how many."""
    stated = str(reading.form.get(Campaign.NAME) or "")
    names = names_of(reading, "campaign")
    title: Phrase | Text | str = stated or (names[0] if names else reading.template.title)
    if len(names) > 1 and not stated:
        title = Phrase(code="what.plain", params={"name": tuple(names)})
        if len(names) > _NAMED:
            params = {"names": tuple(names[:_NAMED]), "count": len(names)}
            title = Phrase(code="masthead.campaigns", params=params)
    if len(names_of(reading, "department")) < 2 or LOG not in reading.attachments:
        return title
    return Phrase(code="masthead.company", params={"name": title})


def _department(reading: Reading) -> Phrase | Text | str:
    """Return the department that leads, or how many were merged."""
    stated = str(reading.form.get(Campaign.DEPARTMENT) or "")
    names = names_of(reading, "department")
    if stated or len(names) < 2:
        return label_of(reading.template, "department", stated or "".join(names))
    return Phrase(code="masthead.departments", params={"count": len(names)})


def _alerts(reading: Reading, as_of: date) -> tuple[tuple[Alert, ...], tuple[TrackedAlert, ...]]:
    """Return the alerts found, with the owners that staff named in the list, and that list."""
    found = alerts(reading, as_of=as_of)
    tracked = track(found, reading.remembered, as_of=as_of, unproven=unproven_keys(reading))
    named = {id(one.alert): one.own_owner for one in tracked if one.own_owner}
    return tuple(replace(one, owner=named.get(id(one), one.owner)) for one in found), tracked


def _judged(
    reading: Reading,
    tiles: Sequence[Tile],
    acts: Sequence[Alert],
    tracked: Sequence[TrackedAlert],
    verdicts: VerdictCounts,
    *,
    progressed: TaskProgress,
    time: Figure,
) -> tuple[Health, tuple[Phrase, ...], tuple[Phrase, ...]]:
    """Return the verdict on the whole, and what is good and bad."""
    errors = sum(problem.severity == "error" for problem in reading.problems)
    pending = sum(one.alert is None and one.resolved_on is None for one in tracked)
    good, bad = clauses(tiles, acts, verdicts, progressed, time, errors=errors, pending=pending)
    filled = is_filled(reading)
    health = health_of(
        tiles, acts, verdicts, progressed, errors=errors, pending=pending, filled=filled
    )
    return health, good, bad


def _verdicts(reading: Reading) -> VerdictCounts:
    """Count the verdicts of all tables."""
    tables = judged(reading.sheets.values())
    return count_verdicts([one for records in tables for one in achievements(records)])


def is_filled(reading: Reading) -> bool:
    """Tell whether anybody has put anything into a table besides the rows it begins with."""
    return any(_is_touched(reading, records) for records in reading.sheets.values())


def _is_touched(reading: Reading, records: SheetRecords) -> bool:
    sheet = reading.template[records.sheet]
    preset = {name for row in getattr(sheet, "start", ()) for name in row}
    typed = [name for name in records.raw if name not in preset]
    return bool(records.raw[typed].notna().any(axis=None)) if preset else len(records.frame) > 0


def _tiles(
    reading: Reading, daily: pd.DataFrame, progressed: TaskProgress, burnt: Burn, time: Figure
) -> tuple[Tile, ...]:
    """Return the campaign's headline figures, as far as the template has what they show."""
    template = reading.template
    metrics = metrics_of(reading, template.sheet_for("daily"))
    totals = {one.id: figure(one, daily) for one in metrics}
    tiles = tiles_of(reading.form, totals, progressed, burnt, time, close=_close(reading))
    return tuple(tile for tile in tiles if _is_held(template, tile.id, totals))


def _sections(template: Template) -> dict[str, str]:
    """Return the sections that the template has a sheet with columns for, each with the sheet."""
    found = {}
    for section, (role, needed) in _SECTIONS.items():
        sheet = next((one for one in template.tables if one.role == role), None)
        if sheet is not None and all(column in sheet for column in needed):
            found[section] = sheet.id
    return found


def _is_held(template: Template, tile: str, totals: Mapping[str, Figure]) -> bool:
    """Whether the template has what a tile shows at all: a metric, or a column of the tasks."""
    if tile not in ("progress", "budget"):
        return tile in totals
    # The use of a budget needs both sides.
    needed = (Task.PROGRESS,) if tile == "progress" else (Task.BUDGET, Task.SPEND)
    tables = (sheet for sheet in template.tables if sheet.role == "master")
    return any(all(column in sheet for column in needed) for sheet in tables)


def _doubts(reading: Reading) -> tuple[Problem, ...]:
    """Return errors, then warnings; what merely informs is left to the full list."""
    doubts = (problem for problem in reading.problems if problem.severity != "info")
    return tuple(sorted(doubts, key=lambda problem: problem.severity != "error"))


def _rows(reading: Reading) -> RowCounts:
    rows = [total for total in reading.totals if total.column is None]
    return RowCounts(
        read=int(sum(total.read for total in rows)),
        used=int(sum(total.used for total in rows)),
        listed=int(sum(sum(total.listed.values()) for total in rows)),
    )


def _source(reading: Reading) -> Provenance:
    return Provenance(
        file=reading.file,
        language=reading.language,
        sha256=reading.cells_sha256 or reading.sha256,
        template=reading.template.id,
        template_version=reading.template_version or reading.template.version,
        version=_version(),
    )


def period_of(reading: Reading) -> tuple[date | None, date | None]:
    """Return the campaign's first and last day, as far as the form says them."""
    start, end = (day_of(reading.form.get(name)) for name in Campaign.PERIOD)
    return start, end


def number_of(value: Any) -> float | None:
    """Return a form's number, or None where it has none."""
    if value is None or pd.isna(value):
        return None
    return float(value)


def _close(reading: Reading) -> float:
    setting = reading.template.settings.get("close")
    return float(reading.settings.get("close", setting.value if setting else 1.0))


def _version() -> str:
    try:
        return version("marketing_sheets")
    except PackageNotFoundError:
        return ""


def _absent(reading: Reading, as_of: date) -> dict[str, Phrase]:
    """Say, per sheet of the template without records to show, why its section is empty."""
    absent, later = {}, later_rows(reading, as_of)
    for sheet in reading.template.tables:
        records = reading.sheets.get(sheet.id)
        if records is None:
            absent[sheet.id] = Phrase(code="absent.no_sheet", params={"sheet": sheet.label})
        elif records.frame.empty:
            absent[sheet.id] = Phrase(code="absent.no_rows", params={"sheet": sheet.label})
        elif later.get(sheet.id) == len(records.frame):
            params = {"sheet": sheet.label, "count": len(records.frame), "day": as_of}
            absent[sheet.id] = Phrase(code="absent.later", params=params, count=later[sheet.id])
    return absent


def evaluated(reading: Reading) -> tuple[Achievement, ...]:
    """Return the evaluated metrics."""
    records = reading.sheets.get(reading.template.sheet_for("effect"))
    return achievements(records) if records else ()


def open_issues(reading: Reading, as_of: date) -> tuple[IssueRow, ...]:
    """Count the open issues by severity, gravest first."""
    records = reading.sheets.get(reading.template.sheet_for("issues"))
    return issues_by_severity(records, as_of=as_of, order=_SEVERITY_ORDER) if records else ()


def _severities(reading: Reading) -> dict[str, tuple[Text, str | None]]:
    name = reading.template.list_for("issues", Issue.SEVERITY)
    choices = reading.template.choices.get(name)
    return {item.id: (item.label, item.state) for item in choices.items} if choices else {}


def _verdict_labels(reading: Reading) -> dict[str, Text]:
    """Return what each verdict is called in the list of its sheet, or else at all."""
    known = reading.template.choices.get(reading.template.list_for("effect", Effect.VERDICT))
    words = book("summary")["head"]
    spare = {verdict: Text(words[f"{verdict}_count"]) for verdict in get_args(Verdict)}
    return spare | ({item.id: item.label for item in known.items} if known else {})

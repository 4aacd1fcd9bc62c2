"""What `--json` prints: one stable document a workbook, and the whole account of a merge."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from .metrics import figures_as_json
from .problems import Place
from .records import Reading
from .summary import figures
from .texts import Language
from .tidy import alert_as_json, tracked_alerts

if TYPE_CHECKING:  # what reads one workbook must not wait for what merges many
    from .merging import Change, Conflict, Diff, Difference, MergeResult, MergeTotal


def report(reading: Reading, *, as_of: date | None, language: Language) -> dict[str, Any]:
    """Return a recomputed reading as plain types: problems, alerts, metrics, control totals.

    Percentages are fractions; a metric without a value has a reason. Without a day to compute as
    of there are no metrics and no alerts.
    """
    alerts = () if as_of is None else tracked_alerts(reading, as_of)
    return {
        "file": reading.file,
        "sha256": reading.sha256,
        "template": reading.template.id,
        "version": reading.template_version,
        "language": reading.language,
        "as_of": None if as_of is None else as_of.isoformat(),
        "problems": [problem.as_json(language) for problem in reading.problems],
        "alerts": [alert_as_json(one, language) for one in alerts],
        "metrics": [] if as_of is None else figures_as_json(figures(reading, as_of=as_of)),
        "history": [
            {"as_of": one.day.isoformat(), "health": one.health, **one.figures}
            for one in reading.history
        ],
        "totals": [
            {
                "sheet": total.sheet,
                "column": total.column,
                "read": total.read,
                "used": total.used,
                "listed": dict(total.listed),
                "reconciles": total.reconciles,
            }
            for total in reading.totals
        ],
    }


def merge_report(result: MergeResult, language: Language) -> dict[str, Any]:
    """Return a merge as plain types: what `report` says of the workbook, and how it came about.

    `totals` are those of each file: read = merged + duplicates + overruled + withdrawn.
    """
    merge = result.merge
    return {
        **report(result.reading, as_of=result.as_of, language=language),
        "file": str(result.path),
        "sha256": result.receipt.sha256_after,
        "policy": merge.policy,
        "per_department": merge.per_department,
        "across_departments": merge.across,
        "duplicates_across_departments": merge.across_doubles,
        "sources": [
            {
                "file": source.file,
                "sha256": source.reading.sha256,
                "same_as": merge.copies.get(source.file),
                "department": source.department or None,
                "department_from": source.department_from,
                "campaign": source.campaign or None,
            }
            for source in merge.sources
        ],
        "skipped": [
            {"file": one.file, "code": one.code, "message": one.describe(language)}
            for one in merge.skipped
        ],
        "totals": [_total(total) for total in merge.totals],
        "duplicates": [
            {
                "sheet": duplicate.sheet,
                "key": list(duplicate.key),
                "places": [_place(place) for place in duplicate.places],
            }
            for duplicate in merge.duplicates
        ],
        "differences": [_conflict(difference) for difference in merge.differences],
        "changes": [_change(change) for change in merge.changes],
        "withdrawn": [
            {"sheet": r.sheet, "key": list(r.key), "by": r.by, "place": _place(r.place)}
            for r in merge.withdrawn
        ],
        "conflicts": [_conflict(conflict) for conflict in merge.conflicts],
        "settled": [_conflict(conflict) for conflict in merge.settled],
        "extra_sheets": {file: list(sheets) for file, sheets in merge.extra_sheets.items()},
        "left_lying": [
            {"file": file, "kind": one.kind, "sheet": one.sheet, "cell": one.cell, "text": one.text}
            for file, things in merge.laid_on.items()
            for one in things
        ],
        "continued": {name: list(tabs) for name, tabs in result.continued.items()},
        "parquet": [str(path) for path in result.parquet],
        "receipt": result.receipt.as_json(),
    }


def diff_report(found: Diff) -> dict[str, Any]:
    """Return what differs between two workbooks as plain types, days in ISO form."""
    return {
        "template": found.template.id,
        "language": found.language,
        **{
            side: {
                "file": file,
                "sha256": one.sha256,
                "version": one.template_version,
                "author": one.author or None,
                "modified": None if one.modified is None else one.modified.isoformat(),
                "problems": [problem.as_json(found.language) for problem in one.problems],
            }
            for side, file, one in zip(
                ("before", "after"), found.files, (found.before, found.after), strict=True
            )
        },
        "differences": [_difference(one, found) for one in found.differences],
        "figures": [
            {"id": one.id, "label": one.label, "before": one.old, "after": one.new}
            for one in found.figures
        ],
        "elsewhere": found.elsewhere,
        "output": None if found.path is None else str(found.path),
    }


def _difference(one: Difference, found: Diff) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "sheet": one.sheet or None,
        "key": list(one.key),
        "column": one.column or None,
        "label": found.label(one) or None,
        "before": _side(one.before, one.old, one.place_before),
        "after": _side(one.after, one.new, one.place_after),
        "department": one.department or None,
        "owner": one.owner or None,
        "alike": one.alike,
    }


def _side(text: str, value: Any, place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"value": value, "text": text, **_place(place)}


def _total(total: MergeTotal) -> dict[str, Any]:
    return {
        "sheet": total.sheet,
        "file": total.file,
        "column": total.column,
        "read": total.read,
        "merged": total.merged,
        "duplicates": total.duplicates,
        "overruled": total.overruled,
        "withdrawn": total.withdrawn,
        "reconciles": total.reconciles,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "sheet": change.sheet,
        "key": list(change.key),
        "column": change.column or None,
        "before": change.before,
        "after": change.after,
        "by": change.file,
        "place": _place(change.place),
    }


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "sheet": place.sheet, "cell": place.cell}


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "sheet": conflict.sheet,
        "key": list(conflict.key),
        "column": conflict.column,
        "versions": [
            {"text": version.text, **_place(version.place), "file": version.file}
            for version in conflict.versions
        ],
        "kept": list(conflict.kept),
        "state": conflict.state,
    }

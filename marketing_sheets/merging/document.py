"""What `merge --json` prints: the whole account of a merge as plain types."""

from __future__ import annotations

from typing import Any

from ..languages import Language
from ..places import Place
from ..report import report
from .model import Change, Conflict, MergeTotal, Withdrawn
from .workbook import MergeResult

__all__ = ["merge_report"]


def merge_report(result: MergeResult, language: Language) -> dict[str, Any]:
    """Return a merge as plain types: what `report` says of the workbook, and how it came about.

    `totals` are those of each file: read = merged + duplicates + overruled + withdrawn.
    """
    merge = result.merge
    return {
        **report(result.reading, as_of=result.as_of, language=language),
        "file": str(result.path),
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
        "withdrawn": [_withdrawn(row) for row in merge.withdrawn],
        "conflicts": [_conflict(conflict) for conflict in merge.conflicts],
        "extra_sheets": {file: list(sheets) for file, sheets in merge.extra_sheets.items()},
        "continued": {name: list(tabs) for name, tabs in result.continued.items()},
        "parquet": [str(path) for path in result.parquet],
        "receipt": result.receipt.as_json(),
    }


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


def _withdrawn(row: Withdrawn) -> dict[str, Any]:
    return {"sheet": row.sheet, "key": list(row.key), "by": row.by, "place": _place(row.place)}


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
    }

"""What `merge --json` prints: the whole account of a merge as plain types."""

from __future__ import annotations

from typing import Any

from ..languages import Language
from ..report import report
from .model import Conflict, MergeTotal
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
        "sources": [
            {
                "file": source.file,
                "sha256": source.reading.sha256,
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
                "places": [str(place) for place in duplicate.places],
            }
            for duplicate in merge.duplicates
        ],
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


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "sheet": conflict.sheet,
        "key": list(conflict.key),
        "column": conflict.column,
        "versions": [
            {"text": version.text, "file": version.file, "cell": str(version.place)}
            for version in conflict.versions
        ],
        "kept": list(conflict.kept),
    }

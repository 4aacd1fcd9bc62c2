"""What `--json` prints: one stable document a workbook."""

from __future__ import annotations

from datetime import date
from typing import Any

from .languages import Language
from .metrics import figures_as_json
from .records import Reading
from .summary import figures

__all__ = ["report"]


def report(reading: Reading, *, as_of: date | None, language: Language) -> dict[str, Any]:
    """Return a recomputed reading as plain types: problems, metrics, control totals.

    Percentages are fractions; a metric without a value has a reason. Without a day to compute as
    of there are no metrics.
    """
    return {
        "file": reading.file,
        "sha256": reading.sha256,
        "template": reading.template.id,
        "version": reading.template_version,
        "language": reading.language,
        "as_of": None if as_of is None else as_of.isoformat(),
        "problems": [problem.as_json(language) for problem in reading.problems],
        "metrics": [] if as_of is None else figures_as_json(figures(reading, as_of=as_of)),
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

"""What `--json` prints: one stable document a workbook."""

from __future__ import annotations

from datetime import date
from typing import Any

from .alerts import alerts
from .alerts_memory import TrackedAlert, track
from .languages import Language
from .metrics import figures_as_json
from .records import Reading
from .summary import figures
from .summary.wording import kind_text, phrase_text, text_of

__all__ = ["report"]


def report(reading: Reading, *, as_of: date | None, language: Language) -> dict[str, Any]:
    """Return a recomputed reading as plain types: problems, alerts, metrics, control totals.

    Percentages are fractions; a metric without a value has a reason. Without a day to compute as
    of there are no metrics and no alerts.
    """
    return {
        "file": reading.file,
        "sha256": reading.sha256,
        "template": reading.template.id,
        "version": reading.template_version,
        "language": reading.language,
        "as_of": None if as_of is None else as_of.isoformat(),
        "problems": [problem.as_json(language) for problem in reading.problems],
        "alerts": [] if as_of is None else _alerts(reading, as_of, language),
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


def _alerts(reading: Reading, as_of: date, language: Language) -> list[dict[str, Any]]:
    tracked = track(alerts(reading, as_of=as_of), reading.remembered, as_of=as_of)
    return [_alert(one, language) for one in tracked]


def _alert(one: TrackedAlert, language: Language) -> dict[str, Any]:
    """Return an alert; what is resolved has no place any more, and no kind."""
    alert = one.alert
    what = text_of(one.what, language)
    if alert is None:
        found: dict[str, Any] = dict.fromkeys(("rule", "kind", "label", "gap", "advice"))
        found |= dict.fromkeys(("file", "sheet", "cell"))
    else:
        advice = alert.advice
        found = {
            "rule": alert.rule,
            "kind": alert.kind,
            "label": kind_text(alert, language),
            "gap": phrase_text(alert.gap, language),
            "advice": None if advice is None else phrase_text(advice, language),
            "file": alert.place.file,
            "sheet": alert.place.sheet,
            "cell": alert.place.cell,
        }
    return {
        "key": one.key,
        "state": one.standing,
        "first_seen": one.first_seen.isoformat(),
        "severity": one.severity,
        **found,
        "message": what if alert is None else f"{what} – {found['gap']}",
        "department": text_of(one.department, language),
        "owner": one.who,
    }

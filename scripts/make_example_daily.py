"""Write the example's daily rows: June 2024, four channels, always the same figures.

    python scripts/make_example_daily.py [--check]

The two rows of 10 June for WeChat Moments and the stores are given figures, not drawn ones.
"""

from __future__ import annotations

import argparse
import csv
import io
import random
import sys
from datetime import date, timedelta
from pathlib import Path

SEED = 20240601
FOLDER = Path(__file__).parent.parent / "workbook_templates" / "examples" / "campaign_tracker"
HEADER = [
    "date",
    "channel",
    "impressions",
    "clicks",
    "conversions",
    "new_users",
    "cost",
    "sales",
    "sales_target",
    "anomaly",
]

# Per channel: impressions a day, click rate, conversion rate, new users per conversion, cost per
# thousand impressions (stores: a visitor), sales per conversion, sales target a day.
CHANNELS = {
    "xiaohongshu": (135_000, 0.052, 0.0165, 0.88, 47, 282, 29_000),
    "douyin": (345_000, 0.0262, 0.0152, 0.93, 32, 262, 36_000),
    "wechat_moments": (58_000, 0.0208, 0.035, 0.75, 52, 215, 8_500),
    "stores": (2_450, None, 0.083, 0.87, 1_950, 196, 37_000),
}
GIVEN = {
    (date(2024, 6, 10), "wechat_moments"): (50_000, 1_050, 37, 175, 4_980, 35_000),
    (date(2024, 6, 10), "stores"): (2_000, None, 160, 160, 6_990, 32_000),
}
ANOMALIES = {
    (date(2024, 6, 10), "douyin"): {
        "zh-Hans": "直播中途卡顿2分钟",
        "zh-Hant": "直播中途卡頓2分鐘",
        "en": "Live stream lagged for 2 minutes",
    },
    (date(2024, 6, 10), "stores"): {
        "zh-Hans": "客流低于预期20%",
        "zh-Hant": "客流低於預期20%",
        "en": "Footfall 20% below expectation",
    },
}


def rows(language: str) -> list[list[object]]:
    """Return the month's rows in `language`; only the anomaly notes depend on it."""
    chance = random.Random(SEED)
    table: list[list[object]] = []
    for offset in range(30):
        day = date(2024, 6, 1) + timedelta(offset)
        lift = 1.35 if day in (date(2024, 6, 10), date(2024, 6, 18)) else 1.0
        lift *= 1.08 if day.weekday() >= 5 else 1.0
        for channel, typical in CHANNELS.items():
            figures = GIVEN.get((day, channel)) or _draw(chance, typical, lift)
            note = ANOMALIES.get((day, channel), {}).get(language, "")
            table.append([day.isoformat(), channel, *figures, typical[-1], note])
    return table


def _draw(
    chance: random.Random, typical: tuple[float | None, ...], lift: float
) -> tuple[int | None, ...]:
    reach, click_rate, conversion_rate, new_share, price, basket, _ = (t or 0 for t in typical)
    impressions = round(reach * lift * chance.uniform(0.88, 1.12))
    clicks = round(impressions * click_rate * chance.uniform(0.93, 1.07))
    base = clicks if click_rate else impressions
    conversions = round(base * conversion_rate * chance.uniform(0.92, 1.08))
    new_users = round(conversions * new_share * chance.uniform(0.94, 1.06))
    cost = round(impressions / 1000 * price * chance.uniform(0.95, 1.05), -1)
    sales = round(conversions * basket * chance.uniform(0.93, 1.07), -1)
    return (
        impressions,
        clicks if click_rate else None,
        conversions,
        new_users,
        int(cost),
        int(sales),
    )


def text(language: str) -> str:
    """Return the file's text in `language`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows(rows(language))
    return buffer.getvalue()


def main() -> int:
    """Write the three files, or compare them with what would be written."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="exit 1 if a file would change")
    check = parser.parse_args().check
    changed = False
    for language in ("zh-Hans", "zh-Hant", "en"):
        target = FOLDER / language / "daily_data.csv"
        new = text(language)
        if target.is_file() and target.read_text(encoding="utf-8") == new:
            continue
        changed = True
        if not check:
            target.write_text(new, encoding="utf-8")
        print(f"{'differs' if check else 'wrote'}: {target}")
    return int(check and changed)


if __name__ == "__main__":
    sys.exit(main())

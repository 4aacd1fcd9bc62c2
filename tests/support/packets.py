"""A packet of a small reading, and who gives its template back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from marketing_sheets.loading import library_template, load_template
from marketing_sheets.merging.packets import encode
from marketing_sheets.records import Origin, Reading, SheetRecords

TRACKER = library_template("campaign_tracker")


def known(template_id: str) -> Any:
    """Give the library's template of an id."""
    return load_template(template_id)


def small_packet() -> bytes:
    """Return the packet of two rows."""
    empty = SheetRecords(
        sheet="daily_data",
        frame=pd.DataFrame({"cost": pd.Series([1.0, None], dtype="Float64")}),
        raw=pd.DataFrame({"cost": pd.Series([1.0, "x"], dtype=object)}),
        rows=np.array([7, 8]),
        origin=Origin(file="a", sheet="每日数据", header_row=6, columns={"cost": 1}),
    )
    reading = Reading(
        template=TRACKER, language="en", file="a", form={}, sheets={"daily_data": empty}
    )
    packet = encode(reading)
    assert packet is not None
    return packet

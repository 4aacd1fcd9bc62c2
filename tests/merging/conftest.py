"""What several tests of merging read."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from support.books import DAILY, TAB, draw, table_of

MESSY = """
2024-06-01|小红书|约5万|3200|'12|3|1200|4800|5000|
第一周|||||||||
2024/6/2|抖音|2万|x|3|1|￥800|'=1+1|#|忘记填
合计||7万|3200|15|4|2000|||
2024-06-03|没有的渠道||||||||待定
"""


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a workbook with about every kind of doubt."""
    folder = tmp_path_factory.mktemp("messy")
    tab = [*table_of(DAILY + "|我的列"), *table_of(MESSY)]
    tab.append([datetime(2024, 6, 4, 12), "微博", True, time(8, 30), timedelta(days=1, seconds=2)])
    return draw(folder / "乱.xlsx", {TAB: tab, "自己的表": [["a", 1]]})

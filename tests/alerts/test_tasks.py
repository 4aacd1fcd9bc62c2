"""What is kept back of a budget: told with the money, the share, and what it should be."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.rule_cases import CASES, DAY

from marketing_sheets.alerts import Amount, alerts


@pytest.mark.parametrize(
    ("reserve", "count"), [(0.1, 1), (0.0501, 1), (0.05, 0), (0.0499, 0), (0.0, 0)]
)
def test_too_little_kept_back_is_told_with_what_it_should_be(reserve: float, count: int) -> None:
    """Of 1,000 only 50 are left: below a reserve of 10 %, and not below one of 5 %."""
    book = replace(CASES["reserve"].reading("reserve", fires=True), settings={"reserve": reserve})
    found = [one for one in alerts(book, as_of=DAY) if one.rule == "reserve"]
    assert len(found) == count
    for one in found:
        assert one.gap.params["limit"] == Amount(value=reserve * 1000, unit="money")
        assert one.what.params["value"] == Amount(value=50.0, unit="money")
        assert one.what.params["share"] == Amount(value=0.05, unit="percent")
        assert one.size == pytest.approx(reserve - 0.05)

"""The verbs as functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from marketing_sheets import UsageError, generate_workbook


class TestLibrary:
    """The verbs as functions."""

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            ({"language": "fr"}, "unknown_language"),
            ({"rows": -3}, "rows_out_of_range"),
            ({"form": {"nothing": 1}}, "unknown_field"),
        ],
    )
    def test_wrong_arguments(self, tmp_path: Path, arguments: dict[str, Any], code: str) -> None:
        """An argument that makes no sense is refused before anything is written."""
        with pytest.raises(UsageError) as caught:
            generate_workbook("campaign_tracker", tmp_path / "a.xlsx", **arguments)
        assert caught.value.code == code
        assert list(tmp_path.iterdir()) == []

    def test_one_department_is_one_name(self, tmp_path: Path) -> None:
        """A single name is not taken letter by letter."""
        path = generate_workbook(
            "campaign_tracker", tmp_path / "a.xlsx", departments="华东", rows=2
        ).path
        words = [
            cell.value for row in openpyxl.load_workbook(path)["选项"].iter_rows() for cell in row
        ]
        assert "华东" in words
        assert "华" not in words

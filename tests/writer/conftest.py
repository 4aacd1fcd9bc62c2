"""Workbooks that the tests of the writer look into; none of them changes one."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from support.writer_books import example, template

from marketing_sheets.texts import Language
from marketing_sheets.writer import write_workbook


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The campaign tracker in Chinese without a record, with all its blank rows."""
    return write_workbook(template(), tmp_path_factory.mktemp("blank") / "blank.xlsx")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example campaign in Chinese, with all its blank rows."""
    form, records = example("zh-Hans")
    path = tmp_path_factory.mktemp("filled") / "filled.xlsx"
    return write_workbook(template(), path, form=form, records=records)


@pytest.fixture(scope="session")
def blank_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Language], Path]:
    """Give the campaign tracker in a language, without a record and with two blank rows."""
    folder = tmp_path_factory.mktemp("blanks")

    @cache
    def written(language: Language) -> Path:
        path = folder / f"{language}.xlsx"
        return write_workbook(template(), path, language=language, rows=2)

    return written

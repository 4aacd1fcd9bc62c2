"""Every formula cell of a filled workbook equals what Python computed, in all three languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.oracles import (
    differences,
    formula_cells,
    ironcalc_values,
    libreoffice_values,
    needs_libreoffice,
)

from marketing_sheets import Language, generate_workbook, load_template
from marketing_sheets.texts import LANGUAGES
from marketing_sheets.workbooks import example_folder


def filled(folder: Path, language: Language) -> Path:
    """Generate the example in a language."""
    template = load_template("campaign_tracker")
    path = folder / f"{language}.xlsx"
    records = example_folder(template, language)
    made = generate_workbook(template, path, language=language, records=records)
    assert not [p.describe("en") for p in made.problems if p.severity != "info"]
    return path


@pytest.mark.parametrize("language", LANGUAGES)
def test_ironcalc_agrees(tmp_path: Path, language: Language) -> None:
    """Ironcalc recomputes every formula to the value stored beside it."""
    path = filled(tmp_path, language)
    formulas, stored = formula_cells(path)
    assert len(formulas) > 1000
    assert differences(formulas, stored, ironcalc_values(path, formulas)) == []


@needs_libreoffice
@pytest.mark.parametrize("language", LANGUAGES)
def test_libreoffice_agrees(tmp_path: Path, language: Language) -> None:
    """LibreOffice recomputes every formula to the value stored beside it."""
    path = filled(tmp_path, language)
    formulas, stored = formula_cells(path)
    assert differences(formulas, stored, libreoffice_values(path, formulas, tmp_path)) == []

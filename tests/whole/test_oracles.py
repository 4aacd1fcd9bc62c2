"""Every formula cell of a filled workbook equals what Python computed, in all three languages."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.examples import Examples
from support.oracles import (
    differences,
    formula_cells,
    ironcalc_values,
    libreoffice_values,
)

from marketing_sheets import Language
from marketing_sheets.texts import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_ironcalc_agrees(examples: Examples, language: Language) -> None:
    """Ironcalc recomputes every formula to the value stored beside it."""
    path = examples(language=language).path
    formulas, stored = formula_cells(path)
    assert len(formulas) > 1000
    assert differences(formulas, stored, ironcalc_values(path, formulas)) == []


@pytest.mark.slow
@pytest.mark.office
@pytest.mark.parametrize("language", LANGUAGES)
def test_libreoffice_agrees(examples: Examples, tmp_path: Path, language: Language) -> None:
    """LibreOffice recomputes every formula to the value stored beside it."""
    path = examples(language=language).path
    formulas, stored = formula_cells(path)
    assert differences(formulas, stored, libreoffice_values(path, formulas, tmp_path)) == []

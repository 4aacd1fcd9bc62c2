"""Two independent judges of a workbook's formulas: ironcalc, and LibreOffice where it is there."""

from __future__ import annotations

import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import ironcalc
import openpyxl
import pytest
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string
from openpyxl.worksheet.formula import ArrayFormula

SOFFICE = shutil.which("soffice")
needs_libreoffice = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is missing")

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""

Cells = dict[tuple[str, str], Any]


def formula_cells(path: Path) -> tuple[dict[tuple[str, str], str], Cells]:
    """Return the formulas of a workbook by tab and cell, and the values stored beside them."""
    with_formulas = openpyxl.load_workbook(path)
    with_values = openpyxl.load_workbook(path, data_only=True)
    formulas: dict[tuple[str, str], str] = {}
    stored: Cells = {}
    for tab in with_formulas.worksheets:
        values = with_values[tab.title]
        for row in tab.iter_rows():
            for cell in row:
                if cell.data_type != "f" or isinstance(cell.value, ArrayFormula):
                    continue
                key = (tab.title, cell.coordinate)
                formulas[key] = str(cell.value)
                stored[key] = values[cell.coordinate].value
    return formulas, stored


def differences(formulas: dict[tuple[str, str], str], stored: Cells, fresh: Cells) -> list[str]:
    """List the cells whose fresh value is not the stored one."""
    found = []
    for key, formula in formulas.items():
        ours, theirs = _plain(stored[key]), _plain(fresh.get(key))
        if isinstance(ours, float) and isinstance(theirs, float):
            same = math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
        else:
            same = ours == theirs
        if not same:
            found.append(
                f"{key[0]}!{key[1]} stored {ours!r}, recomputed {theirs!r}: {formula[:120]}"
            )
    return found


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return float(value)
    if hasattr(value, "isoformat"):
        return float((value - type(value)(1899, 12, 30)).days)
    return value


def ironcalc_values(path: Path, formulas: dict[tuple[str, str], str]) -> Cells:
    """Evaluate the formulas of a workbook with ironcalc."""
    model = ironcalc.load_from_xlsx(str(path), "en", "UTC")
    model.evaluate()
    names = [sheet["name"] if isinstance(sheet, dict) else sheet.name for sheet in _tabs(model)]
    fresh: Cells = {}
    for tab, address in formulas:
        column, row = coordinate_from_string(address)
        number = column_index_from_string(column)
        fresh[tab, address] = model.get_cell_value(names.index(tab), row, number)
    return fresh


def _tabs(model: Any) -> Any:
    return model.get_worksheets_properties()


def libreoffice_resaved(path: Path, folder: Path) -> Path:
    """Let LibreOffice recalculate a workbook and save it again; return the new file."""
    profile = folder / "profile"
    settings = profile / "user"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    out = folder / "resaved"
    command = [
        str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore",
        "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(path),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return out / path.name


def libreoffice_values(path: Path, formulas: dict[tuple[str, str], str], folder: Path) -> Cells:
    """Evaluate the formulas of a workbook with LibreOffice."""
    book = openpyxl.load_workbook(libreoffice_resaved(path, folder), data_only=True)
    return {(tab, address): book[tab][address].value for tab, address in formulas}

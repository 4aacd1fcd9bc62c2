"""Two independent judges of a workbook's formulas: ironcalc, and LibreOffice where it is there."""

from __future__ import annotations

import math
import posixpath
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ironcalc
import openpyxl
from lxml import etree
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

SOFFICE = shutil.which("soffice")

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""

Cells = dict[tuple[str, str], Any]

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def formula_cells(path: Path) -> tuple[dict[tuple[str, str], str], Cells]:
    """Return the formulas of a workbook by tab and cell, and the values stored beside them.

    Array formulas are left out. Dates are Excel's numbers.
    """
    formulas: dict[tuple[str, str], str] = {}
    stored: Cells = {}
    shared: dict[tuple[str, str | None], str] = {}
    with zipfile.ZipFile(path) as package:
        targets = {
            one.get("Id"): posixpath.join("xl", one.get("Target", "")).lstrip("/")
            for one in etree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        }
        texts: list[str] = []
        if "xl/sharedStrings.xml" in package.namelist():
            strings = etree.fromstring(package.read("xl/sharedStrings.xml"))
            texts = ["".join(one.itertext(f"{_MAIN}t")) for one in strings]
        for sheet in etree.fromstring(package.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            tab, part = sheet.get("name", ""), targets[sheet.get(_ID)]
            for cell in etree.fromstring(package.read(part)).iter(f"{_MAIN}c"):
                formula = cell.find(f"{_MAIN}f")
                if formula is None or formula.get("t") == "array":
                    continue
                text, number = formula.text, (tab, formula.get("si"))
                if formula.get("t") == "shared":
                    # The first cell has the formula that the others take, from their own place.
                    text = shared.setdefault(number, text or "")
                assert text, (tab, cell.get("r"))
                key = (tab, cell.get("r", ""))
                formulas[key] = f"={text}"
                stored[key] = _stored(cell.findtext(f"{_MAIN}v"), cell.get("t", "n"), texts)
    return formulas, stored


def _stored(value: str | None, kind: str, texts: Sequence[str]) -> Any:
    if not value:
        return None
    if kind == "n":
        return float(value)
    if kind == "b":
        return value == "1"
    return texts[int(value)] if kind == "s" else value


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


def libreoffice_resaved(folder: Path, *paths: Path) -> list[Path]:
    """Let LibreOffice recalculate workbooks and save them again; return the new files."""
    profile = folder / "profile"
    settings = profile / "user"
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    out = folder / "resaved"
    command = [
        str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore",
        "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), *map(str, paths),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return [out / path.name for path in paths]


def libreoffice_values(path: Path, formulas: dict[tuple[str, str], str], folder: Path) -> Cells:
    """Evaluate the formulas of a workbook with LibreOffice."""
    (saved,) = libreoffice_resaved(folder, path)
    book = openpyxl.load_workbook(saved, data_only=True)
    return {(tab, address): book[tab][address].value for tab, address in formulas}

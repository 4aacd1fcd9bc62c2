"""LibreOffice at a workbook, as a person would be: correct, sort, insert, copy, wrong again."""

from __future__ import annotations

import subprocess
from datetime import date
from html import escape
from pathlib import Path

import pytest
from support.oracles import SOFFICE
from support.reviews import wrong_workbook

from marketing_sheets import recalculate
from marketing_sheets.review import excel_key, excel_prefix

pytestmark = [pytest.mark.slow, pytest.mark.office]

LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"
 library:readonly="false" library:passwordprotected="false">
<library:element library:name="Module1"/></library:library>
"""
LIBRARIES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library"
 xmlns:xlink="http://www.w3.org/1999/xlink">
<library:library library:name="Standard" xlink:href="$(USER)/basic/Standard/script.xlb/"
 xlink:type="simple" library:link="false"/></library:libraries>
"""
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">{code}</script:module>
"""
# Column R says what is to be checked in a row of the daily data; J is the cost, A the date.
DRIVE = """
Dim Book As Object
Dim Sheet As Object
Dim Out As Integer

Sub Note(Step1 As String)
  Book.calculateAll()
  Dim At As Integer, Told As String
  Told = Step1
  For At = 6 To 12
    Told = Told & "|" & Sheet.getCellByPosition(17, At).String
  Next
  Print #Out, Told & "|mark " & Sheet.getCellByPosition(59, 0).String
End Sub

Sub Main()
  Dim Hidden(0) As New com.sun.star.beans.PropertyValue
  Hidden(0).Name = "Hidden"
  Hidden(0).Value = True
  Book = StarDesktop.loadComponentFromURL("{book}", "_blank", 0, Hidden())
  Sheet = Book.Sheets.getByName("每日数据")
  Out = FreeFile
  Open "{out}" For Output As #Out
  Sheet.getCellByPosition(59, 0).Formula = "{mark}"
  Note("start")
  Sheet.getCellByPosition(9, 8).Value = 50000
  Note("corrected")
  Sheet.getCellByPosition(9, 8).String = "{wrong}"
  Note("wrong again")
  Dim Fields(0) As New com.sun.star.table.TableSortField
  Fields(0).Field = 2 : Fields(0).IsAscending = False
  Dim Sorting(1) As New com.sun.star.beans.PropertyValue
  Sorting(0).Name = "SortFields" : Sorting(0).Value = Fields()
  Sorting(1).Name = "ContainsHeader" : Sorting(1).Value = False
  Sheet.getCellRangeByName("A7:R13").sort(Sorting())
  Note("sorted")
  Sheet.copyRange(Sheet.getCellRangeByName("A14").CellAddress, _
    Sheet.getCellRangeByName("A7:R13").RangeAddress)
  Dim Row As Integer, Count As Integer
  Book.calculateAll()
  For Row = 6 To 19
    If Sheet.getCellByPosition(17, Row).String <> "" Then Count = Count + 1
  Next
  Print #Out, "copied|" & Count
  Sheet.Rows.insertByIndex(6, 1)
  Book.calculateAll()
  Count = 0
  For Row = 6 To 20
    If Sheet.getCellByPosition(17, Row).String <> "" Then Count = Count + 1
  Next
  Print #Out, "inserted|" & Count
  Close #Out
  Book.close(True)
  StarDesktop.terminate()
End Sub
"""


def driven(path: Path, folder: Path) -> dict[str, list[str]]:
    """Let LibreOffice run the macro over a workbook; return what each step shows."""
    basic = folder / "profile" / "user" / "basic"
    program = [
        str(SOFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
        "--norestore", "--nologo",
    ]  # fmt: skip
    # The first start makes the profile, and would write over the macro.
    subprocess.run([*program, "--terminate_after_init"], check=True, timeout=300)
    out = folder / "seen.txt"
    key = excel_key("J9", excel_prefix("daily_data", "cost"))
    mark = f"=ISNUMBER(MATCH({key};chk_cells;0))".replace(",", ";").replace('"', '""')
    code = DRIVE.format(book=path.as_uri(), out=out.as_uri(), mark=mark, wrong="约5万")
    (basic / "script.xlc").write_text(LIBRARIES, encoding="utf-8")
    (basic / "Standard" / "script.xlb").write_text(LIBRARY, encoding="utf-8")
    (basic / "Standard" / "Module1.xba").write_text(
        MODULE.format(code=escape(code)), encoding="utf-8"
    )
    command = [*program, "macro:///Standard.Module1.Main"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    lines = out.read_text(encoding="utf-8", errors="replace").splitlines()
    return {name: rest for name, *rest in (line.split("|") for line in lines)}


def test_a_person_corrects_sorts_inserts_and_copies(tmp_path: Path) -> None:
    """The text and the mark follow the content: gone once right, back once wrong, there twice."""
    path = wrong_workbook(tmp_path)
    recalculate(path, as_of=date(2024, 6, 30))
    seen = driven(path, tmp_path)
    told = {name: [bool(text) for text in rest[:7]] for name, rest in seen.items()}
    assert told["start"] == [False, False, True, True, True, True, False]
    assert seen["start"][-1] == "mark TRUE"
    assert told["corrected"] == [False, False, False, True, True, True, False]
    assert seen["corrected"][-1] == "mark FALSE"
    assert seen["wrong again"] == seen["start"]
    assert sum(told["sorted"]) == 4
    assert told["sorted"] != told["start"]
    assert seen["copied"] == ["8"]
    assert seen["inserted"] == ["8"]

"""`marketing-sheets split`, on real files: what it writes, says, and returns."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from support.command_line import run

from marketing_sheets import generate_workbook, read_workbook
from marketing_sheets.cli import cli


@pytest.fixture(scope="module")
def tracker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tracker with tasks of two departments, and one whose department is two."""
    path = tmp_path_factory.mktemp("tracker") / "618.xlsx"
    generate_workbook("campaign_tracker", path, rows=3, departments=["市场部", "销售部", "品牌部"])
    book = openpyxl.load_workbook(path)
    tab = book["推进总表"]
    columns = {str(cell.value).split("|")[0]: int(cell.column or 0) for cell in tab[5]}
    for row, department in enumerate(("市场部", "销售部", "市场部、销售部"), 7):
        tab.cell(row, columns["stage"]).value = "筹备期"
        tab.cell(row, columns["task"]).value = f"任务{row}"
        tab.cell(row, columns["department"]).value = department
    tab = book["每日数据"]
    columns = {str(cell.value).split("|")[0]: int(cell.column or 0) for cell in tab[5]}
    tab.cell(7, columns["date"]).value = "2024-06-01"
    tab.cell(7, columns["channel"]).value = "抖音"
    tab.cell(7, columns["cost"]).value = 12.5
    book.create_sheet("杂记")["A1"] = "一句话"
    book.save(path)
    return path


@pytest.fixture
def path(tracker: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(tracker, tmp_path))


def test_split_reports_parts_and_what_is_nobodys(path: Path, tmp_path: Path) -> None:
    """Every part is named with its rows; a cell that names two departments is listed."""
    folder = tmp_path / "分表"
    result = run("split", path, "--by", "department", "-o", folder, "--as-of", "2024-06-28", code=1)
    listed = read_workbook(path).choices["department"]
    assert len([*folder.iterdir()]) == len(listed) + 1
    assert {f"618-{name}.xlsx" for name in ("市场部", "未分配", "销售部")} <= {
        p.name for p in folder.iterdir()
    }
    assert "还没有行的部门也各有一份" in result.output
    assert "每日数据、效果评估：各部门在自己的一份里各填各的" in result.output
    assert "618-市场部.xlsx：1 行（推进总表 1）" in result.output
    assert "2 行没有归属，已放入 618-未分配.xlsx" in result.output
    assert "618.xlsx › 推进总表 › D9：“市场部、销售部”写了不止一个" in result.output
    assert "每日数据：1 行，表中没有“部门”列" in result.output
    steps = result.output[result.output.index("接下来：") :]
    assert f"发给各部门填写\n  2. 收回后放回 {folder}" in steps
    assert f"3. 合并：marketing-sheets merge {path} {folder} -o 合并.xlsx" in steps
    assert "杂记" in result.output
    assert f"marketing-sheets merge {path} {folder}" in result.output
    quiet = run(
        *("split", path, "--by", "department", "-o", tmp_path / "en", "--language", "en", "-q"),
        code=1,
    ).output
    assert "2 rows belong to nobody and went into 618-unassigned.xlsx:" in quiet
    assert "Next:" not in quiet
    part = read_workbook(tmp_path / "en" / "618-Marketing.xlsx")
    assert part.language == "en"


def test_split_json(path: Path, tmp_path: Path) -> None:
    """Programs get parts, rows of nobody and control totals."""
    folder = tmp_path / "parts"
    result = run("split", path, "--by", "channel", "-o", folder, "--json", code=1)
    document = json.loads(result.output)
    assert [(part["value"], part["label"]) for part in document["parts"]] == [
        ("douyin", "抖音"),
        ("", "未分配"),
    ]
    assert document["parts"][0]["rows"]["daily_data"] == 1
    assert {row["reason"] for row in document["unassigned"]} == {"no_column"}
    cost = next(t for t in document["totals"] if t["column"] == "cost")
    assert (cost["whole"], sum(cost["parts"].values())) == (12.5, 12.5)
    assert document["extra_sheets"] == ["杂记"]
    assert all(Path(part["file"]).is_file() for part in document["parts"])


def test_split_again_needs_force(path: Path, tmp_path: Path) -> None:
    """An earlier split is replaced only when told; other folders never."""
    folder = tmp_path / "parts"
    run("split", path, "--by", "channel", "-o", folder, code=1)
    result = run("split", path, "--by", "channel", "-o", folder, code=2)
    assert "--force" in result.output
    run("split", path, "--by", "channel", "-o", folder, "--force", code=1)
    result = run("split", path, "--by", "channel", "-o", tmp_path, "--force", code=2)
    assert "618.xlsx" in result.output
    run("split", path, "--by", "stage", "-o", folder, code=2)


def test_split_and_merge_on_the_command_line(path: Path, tmp_path: Path) -> None:
    """What staff changed in a part is in the merged workbook, and the rest is as it was."""
    folder, output = tmp_path / "parts", tmp_path / "merged.xlsx"
    run("split", path, "--by", "department", "-o", folder, code=1)
    part = folder / "618-市场部.xlsx"
    book = openpyxl.load_workbook(part)
    tab = book["推进总表"]
    columns = {str(cell.value).split("|")[0]: int(cell.column or 0) for cell in tab[5]}
    tab.cell(7, columns["budget"]).value = 3000
    book.save(part)
    merge = ("merge", path, folder, "-o", output, "--as-of", "2024-06-28", "--no-cache")
    result = CliRunner().invoke(cli, [str(word) for word in merge])
    assert result.exit_code in (0, 1), result.output
    frame = read_workbook(output).sheets["master_tracker"].frame
    assert frame["task"].tolist() == ["任务7", "任务8", "任务9"]
    assert frame["budget"].fillna(0).tolist() == [3000, 0, 0]
    again = tmp_path / "again.xlsx"
    run(*merge[:3], output, "-o", again, *merge[5:], code=result.exit_code)
    second = read_workbook(again).sheets["master_tracker"].frame
    assert second["budget"].fillna(0).tolist() == [3000, 0, 0]

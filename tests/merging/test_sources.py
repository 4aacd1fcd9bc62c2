"""What is named is found once, in natural order; what is passed over is listed with its reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, strategies as st

from marketing_sheets.errors import UsageError
from marketing_sheets.merging.sources import SkippedFile, find_workbooks, natural_order
from marketing_sheets.texts import LANGUAGES


def workbook(path: Path, kind: str | None = None) -> Path:
    """Write a small workbook, if `kind` is given with the document property of that name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(str(path))
    book.add_worksheet().write(0, 0, path.name)
    if kind is not None:
        book.set_custom_property("kind", kind)
    book.close()
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder as departments leave it."""
    root = tmp_path / "收到"
    for name in ("市场部/10月.xlsx", "市场部/2月.xlsx", "销售部/2月.xlsm", "总部.XLSX"):
        workbook(root / name)
    workbook(root / "市场部/2月.bak.xlsx")
    workbook(root / "市场部/2月.bak3.xlsx")
    workbook(root / ".隐藏.xlsx")
    workbook(root / ".git/内部.xlsx")
    workbook(root / "合并.xlsx", "merge")
    for name in ("~$总部.xlsx", ".~lock.总部.xlsx#", "旧.xls", "明细.csv", "说明.pdf", ".DS_Store"):
        (root / name).write_bytes(b"nothing")
    (root / "坏.xlsx").write_bytes(b"broken")
    return root


def test_a_folder_gives_its_workbooks_in_natural_order(folder: Path) -> None:
    """Folders below count too; 2月 comes before 10月; the shown name is the path below."""
    found = find_workbooks([folder])
    assert [name for name, _ in found.files] == [
        "坏.xlsx",
        "市场部/2月.xlsx",
        "市场部/10月.xlsx",
        "总部.XLSX",
        "销售部/2月.xlsm",
    ]
    assert all(path.is_file() and path.is_absolute() for _, path in found.files)


def test_all_that_is_passed_over_is_listed_with_a_reason(folder: Path) -> None:
    """Lock files, hidden files, backups, old and other formats, the result of an earlier merge."""
    output = workbook(folder / "汇总.xlsx", "merge")
    reasons = {one.file: one.code for one in find_workbooks([folder], output=output).skipped}
    assert reasons == {
        "~$总部.xlsx": "lock_file",
        ".~lock.总部.xlsx#": "lock_file",
        ".隐藏.xlsx": "hidden_file",
        ".DS_Store": "hidden_file",
        "市场部/2月.bak.xlsx": "backup",
        "市场部/2月.bak3.xlsx": "backup",
        "合并.xlsx": "earlier_merge",
        "旧.xls": "legacy_xls",
        "明细.csv": "not_a_workbook",
        "说明.pdf": "no_spreadsheet",
    }


def test_every_reason_is_said_in_three_languages_with_the_file_and_what_to_do(
    folder: Path,
) -> None:
    """The sentence names the file as shown; a lock file's names the workbook that is open."""
    skipped = find_workbooks([folder], output=folder / "合并.xlsx").skipped
    for one in skipped:
        sentences = {one.describe(language) for language in LANGUAGES}
        assert len(sentences) == 3
        assert all(one.file in sentence for sentence in sentences)
    lock = next(one for one in skipped if one.file.startswith("~$"))
    assert "somebody has 总部.xlsx open" in lock.describe("en")


@pytest.mark.parametrize("name", ["市场部/2月.bak.xlsx", ".隐藏.xlsx", "合并.xlsx"])
def test_a_file_named_by_its_own_path_is_taken(folder: Path, name: str) -> None:
    """A backup, a hidden file or an earlier merge is left out of folders and globs only."""
    assert [path.name for _, path in find_workbooks([folder / name]).files] == [Path(name).name]
    both = find_workbooks([folder, folder / name])
    assert name in [shown for shown, _ in both.files]
    assert name not in [one.file for one in both.skipped]


def test_the_output_may_not_be_an_input(folder: Path, tmp_path: Path) -> None:
    """Named itself, by a link, or lying in a folder: a file to be merged is never written to."""
    inside = folder / "总部.XLSX"
    hard = tmp_path / "hard.xlsx"
    os.link(inside, hard)
    links = [inside, hard]
    if os.name == "posix":
        links.append(tmp_path / "soft.xlsx")
        links[-1].symlink_to(inside)
    for output in links:
        for path in (folder, inside, f"{folder}/*.XLSX"):
            with pytest.raises(UsageError) as caught:
                find_workbooks([path], output=output)
            assert caught.value.code == "output_is_input"
    with pytest.raises(UsageError):
        find_workbooks([folder / "合并.xlsx"], output=folder / "合并.xlsx")


def test_an_earlier_result_at_the_output_is_as_if_it_were_not_there(folder: Path) -> None:
    """It is neither read nor listed and names no file otherwise, so a second run says the same."""
    output = folder.parent / "合并.xlsx"
    first = find_workbooks([folder.parent], output=output)
    workbook(output, "merge")
    assert find_workbooks([folder.parent], output=output) == first


def test_a_file_counts_once_however_often_it_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its folder, a glob, a relative path, a detour or a link: it is one file."""
    monkeypatch.chdir(folder)
    plain = find_workbooks(["市场部"])
    detour = Path("销售部", "..", "市场部", "2月.xlsx")
    names: list[Path | str] = [
        "市场部",
        "市场部/*.xlsx",
        "市场部/2月.xlsx",
        str(folder / "市场部" / "2月.xlsx"),
        detour,
    ]
    if hasattr(os, "symlink") and os.name == "posix":
        (folder / "市场部" / "链接.xlsx").symlink_to(folder / "市场部" / "2月.xlsx")
    assert [path for _, path in find_workbooks(names).files] == [path for _, path in plain.files]


def test_globs_reach_as_deep_as_they_say(folder: Path) -> None:
    """`*` stays in its folder, `**` goes below, a glob of folders takes all in them."""

    def names(pattern: str) -> list[str]:
        return [path.name for _, path in find_workbooks([str(folder / pattern)]).files]

    assert names("市场部/*月.xlsx") == ["2月.xlsx", "10月.xlsx"]
    assert names("**/*.xls[xm]") == ["坏.xlsx", "2月.xlsx", "10月.xlsx", "2月.xlsm"]
    assert names("*部") == ["2月.xlsx", "10月.xlsx", "2月.xlsm"]


def test_a_name_with_brackets_is_a_name_where_such_a_file_is(tmp_path: Path) -> None:
    """`618[终].xlsx` looks like a glob and is a file."""
    path = workbook(tmp_path / "618[终].xlsx")
    assert find_workbooks([path]).files == (("618[终].xlsx", path),)


@pytest.mark.parametrize(
    ("name", "code"), [("没有.xlsx", "path_missing"), ("*.xlsm", "no_file_matches")]
)
def test_what_names_nothing_is_wrong_usage(tmp_path: Path, name: str, code: str) -> None:
    """A path that does not exist, a glob without a match: probably a slip."""
    with pytest.raises(UsageError) as caught:
        find_workbooks([tmp_path / name])
    assert caught.value.code == code
    assert name in str(caught.value)


def test_the_order_of_the_arguments_does_not_matter(folder: Path) -> None:
    """Names and order follow from the files alone."""
    glob = str(folder / "*.XLSX")
    arguments: list[Path | str] = [folder / "市场部", folder / "销售部/2月.xlsm", glob]
    assert find_workbooks(arguments) == find_workbooks(arguments[::-1])


@given(st.lists(st.text(st.sampled_from("ab/月1２9")), max_size=6))
def test_natural_order_is_an_order(names: list[str]) -> None:
    """Any names can be sorted, and equal keys mean equal names."""
    ordered = sorted(names, key=natural_order)
    backwards = names[::-1]
    assert sorted(backwards, key=natural_order) == ordered
    assert natural_order("2月") < natural_order("10月") < natural_order("10月b")


def test_a_reason_may_be_any_error_of_the_library() -> None:
    """What the reader refuses is said in its own words, under the shown name."""
    skipped = SkippedFile.by("市场部/a.xlsx", UsageError("no_such_file", file="a.xlsx"))
    assert skipped.describe("en") == "There is no 市场部/a.xlsx. Check the name and the path."


def test_two_names_that_read_alike_stay_two(tmp_path: Path) -> None:
    """A name in GBK is read as the letters it means, unless another file is called so already."""
    odd = os.fsdecode("汇总.xlsx".encode("gbk"))
    source = workbook(tmp_path / "plain.xlsx")
    source.rename(tmp_path / odd)
    assert [name for name, _ in find_workbooks([tmp_path]).files] == ["汇总.xlsx"]
    workbook(tmp_path / "汇总.xlsx")
    names = [name for name, _ in find_workbooks([tmp_path]).files]
    assert len({*names}) == 2
    assert "汇总.xlsx" in names

"""Reports written as files, and written again."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path

import docx
import openpyxl
import pytest
from lxml import etree
from support.command_line import run
from support.examples import Examples
from support.oracles import SOFFICE
from support.readings import AS_OF, FORM, campaign
from support.word import PIXEL, actions, place, words

from marketing_sheets import write_report
from marketing_sheets.errors import UsageError, WorkbookError, WorkbookExists
from marketing_sheets.report.blocks import Actions, ChartBlock, TableBlock
from marketing_sheets.report.content import document_of
from marketing_sheets.report.numbers import shown
from marketing_sheets.summary import Summary, summarize
from marketing_sheets.texts import LANGUAGES

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
HOSTILE = "<script>alert(1)</script> ]]> \x0b\x00 😀 &amp; {{campaign}} =1+1"


@pytest.fixture
def summary(examples: Examples) -> Summary:
    """A campaign with something of everything."""
    return examples().recalculated.summary


def _write(path: Path, name: str, text: str) -> None:
    """Write into a place as people do."""
    document = docx.Document(str(path))
    first = next(place(document, name).iter(f"{W}t"))
    first.text = text
    document.save(str(path))


def test_both_writers_say_the_same(summary: Summary, tmp_path: Path) -> None:
    """Every word and figure of every table stands in the Word file and on the page."""
    for name in ("a.docx", "a.html"):
        write_report(summary, tmp_path / name)
    said = words(docx.Document(str(tmp_path / "a.docx")).element.body)
    page = etree.HTML((tmp_path / "a.html").read_bytes())
    shown = "".join(page.itertext())
    for block in document_of(summary, "zh-Hans").blocks:
        for row in block.rows if isinstance(block, TableBlock | Actions) else ():
            for cell in row.cells:
                assert cell.text.replace("\n", "") in said
                assert cell.text in shown


def test_every_figure_of_the_summary_stands_in_the_report(
    examples: Examples, tmp_path: Path
) -> None:
    """What the Summary's sheet shows as numbers, headline figures apart, the report shows alike."""
    book = openpyxl.load_workbook(examples().recalculated.receipt.output)
    sheet = book["汇总"]
    # Headline figures are larger than what stands in tables, and hidden cells feed charts.
    cells = [c for row in sheet.iter_rows(max_col=18) for c in row if c.font.sz and c.font.sz < 20]
    figures = [shown(c.value, c.number_format) for c in cells if isinstance(c.value, int | float)]
    assert len(figures) > 80
    write_report(examples().recalculated.summary, tmp_path / "a.docx")
    document = docx.Document(str(tmp_path / "a.docx"))
    said = {words(paragraph) for paragraph in document.element.body.iter(f"{W}p")}
    assert [figure for figure in figures if figure not in said] == []


def test_charts_are_native_and_hold_the_figures_they_show(summary: Summary, tmp_path: Path) -> None:
    """Each chart has the workbook it is edited in; its cells are what the chart remembers."""
    write_report(summary, tmp_path / "a.docx")
    count = sum(isinstance(block, ChartBlock) for block in document_of(summary, "zh-Hans").blocks)
    with zipfile.ZipFile(tmp_path / "a.docx") as package:
        charts = [name for name in package.namelist() if name.startswith("word/charts/report")]
        assert len(charts) == count > 3
        for name in charts:
            chart = etree.fromstring(package.read(name))
            assert [one.get("val") for one in chart.iter(f"{C}dispBlanksAs")] == ["gap"]
            book = package.read(name.replace("charts", "embeddings").replace(".xml", ".xlsx"))
            sheet = openpyxl.load_workbook(BytesIO(book)).active
            assert sheet is not None
            for reference in chart.iter(f"{C}numRef"):
                area = (reference.findtext(f"{C}f") or "").partition("!")[2].replace("$", "")
                cells = (
                    [cell.value for (cell,) in sheet[area]] if ":" in area else [sheet[area].value]
                )
                held = {
                    int(p.get("idx", "")): float(p.findtext(f"{C}v") or "")
                    for p in reference.iter(f"{C}pt")
                }
                assert held == {at: value for at, value in enumerate(cells) if value is not None}


def test_the_same_input_gives_the_same_bytes(summary: Summary, tmp_path: Path) -> None:
    """Neither writer reads the clock or depends on the order of a set."""
    for kind in ("docx", "html"):
        for name in ("a", "b"):
            write_report(summary, tmp_path / f"{name}.{kind}", created=datetime(2024, 6, 28))
        assert (tmp_path / f"a.{kind}").read_bytes() == (tmp_path / f"b.{kind}").read_bytes()


def test_what_people_wrote_goes_into_the_next_report(summary: Summary, tmp_path: Path) -> None:
    """Places, the last column, changed rows and rows of their own are there again, each once."""
    path = tmp_path / "a.docx"
    write_report(summary, path)
    for name in ("background", "success", "evidence", "root_causes", "next_steps"):
        _write(path, name, f"我们写的 {name}")
    document = docx.Document(str(path))
    rows = actions(document).rows
    rows[1].cells[4].text = "已联系供应商"
    rows[2].cells[1].text = "改过的措施"
    rows[-1].cells[0].text = "自己加的问题"
    document.save(str(path))
    for _ in range(2):
        done = write_report(summary, path)
        assert done.took_over
        again = docx.Document(str(path))
        for name in ("background", "success", "evidence", "root_causes", "next_steps"):
            assert words(place(again, name)) == f"我们写的 {name}"
        rows = actions(again).rows
        assert rows[1].cells[4].text == "已联系供应商"
        assert rows[2].cells[1].text == "改过的措施"
        assert sum("自己加的问题" in words(row._tr) for row in rows) == 1
        assert len(rows) == len(actions(document).rows) + 1


def test_a_picture_that_was_pasted_stays(summary: Summary, tmp_path: Path) -> None:
    """A screenshot in a place is taken over with its bytes."""
    path, picture = tmp_path / "a.docx", PIXEL
    write_report(summary, path)
    document = docx.Document(str(path))
    held = place(document, "evidence")
    pasted = document.add_paragraph()
    pasted.add_run().add_picture(BytesIO(picture))
    held.append(pasted._p)
    document.save(str(path))
    write_report(summary, path)
    write_report(summary, path)
    again = docx.Document(str(path))
    (link,) = place(again, "evidence").iter(
        "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
    )
    key = link.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed")
    assert again.part.rels[key].target_part.blob == picture


def test_text_of_ours_that_was_changed_is_not_lost(summary: Summary, tmp_path: Path) -> None:
    """A changed conclusion stops the next report, which names the chapter, unless it is forced."""
    path = tmp_path / "a.docx"
    write_report(summary, path)
    _write(path, "background", "背景")
    document = docx.Document(str(path))
    at = next(at for at, p in enumerate(document.paragraphs) if p.text.startswith("二、"))
    document.paragraphs[at + 1].insert_paragraph_before("领导加的一句话")
    document.save(str(path))
    before = path.read_bytes()
    with pytest.raises(WorkbookExists, match="关键成果"):
        write_report(summary, path)
    assert path.read_bytes() == before
    write_report(summary, path, overwrite=True)
    assert words(place(docx.Document(str(path)), "background")) == "背景"


def test_another_report_is_not_replaced(
    summary: Summary, examples: Examples, tmp_path: Path
) -> None:
    """Neither another campaign's report nor a file that is none gives way without being told."""
    path = tmp_path / "a.docx"
    write_report(examples("campaign_review").path, path)
    with pytest.raises(WorkbookExists):
        write_report(summary, path)
    docx.Document().save(str(path))
    with pytest.raises(WorkbookExists):
        write_report(summary, path)
    path.write_bytes(b"no document")
    with pytest.raises(WorkbookExists):
        write_report(summary, path)
    page = tmp_path / "a.html"
    page.write_text("<p>mine</p>")
    with pytest.raises(WorkbookExists):
        write_report(summary, page)
    write_report(summary, page, overwrite=True)
    page.write_bytes(page.read_bytes().replace(b"</h1>", b"!</h1>"))
    with pytest.raises(WorkbookExists):
        write_report(summary, page)


def test_hostile_texts_do_no_harm(tmp_path: Path) -> None:
    """Markup, control characters and blanks in records are words, in both."""
    odd = summarize(
        campaign(form={**FORM, "campaign_name": HOSTILE, "owner": HOSTILE}), as_of=AS_OF
    )
    for name in ("a.docx", "a.html"):
        write_report(odd, tmp_path / name)
    assert "{{campaign}} =1+1" in words(docx.Document(str(tmp_path / "a.docx")).element.body)
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert not re.search(r"(?:src|href)=|url\(|https?://", page)


def test_a_house_template_keeps_its_look_and_fills_its_blanks(
    summary: Summary, tmp_path: Path
) -> None:
    """Header, cover and blanks in split runs are the house's; the report stands at its place."""
    house = _house(tmp_path, "编制：{{dep", "artment}}，截至 {{ as_of }}")
    write_report(summary, tmp_path / "a.docx", house=house)
    document = docx.Document(str(tmp_path / "a.docx"))
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert lines[0].startswith("编制：市场部，截至 2024-"), lines[0]
    assert lines[-1] == "封底"
    assert "{{" not in "".join(lines)
    assert document.sections[0].header.paragraphs[0].text == document.core_properties.title
    assert any(line.startswith("一、") for line in lines[1:-1])


def test_a_blank_nobody_knows_is_told_with_its_place(summary: Summary, tmp_path: Path) -> None:
    """A misspelt blank stops the report and names what there is; so does a missing place."""
    house = _house(tmp_path, "编制：{{dep", "t}}")
    with pytest.raises(UsageError, match="dept"):
        write_report(summary, tmp_path / "a.docx", house=house)
    bare = docx.Document()
    bare.add_paragraph("没有位置")
    bare.save(str(house))
    with pytest.raises(UsageError, match="report"):
        write_report(summary, tmp_path / "a.docx", house=house)
    house.write_bytes(b"no document")
    with pytest.raises(WorkbookError):
        write_report(summary, tmp_path / "a.docx", house=house)
    assert not (tmp_path / "a.docx").exists()


def _house(folder: Path, *runs: str) -> Path:
    house = docx.Document()
    house.sections[0].header.paragraphs[0].text = "{{title}}"
    line = house.add_paragraph()
    for run_text in runs:
        line.add_run(run_text)
    house.add_paragraph("{{report}}")
    house.add_paragraph("封底")
    path = folder / "信笺.docx"
    house.save(str(path))
    return path


def test_the_command_writes_both_and_refuses_what_is_neither(
    examples: Examples, tmp_path: Path
) -> None:
    """The command line writes a report, says where, and keeps what people wrote."""
    book = shutil.copy(examples().path, tmp_path / "618.xlsx")
    for name in ("报告.docx", "报告.html"):
        assert "报告已写入" in run("report", book, "-o", tmp_path / name).output
    _write(tmp_path / "报告.docx", "background", "背景")
    run("report", book, "-o", tmp_path / "报告.docx", "--language", "zh-Hans")
    assert words(place(docx.Document(str(tmp_path / "报告.docx")), "background")) == "背景"
    run("report", book, "-o", tmp_path / "报告.pdf", code=2)
    run("report", book, "-o", tmp_path / "x.html", "--house", tmp_path / "报告.docx", code=2)
    run("report", tmp_path / "none.xlsx", "-o", tmp_path / "x.docx", code=3)


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_saves_it_and_every_word_is_there(summary: Summary, tmp_path: Path) -> None:
    """Written into, saved by LibreOffice twice and reported again, nothing people wrote is lost."""
    path = tmp_path / "a.docx"
    write_report(summary, path)
    said = {
        "background": "纯中文",
        "success": "plain English only",
        "evidence": "中文 abc 混排 123",
        "root_causes": "😀 表情 <b>&amp; ]]>",
        "next_steps": "a中b文c",
    }
    for name, text in said.items():
        _write(path, name, text)
    for _ in range(2):
        _resaved(path)
    write_report(summary, path)
    again = docx.Document(str(path))
    assert {name: words(place(again, name)) for name in said} == said


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_opens_every_report(examples: Examples, tmp_path: Path) -> None:
    """Reports of all templates in all languages are pages that LibreOffice shows."""
    for language in LANGUAGES:
        for name in ("campaign_tracker", "campaign_process"):
            path = tmp_path / f"{name}-{language}.docx"
            write_report(examples(name, language).path, path)
            _resaved(path)
            assert len(docx.Document(str(path)).tables) > 5


def _resaved(path: Path) -> None:
    """Save a document by LibreOffice, in its place."""
    assert SOFFICE is not None
    folder = path.parent / "resaved"
    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation=file://{path.parent / 'profile'}",
            "--headless",
            "--convert-to",
            "docx",
            "--outdir",
            str(folder),
            str(path),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    shutil.move(folder / path.name, path)

"""House templates, in all the ways people make them."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from support.examples import Examples
from support.readings import AS_OF, FORM, campaign
from support.word import PIXEL, words

from marketing_sheets import write_report
from marketing_sheets.errors import UsageError, WorkbookError
from marketing_sheets.summary import Summary, summarize

NS = nsdecls("w", "r")
SHAPE = '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" style="width:99pt;height:30pt">'


@pytest.fixture
def summary(examples: Examples) -> Summary:
    """A campaign with something of everything."""
    return examples().recalculated.summary


def _saved(document: Any, folder: Path) -> Path:
    path = folder / "信笺.docx"
    document.save(str(path))
    return path


def _written(house: Path, summary: Summary) -> Any:
    """Write a report into a house twice, and open it."""
    path = house.with_name("a.docx")
    for _ in range(2):
        write_report(summary, path, house=house)
    return docx.Document(str(path))


def _box(*texts: str) -> Any:
    runs = "".join(f"<w:r><w:t>{text}</w:t></w:r>" for text in texts)
    held = f"<v:textbox><w:txbxContent><w:p>{runs}</w:p></w:txbxContent></v:textbox></v:shape>"
    return parse_xml(f"<w:p {NS}><w:r><w:pict>{SHAPE}{held}</w:pict></w:r></w:p>")


def _in_cell(house: Any) -> None:
    house.add_table(1, 1).cell(0, 0).text = "{{report}}"


def _in_header(house: Any) -> None:
    house.sections[0].header.paragraphs[0].text = "{{report}}"


def _twice(house: Any) -> None:
    house.add_paragraph("{{report}}")
    house.add_paragraph("{{report}}")


def _beside(house: Any) -> None:
    house.add_paragraph("正文 {{report}} 完")


def _in_box(house: Any) -> None:
    house.element.body.insert(0, _box("{{rep", "ort}}"))


@pytest.mark.parametrize("make", [_in_cell, _in_header, _twice, _beside, _in_box])
def test_a_place_that_is_no_paragraph_of_its_own_is_told(
    make: Callable[[Any], None], summary: Summary, tmp_path: Path
) -> None:
    """The report goes into one paragraph of the body; what else says so is named, and untouched."""
    house = docx.Document()
    make(house)
    with pytest.raises(UsageError, match=r"信笺\.docx, /word/\w+\.xml, “.*report"):
        write_report(summary, tmp_path / "a.docx", house=_saved(house, tmp_path))
    assert not (tmp_path / "a.docx").exists()


def test_blanks_are_filled_wherever_text_stands(summary: Summary, tmp_path: Path) -> None:
    """In text boxes, cells of cells and footnotes, with wide braces too."""
    house = docx.Document()
    house.add_paragraph("｛｛ report ｝｝")
    house.element.body.insert(0, _box("盒{{depart", "ment}}"))
    cell = house.add_table(1, 1).cell(0, 0)
    cell.add_table(1, 1).cell(0, 0).text = "格｛｛department｝｝"
    note = f"<w:footnotes {NS}><w:footnote w:id='2'><w:p><w:r><w:t>注{{{{department}}}}</w:t></w:r>"
    part = Part(
        PackURI("/word/footnotes.xml"),
        CONTENT_TYPE.WML_FOOTNOTES,
        f"{note}</w:p></w:footnote></w:footnotes>".encode(),
        house.part.package,
    )
    house.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    document = _written(_saved(house, tmp_path), summary)
    said = words(document.element.body)
    assert "盒市场部" in said
    assert "格市场部" in said
    with zipfile.ZipFile(tmp_path / "a.docx") as package:
        assert "注市场部" in package.read("word/footnotes.xml").decode()


def test_what_fills_a_blank_is_no_blank(tmp_path: Path) -> None:
    """A campaign may be called like a blank."""
    odd = summarize(campaign(form={**FORM, "campaign_name": "{{campaign}}{{x}}"}), as_of=AS_OF)
    house = docx.Document()
    house.add_paragraph("甲{{campaign}}乙{{department}}")
    house.add_paragraph("{{report}}")
    document = _written(_saved(house, tmp_path), odd)
    assert document.paragraphs[0].text.startswith("甲{{campaign}}{{x}}乙市场部")


def test_a_house_without_headings_is_lent_them(summary: Summary, tmp_path: Path) -> None:
    """Word writes only the styles that are used; ones without a name do no harm."""
    house = docx.Document()
    house.add_paragraph("{{report}}")
    styles = house.styles.element
    for style in list(styles.iterfind(qn("w:style"))):
        name = style.find(qn("w:name"))
        if name.get(qn("w:val")).lower().startswith(("heading", "title", "subtitle")):
            styles.remove(style)
        elif name.get(qn("w:val")) == "Quote":
            style.remove(name)
    document = _written(_saved(house, tmp_path), summary)
    names = [one.style.name for one in document.paragraphs]
    assert {"Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3"} <= set(names)
    assert names.count("Heading 1") == 5
    assert document.styles["Heading 1"].element.find(f".//{qn('w:rFonts')}") is None


def test_lines_of_one_height_cut_no_chart(summary: Summary, tmp_path: Path) -> None:
    """A house may indent its texts and fix the height of lines; charts and tables keep theirs."""
    house = docx.Document()
    house.add_paragraph("{{report}}")
    house.styles["Normal"].paragraph_format.line_spacing = Pt(28)
    house.styles["Normal"].paragraph_format.first_line_indent = Pt(32)
    document = _written(_saved(house, tmp_path), summary)
    charts = [next(one.iterancestors(qn("w:p"))) for one in document.element.iter(qn("w:drawing"))]
    assert charts
    cells = [one for table in document.element.iter(qn("w:tbl")) for one in table.iter(qn("w:p"))]
    for one in (*charts, *cells):
        assert one.find(f"{qn('w:pPr')}/{qn('w:spacing')}").get(qn("w:lineRule")) == "auto"
        assert one.find(f"{qn('w:pPr')}/{qn('w:ind')}").get(qn("w:firstLine")) == "0"


def test_drawings_and_bookmarks_of_the_house_keep_numbers_apart(
    summary: Summary, tmp_path: Path
) -> None:
    """Numbers of ours are none that the house has; a section may be landscape, or none be said."""
    house = docx.Document()
    line = house.add_paragraph()
    line.add_run().add_picture(BytesIO(PIXEL))
    next(house.element.body.iter(qn("wp:docPr"))).set("id", "101")
    for number in (1, 1001):
        for tag in (f'Start {NS} w:name="b{number}"', f"End {NS}"):
            held: Any = parse_xml(f'<w:bookmark{tag} w:id="{number}"/>')
            line._p.append(held)
    section = house.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    house.add_paragraph("{{report}}")
    document = _written(_saved(house, tmp_path), summary)
    for tag, key in (("wp:docPr", "id"), ("w:bookmarkStart", qn("w:id"))):
        numbers = [one.get(key) for one in document.element.body.iter(qn(tag))]
        assert len(numbers) == len(set(numbers)) > 3
    first = document.tables[0]._tbl.tblPr.find(qn("w:tblW"))
    assert int(first.get(qn("w:w"))) == pytest.approx(12240 + 3600 - 2 * 1800, abs=2)
    bare = docx.Document()
    bare.add_paragraph("{{report}}")
    bare.element.body.remove(bare.element.body[-1])
    (tmp_path / "a.docx").unlink()
    assert len(_written(_saved(bare, tmp_path), summary).tables) > 5


def _packed(house: Path, change: Callable[[str, bytes], bytes]) -> bytes:
    target = BytesIO()
    with zipfile.ZipFile(house) as held, zipfile.ZipFile(target, "w", 8) as package:
        for name in held.namelist():
            package.writestr(name, change(name, held.read(name)))
    return target.getvalue()


def test_a_template_is_a_house_and_what_is_damaged_is_told(
    summary: Summary, tmp_path: Path
) -> None:
    """A .dotx serves; one with macros, a password, too much in it, or damaged is named."""
    document = docx.Document()
    document.add_paragraph("{{report}}")
    house = _saved(document, tmp_path)
    whole = house.read_bytes()
    dotx = tmp_path / "信笺.dotx"
    main = CONTENT_TYPE.WML_DOCUMENT_MAIN.encode()
    template = main.replace(b"document.main", b"template.main")
    dotx.write_bytes(_packed(house, lambda _, data: data.replace(main, template)))
    write_report(summary, tmp_path / "a.docx", house=dotx)
    assert len(docx.Document(str(tmp_path / "a.docx")).tables) > 5
    write_report(summary, tmp_path / "c.docx", house=BytesIO(dotx.read_bytes()))
    assert (tmp_path / "c.docx").read_bytes() == (tmp_path / "a.docx").read_bytes()
    macros = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    blanks = b"<w:p/>" * 12_000_000
    for data in (
        _packed(house, lambda _, data: data.replace(main, macros)),
        _packed(house, lambda _, data: data.replace(b"<w:body>", b"<w:body>" + blanks)),
        whole[: len(whole) // 2],
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000),
        b"",
    ):
        house.write_bytes(data)
        with pytest.raises(WorkbookError, match=r"信笺\.docx"):
            write_report(summary, tmp_path / "b.docx", house=house)
    house.unlink()
    with pytest.raises(WorkbookError, match=r"信笺\.docx"):
        write_report(summary, tmp_path / "b.docx", house=house)
    with pytest.raises(UsageError, match=r"信笺\.dotx|a\.docx"):
        write_report(summary, tmp_path / "a.docx", house=tmp_path / "a.docx", overwrite=True)

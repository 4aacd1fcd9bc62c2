"""What people wrote into a report, in any way that Word lets them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from copy import deepcopy
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.table import Table
from docx.text.paragraph import Paragraph
from support.examples import Examples
from support.word import PIXEL, actions, place

from marketing_sheets import write_report
from marketing_sheets.errors import WorkbookExists
from marketing_sheets.report.blocks import Actions, Row, TableColumn, Words
from marketing_sheets.report.kept import Kept, _is_again
from marketing_sheets.summary import Summary

NS = nsdecls("w", "r")
MATH = "http://schemas.openxmlformats.org/officeDocument/2006/math"
BY = 'w:id="9" w:author="A" w:date="2024-01-01T00:00:00Z"'
BOOKMARK = qn("w:bookmarkStart")


@pytest.fixture(scope="module")
def summary(examples: Examples) -> Summary:
    """A campaign with something of everything."""
    return examples().recalculated.summary


@pytest.fixture(scope="module")
def blank(summary: Summary, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Its report, as nobody wrote into it yet."""
    path = tmp_path_factory.mktemp("blank") / "a.docx"
    write_report(summary, path)
    return path.read_bytes()


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def _paragraph(held: str) -> Any:
    return parse_xml(f"<w:p {NS}>{held}</w:p>")


def _marked(document: Any, name: str) -> Any:
    """The paragraph with a bookmark."""
    marks = document.element.body.iter(BOOKMARK)
    mark = next(one for one in marks if one.get(qn("w:name")).startswith(name))
    return next(mark.iterancestors(qn("w:p")))


def _heading(document: Any, text: str) -> Any:
    return next(one._p for one in document.paragraphs if one.text.startswith(text))


def _emptied(document: Any, name: str) -> Any:
    held = place(document, name)
    for one in list(held):
        held.remove(one)
    return held


def _paragraphs(document: Any) -> None:
    place(document, "background").extend(_paragraph(_run(f"ZZ{at}")) for at in range(3))


def _tables(document: Any) -> None:
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "ZZ0"
    table.cell(0, 1).add_table(1, 1).cell(0, 0).text = "ZZ1"
    place(document, "success").append(table._tbl)


def _link(document: Any) -> None:
    key = document.part.relate_to("https://a.b/ZZ0", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    held = f'<w:hyperlink r:id="{key}">{_run("ZZ1")}</w:hyperlink>'
    place(document, "evidence").append(_paragraph(held))
    cell = actions(document).cell(1, 4)
    cell.paragraphs[0]._p.append(
        parse_xml(f'<w:hyperlink {NS} r:id="{key}">{_run("ZZ2")}</w:hyperlink>')
    )


def _changes(document: Any) -> None:
    gone = "<w:r><w:delText>ZZ1</w:delText></w:r>"
    _emptied(document, "success").append(_paragraph(f"<w:del {BY}>{gone}</w:del>"))
    _emptied(document, "evidence").append(_paragraph(f"<w:ins {BY}>{_run('ZZ0')}</w:ins>"))


def _wordless(document: Any) -> None:
    sum_ = f'<m:oMath xmlns:m="{MATH}"><m:r><m:t>ZZ0</m:t></m:r></m:oMath>'
    _emptied(document, "success").append(_paragraph(sum_))
    sign = '<w:r><w:sym w:font="ZZ1" w:char="F0FC"/></w:r>'
    _emptied(document, "evidence").append(_paragraph(sign))
    shape = '<v:shape xmlns:v="urn:schemas-microsoft-com:vml" alt="ZZ2" style="width:9pt"/>'
    _emptied(document, "background").append(_paragraph(f"<w:r><w:pict>{shape}</w:pict></w:r>"))
    field = f'<w:fldSimple w:instr=" HYPERLINK ">{_run("ZZ3")}</w:fldSimple>'
    _emptied(document, "next_steps").append(_paragraph(field))


def _around(document: Any) -> None:
    control = place(document, "success").getparent()
    control.addprevious(_paragraph(_run("ZZ0")))
    control.getnext().append(parse_xml(f"<w:r {NS}><w:t>ZZ1</w:t></w:r>"))
    control.getnext().addnext(_paragraph(_run("ZZ2")))
    control.addnext(
        parse_xml(f'<w:customXml {NS} w:element="a"><w:p>{_run("ZZ3")}</w:p></w:customXml>')
    )
    _heading(document, "二、").addprevious(_paragraph(_run("ZZ4")))


def _no_control(document: Any) -> None:
    control = place(document, "success").getparent()
    control.addprevious(_paragraph(_run("ZZ0")))
    control.getparent().remove(control)


def _early_marks(document: Any) -> None:
    """Bookmarks stand between paragraphs, as Word leaves them where one before went."""
    for name in ("ms_own_3", "ms_place_success"):
        held = _marked(document, name)
        for mark in list(held.iter(BOOKMARK, qn("w:bookmarkEnd"))):
            held.addprevious(mark)
    place(document, "success").append(_paragraph(_run("ZZ0")))


def _chapter_twice(document: Any) -> None:
    first, last = _heading(document, "二、"), _heading(document, "三、")
    place(document, "success").append(_paragraph(_run("ZZ0")))
    body = list(document.element.body)
    for one in body[body.index(first) : body.index(last)]:
        last.addprevious(deepcopy(one))


def _cells(document: Any) -> None:
    table = actions(document)
    table.cell(1, 4).text = "ZZ0"
    table.cell(1, 4).add_paragraph("ZZ1")
    table.cell(2, 4).paragraphs[0].add_run().add_picture(BytesIO(PIXEL))
    for drawing in document.element.body.iter(qn("wp:docPr")):
        drawing.set("descr", drawing.get("descr") or "ZZ2")
    table.cell(3, 4).add_table(1, 1).cell(0, 0).text = "ZZ3"
    table._tbl.tr_lst[-1].addnext(table._tbl.tr_lst[1])


def _shapes(document: Any) -> None:
    """Cells are merged, columns come, the list is cut, and something stands around it."""
    table = actions(document)
    table.cell(1, 3).merge(table.cell(1, 4)).text = "ZZ0"
    table.cell(2, 4).merge(table.cell(3, 4)).text = "ZZ1"
    table.add_column(100).cells[4].text = "ZZ2"
    lower = deepcopy(table._tbl)
    for row in lower.tr_lst[:4]:
        lower.remove(row)
    for row in table._tbl.tr_lst[4:]:
        table._tbl.remove(row)
    table._tbl.addnext(_paragraph(_run("ZZ3")))
    table._tbl.getnext().addnext(lower)
    Table(lower, document).cell(0, 4).text = "ZZ4"
    table._tbl.addprevious(_paragraph(_run("ZZ5")))


def _rows(document: Any) -> None:
    """A row is copied and changed, one has lost its mark, one stands in a control."""
    table = actions(document)
    table.cell(1, 4).text = "ZZ0"
    table._tbl.tr_lst[1].addnext(deepcopy(table._tbl.tr_lst[1]))
    table.cell(2, 4).text, table.cell(2, 1).text = "ZZ1", "ZZ2"
    mark = next(table._tbl.tr_lst[3].iter(BOOKMARK))
    mark.getparent().remove(mark)
    table.cell(3, 4).text = "ZZ3"
    row = table._tbl.tr_lst[4]
    control = parse_xml(f"<w:sdt {NS}><w:sdtContent/></w:sdt>")
    row.addprevious(control)
    control[0].append(row)
    next(row.iter(qn("w:p"))).append(parse_xml(f"<w:r {NS}><w:t>ZZ4</w:t></w:r>"))


def _chart(document: Any) -> None:
    """One of our charts is copied, whose workbook has the name of one in the new report."""
    held = _paragraph(_run("ZZ0"))
    held.append(parse_xml(f"<w:r {NS}/>"))
    held[-1].append(deepcopy(next(document.element.body.iter(qn("w:drawing")))))
    place(document, "evidence").append(held)


@pytest.mark.parametrize(
    "edit",
    [
        _paragraphs,
        _tables,
        _link,
        _changes,
        _wordless,
        _around,
        _no_control,
        _early_marks,
        _chapter_twice,
        _cells,
        _shapes,
        _rows,
        _chart,
    ],
    ids=lambda edit: edit.__name__,
)
def test_every_word_is_in_the_next_report(
    edit: Callable[[Any], None], summary: Summary, blank: bytes, tmp_path: Path
) -> None:
    """However people wrote, each word is in the next report, and as often in that after it."""
    path = tmp_path / "a.docx"
    document = docx.Document(BytesIO(blank))
    edit(document)
    document.save(str(path))
    typed = set(_typed(path))
    assert typed
    counts = []
    for _ in range(2):
        assert write_report(summary, path).took_over
        assert set(_typed(path)) == typed
        counts.append(sorted(_typed(path)))
        numbers = [
            one.get("id") for one in docx.Document(str(path)).element.body.iter(qn("wp:docPr"))
        ]
        assert len(numbers) == len(set(numbers))
    assert counts[0] == counts[1]


def _typed(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        assert len(names) == len(set(names))
        xml = "".join(
            package.read(name).decode()
            for name in names
            if name.startswith("word/") and name.endswith((".xml", ".rels"))
        )
    return re.findall(r"ZZ\d", xml)


def _in_ours(document: Any) -> None:
    document.paragraphs[4].add_run("ZZ0")


def _picture_in_ours(document: Any) -> None:
    Paragraph(_heading(document, "二、"), document).add_run().add_picture(BytesIO(PIXEL))


def _link_in_ours(document: Any) -> None:
    held = _heading(document, "二、")
    held.append(parse_xml(f'<w:hyperlink {NS} w:anchor="a"/>'))


def _formula_in_ours(document: Any) -> None:
    text = f'<m:oMath xmlns:m="{MATH}"><m:r><m:t>ZZ0</m:t></m:r></m:oMath>'
    _heading(document, "二、").addnext(_paragraph(text))


def _deletion_in_ours(document: Any) -> None:
    text = "<w:r><w:delText>ZZ0</w:delText></w:r>"
    _heading(document, "二、").addnext(_paragraph(f"<w:del {BY}>{text}</w:del>"))


def _header(document: Any) -> None:
    document.sections[0].header.paragraphs[0].text = "ZZ0"


def _at_the_end(document: Any) -> None:
    document.add_paragraph("ZZ0")


def _heading_gone(document: Any) -> None:
    held = _marked(document, "ms_place_success")
    held.getparent().remove(held)
    place(document, "success").append(_paragraph(_run("ZZ0")))


def _head_of_actions(document: Any) -> None:
    actions(document).cell(0, 4).text = "ZZ0"


def _no_head_of_actions(document: Any) -> None:
    table = actions(document)
    table._tbl.remove(table._tbl.tr_lst[0])
    table.cell(0, 4).text = "ZZ0"


def _no_actions(document: Any) -> None:
    held = actions(document)._tbl
    held.addnext(_paragraph(_run("ZZ0")))
    held.getparent().remove(held)


def _comment(document: Any) -> None:
    place(document, "background").append(_paragraph('<w:r><w:commentReference w:id="0"/></w:r>'))


def _footnote_in_ours(document: Any) -> None:
    held = parse_xml(f'<w:r {NS}><w:footnoteReference w:id="1"/></w:r>')
    _heading(document, "二、").append(held)


@pytest.mark.parametrize(
    "edit",
    [
        _in_ours,
        _picture_in_ours,
        _link_in_ours,
        _formula_in_ours,
        _deletion_in_ours,
        _header,
        _at_the_end,
        _heading_gone,
        _head_of_actions,
        _no_head_of_actions,
        _no_actions,
        _comment,
        _footnote_in_ours,
    ],
    ids=lambda edit: edit.__name__,
)
def test_what_cannot_be_taken_over_stops_the_next_report(
    edit: Callable[[Any], None], summary: Summary, blank: bytes, tmp_path: Path
) -> None:
    """What stands where a new report has its own text is not lost: the old file stays."""
    path = tmp_path / "a.docx"
    document = docx.Document(BytesIO(blank))
    edit(document)
    document.save(str(path))
    before = path.read_bytes()
    with pytest.raises(WorkbookExists, match=r"a\.docx"):
        write_report(summary, path)
    assert path.read_bytes() == before
    write_report(summary, path, overwrite=True)
    if edit is _heading_gone:
        assert "ZZ0" in _typed(path)


def test_lists_and_styles_go_with_the_text(summary: Summary, tmp_path: Path) -> None:
    """A numbered list, and styles that the new document does not have, look as they did."""
    house = docx.Document()
    house.add_paragraph("{{report}}")
    house.save(str(tmp_path / "house.docx"))
    path = tmp_path / "a.docx"
    write_report(summary, path, house=tmp_path / "house.docx")
    document = docx.Document(str(path))
    held = place(document, "success")
    for style in ("List Number", "List Number", "Intense Quote"):
        held.append(document.add_paragraph("ZZ0", style=style)._p)
    held.append(document.add_table(1, 1, style="Light Grid Accent 1")._tbl)
    document.save(str(path))
    for _ in range(2):
        write_report(summary, path)
    again = docx.Document(str(path))
    names = [
        again.styles.get_by_id(one.get(qn("w:val")), kind).name
        for tag, kind in (("w:pStyle", 1), ("w:tblStyle", 3))
        for one in place(again, "success").iter(qn(tag))
    ]
    assert names == ["List Number", "List Number", "Intense Quote", "Light Grid Accent 1"]
    numbered = again.styles["List Number"].element.find(f".//{qn('w:numId')}").get(qn("w:val"))
    (number,) = again.part.numbering_part.element.findall(qn("w:num"))
    assert number.get(qn("w:numId")) == numbered


def test_a_report_in_another_language_takes_over(
    summary: Summary, blank: bytes, tmp_path: Path
) -> None:
    """It is the same report, though its title is another."""
    path = tmp_path / "a.docx"
    document = docx.Document(BytesIO(blank))
    place(document, "success").append(_paragraph(_run("ZZ0")))
    document.save(str(path))
    assert write_report(summary, path, language="en").took_over
    assert _typed(path) == ["ZZ0"]


def test_a_row_of_ours_is_known_again_whatever_it_says() -> None:
    """Several lines and control characters in a measure are no change that people made."""
    columns = tuple(TableColumn(head=name) for name in "ab")

    def said(text: str) -> Actions:
        row = Row(cells=(Words(text=text), Words(text="")))
        return Actions(columns=columns, rows=(row,), keys=("k",))

    (first, *_) = Kept().actions(said("one\ntwo\x0b"))
    measure = _paragraph("<w:r><w:t>one</w:t><w:br/><w:t>two</w:t></w:r>")
    cells = ((measure,), (_paragraph(_run("x")),))
    (again, *_) = Kept(rows=[(first.mark, cells)]).actions(said("new"))
    assert [cell.text for cell in again.row.cells] == ["new", "x"]


@pytest.mark.parametrize("text", ["a b c|a |b |c", "a b c|b |c", "xyz|xyz|", "a中b|中|b"])
def test_what_libreoffice_doubles_is_known(text: str) -> None:
    """The text again behind each of its last pieces, and nothing else."""
    whole, *pieces = text.split("|")
    said = "".join(piece + whole for piece in pieces)
    assert _is_again(said, whole)
    for other in ("", "!", whole, said + "!", said[:-1], "!" + said):
        assert not _is_again(other, whole)

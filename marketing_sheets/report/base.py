"""The document a report is written into where no house gives one: A4, plain styles by name."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ..styles import FONTS, Palette
from ..texts import Language

_W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_LANG: Final[Mapping[Language, str]] = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "en": "en-US"}
# By name: size in half points, colour, points above and below; the headings make the outline.
_STYLES: Final[Mapping[str, tuple[int, str, int, int]]] = {
    "Title": (44, Palette.NAVY, 0, 4),
    "Subtitle": (19, Palette.SLATE, 0, 8),
    "heading 1": (30, Palette.NAVY, 22, 6),
    "heading 2": (24, Palette.NAVY, 14, 3),
    "heading 3": (21, Palette.INK, 10, 3),
    "footer": (16, Palette.MUTE, 0, 0),
}
PAGE: Final = (11906, 16838)  # A4, in twentieths of a point
MARGIN: Final = 1134


def base_document(language: Language) -> bytes:
    """Return an empty document with the styles of a report, the page's number in its footer."""
    width, height = PAGE
    page = (
        '<w:p><w:pPr><w:pStyle w:val="footer"/><w:jc w:val="right"/></w:pPr>'
        '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>'
    )
    body = (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId2"/>'
        f'<w:pgSz w:w="{width}" w:h="{height}"/><w:pgMar w:top="{MARGIN}" w:right="{MARGIN}" '
        f'w:bottom="{MARGIN}" w:left="{MARGIN}" w:header="567" w:footer="567" w:gutter="0"/>'
        "</w:sectPr>"
    )
    types = "".join(
        f'<Override PartName="/word/{name}.xml" ContentType="{_WORD}.{kind}+xml"/>'
        for name, kind in (
            ("document", "document.main"),
            ("styles", "styles"),
            ("footer1", "footer"),
        )
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": _relations("officeDocument", "word/document.xml"),
        "word/_rels/document.xml.rels": _relations("styles", "styles.xml", "footer", "footer1.xml"),
        "word/document.xml": f'<w:document {_W} xmlns:r="{_OFFICE}"><w:body>{body}</w:body>'
        "</w:document>",
        "word/footer1.xml": f"<w:ftr {_W}>{page}</w:ftr>",
        "word/styles.xml": _styles(language),
    }
    return zipped({name: f"{_HEAD}{text}".encode() for name, text in parts.items()})


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """Pack parts, always into the same bytes."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as package:
        for name, data in parts.items():
            info = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = ZIP_DEFLATED
            package.writestr(info, data)
    return target.getvalue()


def _relations(*pairs: str) -> str:
    held = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(zip(pairs[::2], pairs[1::2], strict=True), 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{held}</Relationships>'


def _styles(language: Language) -> str:
    face = FONTS[language]
    fonts = f'<w:rFonts w:ascii="{face}" w:eastAsia="{face}" w:hAnsi="{face}" w:cs="{face}"/>'
    plain = f'{fonts}<w:color w:val="{Palette.INK[1:]}"/><w:sz w:val="21"/><w:szCs w:val="21"/>'
    lang = f'<w:lang w:val="en-US" w:eastAsia="{_LANG[language]}"/>'
    named = "".join(_style(fonts, name, look) for name, look in _STYLES.items())
    return (
        f"<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>{plain}{lang}</w:rPr></w:rPrDefault>"
        '<w:pPrDefault><w:pPr><w:spacing w:after="80" w:line="288" w:lineRule="auto"/></w:pPr>'
        "</w:pPrDefault></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
        f"<w:qFormat/><w:rPr>{fonts}</w:rPr></w:style>"
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal">'
        '<w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/>'
        f"</w:style>{named}</w:styles>"
    )


def _style(fonts: str, name: str, look: tuple[int, str, int, int]) -> str:
    size, color, above, below = look
    ident, keep, outline, bold = name, "", "", ""
    if name.startswith("heading"):
        ident, keep = name.title().replace(" ", ""), "<w:keepNext/><w:keepLines/>"
        outline = f'<w:outlineLvl w:val="{int(name[-1]) - 1}"/>'
    if outline or name == "Title":
        bold = "<w:b/>"
    return (
        f'<w:style w:type="paragraph" w:styleId="{ident}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:qFormat/><w:pPr>{keep}'
        f'<w:spacing w:before="{20 * above}" w:after="{20 * below}"/>{outline}</w:pPr>'
        f'<w:rPr>{fonts}{bold}<w:color w:val="{color[1:]}"/><w:sz w:val="{size}"/>'
        f'<w:szCs w:val="{size}"/></w:rPr></w:style>'
    )

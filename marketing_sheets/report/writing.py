"""Write a report: a workbook or its Summary into a Word document or a page."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile

from .. import files
from ..brief import Brief
from ..errors import UsageError, WorkbookError, WorkbookExists, as_language, said_in
from ..files import AnyFile, StrPath
from ..logs import logged
from ..ooxml import given_file
from ..records import HasReading, Reading
from ..summary import Summary
from ..template import Template
from ..texts import Language
from ..workbooks import summary_of
from .base import zipped
from .blocks import Document
from .content import document_of
from .page import write_page

if TYPE_CHECKING:
    from .kept import Kept

_MOST: Final = 1 << 28  # bytes of a document once unpacked
_MOST_TEXT: Final = 1 << 26  # of those that are parsed
_TYPES: Final = "[Content_Types].xml"
_TEMPLATE: Final = b"wordprocessingml.template.main+xml"
_DOCUMENT: Final = b"wordprocessingml.document.main+xml"
_SEAL: Final = re.compile(rb'<meta name="seal" content="([0-9a-f]*)">')


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WrittenReport(Brief):
    """A written report: its place, figures, language, and whether an earlier one went into it."""

    path: Path
    summary: Summary
    language: Language
    took_over: bool

    def _brief(self) -> tuple[object, str]:
        name = f"{self.path.name} as of {self.summary.as_of}"
        return name, f"{self.language}, {self.summary.in_brief}"


@logged("wrote")
def write_report(
    source: Summary | Reading | HasReading | AnyFile,
    output: StrPath,
    *,
    house: AnyFile | None = None,
    stage: str | None = None,
    template: Template | StrPath | None = None,
    as_of: date | None = None,
    today: date | None = None,
    language: Language | None = None,
    overwrite: bool = False,
    created: datetime | None = None,
) -> WrittenReport:
    """Write the report of a filled workbook, a reading, result or Summary, as `.docx` or `.html`.

    `house` is a Word template that says `{{report}}` where the report goes; `stage` makes it the
    review of one stage. What people wrote into an earlier report at `output` goes into the new one.
    The same input gives the same bytes; `language` None takes the workbook's.

    Raises UsageError, and WorkbookExists where the file at `output` is no such report or text of
    our own was changed in it, unless `overwrite`.
    """
    output = files.as_path(output)
    as_language(language)  # is no matter of the workbook
    kind = output.suffix.lower()
    if kind not in (".docx", ".html"):
        raise UsageError("report_suffix", file=output.name)
    if house is not None and kind == ".html":
        raise UsageError("house_for_word", file=output.name)
    if not output.parent.is_dir():
        raise UsageError("folder_missing", file=output.name, folder=str(output.parent))
    summary, spoken = summary_of(
        source, template=template, as_of=as_of, today=today, language=language
    )
    with said_in(spoken):
        document = document_of(summary, spoken, stage=stage)
        files.check_replaceable(output)
        there = files.read_file(output) if files.exists(output) else None
        write = _page if kind == ".html" else _word
        written, took_over = write(
            document, spoken, output, there, house=house, overwrite=overwrite, created=created
        )
        files.replace_file(output, [written], is_new=there is None)
    return WrittenReport(path=output, summary=summary, language=spoken, took_over=took_over)


def _page(
    document: Document,
    language: Language,
    output: Path,
    there: bytes | None,
    *,
    overwrite: bool,
    **_: object,
) -> tuple[bytes, bool]:
    if there is not None and not overwrite:
        seal = _SEAL.search(there)
        if seal is None:
            raise WorkbookExists("file_exists", file=output.name)
        if seal[1] != _digest(there):
            raise WorkbookExists("page_edited", file=output.name)
    written = write_page(document, language)
    return _SEAL.sub(b'<meta name="seal" content="%s">' % _digest(written), written, count=1), False


def _digest(page: bytes) -> bytes:
    return sha256(_SEAL.sub(b"", page, count=1)).hexdigest()[:16].encode()


def _word(
    document: Document,
    language: Language,
    output: Path,
    there: bytes | None,
    *,
    house: AnyFile | None,
    overwrite: bool,
    created: datetime | None,
) -> tuple[bytes, bool]:
    try:
        from .word import write_word  # noqa: PLC0415 - only who writes Word needs python-docx
    except ImportError:
        python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
        raise UsageError("docx_missing", python=python) from None
    opened, name = None, ""
    if house is not None:
        data, name = _house(house, output)
        opened = _opened(data, partial(WorkbookError, "house_unreadable", file=name))
    kept = None if there is None else _earlier(there, document, output, overwrite=overwrite)
    written = write_word(document, language, house=opened, file=name, kept=kept, created=created)
    return written, kept is not None


def _house(house: AnyFile, output: Path) -> tuple[bytes, str]:
    """Return what a house template holds, and what it is called."""
    given = given_file(house)
    if not isinstance(given, Path):
        return given.whole(), given.name
    if files.real_path(given) == files.real_path(output):
        raise UsageError("house_is_output", file=given.name)
    if not given.is_file():
        raise WorkbookError("no_such_file", file=given.name)
    return files.read_file(given), given.name


def _earlier(there: bytes, document: Document, output: Path, *, overwrite: bool) -> Kept | None:
    """Return what people wrote into the report that is to be replaced."""
    from .kept import kept_of  # noqa: PLC0415 - it needs python-docx

    try:
        old = _opened(there, lambda: WorkbookExists("file_exists", file=output.name))
        kept = kept_of(old, output.name, document, overwrite=overwrite)
    except WorkbookExists:
        if overwrite:
            return None
        raise
    if kept is None and not overwrite:
        raise WorkbookExists("file_exists", file=output.name)
    return kept


def _opened(data: bytes, refusal: Callable[[], WorkbookError]) -> Any:
    import docx  # noqa: PLC0415 - only who writes Word needs it

    try:
        return docx.Document(BytesIO(_as_document(data)))
    except Exception as error:  # a damaged file fails in any way
        raise refusal() from error


def _as_document(data: bytes) -> bytes:
    """Return a Word document, or what a template (.dotx) is but for its name.

    Raises ValueError for what is too large once unpacked.
    """
    with ZipFile(BytesIO(data)) as package:
        sizes = {one.filename: one.file_size for one in package.infolist()}
        texts = sum(size for name, size in sizes.items() if name.endswith((".xml", ".rels")))
        if sum(sizes.values()) > _MOST or texts > _MOST_TEXT:
            raise ValueError(data[:0])
        types = package.read(_TYPES)
        if _TEMPLATE not in types:
            return data
        parts = {name: package.read(name) for name in sizes}
    return zipped(parts | {_TYPES: types.replace(_TEMPLATE, _DOCUMENT)})

"""What a report is made of: blocks that Word and the page draw alike."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A piece of text and its look; colours are those of the palette, None for the plain ones."""

    text: str
    bold: bool = False
    color: str | None = None
    fill: str | None = None
    align: Align = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The head of a chapter (level 1) or a section (2); `note` says how to read what follows."""

    text: str
    level: int
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A line of text; `role` is title, subtitle, body, note, warning or footer."""

    text: Words
    role: str = "body"


@dataclass(frozen=True, slots=True, kw_only=True)
class TileText:
    """A headline figure: its name, value, target, how it stands, and the colour of that if any."""

    name: str
    value: str
    target: str
    delta: str
    color: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tiles:
    """The headline figures."""

    tiles: tuple[TileText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """A column of a table: its head, and where its cells stand."""

    head: str
    align: Align = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The cells of a row, one a column; `is_total` stands between two rules."""

    cells: tuple[Words, ...]
    is_total: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TableBlock:
    """A table with its head."""

    columns: tuple[TableColumn, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartBlock:
    """A native chart: its part as Excel has it, the workbook with its figures, its size in pixels.

    `told` says what it shows to those who do not see it.
    """

    title: str
    told: str
    part: bytes
    workbook: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingPlace:
    """A place for people to write in; what stands there goes into the next report."""

    id: str
    title: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Actions:
    """A table in which people work on: the last column is theirs, and so are rows they add.

    `keys` are of `rows`, the same as long as a row is about the same.
    """

    columns: tuple[TableColumn, ...]
    rows: tuple[Row, ...]
    keys: tuple[str, ...]


Block = Heading | Paragraph | Tiles | TableBlock | ChartBlock | WritingPlace | Actions


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report; `titles` are its in each language, `blanks` fill those of a house."""

    title: str
    titles: tuple[str, ...]
    blocks: tuple[Block, ...]
    blanks: Mapping[str, str] = field(default_factory=dict)


_UNWRITABLE: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    """Return a text without what no XML may hold."""
    return _UNWRITABLE.sub("", text)

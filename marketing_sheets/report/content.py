"""What stands in a report: five chapters, made of what the Summary draws and what people write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final, get_args

from ..errors import UsageError
from ..styles import STATES
from ..summary import (
    HEALTH_STATES,
    PartTable,
    Sections,
    ShownNumber,
    Summary,
    draw_actions,
    draw_chapter,
    provenance,
    sections_of,
    sentence,
    sub_line,
    symbol_of,
    text_of,
    tile_texts,
    word,
)
from ..template import Chapter
from ..texts import LANGUAGES, Language, Text, fold, say
from .blocks import (
    Actions,
    Block,
    Document,
    Heading,
    Paragraph,
    Row,
    TableBlock,
    TableColumn,
    Tiles,
    TileText,
    Words,
    WritingPlace,
)
from .numbers import shown
from .recorder import BlockCanvas

_CHAPTERS: Final[tuple[Chapter, ...]] = get_args(Chapter)
# The places people write in, by the chapter that ends with them.
_PLACES: Final[dict[Chapter, tuple[str, ...]]] = {
    "overview": ("background",),
    "results": ("success", "evidence"),
    "problems": ("root_causes",),
    "advice": ("next_steps",),
}


def document_of(summary: Summary, language: Language, *, stage: str | None = None) -> Document:
    """Lay a campaign out as a report of five chapters, or one stage of it.

    The report of a stage is made of the records of that stage alone; UsageError if none have it.
    """
    titles = {one: _title(summary, stage, one) for one in LANGUAGES}
    title, tables = titles[language], summary.report.parts
    if stage is not None:
        tables, _ = _of_stage(tables, stage, language)
    outlined = replace(summary, report=replace(summary.report, chapters=_CHAPTERS))
    blocks = _masthead(summary, title, language, is_whole=stage is None)
    for number, (chapter, sections) in enumerate(sections_of(outlined), 1):
        if chapter is None:
            continue
        canvas = BlockCanvas(language)
        draw_chapter(canvas, chapter, number)
        if stage is None:
            _draw_sections(canvas, chapter, sections, summary)
        for table in tables:
            if table.chapter == chapter:
                canvas.add(Heading(text=text_of(table.title, language), level=2))
                canvas.add(_table(table, language))
        if chapter == "advice":
            canvas.add(Heading(text=_say("title.actions", language), level=2))
            canvas.add(_actions(summary if stage is None else None, language))
        blocks += canvas.finished()
        blocks += [_place(name, language) for name in _PLACES.get(chapter, ())]
    blocks += [_footer(summary, language)]
    blanks = {
        "campaign": text_of(summary.title, language),
        "title": title,
        "department": text_of(summary.department, language),
        "as_of": text_of(summary.as_of, language),
    }
    known = tuple(titles.values())
    return Document(title=title, titles=known, blocks=tuple(blocks), blanks=blanks)


def _draw_sections(
    canvas: BlockCanvas, chapter: Chapter, sections: Sections, summary: Summary
) -> None:
    if chapter == "problems":
        draw_actions(canvas, summary)
    for name, drawings in sections.items():
        # What is still to be done stands in the action list.
        for draw in drawings if name != "advice" else ():
            draw(canvas)


def _of_stage(
    tables: Sequence[PartTable], stage: str, language: Language
) -> tuple[tuple[PartTable, ...], str]:
    """Return the rows of one stage, and its name; it may be given in any language."""
    known: dict[str, str] = {}
    found = []
    for table in tables:
        kept = []
        for one, row in zip(table.stages or (), table.rows, strict=False):
            names = one.values() if isinstance(one, Text) else (text_of(one, language),)
            known |= dict.fromkeys(map(fold, names), text_of(one, language))
            kept += [row] if fold(stage) in map(fold, names) else []
        found += [replace(table, rows=tuple(kept))] if kept else []
    if not known:
        raise UsageError("no_stages", name=stage)
    if not found:
        raise UsageError.unknown("stage", stage, list(dict.fromkeys(known.values())))
    return tuple(found), known[fold(stage)]


def _title(summary: Summary, stage: str | None, language: Language) -> str:
    plan, campaign = summary.report.plan, text_of(summary.title, language)
    if stage is not None:
        _, stage = _of_stage(summary.report.parts, stage, language)
    own = plan.title if stage is None else plan.stage_title
    if own:
        return own[language].format(campaign=campaign, stage=stage)
    kind = "report" if stage is None else "stage"
    return _say(f"title.{kind}", language, campaign=campaign, stage=stage)


def _table(table: PartTable, language: Language) -> TableBlock:
    heads = [text_of(head, language) for head in table.heads]
    rows = [
        [
            shown(cell.value, cell.number_format)
            if isinstance(cell, ShownNumber)
            else text_of(cell, language)
            for cell in row
        ]
        for row in table.rows
    ]
    return TableBlock(
        columns=tuple(
            TableColumn(head=head, align="right" if is_number else "left")
            for head, is_number in zip(heads, table.numeric, strict=True)
        ),
        rows=tuple(map(_row, rows)),
    )


def _footer(summary: Summary, language: Language) -> Paragraph:
    return Paragraph(text=Words(text=provenance(summary, language)), role="footer")


def _say(code: str, language: Language, **params: object) -> str:
    return say("report", code, language, **params)


def _masthead(summary: Summary, title: str, language: Language, *, is_whole: bool) -> list[Block]:
    state = HEALTH_STATES[summary.health]
    look = STATES[state]
    verdict = f"{symbol_of(state)} {word(f'verdict.{summary.health}', language)}"
    blocks: list[Block] = [
        Paragraph(text=Words(text=title), role="title"),
        Paragraph(text=Words(text=sub_line(summary, language)), role="subtitle"),
        Paragraph(
            text=Words(text=verdict, bold=True, color=look.color, fill=look.fill), role="chip"
        ),
        Paragraph(text=Words(text=sentence(summary, language)), role="lead"),
    ]
    if not is_whole:
        return blocks[:2]
    tiles = []
    for tile in summary.tiles:
        name, value, target, delta = tile_texts(tile, language)
        color = STATES[tile.state].color if tile.state else None
        tiles.append(TileText(name=name, value=value, target=target, delta=delta, color=color))
    return [*blocks, Tiles(tiles=tuple(tiles))] if tiles else blocks


def _place(name: str, language: Language) -> WritingPlace:
    title, hint = (_say(f"{book}.{name}", language) for book in ("place", "hint"))
    return WritingPlace(id=name, title=title, hint=hint)


def _actions(summary: Summary | None, language: Language) -> Actions:
    """Return what is still to be done, with rows to add to; a key is made of sheet and measure."""
    heads = ("problem", "measure", "who", "due", "done")
    columns = [TableColumn(head=_say(f"head.{name}", language)) for name in heads]
    rows: list[Row] = []
    keys: list[str] = []
    for one in () if summary is None else summary.report.advice:
        due = text_of(one.due, language) if one.due else ""
        problem, who = text_of(one.problem, language), text_of(one.who, language)
        rows.append(_row((problem, one.measure, who, due, "")))
        key = _key((one.place.sheet or "", one.measure))
        keys.append(_key((key, str(keys.count(key)))) if key in keys else key)
    return Actions(columns=tuple(columns), rows=tuple(rows), keys=tuple(keys))


def _row(texts: Sequence[str]) -> Row:
    return Row(cells=tuple(Words(text=text) for text in texts))


def _key(parts: Sequence[str]) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:10]

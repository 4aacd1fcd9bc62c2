"""What stands in two languages says the same in both: the manual of templates and the notes."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from support import ROOT
from support.guides import GUIDES, PAIRS, sections
from support.template_files import SMALL

from marketing_sheets.loading import check_template, load_template
from marketing_sheets.loading.shapes import TemplateFile, shape_of
from marketing_sheets.template import RULE_KINDS, Column, Rule, TableSheet
from marketing_sheets.texts import Text

BOTH = pytest.mark.parametrize(("english", "chinese"), PAIRS.values(), ids=PAIRS)


@BOTH
def test_they_are_built_alike(english: Path, chinese: Path) -> None:
    """Both have the same headings by level, and below each the same kinds of blocks."""
    first, second = (
        [(section.level, [kind for kind, _ in section.blocks]) for section in sections(path)]
        for path in (english, chinese)
    )
    assert first == second


@BOTH
def test_they_name_the_same_things(english: Path, chinese: Path) -> None:
    """What one names below a heading or in a row of a table, the other names there as well."""
    for first, second in zip(sections(english), sections(chinese), strict=True):
        assert first.names == second.names, first.heading
        assert first.rows == second.rows, first.heading


@BOTH
def test_their_blocks_do_the_same(english: Path, chinese: Path) -> None:
    """A block of TOML holds the same data in both: only its comments are translated."""
    for first, second in zip(sections(english), sections(chinese), strict=True):
        for (kind, one), (_, other) in zip(first.blocks, second.blocks, strict=True):
            if kind == "toml":
                assert tomllib.loads(one) == tomllib.loads(other), first.heading


@BOTH
def test_their_links_lead_somewhere(english: Path, chinese: Path) -> None:
    """A link to a file names one that is there, and each document leads to the other."""
    for path, other in ((english, chinese), (chinese, english)):
        links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
        assert [link for link in links if not (path.parent / link).is_file()] == []
        assert other.name in links


def _classes(kind: Any, seen: set[type]) -> Iterator[type]:
    """Walk the classes that a file's tables become."""
    if isinstance(kind, type) and is_dataclass(kind) and kind is not Text and kind not in seen:
        seen.add(kind)
        yield kind
        for hint in get_type_hints(kind).values():
            yield from _classes(hint, seen)
    for part in get_args(kind):
        yield from _classes(part, seen)


def test_every_key_is_told() -> None:
    """There is no key of a template that the manual leaves out."""
    told = {word for section in sections(GUIDES["en"]) for word in section.names}
    for section in sections(GUIDES["en"]):
        told |= {word for _, block in section.blocks for word in re.findall(r"[a-z_]+", block)}
    for kind in _classes(TemplateFile, set()):
        keys = {key for name in get_type_hints(kind) for key in shape_of(kind).path_of(name)}
        assert keys <= told, kind.__name__


# What the tables of keys below a heading become.
KINDS: dict[str, type] = {
    "## The workbook": TemplateFile,
    "## A table: one record per row": TableSheet,
    "## A column, or a field of a form": Column,
    "## Alerts and their thresholds": Rule,
}


def cells(guide: Path, heading: str) -> Iterator[list[str]]:
    """Walk the rows of the tables below an English heading, in a guide of any language."""
    number = [section.heading for section in sections(GUIDES["en"])].index(heading)
    for line in sections(guide)[number].prose:
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
@pytest.mark.parametrize("heading", KINDS)
def test_what_holds_where_a_key_is_left_out(guide: Path, heading: str) -> None:
    """Numbers, flags and words that the manual gives for it are those of the program."""
    shape, compared = shape_of(KINDS[heading]), 0
    defaults = {shape.path_of(one.name): one.default for one in fields(KINDS[heading])}
    for first, *_, last in cells(guide, heading):
        stated = re.fullmatch(r"`?(true|false|\d+|\"[^`]*\")`?", last)
        key = (first.strip("`"),)
        if stated and defaults.get(key, MISSING) is not MISSING:
            assert json.loads(stated[1]) == defaults[key], key
            compared += 1
    assert compared


@pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
def test_what_a_kind_of_rule_needs(guide: Path, tmp_path: Path) -> None:
    """The table of kinds names what each cannot do without, and what fills blanks in its texts."""
    told: dict[str, list[set[str]]] = {}
    for first, _, *rest in cells(guide, "## Alerts and their thresholds"):
        kinds = re.findall(r"`(\w+)`", first)
        for at, kind in enumerate(kinds if len(rest) == 2 else ()):
            # Where kinds share a row and differ, a semicolon parts what each has.
            parts = [re.split("[;；]", cell) for cell in rest]
            own = [cell[at] if len(cell) == len(kinds) else cell[0] for cell in parts]
            told[kind] = [set(re.findall(r"`(\w+)`", cell)) for cell in own]
    assert set(told) == set(RULE_KINDS)
    path = tmp_path / "own.toml"
    for kind in RULE_KINDS:
        lines = [f'kind = "{kind}"', 'id = "x"', 'label = "x"', 'what = "{x_x}"']
        path.write_text("\n".join([SMALL, "[[rules]]", *lines]), encoding="utf-8")
        faults = check_template(load_template(path))
        needed = {one.path.rpartition(".")[2] for one in faults if one.code == "missing_key"}
        blanks = next(one.params for one in faults if one.code == "unknown_blank")
        needs = told["threshold"][0] | {"days"} if kind == "window" else told[kind][0]
        assert needs == needed - {"message"}, kind
        assert told[kind][1] == {*str(blanks.get("known", "")).split(", ")} - {""}, kind


@pytest.mark.parametrize("chinese", [pair[1] for pair in PAIRS.values()], ids=PAIRS)
def test_nothing_is_left_in_english(chinese: Path) -> None:
    """Outside code the Chinese one has no three English words in a row."""
    for section in sections(chinese):
        text = re.sub(r"`[^`]*`|\]\([^)]*\)", " ", " ".join(section.prose))
        assert re.findall(r"[a-z]+ [a-z]+ [a-z]+", text) == [], section.heading


def test_chinese_leads_to_chinese() -> None:
    """No Chinese document sends its readers to an English one that stands in Chinese as well."""
    counterparts = {english.resolve(): chinese for english, chinese in PAIRS.values()}
    found = set()
    for path in (ROOT / "README.zh-CN.md", *counterparts.values()):
        links = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
        targets = {(path.parent / link).resolve() for link in links}
        assert [one for one in targets & counterparts.keys() if counterparts[one] != path] == []
        found |= targets
    assert {chinese.resolve() for chinese in counterparts.values()} <= found

"""Workbooks that say what earlier templates called things are read as they always were.

`support/earlier_words.json` holds every label that was changed, by what it names:
"column|daily_data|roas|zh-Hant". An entry is never taken out; a label that changes adds one.
"""

from __future__ import annotations

import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from html import escape, unescape
from itertools import groupby
from pathlib import Path

import pytest
from support import ROOT
from support.examples import Examples
from support.package_workbooks import edit_parts, texts
from support.same_readings import difference

from marketing_sheets import Language, Reading, load_template
from marketing_sheets.formulas.text import spelled
from marketing_sheets.loading import library_template, template_names
from marketing_sheets.reader.headers import spellings
from marketing_sheets.template import TableSheet, Template, bind_metric
from marketing_sheets.texts import LANGUAGES, fold, fold_label, templates_folder
from marketing_sheets.values import choice_spellings
from marketing_sheets.workbooks import check_workbook

_BOOK = ROOT / "tests" / "support" / "earlier_words.json"
EARLIER: dict[tuple[str, ...], str] = {
    tuple(place.split("|")): word for place, word in json.loads(_BOOK.read_text()).items()
}
TEMPLATES = {name: load_template(name) for name in template_names()}


def _of(kind: str) -> list[tuple[tuple[str, ...], str]]:
    return [(place[1:], word) for place, word in EARLIER.items() if place[0] == kind]


def _holding(sheet_id: str) -> list[Template]:
    return [t for t in TEMPLATES.values() if any(sheet.id == sheet_id for sheet in t.sheets)]


def test_there_are_words_of_every_kind() -> None:
    """The law has something to say of tabs, columns, choices, settings, rules and metrics."""
    kinds = {place[0] for place in EARLIER}
    assert {"tab", "column", "choice", "setting", "rule", "metric"} <= kinds


def test_earlier_tabs_are_found() -> None:
    """A tab by its earlier name is that sheet's and no other's of its workbook."""
    for (template, sheet_id, _), word in _of("tab"):
        found = {
            sheet.id
            for sheet in TEMPLATES[template].sheets
            if fold(word) in {fold(one) for one in (*sheet.label.values(), *sheet.aliases)}
        }
        assert found == {sheet_id}, word


def test_earlier_headers_are_found() -> None:
    """A header or a field by its earlier label is the same column."""
    for (sheet_id, column_id, _), word in _of("column"):
        for template in _holding(sheet_id):
            sheet = template[sheet_id]
            if isinstance(sheet, TableSheet):
                known = dict(spellings(sheet))
            else:
                fields = getattr(sheet, "fields", ())
                known = {
                    fold(one): field.id
                    for field in fields
                    for one in (*field.label.values(), *field.aliases)
                }
            assert known.get(fold(word), known.get(fold_label(word))) == column_id, word


def test_earlier_choices_are_read_and_counted() -> None:
    """An earlier choice is the same in Python and in the formulas of a sheet of its language."""
    lists = {name: choices for one in TEMPLATES.values() for name, choices in one.choices.items()}
    for (name, item, language), word in _of("choice"):
        assert choice_spellings(lists[name])[fold(word)] == item, word
        in_excel = {one.lower() for one in spelled(lists[name], (item,), _language(language))}
        assert word.lower() in in_excel, word


def test_earlier_names_of_metrics_are_known() -> None:
    """An earlier name of a metric in a cell still means it."""
    for (metric_id, _, _), word in _of("metric"):
        found = [bind_metric(word, template) for template in TEMPLATES.values()]
        assert {one.id for one in found if one is not None} == {metric_id}, word


def _language(name: str) -> Language:
    return next(one for one in LANGUAGES if one == name)


def _renames(template: Template, language: Language) -> dict[str, str]:
    """Map what a workbook says to what it said, where one word says one thing."""
    pairs: list[tuple[str, str]] = []
    for (kind, first, second, spoken), word in EARLIER.items():
        if spoken != language:
            continue
        if kind == "tab" and first == template.id:
            pairs.append((template[second].label[language], word))
        elif kind == "column" and any(sheet.id == first for sheet in template.sheets):
            sheet = template[first]
            parts = sheet.columns if isinstance(sheet, TableSheet) else sheet.fields
            pairs += [(one.label[language], word) for one in parts if one.id == second]
        elif kind == "choice" and first in template.choices:
            pairs.append((template.choices[first][second].label[language], word))
        elif kind == "setting" and first in template.settings:
            pairs.append((template.settings[first].label[language], word))
        elif kind == "rule":
            pairs += [(one.label[language], word) for one in template.rules if one.id == first]
    by_word = {now: {b for _, b in found} for now, found in groupby(sorted(pairs), lambda p: p[0])}
    return {now: min(then) for now, then in by_word.items() if len(then) == 1}


def _unchanged(template: Template, language: Language) -> set[str]:
    """Return the labels that a workbook shows, and showed, elsewhere."""
    kept = set()
    for sheet in template.sheets:
        parts = sheet.columns if isinstance(sheet, TableSheet) else sheet.fields
        kept |= {
            c.label[language] for c in parts if ("column", sheet.id, c.id, language) not in EARLIER
        }
    for name, choices in template.choices.items():
        kept |= {
            item.label[language]
            for item in choices.items
            if ("choice", name, item.id, language) not in EARLIER
        }
    return kept


def _typed(reading: Reading) -> set[object]:
    """Return what stands in the cells of a workbook's records."""
    frames = (records.frame for records in reading.sheets.values())
    return {cell for frame in frames for name in frame for cell in frame[name].astype(object)}


def _as_it_was(path: Path, words: dict[str, str], template: Template, *, with_ids: bool) -> Path:
    """Rewrite a workbook's tabs and cells to earlier words; without ids only they tell."""
    ids = {c.id for sheet in template.tables for c in sheet.columns}

    def cell(found: re.Match[str]) -> str:
        said = unescape(found[2])
        if not with_ids and said in ids:
            return found[1] + found[3]
        return found[1] + escape(words.get(said, said), quote=False) + found[3]

    def tab(found: re.Match[str]) -> str:
        return f'name="{escape(words.get(unescape(found[1]), unescape(found[1])))}"'

    parts = texts(path)
    shared, book = "xl/sharedStrings.xml", "xl/workbook.xml"
    strings = re.sub(r"(<t[^>]*>)([^<]*)(</t>)", cell, parts[shared])
    tabs = re.sub(r'(?<=<sheet )name="([^"]*)"', tab, parts[book])
    return edit_parts(path, {shared: strings.encode(), book: tabs.encode()})


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", template_names())
def test_a_workbook_of_earlier_words_says_the_same(
    name: str, language: Language, examples: Examples, tmp_path: Path
) -> None:
    """With its earlier tabs, headers, choices, settings and rules an example reads the same."""
    example = examples(name, language)
    template = library_template(name)
    # What people typed as words is theirs: it stays what it is.
    same = _unchanged(template, language) | _typed(example.reading)
    words = {now: then for now, then in _renames(template, language).items() if now not in same}
    for with_ids in (True, False):
        path = Path(shutil.copy(example.path, tmp_path / f"{with_ids}.xlsx"))
        reading, _ = check_workbook(_as_it_was(path, words, template, with_ids=with_ids))
        for sheet_id, records in example.reading.sheets.items():
            told = difference(records.frame, reading.sheets[sheet_id].frame, sheet_id)
            assert told is None, (with_ids, told)
        if with_ids:
            codes = [problem.code for problem in reading.problems]
            assert codes == [problem.code for problem in example.reading.problems]
            assert reading.settings == example.reading.settings


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sheet_has_one_name(language: Language) -> None:
    """The heading of a sheet is the name on its tab; the guide's is the workbook's."""
    for template in TEMPLATES.values():
        for sheet in template.sheets:
            if sheet.id not in ("guide", "document_guide"):
                assert sheet.title[language] == sheet.label[language]


# What each language says with one word only, and the words that are no longer said.
GONE = {
    "zh-Hans": "延迟|逾期|晚完成|阈值|延误|越过门槛",
    "zh-Hant": "營銷|數據|渠道|轉化|投產|環比|同比|當前|牽頭|節假日|短視頻|復盤|複盤|模板|平臺"
    "|超期|延遲|閾值",
    "en": r"In hand|Close to target|days running|[0-9] %",
}
# Words that are looked for in what people wrote.
HEARD = ("reading.toml", "limits.toml", "wording_rules.toml")


def _texts(node: object, path: str) -> Iterator[tuple[str, str, str]]:
    if isinstance(node, dict):
        for key, child in node.items():
            if isinstance(child, str) and key in LANGUAGES:
                yield path, key, child
            elif key != "aliases":
                yield from _texts(child, f"{path}.{key}")
    elif isinstance(node, list):
        for child in node:
            yield from _texts(child, path)


def _said() -> list[tuple[str, str, str]]:
    """Return every text that is said: the file and key it stands at, its language, its words."""
    files = sorted(templates_folder().rglob("*.toml"))
    return [
        one
        for file in files
        if file.name not in HEARD
        for one in _texts(tomllib.loads(file.read_text()), file.name)
    ]


def test_words_that_were_given_up_are_not_said() -> None:
    """No label, hint or sentence has a word whose place another has taken.

    Columns that keep the header of a source document are the document's: 延迟原因(若有).
    """
    found = [
        (path, language, text)
        for path, language, text in _said()
        if re.search(GONE[language], text)
        and not (language == "zh-Hans" and text == "延迟原因(若有)")
    ]
    assert found == []


def test_no_sheet_names_a_command() -> None:
    """What stands on sheets says what to do in words: no command, option or key of a file."""
    on_sheets = ("summary.toml", "sheets.toml", "thresholds.toml", "merge.toml", "problems.toml")
    spoken = ("summary.toml.terminal", "merge.toml.done", "merge.toml.skipped")
    found = [
        (path, text)
        for path, _, text in _said()
        if path.startswith(on_sheets) and not path.startswith(spoken)
        if re.search(r"--[a-z]|\[\[|marketing-sheets |\bsettle\b|命令[行列]", text)
    ]
    assert found == []

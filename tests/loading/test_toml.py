"""What is wrong in a TOML file is told all at once, with its place and what to do."""

from __future__ import annotations

import json
import math
import pickle
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, strategies as st
from support.laws import tried
from support.template_files import FULL, SMALL, lines, save

from marketing_sheets.errors import TemplateError
from marketing_sheets.loading import check_template, load_template
from marketing_sheets.texts import LANGUAGES


class TestFaults:
    """How the faults of a file read."""

    @pytest.mark.parametrize(
        ("old", "new", "sentence"),
        [
            ('title = "Small"\n', "", "title: this key is missing"),
            ('id = "small"\n', "", "id: this key is missing"),
            ("format = 1\n", "", "format: expected 1, the format this version reads"),
            ("format = 1", "format = 2", "format: expected 1, the format this version reads"),
            ('id = "posts"', "id = 7", "sheets[0].id: expected a text in quotes, found 7"),
            ('label = "Posts"', 'label = " "', "sheets[0].label: the text may not be empty"),
            (
                'label = "Posts"',
                "label = 3",
                "sheets[0].label: expected a text, or one for each language, found 3",
            ),
            (
                'label = "Posts"',
                "label = {}",
                "sheets[0].label: no wording in: zh-Hans, zh-Hant, en",
            ),
            (
                'label = "Posts"',
                'label = { zh = "帖子", en = "Posts" }',
                "sheets[0].label.zh: unknown key; there are: en, zh-Hans, zh-Hant",
            ),
            (
                'label = "Posts"',
                'label = "Posts"\nblank_rows = 2.5',
                "sheets[0].blank_rows: expected a whole number, found 2.5",
            ),
            (
                'label = "Posts"',
                'label = "Posts"\nkind = "grid"',
                'sheets[0].kind: cannot be "grid"; there are: form, table',
            ),
            (
                'label = "Posts"',
                'label = "Posts"\nkey = ["post", 1]',
                "sheets[0].key[1]: expected a text in quotes, found 1",
            ),
            (
                'label = "Posts"',
                'label = "Posts"\nprint = 70',
                "sheets[0].print: expected a table of keys, found 70",
            ),
            (
                'label = "Post"\n',
                'label = "Post"\nmin = "zero"',
                'sheets[0].columns[0].min: expected a number, found "zero"',
            ),
            (
                'label = "Post"\n',
                'label = "Post"\nmin = nan',
                "sheets[0].columns[0].min: expected a number, found NaN",
            ),
            (
                'label = "Post"\n',
                'label = "Post"\nmin = true',
                "sheets[0].columns[0].min: expected a number, found true",
            ),
            (
                'label = "Post"\n',
                'label = "Post"\nrequired = "yes"',
                'sheets[0].columns[0].required: expected true or false, found "yes"',
            ),
            (
                'label = "Post"\n',
                'label = "Post"\nrequird = true',
                "sheets[0].columns[0].requird: unknown key; did you mean `required`?",
            ),
            (
                'label = "Post"\n',
                'label = "Post"\ntype = "mony"',
                'sheets[0].columns[0].type: cannot be "mony"; did you mean `money`?',
            ),
            (
                'label = "Post"\n',
                'label = "Post"\nwidth = { zh = 9, de = 9 }',
                "sheets[0].columns[0].width.de: unknown key; there are: en, zh",
            ),
            (
                '[[sheets.columns]]\nid = "post"\nlabel = "Post"',
                "",
                "sheets[0].columns: a table needs at least one column",
            ),
            (
                'id = "posts"',
                'id = "posts"\nkind = "form"\nfields = []',
                "sheets[0].fields: a form needs at least one field",
            ),
            (
                'id = "posts"',
                'use = "daily_date"',
                'sheets[0].use: there is no sheet "daily_date"; did you mean `daily_data`?',
            ),
            (
                "[[sheets]]\n",
                (
                    "[choices.x]\nlabel = 'X'\nitems = [{ id = 'a', label = 'A', base = 'b' }]\n"
                    "[[sheets]]\n"
                ),
                (
                    "choices.x.items[0].base: unknown key; "
                    "there are: aliases, id, label, perhaps, state"
                ),
            ),
            (
                "[[sheets]]\n",
                '[settings.x]\nlabel = "X"\n[[sheets]]\n',
                "settings.x.value: this key is missing",
            ),
        ],
    )
    def test_sentence(self, tmp_path: Path, old: str, new: str, sentence: str) -> None:
        """A fault says file, key path, what is wrong, what was found or meant."""
        assert old in SMALL
        found = lines(save(tmp_path, SMALL.replace(old, new)))
        assert f"own.toml: {sentence}" in found

    def test_no_sheets(self, tmp_path: Path) -> None:
        """A template without sheets is none."""
        text = 'format = 1\nid = "a"\ntitle = "A"\n'
        assert lines(save(tmp_path, text)) == [
            "own.toml: sheets: a template needs at least one sheet"
        ]

    def test_all_at_once(self, tmp_path: Path) -> None:
        """All faults of a file come together, in the order in which they were met."""
        text = SMALL.replace('label = "Post"\n', 'labl = "Post"\nmin = "zero"\n')
        text += "[[sheets.columns]]\nid = 3\n"
        assert lines(save(tmp_path, text)) == [
            "own.toml: sheets[0].columns[0].label: this key is missing",
            'own.toml: sheets[0].columns[0].min: expected a number, found "zero"',
            "own.toml: sheets[0].columns[0].labl: unknown key; did you mean `label`?",
            "own.toml: sheets[0].columns[1].id: expected a text in quotes, found 3",
            "own.toml: sheets[0].columns[1].label: this key is missing",
        ]

    def test_languages(self, tmp_path: Path) -> None:
        """Faults are worded in all three languages and survive pickling."""
        file = save(tmp_path, SMALL.replace('label = "Post"\n', 'label = "Post"\nmn = 1'))
        with pytest.raises(TemplateError) as caught:
            load_template(file)
        error = pickle.loads(pickle.dumps(caught.value))
        path = "own.toml: sheets[0].columns[0].mn: "
        assert error.describe("zh-Hans") == path + "没有这个键；您是不是想写 `min`？"
        assert error.describe("zh-Hant") == path + "沒有這個鍵；您是不是想寫 `min`？"
        assert error.describe("en") == path + "unknown key; did you mean `min`?"
        assert [fault.code for fault in error.faults] == ["unknown_key"]

    def test_long_values_are_cut(self, tmp_path: Path) -> None:
        """What was found is shown on one line, however long it is."""
        (line,) = lines(save(tmp_path, SMALL.replace('"posts"', f"[{'1, ' * 99}]")))
        assert line.endswith("...")
        assert len(line) < 130


def as_toml(value: Any) -> str:
    """Write a value the way TOML has it, tables in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {as_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(as_toml(item) for item in value) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths to everything in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in items:
        found.append((*path, key))
        if isinstance(item, dict | list):
            found += places(item, (*path, key))
    return found


WRONG: list[Any] = ["x", "", 1, -1, 0.5, math.nan, 10**400, True, [], {}, [1], ["x"], {"x": 1}]


@tried(100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_slip_is_told(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever stands at whatever key, there is a template to check or there are faults."""
    document = tomllib.loads(FULL)
    path = data.draw(st.sampled_from(places(document)))
    node: Any = document
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = data.draw(st.sampled_from(WRONG))
    text = "\n".join(f"{key} = {as_toml(value)}" for key, value in document.items())
    file = save(tmp_path, text)
    try:
        template = load_template(file)
    except TemplateError as error:
        assert error.faults
        assert all(error.describe(language) for language in LANGUAGES)
    else:
        for fault in check_template(template):
            assert all(fault.describe(language) for language in LANGUAGES)

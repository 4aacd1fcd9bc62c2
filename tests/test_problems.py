"""Problems say what is wrong in three languages; every code the grammar gives has its words."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import marketing_sheets
from marketing_sheets.problems import Place, Problem, condensed
from marketing_sheets.texts import LANGUAGES, Language, Text, book, templates_folder
from marketing_sheets.values import Context, parse

CODES = sorted(book("problems"))
GRAMMAR = sorted(Path(marketing_sheets.__file__).parent.glob("values/*.py"))


def _blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", CODES)
def test_every_problem_is_worded_in_every_language(code: str) -> None:
    """A code has a severity, a message and a hint in three languages with the same blanks."""
    entry: dict[str, Any] = book("problems")[code]
    assert entry.keys() - {"is_hint", "told"} == {"severity", "message", "hint"}
    assert entry["severity"] in ("error", "warning", "info")
    # A hint changes no figure, so it may not fail a run.
    assert not entry.get("is_hint") or entry["severity"] == "info"
    for part in ("message", "hint"):
        texts: dict[Language, str] = entry[part]
        assert texts.keys() == set(LANGUAGES)
        assert all(text == text.strip() for text in texts.values())
        assert len({frozenset(_blanks(text)) for text in texts.values()}) == 1
    assert all(entry["message"].values())


def test_the_guide_says_where_each_doubt_is_told() -> None:
    """Each error and warning stands once in the table, in the part that its `told` names."""
    guide = (templates_folder() / "README.md").read_text(encoding="utf-8")
    section = guide.split("## Where a workbook tells a doubt", 1)[1].split("\n## ", 1)[0]
    kinds = {"marked in the cell": "cell", "in the row": "row", "listed": "list", "not in": "list"}
    found: list[tuple[str, str]] = []
    for line in section.splitlines():
        kind = next((kinds[k] for k in kinds if line.startswith(f"| {k}")), None)
        if kind is not None:
            found += [(code, kind) for code in re.findall(r"`(\w+)`", line.rsplit("|", 2)[1])]
    told = [(code, entry["told"]) for code, entry in book("problems").items() if "told" in entry]
    assert sorted(found) == sorted(told)
    doubts = {code for code in CODES if book("problems")[code]["severity"] != "info"}
    assert doubts == {code for code, _ in told}


def test_what_is_not_used_is_an_error() -> None:
    """A warning's cells are used and an error's are not; only what is nobody's data is no more."""
    for code in CODES:
        text = book("problems")[code]["message"]["en"]
        if re.search(r"not used|left out|not counted|none was used|so .* was used", text):
            is_listed = code in ("another_table", "after_as_of", "words_under_header")
            assert is_listed or book("problems")[code]["severity"] != "warning", code


@pytest.mark.parametrize(("count", "lines"), [(99, 99), (100, 1), (250, 1)])
def test_a_hundred_of_a_kind_are_one_line(count: int, lines: int) -> None:
    """Where one stands for all, it is the first, and says how many more there are."""
    place = Place(file="a.xlsx", sheet="数据")
    column = [
        Problem(
            code="pending",
            place=place.at(row, 3),
            column="cost",
            raw="待定",
            params={"column": "花费"},
        )
        for row in range(1, count + 1)
    ]
    others = [replace(one, column="sales") for one in column[:3]]
    found = condensed([*others, *column])
    assert len(found) == len(others) + lines
    assert sum(1 + one.alike for one in found) == count + 3
    last = found[-1].describe("en")
    assert (f"{count - 1} more cells" in last) == (lines == 1)
    assert found[3].place == column[0].place


def _words_in(node: ast.AST) -> Iterator[str]:
    """Walk the words of an expression, but for those it only compares with."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not isinstance(node, ast.Compare):
        for child in ast.iter_child_nodes(node):
            yield from _words_in(child)


def _codes_in(tree: ast.AST) -> set[str]:
    """Return the words that the grammar's modules hand over as a fault or note."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            named = [k.value for k in node.keywords if k.arg in ("note", "fault", "clock")]
            named += [k.value for k in node.keywords if k.arg == "otherwise"]
            if isinstance(node.func, ast.Name) and node.func.id == "faulty":
                named += node.args[:1]
        elif isinstance(node, ast.Return) and node.value is not None:
            named = [node.value]
        else:
            continue
        for expression in named:
            found |= set(_words_in(expression))
    return {word for word in found if "_" in word and word.isidentifier()}


def test_every_code_of_the_grammar_has_words() -> None:
    """Whatever fault or note a value can have, there is a sentence for it."""
    used = set().union(*(_codes_in(ast.parse(path.read_text("utf-8"))) for path in GRAMMAR))
    assert {"not_a_number", "year_from_period", "ratio_became_time", "maybe_swapped"} <= used
    assert used <= set(CODES)
    assert "pending" in CODES
    assert "approximate" in CODES


@pytest.mark.parametrize("language", LANGUAGES)
def test_faults_of_cells_can_be_said(language: Language) -> None:
    """The params a fault brings fill all the blanks of its sentence, beside the column's label."""
    label = Text({"zh-Hans": "花费", "zh-Hant": "花費", "en": "Spend"})
    for raw, type_, context in (
        ("一百块", "integer", Context()),
        (-5, "money", Context(min=0)),
        ("完工", "choice", Context(choices={"完成": "done"})),
        ("202X-05-01", "date", Context()),
    ):
        cell = parse(raw, type_, context)  # type: ignore[arg-type]  # the tuple's str is a type
        problem = Problem(
            code=cell.fault or "",
            place=Place(file="a.xlsx", sheet="日报", row=7, column=4),
            column="cost",
            raw=raw,
            params={"column": label, **cell.params},
        )
        line = problem.describe(language)
        assert line.startswith("a.xlsx › 日报 › D7")
        assert label[language] in line
        assert str(raw) in line
        assert "{" not in line


def test_a_problem_says_what_and_what_to_do() -> None:
    """The sentence names the column, what it should be, and what was found there."""
    problem = Problem(
        code="not_a_number",
        place=Place(sheet="Daily", row=3, column=2),
        raw="一百",
        params={"column": Text({"zh-Hans": "花费", "zh-Hant": "花費", "en": "Spend"})},
    )
    assert problem.message("en") == '"Spend" must be a number; found "一百".'
    assert problem.message("zh-Hans") == "“花费”应为数字，现为“一百”。"
    assert problem.message("zh-Hant") == "「花費」應為數字，現為「一百」。"
    assert problem.severity == "error"
    assert problem.as_json("en")["cell"] == "B3"

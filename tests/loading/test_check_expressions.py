"""Formulas, conditions and live figures of a template, judged before they are used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from support.sound_template import SOUND, load, sentences

from marketing_sheets.loading.check_sheets import table_faults
from marketing_sheets.template import TableSheet, Template
from marketing_sheets.texts import LANGUAGES

FORMULA = "sheets[posts].columns[cpc].formula"


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("cost /", "the formula cannot be read (invalid syntax (<unknown>, line 1))"),
        ("cost ** 2", "the formula language knows nothing of this kind (Pow)"),
        ("cots / clicks", '"cots" in the formula is no column or setting; did you mean `cost`?'),
        ("sqrt(cost)", 'the formula language has no function "sqrt"'),
        ("max(cost)", "the function max has too few or too many arguments"),
        ("sum(cost)", 'the formula language has no function "sum"'),
        ("0 < cost < 9", "comparisons cannot be chained; join two of them with and"),
        ('1 if state in "done" else 2', "after in comes a list of choices in quotes"),
        ('1 if "done" == state else 2', "the column comes first in a comparison: state == "),
        (
            '1 if state == "don" else 2',
            'the list "state" has no choice "don"; did you mean `done`?',
        ),
        ('1 if state in ("done", "x") else 2', 'the list "state" has no choice "x"'),
        (
            '1 if attribute(state, "weigth") == "light" else 2',
            'the list "state" has no attribute "weigth"; did you mean `weight`?',
        ),
        (
            '1 if attribute(state, "weight") == "lite" else 2',
            'the list "weight" has no choice "lite"; did you mean `light`?',
        ),
        ('1 if attribute(cost, "weight") == "x" else 2', '"cost" is not a column of choices'),
        ("cost + state", '"state" is no number or date; it cannot be calculated with or ranked'),
        ("1 if cost else 2", '"cost" is no test such as cost > 0'),
        ("1 if state == 1 else 2", '"state" and "1" cannot be compared: one is a text'),
        ("1 if state > cost else 2", '"state" is no number or date'),
        ("state", '"state" is no number or date'),
        ("cost == 1", '"cost == 1" is no number or date'),
        ("True", "the formula language knows nothing of this kind (True)"),
    ],
)
def test_formula(tmp_path: Path, formula: str, sentence: str) -> None:
    """A formula that cannot be computed is found, with what was probably meant."""
    text = SOUND.replace('"cost / clicks"', f"'{formula}'")
    found = sentences(load(tmp_path, text))
    assert [line for line in found if line.startswith(f"{FORMULA}: {sentence}")] != [], found


def test_formula_of_choices(tmp_path: Path) -> None:
    """A formula that comes to choices comes to those of its column's list."""
    column = (
        '\n[[sheets.columns]]\nid = "mark"\ntype = "choice"\nchoices = "state"\nlabel = "Mark"\n'
    )
    where = "sheets[posts].columns[mark].formula: "
    formula = 'formula = \'"done" if cost > 1 else "opne" if cost > 0 else none\''
    assert sentences(load(tmp_path, SOUND + column + formula)) == [
        where + 'the list "state" has no choice "opne"; did you mean `open`?'
    ]
    assert sentences(load(tmp_path, SOUND + column + 'formula = "cost"')) == [
        where + '"cost" is no text or choice'
    ]


def test_cycle(tmp_path: Path) -> None:
    """Formulas that wait for each other are found."""
    more = (
        '\n[[sheets.columns]]\nid = "again"\ntype = "number"\nlabel = "Again"\nformula = "cpc * 2"'
    )
    text = SOUND.replace('"cost / clicks"', '"cost / again"') + more
    (line,) = sentences(load(tmp_path, text))
    assert line.startswith("sheets[posts].columns: the formulas depend on each other: ")
    assert "cpc → again" in line or "again → cpc" in line


def test_formula_too_long(tmp_path: Path) -> None:
    """A formula that outgrows Excel in one language is found."""
    formula = " + ".join(["cost"] * 400)
    (line,) = sentences(load(tmp_path, SOUND.replace("cost / clicks", formula)))
    assert line.startswith(f"{FORMULA}: as an Excel formula it has ")
    assert line.endswith(" characters; Excel allows 8192")


@pytest.mark.parametrize(
    ("figure", "sentence"),
    [
        ("cost", '"cost" must stand inside count, count_where, sum or sum_where here'),
        ("sum(costs)", '"costs" in the formula is no column or setting; did you mean `cost`?'),
        ("sum(1)", 'there is no column "1"'),
        ('count_where(state, "dne")', 'the list "state" has no choice "dne"; did you mean `done`?'),
        ("sum(cost) > 1", '"sum(cost) > 1" is no number or date'),
    ],
)
def test_live_figure(tmp_path: Path, figure: str, sentence: str) -> None:
    """A figure of a live text is made of whole columns."""
    text = SOUND.replace('values = { cost = "sum(cost)" }', f"values = {{ cost = '{figure}' }}")
    found = sentences(load(tmp_path, text))
    path = "sheets[posts].live[0].values.cost: "
    assert [line for line in found if line.startswith(path + sentence)] != [], found


TERMS = st.sampled_from(
    [
        "cost",
        "clicks",
        "state",
        "day",
        "cpc",
        "1",
        "0.5",
        '"done"',
        "as_of",
        "none",
        "close",
        "True",
    ]
)
SHAPES = (
    "({0} + {1})",
    "({0} / {1})",
    "-{0}",
    "(not {0})",
    "({0} and {1})",
    "({0} == {1})",
    "({0} <= {1})",
    "({0} in ({1}, {2}))",
    "({0} not in {1})",
    "({0} if {1} else {2})",
    "max({0}, {1})",
    "max(*{0}, {1})",
    "change({0}, {1})",
    "known({0})",
    "amount({0})",
    "attribute({0}, {1})",
    "count_where({0}, {1}, {2})",
    "sum({0})",
    "({0}, {1})",
)
EXPRESSIONS = st.recursive(
    TERMS,
    lambda inner: st.builds(
        lambda shape, parts: shape.format(*parts),
        st.sampled_from(SHAPES),
        st.tuples(inner, inner, inner),
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """Load the sound template once."""
    return load(tmp_path_factory.mktemp("templates"), SOUND)


@given(expression=EXPRESSIONS)
def test_any_expression_is_judged(sound: Template, expression: str) -> None:
    """Whatever is written as formula, condition or live figure is judged without a crash."""
    sheet = sound["posts"]
    assert isinstance(sheet, TableSheet)
    changed = replace(
        sheet,
        columns=(*sheet.columns[:-1], replace(sheet["cpc"], formula=expression)),
        formats=(replace(sheet.formats[0], when=expression),),
        live=(replace(sheet.live[0], values={"cost": expression}),),
    )
    for fault in table_faults(changed, sound):
        assert all(fault.describe(language) for language in LANGUAGES)


def test_a_label_in_a_formula(tmp_path: Path) -> None:
    """Who names a column by its label or alias, with or without its unit, is told its id."""
    text = SOUND.replace('label = "Cost"', 'label = "花费（元）"\naliases = ["消耗"]')
    for name in ("花费", "消耗"):
        (found,) = sentences(load(tmp_path, text.replace("cost / clicks", f"{name} / clicks")))
        assert found.endswith(
            f'"{name}" in the formula is no column or setting; did you mean `cost`?'
        )

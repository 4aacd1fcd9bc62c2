"""The closed language of expressions: what passes, and what is wrong with the rest."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from support.formula_sheets import DAILY, TEMPLATE, records

from marketing_sheets.errors import FormulaError
from marketing_sheets.formulas import (
    compute,
    computed_order,
    excel_formula,
    parse_expression as parse,
)
from marketing_sheets.loading import library_template
from marketing_sheets.loading.check_expressions import expression_faults
from marketing_sheets.template import Column, TableSheet
from marketing_sheets.texts import LANGUAGES, Text


class TestCheck:
    """What is wrong with an expression is said before it is used."""

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("clicks / imprssions", "formula_unknown_name"),
            ("clicks / ", "formula_syntax"),
            ('1 if channel = "douyin" else 2', "formula_single_equals"),
            ('"=" if clicks == else 2', "formula_syntax"),
            ("clicks.__class__", "formula_not_allowed"),
            ("[c for c in clicks]", "formula_not_allowed"),
            ("lambda: clicks", "formula_not_allowed"),
            ("open(clicks)", "formula_unknown_function"),
            ("known(clicks, cost)", "formula_arguments"),
            ("sum(clicks)", "formula_unknown_function"),
        ],
    )
    def test_a_faulty_expression_is_named(self, text: str, code: str) -> None:
        """Only the closed language passes: no attribute, call or name outside it."""
        assert code in {fault.code for fault in expression_faults(text, "x", DAILY, TEMPLATE)}

    def test_every_shipped_expression_is_sound(self) -> None:
        """Formulas and conditions of the shipped sheets have no fault."""
        for sheet in TEMPLATE.tables:
            for column in sheet.computed:
                assert not [*expression_faults(str(column.formula), "x", sheet, TEMPLATE)]
            for rule in sheet.formats:
                assert not [*expression_faults(rule.when, "x", sheet, TEMPLATE)]

    def test_a_circle_is_refused(self) -> None:
        """Two columns that need each other cannot be computed."""
        label = Text(dict.fromkeys(LANGUAGES, "x"))
        columns = tuple(
            Column(id=one, type="number", label=label, formula=f"{other} + 1")
            for one, other in (("a", "b"), ("b", "a"))
        )
        with pytest.raises(FormulaError, match=r"a → b → a|b → a → b"):
            computed_order(replace(DAILY, columns=columns))

    def test_an_unreadable_expression_says_so(self) -> None:
        """The message quotes the expression's fault."""
        with pytest.raises(FormulaError, match="cannot be read"):
            parse("1 +")


@pytest.mark.parametrize(
    ("metric", "target", "value"),
    [
        ("销售额(万元)", "95", 95.0),
        ("销售额(万元)", "95万", 95.0),
        ("销售额(万元)", "950000元", 95.0),
        ("销售额(万元)", "≥95万", 95.0),
        ("销售额", "95万", 950_000.0),
        ("销售额", "95", 95.0),
        ("点击率", "5%", 0.05),
        ("销售额(万元)", "很多", None),
        ("销售额(万元)", None, None),
    ],
)
def test_an_amount_is_in_the_unit_of_its_name(
    metric: str, target: str | None, value: float | None
) -> None:
    """Under 销售额(万元) both 95 and 95万 are 95; what is no figure has none."""
    label = Text(dict.fromkeys(LANGUAGES, "x"))
    formula = "amount(target, metric)"
    columns = (
        Column(id="metric", type="text", label=label),
        Column(id="target", type="text", label=label),
        Column(id="figure", type="number", label=label, formula=formula),
    )
    rows = records(replace(DAILY, columns=columns), [{"metric": metric, "target": target}])
    template = replace(TEMPLATE, sheets=(replace(DAILY, columns=columns),))
    found = compute(rows, template=template, as_of=None).frame["figure"].iloc[0]
    assert (None if pd.isna(found) else found) == value


def test_a_goal_takes_the_result_of_its_name() -> None:
    """Of three pairs of name and figure each is asked in Excel, the first before the others."""
    template = library_template("campaign_review")
    sheet = template["goal_alignment"]
    assert isinstance(sheet, TableSheet)
    formula = excel_formula(sheet["answer_1_value"], sheet, template, "en")
    asked = [formula.find(f"[Result {number} name]])") for number in (1, 2, 3)]
    assert asked == sorted(asked)
    assert min(asked) > 0
    assert formula.count("IF(AND(") == 3

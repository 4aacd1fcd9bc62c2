"""The closed language of expressions: what passes, and what is wrong with the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.formula_sheets import DAILY, TEMPLATE

from marketing_sheets.errors import FormulaError
from marketing_sheets.formulas import (
    computed_order,
    parse_expression as parse,
)
from marketing_sheets.loading.check_expressions import expression_faults
from marketing_sheets.template import Column
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

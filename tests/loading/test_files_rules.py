"""A company's own rules of alerts: in force beside the shared ones, and checked like all else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.readings import reading
from support.rule_cases import DAY, days_of

from marketing_sheets.alerts import alerts
from marketing_sheets.errors import TemplateError
from marketing_sheets.loading import check_template, load_template
from marketing_sheets.template import Template
from marketing_sheets.texts import templates_folder

TOP = """
format = 1
id = "shop"
title = "门店"

[[sheets]]
use = "daily_data"
"""
README = (templates_folder() / "README.md").read_text(encoding="utf-8")


def written(folder: Path, rules: str) -> Template:
    """Load a template with the daily data and rules of its own."""
    path = folder / "shop.toml"
    path.write_text(TOP + rules, encoding="utf-8")
    return load_template(path)


def faults(folder: Path, rules: str) -> list[tuple[str, str]]:
    """Return path and code of what is wrong with rules."""
    return [(fault.path, fault.code) for fault in check_template(written(folder, rules))]


def rule(**keys: object) -> str:
    """Return a sound rule as TOML, with some keys changed; None leaves a key out."""
    base = {
        "id": '"visits"',
        "kind": '"threshold"',
        "label": '"客流低"',
        "message": '"低于 {limit}"',
        "sheets": '["daily"]',
        "metric": '"impressions"',
        "by": '"channel"',
        "limit": "100",
        **keys,
    }
    return "[[rules]]\n" + "\n".join(f"{k} = {v}" for k, v in base.items() if v is not None)


def test_the_example_of_the_guide(tmp_path: Path) -> None:
    """The rule in the guide to templates is sound, and finds three days of few visitors."""
    blocks = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    own = next(block for block in blocks if "store_traffic" in block)
    template = written(tmp_path, own)
    assert check_template(template) == ()
    rows = days_of("stores", [{"impressions": 1400}, {"impressions": 1499}, {"impressions": 900}])
    book = reading({"daily_data": rows}, as_of=DAY, template=template)
    (one,) = (alert for alert in alerts(book, as_of=DAY) if alert.rule == "store_traffic")
    assert one.gap.params["days"] == 3


def test_an_own_rule_takes_the_place_of_a_shared_one(tmp_path: Path) -> None:
    """With the id of a shared rule, a template's own stands alone; the others stay."""
    template = written(tmp_path, rule(id='"ctr_low"', label='"点击率低"'))
    assert [one.label["en"] for one in template.rules if one.id == "ctr_low"] == ["点击率低"]
    assert "cvr_drop" in {one.id for one in template.rules}


def test_a_sound_rule_is_sound(tmp_path: Path) -> None:
    """The rule the faults below start from has none."""
    assert faults(tmp_path, rule()) == []


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"metric": '"impresions"'}, ("metric", "unknown_metric")),
        ({"sheets": '["daly"]'}, ("sheets[0]", "unknown_sheet")),
        ({"by": '"chanel"'}, ("by", "unknown_column")),
        ({"target": '"target_roas"'}, ("target", "unknown_field")),
        ({"setting": '"reserv"'}, ("setting", "unknown_setting")),
        ({"message": None}, ("message", "missing_key")),
        ({"limit": None}, ("limit", "missing_key")),
        ({"message": '"低于 {limt}"'}, ("message.en", "unknown_blank")),
        ({"message": '"低于 {limit"'}, ("message.en", "bad_blanks")),
        ({"advice": '"看 {limit}"'}, ("advice.en", "unknown_blank")),
        ({"after": '["end"]'}, ("after[0]", "unknown_field")),
        ({"when": '{ daily = "cost >" }'}, ("when.daily_data", "formula_syntax")),
        ({"when": '{ daily = "rule_limt < 1" }'}, ("when.daily_data", "formula_unknown_name")),
        ({"when": '{ weekly = "cost > 1" }'}, ("when.weekly", "unknown_sheet")),
    ],
)
def test_faults(tmp_path: Path, keys: dict[str, object], fault: tuple[str, str]) -> None:
    """Each mistake is found at its key."""
    path, code = fault
    assert (f"rules[visits].{path}", code) in faults(tmp_path, rule(**keys))


def test_two_rules_must_not_share_a_name(tmp_path: Path) -> None:
    """The label is what staff pick on the lists sheet."""
    found = faults(tmp_path, rule(label='"点击率偏低"'))
    assert ("rules[visits]", "label_taken") in found


CHANNELS = """
[choices.channel]
label = "渠道"
items = [{ id = "douyin", label = "抖音" }, { id = "shop", label = "门店", cvr_base = "footfall" }]
attributes = { cvr_base = "cvr_base" }
"""


def test_a_list_of_ones_own(tmp_path: Path) -> None:
    """Shared rules watch what a company's own list has; its own rules name nothing else."""
    top = TOP.replace("\n[[sheets]]", f"{CHANNELS}\n[[sheets]]")
    path = tmp_path / "shop.toml"
    path.write_text(top, encoding="utf-8")
    template = load_template(path)
    assert {one.only for one in template.rules} == {(), ("douyin",)}
    path.write_text(top.replace('"douyin"', '"tiktok"'), encoding="utf-8")
    assert {one.only for one in load_template(path).rules} == {()}
    path.write_text(top + rule(only='["shops"]'), encoding="utf-8")
    (fault,) = check_template(load_template(path))
    assert (fault.path, fault.code) == ("rules[visits].only[0]", "unknown_choice")
    assert fault.params["near"] == "shop"


def test_an_unknown_key_is_told_with_the_nearest(tmp_path: Path) -> None:
    """A misspelt key stops the loading, with its path and what was probably meant."""
    with pytest.raises(TemplateError) as error:
        written(tmp_path, rule(severty='"high"'))
    assert "rules[0].severty" in str(error.value)
    assert "`severity`" in str(error.value)


@pytest.mark.parametrize(
    ("keys", "unit"),
    [("", "percent"), ('unit = "percent"', "percent"), ('target = "target_roas"', "number")],
)
def test_a_limit_is_in_the_unit_of_its_metric(tmp_path: Path, keys: str, unit: str) -> None:
    """Where it states none; a distance from a target is a share, or what its rule says."""
    rule = f'id = "r"\nkind = "threshold"\nlabel = "R"\nmetric = "ctr"\nlimit = 0.02\n{keys}'
    template = written(tmp_path, f'[[rules]]\n{rule}\nsheets = ["daily"]\nmessage = "x"\n')
    assert [one.unit for one in template.rules if one.id == "r"] == [unit]

"""Names of metrics: which they mean, which way is good, and that Excel says the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, strategies as st
from opencc import OpenCC
from support.laws import tried
from support.oracles import ironcalc_values, libreoffice_values
from support.readings import AS_OF, metric, reading as made, records

from marketing_sheets.checks.computed import metric_doubts
from marketing_sheets.errors import TemplateError
from marketing_sheets.formulas.text import excel_burden, excel_turned
from marketing_sheets.loading import check_template, library_template, load_template
from marketing_sheets.loading.check_words import same_label_faults
from marketing_sheets.records import Reading
from marketing_sheets.template import (
    Metric,
    bind_metric,
    lower_is_better,
    lower_words,
    misspelt_metric,
    nearest_metric,
    turning_words,
)
from marketing_sheets.texts import LANGUAGES, Text, fold

TEMPLATE = library_template("strategy_tracking")
REGISTRY = TEMPLATE.registry
NAMES = sorted({name for one in REGISTRY for name in one.names})

# As the source documents write them under 具体指标, 评估维度, 指标名称, in KPI cells and in prose.
WRITTEN = {
    "小红书笔记曝光量": "impressions",
    "品牌曝光量": "impressions",
    "媒体曝光量": "media_impressions",
    "直播点击率": "ctr",
    "活动页面点击率": "ctr",
    "各素材点击率": "ctr",
    "线上销售额": "sales",
    "增量销售额(元)": "sales",
    "用户转化率": "cvr",
    "各环节转化率": "cvr",
    "注册转化率": "signup_rate",
    "下单转化率": "order_rate",
    "新增用户数": "new_users",
    "新增注册用户": "new_users",
    "品牌搜索指数": "search_index",
    "关键词搜索指数": "search_index",
    "用户满意度": "satisfaction",
    "ROI(投入产出比)": "roas",
    "总费用(万元)": "cost",
    "新客获取成本(CAC)": "cac",
    "获客成本(元/人)": "cac",
    "访客数(UV)": "visitors",
    "新客占比": "new_share",
    "客单价": "average_order",
    "用户复购率": "repurchase",
    "复购用户占比": "repurchase",
    "话题阅读量": "topic_reads",
    "笔记总阅读量": "reads",
    "分享次数": "shares",
    "转发率": "share_rate",
    "用户互动量": "engagement",
    "互动率": "engagement_rate",
    "完播率": "completion",
    "触达率": "reach_rate",
    "唤醒率": "recall_rate",
    "评论情感": "sentiment",
    "线索收集量": "leads",
    "客流量": "footfall",
    "观看人数": "viewers",
    "有效反馈": "feedback",
    "签约KOL数量": "partners",
    "素材通过率": "pass_rate",
    "每篇点赞量": "likes",
    "NPS": "nps",
    "小紅書筆記曝光量": "impressions",
    "總費用（萬元）": "cost",
    "Cost per click": "cpc",
    "Live click rate": "ctr",
    "Overall ROAS": "roas",
}


@pytest.mark.parametrize(("text", "meant"), WRITTEN.items())
def test_names_as_people_write_them(text: str, meant: str) -> None:
    """What stands before the name, units in brackets, width and script make no difference."""
    found = bind_metric(text, TEMPLATE)
    assert found is not None
    assert found.id == meant


@pytest.mark.parametrize("text", ["直播率", "率", "", "Suvalue", "carousel", "提升", "5场活动"])
def test_what_no_metric_is_called(text: str) -> None:
    """Nothing is guessed: letters within a word are no name."""
    assert bind_metric(text, TEMPLATE) is None


@pytest.mark.parametrize(
    ("text", "lower"),
    [
        ("总费用", True),
        ("曝光量成本", True),
        ("投诉率", True),
        ("退货率", True),
        ("Cost per new user", True),
        ("预算使用率", True),
        ("响应时长", True),
        ("费用节约率", False),  # the more saved the better
        ("付费用户", False),  # 付费|用户, not 费用
        ("投入产出比", False),
        ("投诉处理率", False),
        ("流失用户召回率", False),
        ("Cost savings", False),
        ("Return on ad spend", False),
        ("停留时长", False),
        ("投诉处理及时率", False),  # of what is turned more is better
        ("获客成本下降率", False),
        ("费用利润率", False),
        ("差錯修復率", False),
        ("Complaint resolution rate", False),
        ("跳失率", True),
        ("CPL", True),
        ("取消订单率", True),
        ("Lost customers", True),
    ],
)
def test_direction(text: str, *, lower: bool) -> None:
    """A word of cost counts, unless a longer name says the opposite or another word turns it."""
    assert lower_is_better(text, REGISTRY) is lower


def test_every_name_means_its_metric_and_its_direction() -> None:
    """No name of the registry is shadowed by another, in any language."""
    for one in REGISTRY:
        for name in one.names:
            assert lower_is_better(name, REGISTRY) == (one.direction == "lower"), name
            found = bind_metric(name, TEMPLATE, {"roi_form": "sales"})
            assert found is not None
            expected = one.stands_for.get("sales", one.id)
            assert found.id == expected, name


def test_names_are_apart() -> None:
    """Once folded no name means two metrics, and each metric has what the registry promises."""
    assert [*same_label_faults("metrics", REGISTRY, fold)] == []
    assert all(one.level and one.dimension for one in REGISTRY)


def test_lower_names_stand_in_both_scripts() -> None:
    """Excel's own formula folds nothing: words of lower metrics are given in both scripts."""
    words = [w for word, spared in lower_words(REGISTRY) for w in (word, *spared)]
    for variant in map(OpenCC, ("s2t", "s2tw", "s2hk")):
        for word in words:
            other = variant.convert(word)
            assert any(one in other for one in words), (word, other)


def _asked(names: list[str], path: Path) -> dict[str, bool]:
    """Ask Excel's formula about names, one a row."""
    book = xlsxwriter.Workbook(str(path))
    tab = book.add_worksheet("data")
    for row, name in enumerate(names):
        tab.write_string(row, 0, name)
        burden = excel_burden(f"A{row + 1}", lower_words(REGISTRY))
        turned = excel_turned(f"A{row + 1}", turning_words(REGISTRY))
        tab.write_formula(row, 1, f"=AND({burden},NOT({turned}))", None, "")
    book.close()
    cells = {("data", f"B{row + 1}"): "" for row in range(len(names))}
    fresh = ironcalc_values(path, cells)
    return {name: fresh["data", f"B{row + 1}"] for row, name in enumerate(names)}


def test_excel_says_the_same_of_every_name(tmp_path: Path) -> None:
    """All names of the registry in all languages, and those of the documents."""
    names = [*NAMES, *WRITTEN, "Total COSTS", "成本节约后的费用", "广告支出回报率与支出"]
    told = _asked(names, tmp_path / "a.xlsx")
    assert told == {name: lower_is_better(name, REGISTRY) for name in names}


@tried(5)
@given(
    names=st.lists(
        st.lists(st.sampled_from([*NAMES, "的", " ", "(元)", "per", "新"]), min_size=1, max_size=3)
        .map("".join)
        .filter(str.strip),
        min_size=1,
        max_size=20,
        unique=True,
    )
)
def test_excel_says_the_same_of_any_name(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    """Names joined in any way: Excel and Python tell the same direction, and the metric has it."""
    told = _asked(names, tmp_path_factory.mktemp("names") / "a.xlsx")
    for name in names:
        assert told[name] == lower_is_better(name, REGISTRY), name


@pytest.mark.slow
@pytest.mark.office
def test_libreoffice_says_the_same(tmp_path: Path) -> None:
    """A second judge of the same formula."""
    names = [*NAMES[::6], *WRITTEN]
    path = tmp_path / "a.xlsx"
    _asked(names, path)
    cells = {("data", f"B{row + 1}"): "" for row in range(len(names))}
    fresh = libreoffice_values(path, cells, tmp_path)
    told = {name: fresh["data", f"B{row + 1}"] for row, name in enumerate(names)}
    assert told == {name: lower_is_better(name, REGISTRY) for name in names}


@pytest.mark.parametrize(("form", "meant"), [("sales", "roas"), ("net", "roi")])
@pytest.mark.parametrize("text", ["ROI", "抖音 ROI", "投资回报率", "ＲＯＩ"])
def test_a_bare_roi_is_what_the_setting_says(text: str, form: str, meant: str) -> None:
    """The documents use ROI for both; where a name says which, the setting is not asked."""
    found = bind_metric(text, TEMPLATE, {"roi_form": form})
    assert found is not None
    assert found.id == meant
    for name, always in (("ROAS", "roas"), ("净ROI", "roi"), ("ROI(投入产出比)", "roas")):
        told = bind_metric(name, TEMPLATE, {"roi_form": form})
        assert told is not None
        assert told.id == always


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("注册转话率", "注册转化率"),
        ("新增户用", "新增用户"),
        ("Conversoin rate", "conversion rate"),
        ("Impresions", "Impressions"),
        ("完工率", None),  # a word of its own, not a slip of 完播率
        ("直播率", None),
        ("ROX", None),
    ],
)
def test_near_misses(text: str, near: str | None) -> None:
    """One letter off a long name is a slip; a short name may well be another word."""
    assert bind_metric(text, TEMPLATE) is None
    assert nearest_metric(text, TEMPLATE) == near


def _effect(*names: str) -> Reading:
    rows = [{"metric": name, "target": 10.0, "actual": 5.0} for name in names]
    rows = [{"metric_class": "result", **row} for row in rows]
    reading = made({}, template=TEMPLATE)
    given_rows = records(TEMPLATE, "strategy_effect", rows, as_of=AS_OF)
    return replace(reading, sheets={"strategy_effect": given_rows})


def test_unknown_names_are_told_where_a_verdict_hangs_on_them() -> None:
    """The sheet takes the direction from the name; a known one says nothing more."""
    reading = _effect("曝光量", "直播率", "注册转话率", "总费用")
    found = [(p.code, p.raw, p.place.row, p.severity) for p in metric_doubts(reading)]
    assert found == [
        ("metric_unknown", "直播率", 8, "info"),
        ("metric_near_miss", "注册转话率", 9, "info"),
    ]
    verdicts = reading.sheets["strategy_effect"].frame["verdict"].tolist()
    assert verdicts == ["missed", "missed", "missed", "met"]


def test_an_unknown_name_without_a_verdict_is_silent() -> None:
    """Nothing hangs on the name of a metric that has no figures yet."""
    reading = _effect("直播率")
    frame = reading.sheets["strategy_effect"].frame.assign(verdict=None)
    blank = replace(reading.sheets["strategy_effect"], frame=frame)
    assert metric_doubts(replace(reading, sheets={"strategy_effect": blank})) == ()


def test_a_direction_against_the_registry_is_told_and_wins() -> None:
    """What staff choose counts; that costs are usually better lower is said at the cell."""
    rows = [
        metric("总费用", 60, 72, direction="higher"),
        metric("总费用", 60, 72, direction="lower"),
        metric("谁也不认识的", 60, 72, direction="lower"),
    ]
    reading = made({"effect_evaluation": rows})
    (problem,) = metric_doubts(reading)
    assert (problem.code, problem.column, problem.place.row) == (
        "direction_unusual",
        "direction",
        7,
    )
    assert "总费用" in problem.describe("zh-Hans")
    assert reading.sheets["effect_evaluation"].frame["verdict"].tolist() == [
        "met",
        "missed",
        "missed",
    ]


def test_a_change_without_its_base_is_told() -> None:
    """+15% against what? 环比+15% says it."""
    rows = [{"metric": "曝光量", "period_change": change} for change in (0.15, 0.15, None)]
    given_rows = records(TEMPLATE, "strategy_effect", rows, as_of=AS_OF)
    given_rows.raw["period_change"] = ["环比+15%", "+15%", None]
    given_rows = replace(given_rows, remarks={"period_change": {0: "环比"}})
    reading = replace(made({}, template=TEMPLATE), sheets={"strategy_effect": given_rows})
    (problem,) = metric_doubts(reading)
    assert (problem.code, problem.place.row, problem.raw) == ("change_without_base", 8, "+15%")


OWN = """
format = 1
id = "own"
title = "Own"

[[sheets]]
id = "posts"
kind = "table"
label = "Posts"
columns = [{ id = "post", label = "Post" }, { id = "cost", label = "Cost", type = "money" }]

"""
STAND_IN = '[[metrics]]\nid = "a"\nlabel = "A"\nsetting = "roi_form"\nstands_for = '


def _own(tmp_path: Path, metrics: str) -> Path:
    path = tmp_path / "own.toml"
    path.write_text(OWN + metrics, encoding="utf-8")
    return path


def test_a_company_names_its_own_metrics(tmp_path: Path) -> None:
    """An entry without a numerator is known by name; its names mean no shared metric any more."""
    text = '[[metrics]]\nid = "heat"\nlabel = "热度"\naliases = ["参与率"]\ndirection = "lower"\n'
    template = load_template(_own(tmp_path, text))
    assert check_template(template) == ()
    assert template.metrics == ()
    found = bind_metric("门店参与率", template)
    assert found is not None
    assert (found.id, found.direction) == ("heat", "lower")
    assert lower_is_better("热度", template.registry)
    shared = bind_metric("互动率", template)
    assert shared is not None
    assert shared.id == "engagement_rate"
    taken = load_template(_own(tmp_path, text.replace("参与率", "互动率")))
    assert bind_metric("参与率", taken) is None  # the shared metric has lost its very label


@pytest.mark.parametrize(
    ("metrics", "sentence"),
    [
        (
            '[[metrics]]\nid = "a"\nlabel = "A"\nlevel = "results"',
            'own.toml: metrics[0].level: cannot be "results"; did you mean `result`?',
        ),
        (
            '[[metrics]]\nid = "a"\nlabel = "A"\ndimension = "sales"',
            'own.toml: metrics[0].dimension: cannot be "sales"',
        ),
        (
            '[[metrics]]\nid = "a"\nlabel = "A"\nalias = ["x"]',
            "own.toml: metrics[0].alias: unknown key; did you mean `aliases`?",
        ),
        (
            '[[metrics]]\nid = "a"\nlabel = "A"\nnumerator = "cost"',
            "own.toml: metrics[0].sheet: this key is missing",
        ),
    ],
)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, metrics: str, sentence: str) -> None:
    """Levels, dimensions and keys come from closed sets."""
    with pytest.raises(TemplateError) as raised:
        load_template(_own(tmp_path, metrics))
    told = [fault.describe("en") for fault in raised.value.faults]
    assert any(line.startswith(sentence) for line in told), told


@pytest.mark.parametrize(
    ("metrics", "sentence"),
    [
        (
            '[[metrics]]\nid = "a"\nlabel = "热度"\n[[metrics]]\nid = "b"\nlabel = "熱度"',
            'metrics[b]: "熱度" cannot be told apart from a label or alias of a',
        ),
        (
            '[[metrics]]\nid = "a"\nlabel = "A"\nsetting = "close"\nstands_for = { net = "roi" }',
            'metrics[a].setting: there is no setting "close" that is a choice',
        ),
        (
            STAND_IN + '{ nett = "roi", sales = "raos" }',
            'metrics[a].stands_for.nett: the list "roi_form" has no choice "nett"',
        ),
        (
            STAND_IN + '{ sales = "raos" }',
            'metrics[a].stands_for.sales: there is no metric "raos"; did you mean `roas`?',
        ),
    ],
)
def test_what_cannot_work_is_told(tmp_path: Path, metrics: str, sentence: str) -> None:
    """Names must be apart, and what a name stands for must be there."""
    faults = check_template(load_template(_own(tmp_path, metrics)))
    told = [fault.describe("en") for fault in faults]
    assert any(line.startswith(sentence) for line in told), told


def test_a_word_with_wildcards_is_taken_as_it_is(tmp_path: Path) -> None:
    """Excel's search knows ?, * and ~; a company's name may hold them, and quotes."""
    label = Text(dict.fromkeys(LANGUAGES, 'a*?"~b'))
    registry = (Metric(id="odd", label=label, direction="lower"),)
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    tab = book.add_worksheet("data")
    texts = ['x a*?"~b', 'a1?"~b', "axxb"]
    for row, text in enumerate(texts):
        tab.write_string(row, 0, text)
        tab.write_formula(
            row, 1, "=" + excel_burden(f"A{row + 1}", lower_words(registry)), None, ""
        )
    book.close()
    cells = {("data", f"B{row}"): "" for row in (1, 2, 3)}
    fresh = [*ironcalc_values(tmp_path / "a.xlsx", cells).values()]
    assert fresh == [lower_is_better(text, registry) for text in texts] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("曝光两", "曝光量"),
        ("点击律", "点击率"),
        ("曝光量", None),
        ("曝光", None),
        ("转化数", None),
        ("曝光次数", None),
        ("小红书曝光量", None),
        ("老用户数", None),
    ],
)
def test_a_slip_after_a_known_name_is_told(text: str, near: str | None) -> None:
    """A name that goes on wrongly after a known one is one letter off; other words are not."""
    found = [p for p in metric_doubts(_effect(text)) if p.code == "metric_near_miss"]
    told = [p.params["near"] for p in found if p.params["near"] == near or near is None]
    if near is not None:
        assert told == [near]
    assert misspelt_metric(text, TEMPLATE) == near

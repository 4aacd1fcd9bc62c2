"""Texts of templates, and how they are saved and what is said of them."""

from __future__ import annotations

from pathlib import Path

from marketing_sheets.errors import TemplateError
from marketing_sheets.loading import load_template
from marketing_sheets.texts import Language

SMALL = """
format = 1
id = "small"
title = "Small"

[[sheets]]
id = "posts"
label = "Posts"

[[sheets.columns]]
id = "post"
label = "Post"
"""

FULL = """
format = 1
id = "full"
version = "2.1"
title = { zh-Hans = "全", en = "Full" }
brand = "Brand"

[choices.platform]
label = "平台"
open = true
attributes = { base = "base" }
items = [
    { id = "red", label = "小红书", aliases = ["RED"], state = "done", base = "clicks" },
    { id = "douyin", label = "抖音" },
]

[choices.base]
label = "Base"
items = [{ id = "clicks", label = "Clicks" }]

[settings.limit]
label = "Limit"
hint = "Most per click"
type = "money"
value = 3

[[metrics]]
id = "cpc"
label = "CPC"
sheet = "posts"
numerator = "cost"
denominator = "clicks"
minus = "cost"
unit = "money"
direction = "lower"
aliases = ["Cost per click"]
source = "cost / clicks"

[[sheets]]
id = "about"
kind = "form"
label = "About"
subtitle = "Fill in"
heading = "Campaign"
fields = [{ id = "name", label = "Name", required = true }]

[sheets.sections.how]
heading = "How"
head = ["Sheet", "When"]
rows = [{ cells = ["Daily"], sheet = "posts" }, { cells = ["Done", "Green"], state = "done" }]

[[sheets]]
id = "posts"
label = "Posts"
title = "All posts"
aliases = ["Notes"]
key = ["day", "platform"]
blank_rows = 50
row_height = 24.5
freeze = 2
repeated = ["day"]
day_line = "day"
groups = [{ id = "what", label = "What" }, { id = "money", label = "Money" }]

[sheets.gantt]
planned_start = "day"
planned_end = "day"
actual_start = "day"
actual_end = "day"
status = "platform"
cancelled = "red"
done = ["douyin"]

[sheets.print]
scale = { zh = 70, en = 60 }
break_before = "money"
portrait = true

[[sheets.live]]
group = "money"
text = "Cost {cost}"
values = { cost = "sum(cost)" }
shown = { cost = "money" }

[[sheets.formats]]
columns = ["cpc"]
when = "cpc > limit"
style = "late"
symbol = "▲"
stop = true

[[sheets.checks]]
when = "cost > limit"
column = "cost"
message = "Too dear."

[[sheets.columns]]
id = "day"
type = "date"
label = "Day"
group = "what"
key = true
fill_down = true

[[sheets.columns]]
id = "platform"
type = "choice"
choices = "platform"
label = "Platform"
group = "what"

[[sheets.columns]]
id = "cost"
type = "money"
label = "Cost"
hint = "Before tax"
min = 0
max = 1e6
decimals = 1
bar = 100
width = 12
group = "money"

[[sheets.columns]]
id = "clicks"
type = "integer"
label = "Clicks"
additive = false
width = { zh = 9, en = 11.5 }
group = "money"

[[sheets.columns]]
id = "aim"
type = "condition"
label = "Aim"
group = "money"

[[sheets.columns]]
id = "reached"
type = "quantity"
label = "Reached"
target = true
compared_with = "aim"
group = "money"

[[sheets.columns]]
id = "cpc"
type = "money"
label = "CPC"
formula = "cost / clicks"
undefined = "reason"
signed = true
in_points = true
hidden = true
unit_from = "platform"
group = "money"
"""


def save(folder: Path, text: str, name: str = "own.toml") -> Path:
    """Write a template of one's own."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def lines(file: Path, language: Language = "en") -> list[str]:
    """Return the faults of a file, one a line, or nothing."""
    try:
        load_template(file)
    except TemplateError as error:
        return error.describe(language).split("\n")
    return []

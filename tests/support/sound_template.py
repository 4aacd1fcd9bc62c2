"""A small template with something of everything, in which nothing is wrong."""

from __future__ import annotations

from pathlib import Path

from marketing_sheets.loading import check_template, load_template
from marketing_sheets.template import Template

SOUND = """
format = 1
id = "sound"
title = "Sound"

[choices.state]
label = "State"
attributes = { weight = "weight" }
items = [
    { id = "open", label = "Open", weight = "light" },
    { id = "done", label = "Done", aliases = ["Ready"], state = "done", weight = "heavy" },
]

[choices.weight]
label = "Weight"
items = [{ id = "light", label = "Light" }, { id = "heavy", label = "Heavy" }]

[[metrics]]
id = "cpc"
label = "CPC"
sheet = "posts"
numerator = "cost"
denominator = "clicks"

[[sheets]]
id = "about"
kind = "form"
label = "About"
fields = [
    { id = "name", label = "Name" },
    { id = "budget", type = "money", label = "Budget" },
]

[sheets.sections.how]
heading = "How"
rows = [{ cells = ["Posts"], sheet = "posts" }, { cells = ["Done"], state = "done" }]

[[sheets]]
id = "posts"
label = "Posts"
key = ["day"]
freeze = 1
repeated = ["day"]
day_line = "day"

[sheets.gantt]
planned_start = "day"
planned_end = "day"
actual_start = "day"
actual_end = "day"
status = "state"
cancelled = "open"
done = ["done"]

[sheets.print]
scale = 70
break_before = "money"

[[sheets.groups]]
id = "what"
label = "What"

[[sheets.groups]]
id = "money"
label = "Money"

[[sheets.live]]
group = "money"
text = { zh-Hans = "花费 {cost}", en = "Cost {cost}" }
values = { cost = "sum(cost)" }
shown = { cost = "money" }

[[sheets.formats]]
columns = ["cpc"]
when = "cpc > 3"
style = "late"

[[sheets.columns]]
id = "day"
type = "date"
label = "Day"
group = "what"

[[sheets.columns]]
id = "state"
type = "choice"
choices = "state"
label = "State"
group = "what"

[[sheets.columns]]
id = "cost"
type = "money"
label = "Cost"
hint = "Before tax"
group = "money"
min = 0
max = 9

[[sheets.columns]]
id = "clicks"
type = "integer"
label = "Clicks"
group = "money"
bar = 5

[[sheets.columns]]
id = "cpc"
type = "money"
label = "CPC"
group = "money"
formula = "cost / clicks"
"""


def load(folder: Path, text: str) -> Template:
    """Load a template from its text."""
    file = folder / "own.toml"
    file.write_text(text, encoding="utf-8")
    return load_template(file)


def sentences(template: Template) -> list[str]:
    """Return what the checker says."""
    return [str(fault) for fault in check_template(template)]

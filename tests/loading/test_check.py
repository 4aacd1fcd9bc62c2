"""What the checker of templates finds; each broken one differs from a sound one in one spot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest
from support.sound_template import SOUND, load, sentences

from marketing_sheets.loading import check_template
from marketing_sheets.texts import LANGUAGES, Text, book


def test_sound(tmp_path: Path) -> None:
    """The checker has nothing to say about a sound template."""
    assert sentences(load(tmp_path, SOUND)) == []


COST = "sheets[posts].columns[cost]"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        # ids
        (
            'id = "sound"',
            'id = "Sound 1"',
            (
                'id: "Sound 1" cannot be an id; use lower-case letters, digits and underscores, '
                "a letter first, 251 characters at most"
            ),
        ),
        ('id = "about"', 'id = "summary"', 'sheets: the id "summary" is reserved; choose another'),
        ('id = "clicks"', 'id = "close"', 'sheets[posts].columns: the id "close" is reserved; '),
        (
            'id = "name", label = "Name"',
            'id = "budget", label = "Name"',
            'sheets[about].fields: the id "budget" is taken already',
        ),
        ('id = "what"\n', 'id = "money"\n', 'sheets[posts].groups: the id "money" is taken'),
        ('{ id = "open"', '{ id = "done"', 'choices.state.items: the id "done" is taken already'),
        ("[choices.weight]", "[choices.Weight]", "choices.state.attributes.weight: there is no"),
        # labels
        (
            'label = "Clicks"',
            'label = "Klicks"\naliases = ["cost"]',
            (
                'sheets[posts].columns[clicks]: "cost" cannot be told apart from a label or '
                "alias of cost"
            ),
        ),
        (
            'label = "Name"',
            'label = "Ｂｕｄｇｅｔ"',
            (
                'sheets[about].fields[budget]: "Budget" cannot be told apart from a label or '
                "alias of name"
            ),
        ),
        (
            'label = "Posts"',
            'label = "ABOUT"',
            'sheets[posts]: "ABOUT" cannot be told apart from a label or alias of about',
        ),
        (
            'aliases = ["Ready"]',
            'aliases = ["open"]',
            'choices.state.items[done]: "open" cannot be told apart from a label or alias of open',
        ),
        (
            'label = "Posts"',
            'label = "Posts / notes"',
            (
                'sheets[posts].label: "Posts / notes" holds a character Excel forbids here; '
                "leave out [ ] : * ? / \\ and line breaks"
            ),
        ),
        (
            'label = "Posts"',
            'label = "\'Posts"',
            (
                "sheets[posts].label: \"'Posts\" holds a character Excel forbids here; leave out ' "
                "and line breaks"
            ),
        ),
        (
            'label = "Posts"',
            'label = "History"',
            'sheets[posts].label: the sheet name "History" is taken by Excel or by the program',
        ),
        (
            'label = "Posts"',
            f'label = "{"帖" * 30}😀"',
            f'sheets[posts].label: "{"帖" * 30}😀" has 32 characters; Excel allows 31',
        ),
        (
            'label = "Cost"',
            'label = "Cost [CNY]"',
            (
                f'{COST}.label: "Cost [CNY]" holds a character Excel forbids here; leave out '
                "[ ] # ' @ and line breaks"
            ),
        ),
        (
            'label = "Cost"',
            'label = "Cost\\nCNY"',
            (
                f'{COST}.label: "Cost\nCNY" holds a character Excel forbids here; leave out '
                "[ ] # ' @ and line breaks"
            ),
        ),
        (
            'label = "Cost"',
            f'label = "{"x" * 33}"',
            f'{COST}.label: "{"x" * 33}" has 33 characters; Excel allows 32',
        ),
        (
            'label = "Name"',
            f'label = "{"x" * 33}"',
            f'sheets[about].fields[name].label: "{"x" * 33}" has 33 characters; Excel allows 32',
        ),
        (
            "Before tax",
            "x" * 256,
            f'{COST}.hint: "{"x" * 256}" has 256 characters; Excel allows 255',
        ),
        # references
        (
            'key = ["day"]',
            'key = ["dey"]',
            'sheets[posts].key: there is no column "dey"; did you mean `day`?',
        ),
        (
            'repeated = ["day"]',
            'repeated = ["x"]',
            'sheets[posts].repeated: there is no column "x"',
        ),
        ('day_line = "day"', 'day_line = "x"', 'sheets[posts].day_line: there is no column "x"'),
        (
            'day_line = "day"',
            'day_line = "cost"',
            'sheets[posts].day_line: "cost" is not a column of dates',
        ),
        (
            'label = "Cost"\nhint = "Before tax"\ngroup = "money"',
            'label = "Cost"\ngroup = "mony"',
            f'{COST}.group: there is no group "mony"; did you mean `money`?',
        ),
        (
            'label = "Day"\ngroup = "what"',
            'label = "Day"\ngroup = "money"',
            'sheets[posts].groups[money]: the columns of group "money" must stand side by side',
        ),
        (
            'id = "money"\nlabel = "Money"',
            'id = "money"\nlabel = "Money"\n[[sheets.groups]]\nid = "idle"\nlabel = "Idle"',
            "sheets[posts].groups[idle]: no column belongs to this group",
        ),
        (
            'choices = "state"',
            'choices = "stat"',
            "sheets[posts].columns[state].choices: there is no list of choices",
        ),
        (
            'choices = "state"\n',
            "",
            (
                "sheets[posts].columns[state].choices: a column of type choice names its list with "
                "choices"
            ),
        ),
        (
            'type = "date"\n',
            'type = "date"\nchoices = "state"\n',
            "sheets[posts].columns[day].choices: a column of type date takes no choices",
        ),
        (
            'label = "Cost"',
            'label = "Cost"\nunit_from = "day"',
            f'{COST}.unit_from: "day" is not a column of choices',
        ),
        (
            'label = "Cost"',
            'label = "Cost"\nunit_from = "unit"',
            f'{COST}.unit_from: there is no column "unit"',
        ),
        (
            'label = "Cost"',
            'label = "Cost"\ntarget = true',
            f"{COST}.target: a column of type money takes no such key",
        ),
        (
            'type = "money"\nlabel = "Cost"',
            'type = "quantity"\ncompared_with = "state"\nlabel = "Cost"',
            f'{COST}.compared_with: "state" is not a column of conditions',
        ),
        (
            'type = "money"\nlabel = "Cost"',
            'type = "quantity"\ncompared_with = "stat"\nlabel = "Cost"',
            f'{COST}.compared_with: there is no column "stat"; did you mean `state`?',
        ),
        (
            'label = "Budget"',
            'label = "Budget", target = true',
            "sheets[about].fields[budget].target: a column of type money takes no such key",
        ),
        (
            "[[sheets.formats]]",
            (
                '[[sheets.checks]]\nwhen = "cost > 1"\ncolumn = "cots"\nmessage = "Dear."\n'
                "[[sheets.formats]]"
            ),
            'sheets[posts].checks[0].column: there is no column "cots"; did you mean `cost`?',
        ),
        (
            "[[sheets.formats]]",
            (
                '[[sheets.checks]]\nwhen = "cost + 1"\ncolumn = "cost"\nmessage = "Dear."\n'
                "[[sheets.formats]]"
            ),
            'sheets[posts].checks[0].when: "cost + 1" is no test such as cost > 0',
        ),
        (
            'weight = "heavy"',
            'weight = "heavi"',
            (
                'choices.state.items[done].weight: the list "weight" has no choice "heavi"; '
                "did you mean `heavy`?"
            ),
        ),
        (
            'state = "done", weight',
            'state = "finished", weight',
            'choices.state.items[done].state: there is no state "finished"',
        ),
        (
            'cells = ["Done"], state = "done"',
            'cells = ["Done"], state = "lat"',
            (
                'sheets[about].sections.how.rows[1].state: there is no state "lat"; did you mean '
                "`late`?"
            ),
        ),
        (
            'cells = ["Posts"], sheet = "posts"',
            'cells = ["Posts"], sheet = "post"',
            (
                'sheets[about].sections.how.rows[0].sheet: there is no sheet "post"; did you mean '
                "`posts`?"
            ),
        ),
        # keys that do not suit
        (
            'type = "date"\n',
            'type = "date"\nmin = 1\n',
            "sheets[posts].columns[day].min: a column of type date takes no such key",
        ),
        ("min = 0\nmax = 9", "min = 9\nmax = 0", f"{COST}.min: min (9) is above max (0)"),
        (
            'label = "Cost"',
            'label = "Cost"\ndecimals = 11',
            f"{COST}.decimals: expected 0 to 10, found 11",
        ),
        (
            'label = "Cost"',
            'label = "Cost"\nwidth = 300',
            f"{COST}.width.zh: expected 1 to 255, found 300",
        ),
        ("bar = 5", "bar = 0", "sheets[posts].columns[clicks].bar: expected more than 0, found 0"),
        (
            'label = "CPC"\ngroup',
            'label = "CPC"\nrequired = true\ngroup',
            (
                "sheets[posts].columns[cpc].required: nobody types into a formula column; "
                "it takes no such key"
            ),
        ),
        (
            'type = "money", label = "Budget"',
            'type = "money", label = "Budget", formula = "1"',
            "sheets[about].fields[budget].formula: a field of a form takes no such key",
        ),
        ("freeze = 1", "freeze = 6", "sheets[posts].freeze: expected 0 to 5, found 6"),
        (
            "freeze = 1",
            "blank_rows = 0",
            "sheets[posts].blank_rows: expected 1 to 10000, found 0",
        ),
        (
            "freeze = 1",
            "row_height = 410",
            "sheets[posts].row_height: expected 1 to 409, found 410",
        ),
        ("scale = 70", "scale = 5", "sheets[posts].print.scale.zh: expected 10 to 400, found 5"),
        (
            'break_before = "money"',
            'break_before = "mony"',
            (
                'sheets[posts].print.break_before: "mony" is neither a group nor this sheet\'s '
                "Gantt chart; did you mean `money`?"
            ),
        ),
        # formats, live texts, Gantt chart
        (
            'style = "late"',
            'style = "laet"',
            'sheets[posts].formats[0].style: there is no style "laet"; did you mean `late`?',
        ),
        (
            'columns = ["cpc"]',
            'columns = ["cpm"]',
            'sheets[posts].formats[0].columns: there is no column "cpm"; did you mean `cpc`?',
        ),
        (
            'when = "cpc > 3"',
            'when = "cpc"',
            'sheets[posts].formats[0].when: "cpc" is no test such as cost > 0',
        ),
        (
            'group = "money"\ntext',
            'group = "mony"\ntext',
            'sheets[posts].live[0].group: there is no group "mony"; did you mean `money`?',
        ),
        (
            'en = "Cost {cost}"',
            'en = "Cost"',
            "sheets[posts].live[0].text: the names in braces differ between the languages: cost",
        ),
        (
            'en = "Cost {cost}"',
            'en = "Cost {cost"',
            "sheets[posts].live[0].text: a brace is not closed, or holds more than a name",
        ),
        (
            "values = { cost",
            "values = { more",
            'sheets[posts].live[0].text: "cost" in braces has no value in values',
        ),
        (
            "values = { cost",
            'values = { more = "1", cost',
            "sheets[posts].live[0].values.more: the text does not use more",
        ),
        (
            "shown = { cost",
            "shown = { more",
            'sheets[posts].live[0].shown.more: "more" in braces has no value in values',
        ),
        (
            'shown = { cost = "money" }',
            'shown = { cost = "text" }',
            "sheets[posts].live[0].shown.cost: cannot be text; there are: ",
        ),
        (
            "[[sheets.live]]",
            '[[sheets.live]]\ngroup = "money"\ntext = "Hi"\n[[sheets.live]]',
            "sheets[posts].live[1]: a live text stands there already",
        ),
        (
            'planned_end = "day"',
            'planned_end = "cost"',
            'sheets[posts].gantt.planned_end: "cost" is not a column of dates',
        ),
        (
            'status = "state"',
            'status = "day"',
            'sheets[posts].gantt.status: "day" is not a column of choices',
        ),
        (
            'cancelled = "open"',
            'cancelled = "gone"',
            'sheets[posts].gantt.cancelled: the list "state" has no choice "gone"',
        ),
        # charts
        (
            "[[sheets.live]]",
            (
                '[[sheets.charts]]\ntitle = "A"\nby = "day"\n'
                'series = [{ label = "B", sum = "cost" }]\n[[sheets.live]]'
            ),
            'sheets[posts].charts[0].by: "day" is not a column of choices',
        ),
        (
            "[[sheets.live]]",
            (
                '[[sheets.charts]]\ntitle = "A"\nby = "state"\n'
                'series = [{ label = "B", sum = "cost", per = "day" }]\n[[sheets.live]]'
            ),
            "sheets[posts].charts[0].series[0].per: ",
        ),
        (
            "[[sheets.live]]",
            (
                '[[sheets.charts]]\ntitle = "A"\nby = "state"\n'
                'series = [{ label = "B", sum = "costs" }]\n[[sheets.live]]'
            ),
            "sheets[posts].charts[0].series[0].sum: ",
        ),
        # metrics
        (
            'sheet = "posts"\nnumerator',
            'sheet = "post"\nnumerator',
            'metrics[cpc].sheet: there is no sheet "post"; did you mean `posts`?',
        ),
        (
            'numerator = "cost"',
            'numerator = "costs"',
            'metrics[cpc].numerator: there is no column "costs"; did you mean `cost`?',
        ),
        (
            'denominator = "clicks"',
            'denominator = "state"',
            'metrics[cpc].denominator: "state" is not a column of numbers',
        ),
        (
            'numerator = "cost"\ndenominator = "clicks"',
            'numerator = "cpc"',
            'metrics[cpc].numerator: "cpc" is itself a ratio, and a sum of ratios says nothing; ',
        ),
        (
            'denominator = "clicks"\n',
            (
                'denominator = "clicks"\n[[rules]]\nid = "dear"\nkind = "threshold"\nlabel = "A"\n'
                'sheets = ["posts"]\nmetric = "cpc"\nlimit = 1\nunit = "percent"\nmessage = "x"\n'
            ),
            'rules[dear].unit: the metric cpc is in number; so is its limit: unit = "number"',
        ),
    ],
)
def test_fault(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    """One thing wrong in a template is found and told where it stands."""
    assert SOUND.count(old) == 1
    found = sentences(load(tmp_path, SOUND.replace(old, new)))
    assert [line for line in found if line.startswith(sentence)] != [], found


def test_languages(tmp_path: Path) -> None:
    """A text that lacks a language, in a template made by whatever means, is found."""
    template = load(tmp_path, SOUND)
    template = replace(template, title=Text({"en": "Sound", "zh-Hans": " "}))
    assert sentences(template) == ["title: no wording in: zh-Hans, zh-Hant"]


def test_wording(tmp_path: Path) -> None:
    """A fault can be told in every language."""
    (fault,) = check_template(load(tmp_path, SOUND.replace('style = "late"', 'style = "laet"')))
    path = "sheets[posts].formats[0].style: "
    assert [fault.describe(language) for language in LANGUAGES] == [
        path + "没有名为“laet”的样式；您是不是想写 `late`？",
        path + "沒有名為「laet」的樣式；您是不是想寫 `late`？",
        path + 'there is no style "laet"; did you mean `late`?',
    ]


@pytest.mark.parametrize("code", sorted(book("errors")["fault"]))
def test_catalogue(code: str) -> None:
    """Every fault is worded in the three languages, with the same blanks."""
    wording = book("errors")["fault"][code]
    assert set(wording) == set(LANGUAGES)
    blanks = [{name for _, name, _, _ in Formatter().parse(text)} for text in wording.values()]
    assert blanks[0] - {None} == blanks[1] - {None} == blanks[2] - {None}


@pytest.mark.parametrize(
    ("bounds", "sentence"),
    [
        ("min = 0\nmax = 10", None),
        ("min = 6", "settings.goal.value: expected 6 to ∞, found 5"),
        ("max = 4", "settings.goal.value: expected -∞ to 4, found 5"),
        ("min = 3\nmax = 2", "settings.goal.min: min (3) is above max (2)"),
    ],
)
def test_settings_lie_within_their_bounds(
    tmp_path: Path, bounds: str, sentence: str | None
) -> None:
    """The value that stands in for others must itself be allowed."""
    setting = f'[settings.goal]\nlabel = "Goal"\nvalue = 5\n{bounds}\n'
    found = sentences(load(tmp_path, SOUND.replace("[choices.state]", f"{setting}[choices.state]")))
    assert found == ([] if sentence is None else [sentence])

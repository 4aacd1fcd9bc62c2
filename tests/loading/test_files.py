"""Loading templates: what the keys become, where files are found, and how faults read."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from support.guides import GUIDES
from support.template_files import FULL, SMALL, lines, save

from marketing_sheets import files
from marketing_sheets.errors import TemplateError, UnknownTemplate
from marketing_sheets.formulas import AGGREGATES, FUNCTIONS
from marketing_sheets.loading import check_template, load_template, template_names, toml
from marketing_sheets.styles import LOOKS, STATES
from marketing_sheets.template import COLUMN_TYPES, FormSheet, TableSheet, Template
from marketing_sheets.texts import LANGUAGES, Language, templates_folder
from marketing_sheets.writer.settings import shown_settings


def table(template: Template, sheet_id: str) -> TableSheet:
    """Return a sheet that has to be a table."""
    sheet = template[sheet_id]
    assert isinstance(sheet, TableSheet)
    return sheet


class TestShipped:
    """The templates that come with the library."""

    @pytest.mark.parametrize("name", template_names())
    def test_loads_and_is_sound(self, name: str) -> None:
        """Every template of the library loads under its id, and the checker finds nothing."""
        template = load_template(name)
        assert template.id == name
        assert [str(fault) for fault in check_template(template)] == []

    def test_names(self) -> None:
        """Shared files such as choices.toml are no templates."""
        assert "campaign_tracker" in template_names()
        assert not {"choices", "settings", "metrics"} & set(template_names())

    def test_nothing_shared_is_idle(self) -> None:
        """Each shared sheet, list, setting and metric is part of some template."""
        templates = [load_template(name) for name in template_names()]
        for part in ("choices", "settings"):
            shared = tomllib.loads((templates_folder() / f"{part}.toml").read_text("utf-8"))
            assert set(shared[part]) <= {key for t in templates for key in getattr(t, part)}
        metrics = tomllib.loads((templates_folder() / "metrics.toml").read_text("utf-8"))
        used = {metric.id for template in templates for metric in template.metrics}
        figures = {metric["id"] for metric in metrics["metrics"] if "numerator" in metric}
        assert figures <= used
        sheets = {file.stem for file in (templates_folder() / "sheets").glob("*.toml")}
        assert sheets <= {sheet.id for template in templates for sheet in template.sheets}

    def test_by_path(self) -> None:
        """A template of the library may be named by its path as well."""
        path = templates_folder() / "campaign_tracker.toml"
        assert load_template(str(path)) == load_template(path) == load_template("campaign_tracker")

    def test_languages_are_not_borrowed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In the library's own files a missing language is a fault."""
        sheet = 'id = "guide"\nlabel = "Guide"\nkind = "form"\nfields = [{ id = "x", label = "X" }]'
        read = files.read_file

        def read_file(path: Path, most: int) -> bytes:
            return sheet.encode() if path.name == "guide.toml" else read(path, most)

        monkeypatch.setattr(toml, "read_file", read_file)
        with pytest.raises(TemplateError) as caught:
            load_template("campaign_tracker")
        assert str(caught.value).split("\n") == [
            "sheets/guide.toml: label: no wording in: zh-Hans, zh-Hant",
            "sheets/guide.toml: fields[0].label: no wording in: zh-Hans, zh-Hant",
        ]


class TestMeaning:
    """What the keys of a file become."""

    def test_defaults(self, tmp_path: Path) -> None:
        """A template needs little: what is left out has a sensible value."""
        template = load_template(save(tmp_path, SMALL))
        posts = table(template, "posts")
        assert (template.version, template.brand) == ("1.0", template.title)
        assert posts.title == posts.label
        assert (posts.blank_rows, posts.row_height, posts.freeze) == (20, 30, 1)
        assert posts["post"].type == "text"
        assert template.choices == {}
        # Nothing here makes use of a setting.
        assert shown_settings(template) == ()

    def test_every_key(self, tmp_path: Path) -> None:
        """Each key of the format reaches its place."""
        template = load_template(save(tmp_path, FULL))
        posts = table(template, "posts")
        day, platform, cost, clicks, _, reached, cpc = posts.columns
        assert (template.version, template.brand["en"]) == ("2.1", "Brand")
        assert (posts.title["en"], posts.aliases, posts.key) == (
            "All posts",
            ("Notes",),
            ("day", "platform"),
        )
        assert (posts.blank_rows, posts.row_height, posts.freeze) == (50, 24.5, 2)
        assert (posts.repeated, posts.day_line) == (("day",), "day")
        assert posts.gantt is not None
        assert (posts.gantt.status, posts.gantt.done) == ("platform", ("douyin",))
        assert (posts.print.scale, posts.print.portrait) == ({"zh": 70, "en": 60}, True)
        assert [group.id for group in posts.groups] == ["what", "money"]
        assert posts.live[0].values == {"cost": "sum(cost)"}
        assert posts.live[0].shown == {"cost": "money"}
        assert (posts.formats[0].style, posts.formats[0].symbol) == ("late", "▲")
        assert posts.formats[0].stop
        (check,) = posts.checks
        assert (check.when, check.column) == ("cost > limit", "cost")
        assert check.message["zh-Hant"] == "Too dear."
        assert (reached.is_target, reached.compared_with) == (True, "aim")
        assert (day.is_key, day.fill_down, day.additive) == (True, True, False)
        assert (platform.choices, platform.group) == ("platform", "what")
        assert (cost.min, cost.max, cost.decimals, cost.bar) == (0, 1e6, 1, 100)
        assert cost.width == {"zh": 12, "en": 12}
        assert clicks.width == {"zh": 9, "en": 11.5}
        assert (cpc.undefined, cpc.signed, cpc.in_points, cpc.hidden) == (
            "reason",
            True,
            True,
            True,
        )
        assert cpc.unit_from == "platform"

    def test_form(self, tmp_path: Path) -> None:
        """A form has fields, and sections of words in the order of the file."""
        about = load_template(save(tmp_path, FULL))["about"]
        assert isinstance(about, FormSheet)
        assert (about["name"].is_required, about.subtitle["en"]) == (True, "Fill in")
        how = about.sections["how"]
        assert [text["en"] for text in how.head] == ["Sheet", "When"]
        assert [(row.sheet, row.state) for row in how.rows] == [("posts", None), (None, "done")]

    def test_choices_settings_metrics(self, tmp_path: Path) -> None:
        """Own lists keep their attributes, and bring along the list an attribute refers to."""
        template = load_template(save(tmp_path, FULL))
        platform = template.choices["platform"]
        assert (platform.is_open, platform["red"].attributes) == (True, {"base": "clicks"})
        assert (platform["red"].aliases, platform["red"].state) == (("RED",), "done")
        assert list(template.choices) == ["platform", "base"]
        limit = template.settings["limit"]
        assert limit.hint is not None
        assert (limit.type, limit.value, limit.hint["en"]) == ("money", 3, "Most per click")
        (metric,) = template.metrics
        assert (metric.id, metric.minus, metric.unit, metric.direction) == (
            "cpc",
            "cost",
            "money",
            "lower",
        )

    def test_additive(self, tmp_path: Path) -> None:
        """Typed-in counts and amounts add up unless the file says no; computed ones do not."""
        columns = table(load_template(save(tmp_path, FULL)), "posts").columns
        _, _, cost, clicks, _, _, cpc = columns
        assert (cost.additive, clicks.additive, cpc.additive) == (True, False, False)

    def test_borrowed_languages(self, tmp_path: Path) -> None:
        """In a company's own file a missing language borrows the first that is there."""
        template = load_template(save(tmp_path, FULL))
        assert template.title.by_language == {"zh-Hans": "全", "zh-Hant": "全", "en": "Full"}
        assert set(template["posts"].label.values()) == {"Posts"}
        assert tuple(template.brand.by_language) == LANGUAGES

    def test_byte_order_mark(self, tmp_path: Path) -> None:
        """A byte order mark, which Windows editors write, does no harm."""
        assert load_template(save(tmp_path, "\ufeff" + SMALL)).id == "small"


class TestUse:
    """Sheets that stand in files of their own."""

    def test_own_before_shared(self, tmp_path: Path) -> None:
        """`use` finds a sheet beside the company's file first, then in the library."""
        (tmp_path / "sheets").mkdir()
        own = 'id = "issue_log"\nlabel = "Ours"\ncolumns = [{ id = "x", label = "X" }]'
        save(tmp_path / "sheets", own, "issue_log.toml")
        uses = '[[sheets]]\nuse = "issue_log"\n[[sheets]]\nuse = "daily_data"\n'
        template = load_template(save(tmp_path, 'format = 1\nid = "a"\ntitle = "A"\n' + uses))
        assert [sheet.label["en"] for sheet in template.sheets] == ["Ours", "Daily data"]
        assert "channel" in template.choices

    def test_metrics_come_with_their_columns(self, tmp_path: Path) -> None:
        """Shared metrics join where their sheet has their columns; an own one replaces its twin."""
        text = (
            'format = 1\nid = "a"\ntitle = "A"\n[[sheets]]\nuse = "daily_data"\n'
            '[[metrics]]\nid = "roi"\nlabel = "ROI"\nsheet = "daily_data"\nnumerator = "sales"'
        )
        metrics = {metric.id: metric for metric in load_template(save(tmp_path, text)).metrics}
        assert "cvr" in metrics
        assert "budget_use" not in metrics
        assert metrics["roi"].denominator is None

    def test_rows_on_absent_sheets(self, tmp_path: Path) -> None:
        """A shared form does not speak of sheets the workbook lacks, but of ours it does."""
        text = 'format = 1\nid = "a"\ntitle = "A"\n[[sheets]]\nuse = "guide"\n'
        text += '[[sheets]]\nuse = "issue_log"\n'
        template = load_template(save(tmp_path, text))
        guide = template["guide"]
        assert isinstance(guide, FormSheet)
        told = [row.sheet for row in guide.sections["cadence"].rows]
        assert told == ["issue_log", "summary", "review"]
        assert check_template(template) == ()

    def test_fault_in_a_used_file(self, tmp_path: Path) -> None:
        """A fault names the file it stands in."""
        (tmp_path / "sheets").mkdir()
        save(tmp_path / "sheets", 'id = "log"\nlabel = "Log"\ncolumns = 3', "log.toml")
        text = 'format = 1\nid = "a"\ntitle = "A"\n[[sheets]]\nuse = "log"\n'
        assert lines(save(tmp_path, text)) == [
            "sheets/log.toml: columns: expected a list in brackets, found 3"
        ]


class TestFiles:
    """Files that are missing or no TOML."""

    def test_syntax(self, tmp_path: Path) -> None:
        """A slip in the TOML is told with its line."""
        (line,) = lines(save(tmp_path, "format = 1\n\nid = \n"))
        assert line.startswith("own.toml: line 3 is not valid TOML at `id =` (Invalid value);")

    @pytest.mark.parametrize(
        ("sound", "slip", "found"),
        [
            ('id = "small"', "id = “small”", "“small”"),
            ('id = "small"', 'id ＝ "small"', '＝ "small"'),
            ('label = "Posts"', "label = 笔记", "笔记"),
            ("[[sheets]]", "【【sheets】】", "【【sheets】】"),
        ],
    )
    def test_syntax_of_chinese_keyboards(
        self, tmp_path: Path, sound: str, slip: str, found: str
    ) -> None:
        """What is typed full-width or without quotes is shown, with what to do."""
        (line,) = lines(save(tmp_path, SMALL.replace(sound, slip, 1)), "zh-Hans")
        assert f"`{found}` 不符合 TOML 写法" in line
        assert "用半角" in line

    def test_single_brackets(self, tmp_path: Path) -> None:
        """A heading of a list in single brackets is answered with how it is written."""
        (line,) = lines(save(tmp_path, SMALL.replace("[[sheets]]", "[sheets]", 1)))
        assert line.startswith("own.toml: sheets: expected a list: its headings stand in double")

    def test_syntax_at_the_end(self, tmp_path: Path) -> None:
        """A bracket that is never closed is told with the last line."""
        (line,) = lines(save(tmp_path, "format = 1\nkey = [1,"))
        assert line.startswith("own.toml: line 2 is not valid TOML at `key = [1,` (")

    def test_not_utf8(self, tmp_path: Path) -> None:
        """A file in another encoding says what to do."""
        file = tmp_path / "own.toml"
        file.write_bytes('title = "达人"'.encode("gbk"))
        assert lines(file) == ["own.toml: the file is not in UTF-8; save it as UTF-8"]

    def test_unknown_name(self) -> None:
        """A misspelt name is answered with the nearest one, any other with all there are."""
        with pytest.raises(UnknownTemplate) as caught:
            load_template("campain_tracker")
        assert str(caught.value) == (
            "There is no template campain_tracker; "
            "did you mean campaign_tracker (Campaign tracker)?"
        )
        with pytest.raises(
            UnknownTemplate, match=r"^There is no template xyz\. There are: "
        ) as other:
            load_template("xyz")
        assert all(f"{name} (" in str(other.value) for name in template_names())

    @pytest.mark.parametrize("name", ["missing.toml", "folder/", "."])
    def test_missing_file(self, tmp_path: Path, name: str) -> None:
        """A path that leads to no file is told as it was given."""
        path = f"{tmp_path}/{name}"
        with pytest.raises(UnknownTemplate, match="cannot be opened") as caught:
            load_template(path)
        assert str(tmp_path) in str(caught.value)

    def test_existing_file_without_suffix(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A name may be that of a file in the current folder."""
        save(tmp_path, SMALL, "own")
        monkeypatch.chdir(tmp_path)
        assert load_template("own").id == "small"


class TestReadme:
    """What the README of the format promises."""

    readme = GUIDES["en"].read_text(encoding="utf-8")

    def example(self) -> str:
        """Return the company's sheet in the README."""
        found = re.search(r"```toml\n(format = 1.*?)```", self.readme, re.DOTALL)
        assert found is not None
        return found[1]

    def test_example(self, tmp_path: Path) -> None:
        """The company's sheet in the README takes under 40 lines, loads and is sound."""
        assert self.example().count("\n") < 40
        template = load_template(save(tmp_path, self.example()))
        assert [str(fault) for fault in check_template(template)] == []

    @pytest.mark.parametrize("language", GUIDES)
    def test_mistakes(self, tmp_path: Path, language: Language) -> None:
        """The mistakes the README shows read as it says, in its language."""
        guide = GUIDES[language].read_text(encoding="utf-8")
        shown = re.findall(r"^(?:kol_posts.toml: )?sheets\[.*$", guide, re.MULTILINE)
        text = (
            self.example().replace("required", "requird").replace('"money", label', '"mony", label')
        )
        text = text.replace('label = "费用（元）", min = 0', 'label = "费用（元）", min = "zero"')
        found = lines(save(tmp_path, text, "kol_posts.toml"), language)
        text = (
            self.example()
            .replace("fee / reads", "fee / read")
            .replace(
                '    { id = "cost_per_read"',
                '    { id = "views", label = "阅读量" },\n    { id = "cost_per_read"',
            )
        )
        template = load_template(save(tmp_path, text))
        found += [fault.describe(language) for fault in check_template(template)]
        assert sorted(found) == sorted(shown)
        text = self.example().replace('"kol_posts"', "“kol_posts”")
        (line,) = lines(save(tmp_path, text, "kol_posts.toml"), language)
        assert line in guide.splitlines()

    @pytest.mark.parametrize(
        "words", [COLUMN_TYPES, tuple(FUNCTIONS), tuple(AGGREGATES), tuple(LOOKS), tuple(STATES)]
    )
    def test_complete(self, words: tuple[str, ...]) -> None:
        """Each type, function, style and state is told."""
        assert [word for word in words if f"`{word}" not in self.readme] == []

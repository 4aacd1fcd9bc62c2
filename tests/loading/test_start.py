"""The template to start from works as it stands, with comments in the reader's language."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from pathlib import Path

import pytest
import tomli
from support.command_line import run

from marketing_sheets import recalculate
from marketing_sheets.loading import check_template, load_template
from marketing_sheets.loading.start import start_text
from marketing_sheets.texts import LANGUAGES, Language, templates_folder

START = templates_folder() / "start" / "template.toml"


def test_each_comment_stands_in_three_languages() -> None:
    """Each block of comments says the same thrice, and no comment is without its language."""
    blocks = groupby(START.read_text("utf-8").splitlines(), key=lambda line: line[:2] == "# ")
    for is_comment, lines in blocks:
        if is_comment:
            said = [line.split(":")[0].removeprefix("# ") for line in lines]
            assert tuple(dict.fromkeys(said)) == LANGUAGES


def test_only_the_comments_differ() -> None:
    """The template is the same in every language, but for what is told of it."""
    texts = {language: start_text("kol_posts", language) for language in LANGUAGES}
    whole = tomli.loads(START.read_text("utf-8")) | {"id": "kol_posts"}
    for language, text in texts.items():
        assert tomli.loads(text) == whole
        assert not any(f"# {one}: " in text for one in LANGUAGES)
        assert max(map(len, text.splitlines())) < 160, language
    assert "可以直接使用" in texts["zh-Hans"]
    assert "可以直接使用" not in texts["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_works_as_it_stands(tmp_path: Path, language: Language) -> None:
    """It is sound, becomes a workbook, and what is filled in there is recalculated."""
    path, book = tmp_path / "模板 1.toml", tmp_path / "a.xlsx"
    made = run("templates", "new", "kol_posts", "-o", path, "--language", language)
    assert "templates check" in made.stdout
    assert "模板 1.toml'" in made.stdout
    run("templates", "check", path)
    template = load_template(path)
    assert not check_template(template)
    columns = {column.id: column.label[language] for column in template.tables[0].columns}
    (tmp_path / "records").mkdir()
    header = ",".join(columns[name] for name in ("placement", "budget", "spend", "clicks"))
    (tmp_path / "records" / "placements.csv").write_text(f"{header}\nx,100,120,60\n", "utf-8")
    records = ("--records", tmp_path / "records")
    run("generate", path, "-o", book, "--language", language, *records)
    done = recalculate(book, template=template, as_of=date(2024, 6, 1))
    frame = done.reading.sheets["placements"].frame
    assert frame["budget_used"].iat[0] == pytest.approx(1.2)
    assert frame["cost_per_click"].iat[0] == pytest.approx(2)


def test_nothing_is_replaced(tmp_path: Path) -> None:
    """A file that is there stays, and another ending is refused."""
    path = tmp_path / "a.toml"
    path.write_text("mine", "utf-8")
    assert "a.toml" in run("templates", "new", "kol", "-o", path, code=2).stderr
    assert path.read_text("utf-8") == "mine"
    assert "b.xlsx" in run("templates", "new", "kol", "-o", tmp_path / "b.xlsx", code=2).stderr


@pytest.mark.parametrize("name", ["Kol", "kol-posts", "1st", "投放", "campaign_tracker", ""])
def test_ids(tmp_path: Path, name: str) -> None:
    """An id is spelled as the format asks, and none of the templates that come along."""
    result = run("templates", "new", name, "-o", tmp_path / "a.toml", code=2)
    assert "ID" in result.stderr
    assert not (tmp_path / "a.toml").exists()

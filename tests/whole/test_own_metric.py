"""A company's own metric as the manual shows it, word for word: from one file to the Summary."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import openpyxl
import pytest
from support import ROOT

from marketing_sheets.loading import check_template, load_template

MANUALS = sorted((ROOT / "workbook_templates").glob("README*.md"))


def blocks(manual: Path, kind: str) -> list[str]:
    """Return the blocks of a language that stand under the company's own sheet."""
    text = manual.read_text(encoding="utf-8")
    start = text.index('id = "kol_posts"')
    end = text.index("\n## ", start)
    found = re.findall(
        rf"```{kind}\n(.*?)```", text[text.rindex("\n## ", 0, start) : end], re.DOTALL
    )
    return [str(one) for one in found]


@pytest.fixture(params=MANUALS, ids=[path.name for path in MANUALS])
def folder(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, str]:
    """A folder with the file as the manual of a language has it, and the session it shows."""
    sources, sessions = (blocks(request.param, kind) for kind in ("toml", "pycon"))
    assert sessions, "the manual shows no session"
    (tmp_path / "kol_posts.toml").write_text("\n".join(sources), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path, "".join(sessions)


def test_the_session_runs_as_it_stands(folder: tuple[Path, str]) -> None:
    """The template is sound, and each line of Python answers what the manual says."""
    path, session = folder
    assert [str(fault) for fault in check_template(load_template(path / "kol_posts.toml"))] == []
    test = doctest.DocTestParser().get_doctest(session, {}, "manual", None, 0)
    told: list[str] = []
    failed, tried = doctest.DocTestRunner().run(test, out=told.append)
    assert (failed, "".join(told)) == (0, "")
    assert tried > 8
    # The first screen of the Summary holds the figure, its limit and how it stands.
    sheet = openpyxl.load_workbook(path / "posts.xlsx")["汇总"]
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    shown = {"单次阅读成本", "0.40625", "上限 0.40", "! 高于上限 0.01", "高于 0.40"}
    assert shown | {"! 阅读成本偏高", "达人笔记单次阅读成本 0.41"} <= set(texts)

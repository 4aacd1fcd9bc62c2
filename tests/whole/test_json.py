"""What `--json` prints is what its page says, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support import ROOT

from marketing_sheets.cli import cli

pytestmark = pytest.mark.slow
PAGES = sorted((ROOT / ".github").glob("JSON*.md"))
# Keys of these are ids, files or days, each workbook's own.
OPEN = {"level", "listed", "rows", "parts", "extra_sheets", "continued", "value"}


def keys(found: object) -> Iterator[str]:
    """Walk the keys of a document, also those of documents within."""
    if isinstance(found, dict):
        for key, value in found.items():
            if not key.startswith("headline."):
                yield key
            if key not in OPEN or isinstance(value, list):
                yield from keys(value)
    elif isinstance(found, list):
        for one in found:
            yield from keys(one)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What every command prints about the example and a version of it that disagrees."""
    folder = tmp_path_factory.mktemp("json")
    one, two, merged = (folder / f"{name}.xlsx" for name in ("one", "two", "merged"))
    as_of = ("--as-of", "2024-06-28")
    bad = folder / "bad.toml"
    bad.write_text('format = 2\nid = "bad"\n', encoding="utf-8")
    near = ("--example", "--language", "zh-Hans")
    commands: tuple[tuple[object, ...], ...] = (
        ("generate", "campaign_process", "-o", one, *near),
        ("generate", "campaign_process", "-o", two, *near, "--set", "owner=李四"),
        ("generate", "campaign_process", "-o", folder / "blank.xlsx"),
        ("recalculate", one, *as_of),
        ("check", one, folder / "blank.xlsx", folder / "none.xlsx"),
        ("export", one, "-o", folder / "records", *as_of),
        ("report", one, "-o", folder / "report.html", *as_of),
        ("split", one, "--by", "owner", "-o", folder / "parts", *as_of),
        ("merge", one, two, "-o", merged, "--no-cache", *as_of),
        ("settle", merged, *as_of),
        ("diff", one, two, *as_of),
        ("templates", "check", bad),
        ("check",),
    )
    asked = [[*map(str, words), "--json"] for words in commands]
    return [json.loads(CliRunner().invoke(cli, words).stdout) for words in asked]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_key_stands_on_the_page(documents: list[Any], page: Path) -> None:
    """Whoever reads the page finds each key that any command prints."""
    told = set(re.findall(r"`(\w+)`", page.read_text(encoding="utf-8")))
    assert {key for found in documents for key in keys(found)} - told == set()


def test_the_documents_tell_of_everything(documents: list[Any]) -> None:
    """The example has problems, alerts, conflicts and figures: the page is held against them."""
    found = {key for one in documents for key in keys(one)}
    assert {"raw", "rule", "versions", "left_out", "whole", "faults", "kind", "error"} <= found

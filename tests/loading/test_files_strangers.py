"""Templates that strangers made: bounded, kept within their folder, refused at once."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from support.template_files import lines, save

from marketing_sheets.errors import TemplateError, UnknownTemplate
from marketing_sheets.loading import check_template, load_template

HEAD = 'format = 1\nid = "x"\ntitle = "X"\n[[sheets]]\nid = "t"\nlabel = "T"\n'
NUMBER = '[[sheets.columns]]\nid = "{0}"\ntype = "number"\nlabel = "{0}"\n'
SHEET = 'id = "own"\nlabel = "Own"\n' + NUMBER.format("a").replace("sheets.", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = " + "[" * 5000 + "]" * 5000, "nested more than 32 levels deep"),
        (".".join("a" * 5000) + " = 1", "nested more than 32 levels deep"),
        ("format = " + "9" * 5000, "is not valid TOML"),
        (HEAD + "".join(map(NUMBER.format, range(17_000))), "found 17000 columns"),
        (HEAD + NUMBER.format("a") + "max = 1e999\n", "sheets[0].columns[0].max"),
    ],
)
def test_what_has_no_end_is_refused_at_once(tmp_path: Path, text: str, told: str) -> None:
    """Depth, digits, columns and numbers without end are faults with their place."""
    begun = time.process_time()
    assert any(told in line for line in lines(save(tmp_path, text)))
    assert time.process_time() - begun < 3


@pytest.mark.parametrize(
    "formula",
    ["a + 1e999", "a + 1e301", "a + " + "9" * 400, "a + " + "9" * 5000, "-" * 3000 + "a",
     "+".join(["a"] * 3000), "(" * 300 + "a" + ")" * 300, "a " + "+ 1" * 4000],
)  # fmt: skip
def test_expressions_have_an_end(tmp_path: Path, formula: str) -> None:
    """A formula with a number or a depth without end is a fault; nothing else happens."""
    text = HEAD + NUMBER.format("a") + NUMBER.format("b") + f'formula = "{formula}"\n'
    faults = check_template(load_template(save(tmp_path, text)))
    assert faults
    assert all(".formula" in fault.path for fault in faults)


def test_long_honest_ones_pass(tmp_path: Path) -> None:
    """Two hundred columns, and a sum of half of them, are fine."""
    columns = "".join(NUMBER.format(f"c{n}") for n in range(200))
    total = " + ".join(f"c{n}" for n in range(100))
    text = HEAD + columns + NUMBER.format("all") + f'formula = "{total}"\n'
    assert check_template(load_template(save(tmp_path, text))) == ()


@pytest.mark.skipif(os.name != "posix", reason="needs links")
def test_use_stays_in_its_folder(tmp_path: Path) -> None:
    """A sheet is taken from the folder beside the template; no name and no link leads out."""
    inside = tmp_path / "sheets"
    inside.mkdir()
    (tmp_path / "secret.toml").write_text(SHEET)
    (inside / "own.toml").write_text(SHEET)
    (inside / "link.toml").symlink_to(tmp_path / "secret.toml")
    text = 'format = 1\nid = "x"\ntitle = "X"\n[[sheets]]\nuse = "{}"\n'
    assert load_template(save(tmp_path, text.format("own"))).tables[0].id == "own"
    for name in ("../secret", "link", str(tmp_path / "secret")):
        with pytest.raises(TemplateError) as caught:
            load_template(save(tmp_path, text.format(name)))
        assert "there is no sheet" in str(caught.value)


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")
def test_only_regular_files(tmp_path: Path) -> None:
    """A pipe or a device that is called a template is none, at once."""
    pipe, device = tmp_path / "a.toml", tmp_path / "b.toml"
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    for path in (pipe, device):
        with pytest.raises(UnknownTemplate):
            load_template(path)

"""What holds for all tests, and the workbooks that all of them may look at."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path

import pytest
from support.departments import messy_folder as make_messy_folder
from support.examples import Examples
from support.laws import load_profiles
from support.oracles import SOFFICE

load_profiles()
# Workbooks are many small objects: to look for rings among them less often saves an eighth of the
# time.
gc.set_threshold(20_000, 10, 10)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what asks LibreOffice where it is missing."""
    if SOFFICE is None and item.get_closest_marker("office") is not None:
        pytest.skip("LibreOffice is missing: there is no program called soffice")


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    """Give the example of a template in a language; it is for reading only."""
    return Examples(tmp_path_factory.mktemp("examples"))


@pytest.fixture(scope="session")
def messy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three departments' workbooks and all that lies about; no test changes them."""
    return make_messy_folder(tmp_path_factory.mktemp("in") / "六月")


@pytest.fixture
def filled(examples: Examples, tmp_path: Path) -> Path:
    """A copy of the campaign tracker's example in Chinese, to write into; without a Summary."""
    return Path(shutil.copy(examples().path, tmp_path / "618.xlsx"))

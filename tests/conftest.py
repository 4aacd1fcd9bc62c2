"""What holds for all tests, and the workbooks that all of them may look at."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from support.examples import Examples

# How long an example takes depends on the machine, not on the program.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Examples:
    """Give the example of a template in a language; it is for reading only."""
    return Examples(tmp_path_factory.mktemp("examples"))


@pytest.fixture
def filled(examples: Examples, tmp_path: Path) -> Path:
    """A copy of the campaign tracker's example in Chinese, to write into; without a Summary."""
    return Path(shutil.copy(examples().path, tmp_path / "618.xlsx"))

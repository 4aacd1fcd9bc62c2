"""What tests share: workbooks and readings made for them, and judges of what comes out."""

from pathlib import Path

import pytest

__all__ = ["ROOT"]

ROOT = Path(__file__).parents[2]

# What is asserted here is explained like what tests assert themselves.
pytest.register_assert_rewrite(
    *(f"{__name__}.{path.stem}" for path in Path(__file__).parent.glob("[!_]*.py"))
)

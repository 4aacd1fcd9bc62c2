"""What tests share: workbooks and readings made for them, and judges of what comes out."""

from pathlib import Path

__all__ = ["ROOT"]

ROOT = Path(__file__).parents[2]

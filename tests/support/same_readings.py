"""Hold readings against each other, field by field, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass

import numpy as np
import pandas as pd

__all__ = ["difference"]


def difference(one: object, other: object, at: str = "reading") -> str | None:
    """Tell where two values first differ, in kind or content; None if they do not."""
    if isinstance(one, Mapping):
        return _in_mappings(one, other, at)
    if isinstance(one, np.generic):
        one = one.item()
    if type(one) is not type(other):
        return f"{at}: {type(one)} and {type(other)}"
    if is_dataclass(one):
        parts = ((getattr(one, f.name), getattr(other, f.name), f.name) for f in fields(one))
        return next((d for a, b, name in parts if (d := difference(a, b, f"{at}.{name}"))), None)
    if isinstance(one, pd.DataFrame) and isinstance(other, pd.DataFrame):
        return _in_frames(one, other, at)
    if isinstance(one, pd.Series) and isinstance(other, pd.Series):
        return None if one.name == other.name and _alike(one, other) else at
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return None if one.dtype == other.dtype and np.array_equal(one, other) else at
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        if len(one) != len(other):
            return f"{at}: {len(one)} and {len(other)}"
        pairs = enumerate(zip(one, other, strict=True))
        return next((d for n, (a, b) in pairs if (d := difference(a, b, f"{at}[{n}]"))), None)
    if one is other or repr(one) == repr(other) == "nan":
        return None
    return None if one == other else f"{at}: {one!r} {other!r}"


def _in_mappings(one: Mapping[object, object], other: object, at: str) -> str | None:
    if not isinstance(other, Mapping) or list(one) != list(other):
        return f"{at}: other keys"
    return next((d for key in one if (d := difference(one[key], other[key], f"{at}.{key}"))), None)


def _in_frames(one: pd.DataFrame, other: pd.DataFrame, at: str) -> str | None:
    if one.columns.tolist() != other.columns.tolist() or not one.index.equals(other.index):
        return f"{at}: other shape"
    if type(one.index) is not type(other.index):
        return f"{at}: other kind of index"
    return next(
        (f"{at}.{name}" for name in one.columns if not _alike(one[name], other[name])), None
    )


def _alike(one: pd.Series, other: pd.Series) -> bool:
    if one.dtype != other.dtype or not one.index.equals(other.index):
        return False
    if str(one.dtype) != "object":
        return one.equals(other)
    return difference(one.tolist(), other.tolist()) is None

"""Readings as bytes and back: for the cache, and between processes.

A packet is, compressed: the length of its head, the head, the arrays. The head is JSON: the reading
as nested lists `[tag, ...]`, the texts of all cells, the shapes of the arrays. Nothing in it can
make a program run, wherever a packet comes from.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from .. import records
from ..records import Reading
from ..template import Template
from ..texts import Text
from .packed import (
    Foreign,
    Pool,
    Shelf,
    packed_blank,
    packed_cells,
    packed_column,
    unpacked_blank,
    unpacked_cells,
    unpacked_column,
)

FORMAT = 2
_LENGTH = struct.Struct("<Q")
_OBJECT = np.dtype(object)
_STEP = 8  # bytes; arrays begin at a multiple of it
_LEVEL = 1  # the fastest: what is read twice at most is not worth more
# What a reading is made of, by name: all that `records` defines or takes from below.
_CLASSES: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in vars(records).values()
    if isinstance(kind, type) and is_dataclass(kind) and kind not in (Template, Text)
}
_FIELDS = {name: tuple(one.name for one in fields(kind)) for name, kind in _CLASSES.items()}


def encode(reading: Reading) -> bytes | None:
    """Return a reading as a packet; None where it holds what packets have no form for.

    The template goes by its id and the workbook's name is left out: `decode` is told both.
    """
    packet = _Packet(file=reading.file)
    try:
        tree = packet.told(reading)
    except Foreign:
        return None
    arrays = [np.ascontiguousarray(array) for array in packet.pool.arrays]
    head = {
        "format": FORMAT,
        "reading": tree,
        "labels": list(packet.labels),
        "texts": list(packet.pool.texts),
        "arrays": [[array.dtype.str, len(array)] for array in arrays],
    }
    said = json.dumps(head, separators=(",", ":"), allow_nan=False).encode()
    said += b" " * (-len(said) % _STEP)
    squeezed = zlib.compressobj(_LEVEL)
    parts = [squeezed.compress(_LENGTH.pack(len(said)) + said)]
    parts += [squeezed.compress(_combed(array)) for array in arrays]
    return b"".join((*parts, squeezed.flush()))


def _combed(array: np.ndarray[Any, Any]) -> bytes:
    """Return all first bytes of an array, then all second ones: alike, they are packed in no time.

    They are filled up to a whole number of steps.
    """
    size = array.itemsize
    combed = array.view(np.uint8).reshape(-1, size).T.tobytes() if size > 1 else array.tobytes()
    return combed + bytes(-len(combed) % _STEP)


def decode(packet: bytes, *, file: str | None, template: Callable[[str], Template]) -> Reading:
    """Return the reading of a packet, its places calling the workbook `file`.

    `template` gives the template of an id. Raises ValueError for what is no sound packet.
    """
    try:
        data = zlib.decompress(packet)
        (length,) = _LENGTH.unpack_from(data)
        head = json.loads(data[_LENGTH.size : _LENGTH.size + length])
        if head["format"] != FORMAT:
            raise ValueError("another format")
        texts = np.empty(len(head["texts"]) + 1, dtype=object)
        texts[:-1] = head["texts"]
        texts[-1] = np.nan
        opened = _Opened(
            file=file,
            template=template,
            labels=[Text(dict(pairs)) for pairs in head["labels"]],
            shelf=Shelf(arrays=_arrays(data, _LENGTH.size + length, head["arrays"]), texts=texts),
        )
        reading = opened.meant(head["reading"])
    except (zlib.error, struct.error, LookupError, TypeError, AttributeError) as error:
        raise ValueError("no sound packet") from error
    if not isinstance(reading, Reading):
        raise ValueError("no reading")  # noqa: TRY004 - a fault of the packet, not of an argument
    return reading


def _arrays(data: bytes, at: int, shapes: list[tuple[str, int]]) -> list[Any]:
    arrays = []
    for kind, count in shapes:
        size = np.dtype(kind).itemsize
        combed = np.frombuffer(data, dtype=np.uint8, count=count * size, offset=at)
        # Frames are written to, so what they are made of must be a copy.
        array = np.ascontiguousarray(combed.reshape(size, count).T).reshape(-1).view(kind)
        arrays.append(array.copy() if size == 1 else array)
        at += count * size + -(count * size) % _STEP
    return arrays


@dataclass(slots=True, kw_only=True, eq=False)
class _Packet:
    """A packet being made."""

    file: str | None
    pool: Pool = field(default_factory=Pool)
    labels: dict[tuple[tuple[str, str], ...], int] = field(default_factory=dict)

    def told(self, value: object) -> object:
        """Return a value as JSON: itself, or a list that begins with a tag."""
        kind = type(value)
        if value is None or kind in (str, int, bool):
            return value
        if _CLASSES.get(kind.__name__) is kind:
            return self._record(value, kind.__name__)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else ["float", repr(float(value))]
        for known, tell in _TELLERS:
            if isinstance(value, known):
                return tell(self, value)
        raise Foreign(kind)

    def _record(self, value: object, kind: str) -> list[object]:
        node: list[object] = ["is", kind]
        for name in _FIELDS[kind]:
            one = getattr(value, name)
            is_own = name == "file" and one is not None and one == self.file
            node.append(["file"] if is_own else self.told(one))
        return node

    def label(self, text: Text) -> list[object]:
        """Tell a text in all languages once, and its number ever after."""
        return ["label", self.labels.setdefault(tuple(text.by_language.items()), len(self.labels))]

    def mapping(self, value: Mapping[object, object]) -> list[object]:
        """Tell a mapping, whose keys may be anything."""
        return ["map", [[self.told(key), self.told(one)] for key, one in value.items()]]

    def frame(self, frame: pd.DataFrame) -> list[object]:
        """Tell a frame with a plain index and columns named by texts."""
        names = frame.columns.tolist()
        kinds = frame.dtypes.tolist()
        if not _is_plain(frame.index) or not all(type(name) is str for name in names):
            raise Foreign(pd.DataFrame)
        if names and all(kind == _OBJECT for kind in kinds):
            cells = frame.to_numpy().ravel(order="F")
            return ["cells", len(frame), names, packed_cells(cells, self.pool, self.told)]
        if not len(frame):
            return ["frame", 0, names, [packed_blank(kind) for kind in kinds]]
        columns = [packed_column(one, self.pool, self.told) for _, one in frame.items()]
        return ["frame", len(frame), names, columns]

    def series(self, series: pd.Series[Any]) -> list[object]:
        """Tell a series with a plain index, or one of whole numbers."""
        index = None
        if not _is_plain(series.index):
            if series.index.dtype != np.int64 or series.index.name is not None:
                raise Foreign(pd.Series)
            index = self.pool.array(series.index.to_numpy())
        column = packed_column(series, self.pool, self.told)
        return ["series", self.told(series.name), len(series), column, index]

    def array(self, array: np.ndarray[Any, Any]) -> list[object]:
        """Tell an array of numbers."""
        if array.dtype.hasobject or array.ndim != 1:
            raise Foreign(np.ndarray)
        return ["array", self.pool.array(array)]


def _is_plain(index: pd.Index[Any]) -> bool:
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1


# In this order: a datetime is a date too.
_TELLERS: tuple[tuple[Any, Callable[[_Packet, Any], object]], ...] = (
    (Text, _Packet.label),
    (Template, lambda _, value: ["template", value.id]),
    (Mapping, _Packet.mapping),
    (tuple, lambda packet, value: ["tuple", *map(packet.told, value)]),
    (list, lambda packet, value: ["list", *map(packet.told, value)]),
    (pd.DataFrame, _Packet.frame),
    (pd.Series, _Packet.series),
    (np.ndarray, _Packet.array),
    (np.generic, lambda packet, value: packet.told(value.item())),
    (type(pd.NaT), lambda _packet, _value: ["nat"]),
    (type(pd.NA), lambda _packet, _value: ["na"]),
    (pd.Timestamp, lambda _, value: ["timestamp", value.isoformat(), value.unit]),
    (datetime, lambda _, value: ["datetime", value.isoformat()]),
    (date, lambda _, value: ["date", value.isoformat()]),
    (time, lambda _, value: ["time", value.isoformat()]),
    (timedelta, lambda _, value: ["days", value.days, value.seconds, value.microseconds]),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Opened:
    """A packet being read."""

    file: str | None
    template: Callable[[str], Template]
    labels: list[Text]
    shelf: Shelf

    def meant(self, node: Any) -> Any:
        """Return the value a node stands for."""
        if node.__class__ is not list:
            return node
        return _READERS[node[0]](self, node)

    def record(self, node: list[Any]) -> object:
        """Return a record: a problem, a place, a sheet's records."""
        _, kind, *values = node
        named = zip(_FIELDS[kind], map(self.meant, values), strict=True)
        return _CLASSES[kind](**dict(named))

    def mapping(self, node: list[Any]) -> dict[Any, Any]:
        """Return a mapping."""
        return {self.meant(key): self.meant(one) for key, one in node[1]}

    def cells(self, node: list[Any]) -> pd.DataFrame:
        """Return a frame of raw cells."""
        _, count, names, packed = node
        if not count:
            return _no_cells(*names).copy(deep=False)
        cells = unpacked_cells(packed, count * len(names), self.shelf, self.meant)
        cells = cells.reshape((count, len(names)), order="F")
        return pd.DataFrame(cells, columns=names, dtype=object, copy=False)

    def frame(self, node: list[Any]) -> pd.DataFrame:
        """Return a frame of typed columns."""
        _, count, names, columns = node
        if not count:
            return _no_records(json.dumps([names, columns])).copy(deep=False)
        arrays = {
            name: unpacked_column(column, count, self.shelf, self.meant)
            for name, column in zip(names, columns, strict=True)
        }
        return pd.DataFrame(arrays, index=pd.RangeIndex(count), copy=False)

    def series(self, node: list[Any]) -> pd.Series[Any]:
        """Return a series."""
        _, name, count, column, at = node
        array = unpacked_column(column, count, self.shelf, self.meant)
        index = pd.RangeIndex(count) if at is None else pd.Index(self.shelf.arrays[at])
        return pd.Series(array, name=self.meant(name), index=index, copy=False)


# Most tables of most workbooks are empty, and frames are copied when they are written to.
@lru_cache(maxsize=256)
def _no_cells(*names: str) -> pd.DataFrame:
    return pd.DataFrame(np.empty((0, len(names)), dtype=object), columns=list(names), dtype=object)


@lru_cache(maxsize=256)
def _no_records(told: str) -> pd.DataFrame:
    names, columns = json.loads(told)
    arrays = {name: unpacked_blank(kind) for name, kind in zip(names, columns, strict=True)}
    return pd.DataFrame(arrays, index=pd.RangeIndex(0), copy=False)


_READERS: dict[str, Callable[[_Opened, list[Any]], object]] = {
    "is": _Opened.record,
    "file": lambda opened, _: opened.file,
    "template": lambda opened, node: opened.template(node[1]),
    "label": lambda opened, node: opened.labels[node[1]],
    "map": _Opened.mapping,
    "tuple": lambda opened, node: tuple(map(opened.meant, node[1:])),
    "list": lambda opened, node: list(map(opened.meant, node[1:])),
    "cells": _Opened.cells,
    "frame": _Opened.frame,
    "series": _Opened.series,
    "array": lambda opened, node: opened.shelf.arrays[node[1]],
    "float": lambda _, node: float(node[1]),
    "nat": lambda _opened, _node: pd.NaT,
    "na": lambda _opened, _node: pd.NA,
    "timestamp": lambda _, node: pd.Timestamp(node[1]).as_unit(node[2]),
    "datetime": lambda _, node: datetime.fromisoformat(node[1]),
    "date": lambda _, node: date.fromisoformat(node[1]),
    "time": lambda _, node: time.fromisoformat(node[1]),
    "days": lambda _, node: timedelta(*node[1:]),
}

"""Readings as bytes and back: what goes between processes and into the cache.

A packet is MessagePack, compressed; what that has no form for goes as an extension of a kind of
ours. Nothing in it can make a program run, wherever a packet comes from. What the template says of
choices is not in it.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any

import msgpack
import numpy as np
import pandas as pd

from .. import records
from ..formulas import attributes_of
from ..records import Reading
from ..template import Template
from ..texts import LANGUAGES, Text

FORMAT = 5
LARGEST = 1 << 31  # bytes; no reading is larger
_LEVEL = 1  # the fastest: what is read twice at most is not worth more
# What a reading is made of, by name: all that `records` defines or takes from below.
_CLASSES: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in vars(records).values()
    if isinstance(kind, type) and is_dataclass(kind) and kind not in (Template, Text)
}
_FIELDS = {name: tuple(one.name for one in fields(kind)) for name, kind in _CLASSES.items()}
_MASKED: Mapping[str, tuple[Any, type]] = {
    "Int64": (pd.arrays.IntegerArray, np.int64),
    "Float64": (pd.arrays.FloatingArray, np.float64),
    "boolean": (pd.arrays.BooleanArray, np.bool_),
}


class _Foreign(TypeError):
    """Something of a kind that packets have no form for."""


def encode(reading: Reading) -> bytes | None:
    """Return a reading as a packet; None where it holds what packets have no form for.

    The template goes by its id and the workbook's name is left out: `decode` is told both.
    """
    try:
        packer = _Packer(reading.template, reading.file)
        return zlib.compress(_pack([FORMAT, reading], packer), _LEVEL)
    except (_Foreign, OverflowError):
        return None


def decode(packet: bytes, *, file: str | None, template: Callable[[str], Template]) -> Reading:
    """Return the reading of a packet, its places calling the workbook `file`.

    `template` gives the template of an id. Raises ValueError for what is no sound packet.
    """
    try:
        data = zlib.decompressobj().decompress(packet, LARGEST)
        found, reading = _unpack(data, _Unpacker(file=file, template=template))
    except Exception as error:  # whatever a poisoned packet makes of itself
        raise ValueError("no sound packet") from error
    if found != FORMAT or not isinstance(reading, Reading):
        raise ValueError("no reading of this format")
    return reading


def hash_of(template: Template, given: Mapping[str, object]) -> str | None:
    """Return the SHA-256 of all that a workbook is made of; None where packets have no form for it.

    Records are taken column by column, so that no copy of them is ever whole.
    """
    packer, seal = _Packer(template), hashlib.sha256(template.sha256.encode())
    try:
        for piece in _pieces(given):
            seal.update(_pack(piece, packer))
    except (_Foreign, OverflowError):
        return None
    return seal.hexdigest()


def _pieces(value: Any) -> Iterator[object]:
    """Take apart what holds tables; the rest stays as it is."""
    if isinstance(value, pd.DataFrame):
        yield [len(value), [str(name) for name in value.columns]]
        for name in value.columns:
            yield _column_parts(value[name])
    elif isinstance(value, Mapping):
        yield [str(name) for name in value]
        for one in value.values():
            yield from _pieces(one)
    elif isinstance(value, list | tuple):
        yield len(value)
        for one in value:
            yield from _pieces(one)
    elif isinstance(value, records.SheetRecords) or (
        is_dataclass(value) and type(value).__name__ not in _CLASSES
    ):
        yield from _pieces({one.name: getattr(value, one.name) for one in fields(value)})
    else:
        yield value


def _pack(value: object, packer: _Packer) -> bytes:
    packed: bytes = msgpack.packb(
        value, default=packer.extension, strict_types=True, unicode_errors="surrogatepass"
    )
    return packed


def _unpack(data: bytes, unpacker: _Unpacker) -> Any:
    return msgpack.unpackb(
        data, ext_hook=unpacker.value, strict_map_key=False, unicode_errors="surrogatepass"
    )


class _Packer:
    """What is asked for the form of whatever MessagePack does not know."""

    def __init__(self, template: Template, file: str | None = None) -> None:
        self.file = file
        self.choices = attributes_of(template)

    def extension(self, value: object) -> object:
        """Return a plain value, or an extension: its kind, and plain parts."""
        kind = type(value)
        if _CLASSES.get(kind.__name__) is kind:
            return self._ext("record", [kind.__name__, *self._parts(value)])
        if (name := _kind_of(kind.__mro__)) is not None:
            return self._ext(name, _KINDS[name][1](value))
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, Mapping):
            return dict(value)
        raise _Foreign(kind)

    def _ext(self, name: str, parts: object) -> msgpack.ExtType:
        return msgpack.ExtType(_NUMBERS[name], _pack(parts, self))

    def _parts(self, value: Any) -> list[object]:
        """Return the fields of a record, without what whoever reads it knows."""
        parts = [getattr(value, name) for name in _FIELDS[type(value).__name__]]
        if isinstance(value, Reading):
            at = _FIELDS["Reading"].index("choices")
            known = self.choices
            parts[at] = {k: None if v == known.get(k) else v for k, v in value.choices.items()}
        own = msgpack.ExtType(_NUMBERS["file"], b"")
        return [own if one is not None and one is self.file else one for one in parts]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Unpacker:
    """What is asked what an extension stands for."""

    file: str | None
    template: Callable[[str], Template]

    def value(self, number: int, data: bytes) -> object:
        """Return what an extension stands for."""
        name = _NAMES[number]
        if name == "file":
            return self.file
        if name in _MOMENTS:
            return _moment(name, data)
        parts = _unpack(data, self)
        if name == "record":
            return self._record(*parts)
        if name == "template":
            return self.template(parts)
        return _KINDS[name][2](parts)

    def _record(self, kind: str, *parts: Any) -> object:
        named: dict[str, Any] = dict(zip(_FIELDS[kind], parts, strict=True))
        if kind == "Reading":
            known = attributes_of(named["template"])
            named["choices"] = {
                name: known[name] if one is None else one for name, one in named["choices"].items()
            }
        return _CLASSES[kind](**named)


def _frame_parts(frame: pd.DataFrame) -> list[object]:
    names = frame.columns.tolist()
    if not _is_plain(frame.index) or not all(type(name) is str for name in names):
        raise _Foreign(pd.DataFrame)
    if not len(frame):
        return [0, names, [_kind(dtype) for dtype in frame.dtypes]]
    return [len(frame), names, [_column_parts(column) for _, column in frame.items()]]


def _frame(parts: list[Any]) -> pd.DataFrame:
    count, names, columns = parts
    if not count:
        # Most tables of most workbooks are: each kind of them is made once.
        return _empty(tuple(names), tuple(map(tuple, columns))).copy(deep=False)
    index = pd.RangeIndex(count)
    if all(kind == "object" for kind, *_ in columns):
        cells = np.empty((len(names), count), dtype=object)
        for at, (_, values) in enumerate(columns):
            cells[at] = values
        return pd.DataFrame(cells.T, columns=names, index=index, dtype=object, copy=False)
    arrays = {name: _column(column, count) for name, column in zip(names, columns, strict=True)}
    return pd.DataFrame(arrays, index=index, copy=False)


@lru_cache(maxsize=256)
def _empty(names: tuple[str, ...], kinds: tuple[tuple[str, ...], ...]) -> pd.DataFrame:
    types: list[Any] = [_text_type(kind, *store) if store else kind for kind, *store in kinds]
    arrays = {name: pd.array([], dtype=kind) for name, kind in zip(names, types, strict=True)}
    return pd.DataFrame(arrays, index=pd.RangeIndex(0))


def _series_parts(series: pd.Series[Any]) -> list[object]:
    index = None
    if not _is_plain(series.index):
        if series.index.dtype != np.int64 or series.index.name is not None:
            raise _Foreign(pd.Series)
        index = series.index.to_numpy()
    return [series.name, len(series), _column_parts(series), index]


def _series(parts: list[Any]) -> pd.Series[Any]:
    name, count, column, at = parts
    index = pd.RangeIndex(count) if at is None else pd.Index(at)
    return pd.Series(_column(column, count), name=name, index=index, copy=False)


def _is_plain(index: pd.Index[Any]) -> bool:
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1


def _kind(dtype: Any) -> list[str]:
    """Return the name of a column's type, and how it stores texts."""
    kind = str(dtype)
    if isinstance(dtype, pd.StringDtype):
        return [kind, dtype.storage]
    if kind in ("object", *_MASKED) or (isinstance(dtype, np.dtype) and dtype.kind in "iufbM"):
        return [kind]
    raise _Foreign(kind)


def _column_parts(column: pd.Series[Any]) -> list[object]:
    kind, *storage = _kind(column.dtype)
    # The array's own ways take a fraction of the time that the series' take.
    if storage:
        texts = column.array.to_numpy(dtype=object, na_value=None).tolist()
        return ["text", kind, *storage, texts]
    if kind in _MASKED:
        values = column.array.to_numpy(dtype=_MASKED[kind][1], na_value=0)
        return [kind, values, column.array.isna()]
    return [kind, column.tolist() if kind == "object" else column.to_numpy()]


def _column(parts: list[Any], count: int) -> Any:
    kind, *rest = parts
    if kind == "object":
        cells = np.empty(count, dtype=object)
        cells[:] = rest[0]
        # Or else pandas would make texts of objects that all are.
        return pd.Series(cells, dtype=object, copy=False)
    if kind == "text":
        name, storage, texts = rest
        return pd.array(texts, dtype=_text_type(name, storage))
    return _MASKED[kind][0](*rest) if kind in _MASKED else rest[0]


def _text_type(name: str, storage: Any) -> Any:
    # Missing texts are NaN in the one, NA in the other.
    return pd.StringDtype(storage, na_value=np.nan if name == "str" else pd.NA)


def _array_parts(array: np.ndarray[Any, Any]) -> list[object]:
    if array.dtype.hasobject or array.ndim != 1:
        raise _Foreign(np.ndarray)
    return [array.dtype.str, array.tobytes()]


def _array(parts: list[Any]) -> np.ndarray[Any, Any]:
    # Frames are written to, so what they are made of must be a copy.
    return np.frombuffer(parts[1], dtype=np.dtype(parts[0])).copy()


def _iso(value: date | time) -> str:
    if isinstance(value, datetime) and value.fold:
        raise _Foreign(datetime)
    return value.isoformat()


# Per kind of extension: its classes, its plain parts, and the value that they stand for. In this
# order: a timestamp is a datetime, and that a date.
_KINDS: Mapping[str, tuple[Any, Callable[[Any], object], Callable[[Any], object]]] = {
    "text": (
        Text,
        lambda text: [text[language] for language in LANGUAGES],
        lambda parts: Text(dict(zip(LANGUAGES, parts, strict=True))),
    ),
    "template": (Template, lambda template: template.id, lambda parts: parts),
    "tuple": (tuple, list, tuple),
    "frame": (pd.DataFrame, _frame_parts, _frame),
    "series": (pd.Series, _series_parts, _series),
    "array": (np.ndarray, _array_parts, _array),
    "nat": (type(pd.NaT), lambda _: None, lambda _: pd.NaT),
    "na": (type(pd.NA), lambda _: None, lambda _: pd.NA),
    "timestamp": (
        pd.Timestamp,
        lambda moment: [moment.isoformat(), moment.unit],
        lambda parts: pd.Timestamp(parts[0]).as_unit(parts[1]),
    ),
    "datetime": (datetime, _iso, datetime.fromisoformat),
    "date": (date, _iso, date.fromisoformat),
    "time": (time, _iso, time.fromisoformat),
    "timedelta": (
        timedelta,
        lambda span: [span.days, span.seconds, span.microseconds],
        lambda parts: timedelta(*parts),
    ),
}
# Texts of moments come again in row after row.
_MOMENTS = frozenset(("timestamp", "datetime", "date", "time", "timedelta"))
_NAMES = ("file", "record", *_KINDS)
_NUMBERS = {name: number for number, name in enumerate(_NAMES)}


@cache
def _kind_of(classes: tuple[type, ...]) -> str | None:
    """Return which kind of extension a class is, told with all it inherits from."""
    found = (name for name, (known, *_) in _KINDS.items() if known in classes)
    return next(found, None)


@lru_cache(maxsize=1 << 14)
def _moment(name: str, data: bytes) -> object:
    return _KINDS[name][2](msgpack.unpackb(data))

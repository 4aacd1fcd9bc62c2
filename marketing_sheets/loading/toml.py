"""TOML files into the classes of `template`, by their annotations; every fault with its key path.

cattrs walks the annotations and collects all that fails, so that one pass finds all faults of a
file; `plain` and `shapes` tell it what our files have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import GenericAlias
from typing import Any, Literal, get_args, get_origin

import tomli
from cattrs import (
    BaseValidationError,
    ClassValidationError,
    Converter,
    ForbiddenExtraKeysError,
    IterableValidationError,
)
from cattrs.gen import make_dict_structure_fn, override

from ..errors import TemplateFault, advice
from ..files import read_file
from ..template import Sheet
from ..texts import Text
from .shapes import (
    PLAIN,
    KeyPath,
    Shape,
    Slip,
    Use,
    one_of,
    plain,
    shape_of,
    sheet_class,
    shown,
    text,
)

Reader = Callable[[Any, Any], Any]
_LARGEST = 1 << 24  # bytes: 16 MiB
_DEEPEST, _MOST_COLUMNS = 32, 1_000
_SHOWN = 30  # characters of a line that cannot be read
# Faults of a key that is not there: only what it should stand in can be left out.
_ABSENT = frozenset(("missing_key", "no_columns", "no_fields", "no_sheets", "unknown_format"))


class TomlFile:
    """A TOML file: its data, what it is called in messages, and the faults found so far.

    `all_languages` makes a text without one of the languages a fault; otherwise the missing
    wordings are borrowed. A file that is no TOML has no data, and that is on the list of faults.
    Raises OSError.
    """

    def __init__(
        self, path: Path, *, file: str, faults: list[TemplateFault], all_languages: bool
    ) -> None:
        self.data: Mapping[str, Any] | None = None
        self._file = file
        self._faults = faults
        self._all_languages = all_languages
        try:
            # Editors on Windows like to put a byte order mark first; TOML knows none.
            content = read_file(path, _LARGEST).decode("utf-8-sig")
            data = tomli.loads(content)
            bounds = [*_bounds(data)]
            for keys, code, params in bounds:
                self.fault(keys, code, **params)
            self.data = None if bounds else data
        except UnicodeDecodeError:
            self.fault((), "not_utf8")
        except tomli.TOMLDecodeError as error:
            said = {"line": error.lineno, "found": _from(error), "detail": error.msg}
            self.fault((), "toml_syntax", **said)
        except RecursionError:
            self.fault((), "too_deep", limit=_DEEPEST)
        except ValueError as error:  # a number of thousands of digits
            self.fault((), "toml_syntax", line=1, found=content[:_SHOWN], detail=error)

    def fault(self, path: KeyPath, code: str, **params: object) -> None:
        """Record a fault at a key."""
        keys = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
        self._faults.append(
            TemplateFault(
                path=keys.lstrip("."),
                code=code,
                params=params,
                file=self._file,
                about=_about(self.data or {}, path),
            )
        )

    def read(self, kind: Any) -> Any:
        """Return the data as an object of a class, None where there are no data.

        Faults are recorded, and the keys at fault left out, as far as it does without them.
        """
        data: Any = self.data
        is_first = True
        while data is not None:
            try:
                return _converter(self._all_languages).structure(data, kind)
            except (BaseValidationError, Slip) as error:
                found = [*_slips(error, ())]
            for path, code, params in found if is_first else ():
                self.fault(path, code, **params)
            is_first = False
            rest = _without(data, [p[:-1] if code in _ABSENT else p for p, code, _ in found])
            data = None if rest == data else rest
        return None


def _from(error: tomli.TOMLDecodeError) -> str:
    """Return what stands in the line where it cannot be read, or the line if it ends there."""
    line = error.doc.split("\n")[error.lineno - 1]
    return (line[error.colno - 1 :].strip() or line.strip())[:_SHOWN]


def _bounds(data: object) -> Iterator[tuple[KeyPath, str, Mapping[str, Any]]]:
    """Yield what no template may hold whatever it means: what has no end, or no bottom."""
    waiting: list[tuple[KeyPath, object]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict | list):
            pairs = enumerate(value) if isinstance(value, list) else value.items()
            if len(path) >= _DEEPEST:
                yield path[:1], "too_deep", {"limit": _DEEPEST}
                return
            if path and path[-1] in ("columns", "fields") and len(value) > _MOST_COLUMNS:
                yield path, "too_many_columns", {"found": len(value), "limit": _MOST_COLUMNS}
                return
            waiting += [((*path, key), inner) for key, inner in pairs]


def _about(data: Any, path: KeyPath) -> str | None:
    """Return the id of the innermost thing on a path, None where there is none."""
    found = None
    for at, key in enumerate(path):
        if isinstance(data, Mapping) and key not in data:
            break
        data = data[key]
        if isinstance(data, Mapping) and "id" in data:
            found = str(data["id"])
        elif at == 1 and path[0] in ("choices", "settings"):
            found = str(key)
    return found


def _slips(error: BaseException, path: KeyPath) -> Iterator[tuple[KeyPath, str, Mapping[str, Any]]]:
    """Walk what cattrs collected, each with the path of keys as the file has them."""
    if isinstance(error, Slip):
        yield from (((*path, *below), code, params) for below, code, params in error.found)
    elif isinstance(error, ForbiddenExtraKeysError):
        known = _keys_of(error.cl)
        for key in sorted(error.extra_fields):
            yield (*path, key), "unknown_key", advice(key, known)
    elif isinstance(error, KeyError):
        yield path, "missing_key", {}
    elif isinstance(error, ClassValidationError):
        noted, others = error.group_exceptions()
        for inner, note in noted:
            yield from _slips(inner, (*path, *shape_of(error.cl).path_of(note.name)))
        for inner in others:
            yield from _slips(inner, path)
    elif isinstance(error, IterableValidationError):
        for inner, at in error.group_exceptions()[0]:
            yield from _slips(inner, (*path, at.index))
    else:
        raise error


def _keys_of(kind: type) -> list[str]:
    shape = shape_of(kind)
    return [key for one in fields(kind) if one.init for key in shape.path_of(one.name)]


def _without(data: Any, paths: Sequence[KeyPath]) -> Any:
    """Return a copy without what stands at the paths; None where nothing is left."""
    if () in paths:
        return None
    below: dict[str | int, list[KeyPath]] = {}
    for path in paths:
        below.setdefault(path[0], []).append(path[1:])
    pairs = enumerate(data) if isinstance(data, list) else data.items()
    kept = {key: _without(value, below[key]) if key in below else value for key, value in pairs}
    kept = {key: value for key, value in kept.items() if value is not None}
    return [*kept.values()] if isinstance(data, list) else kept


@cache
def _converter(all_languages: bool) -> Converter:
    converter = Converter()
    for kind in PLAIN:
        converter.register_structure_hook(kind, plain)
    converter.register_structure_hook(
        Text, lambda value, _: text(value, all_languages=all_languages)
    )
    converter.register_structure_hook(
        str | Text,
        lambda value, _: converter.structure(value, str if isinstance(value, str) else Text),
    )
    converter.register_structure_hook(
        Use | Sheet, lambda value, _: converter.structure(value, sheet_class(value))
    )
    origin: Callable[[Any], Any] = get_origin
    converter.register_structure_hook_func(
        lambda kind: origin(kind) is Literal,
        lambda value, kind: one_of(value, get_args(kind)),
    )
    converter.register_structure_hook_factory(
        lambda kind: origin(kind) is tuple, lambda kind: _list(kind, converter)
    )
    converter.register_structure_hook_factory(
        lambda kind: origin(kind) is Mapping, lambda kind: _free_table(kind, converter)
    )
    converter.register_structure_hook_factory(is_dataclass, lambda kind: _table(kind, converter))
    return converter


def _list(kind: Any, converter: Converter) -> Reader:
    item: Any = GenericAlias(list, get_args(kind)[:1])

    def read(value: object, _: Any) -> Any:
        if not isinstance(value, list):
            code = "expected_tables" if isinstance(value, dict) else "expected_list"
            raise Slip.of(code, found=shown(value))
        return tuple(converter.structure(value, item))

    return read


def _free_table(kind: Any, converter: Converter) -> Reader:
    """Read a table in which any key may stand."""
    table: Any = GenericAlias(dict, get_args(kind))

    def read(value: object, _: Any) -> Any:
        if not isinstance(value, dict):
            raise Slip.of("expected_table", found=shown(value))
        return converter.structure(value, table)

    return read


def _table(kind: Any, converter: Converter) -> Reader:
    """Read a table whose keys are the fields of a class."""

    @cache
    def reader(is_chosen: bool) -> tuple[Shape, Reader]:
        shape = shape_of(kind, is_chosen=is_chosen)
        overrides: dict[str, Any] = {
            one.name: override(
                rename=shape.key_of(one.name),
                omit=one.name in shape.omitted or None,
                struct_hook=_bound(shape.hooks.get(one.name), converter),
            )
            for one in fields(kind)
        }
        made = make_dict_structure_fn(kind, converter, _cattrs_forbid_extra_keys=True, **overrides)
        return shape, made

    def read(value: object, _: Any) -> Any:
        if not isinstance(value, dict):
            raise Slip.of("expected_table", found=shown(value))
        shape, made = reader(value.get("type") == "choice")
        return shape.finish(made(shape.prepare(value), kind))

    return read


def _bound(hook: Callable[[Any, Converter], Any] | None, converter: Converter) -> Reader | None:
    return None if hook is None else lambda value, _: hook(value, converter)

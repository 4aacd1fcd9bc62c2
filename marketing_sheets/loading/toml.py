"""A TOML file read key by key: typed values out, faults collected with their key path."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from ..errors import TemplateFault, advice
from ..texts import LANGUAGES, Text

Option = TypeVar("Option", bound=str)

_LARGEST = 1e300
_AT_LINE = re.compile(r"^(?P<detail>.*) \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")


def read_toml(
    path: Path, *, file: str, faults: list[TemplateFault], all_languages: bool
) -> TomlTable:
    """Read a TOML file; one that is no TOML becomes a fault and an empty table.

    `file` is what messages call it. `all_languages` makes a text without one of the languages a
    fault; otherwise the missing wordings are borrowed. Raises OSError.
    """
    data: Mapping[str, Any] = {}
    try:
        # Editors on Windows like to put a byte order mark first; TOML knows none.
        text = path.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text)
    except UnicodeDecodeError:
        faults.append(TemplateFault(path="", code="not_utf8", file=file))
    except tomllib.TOMLDecodeError as error:
        faults.append(_syntax_fault(str(error), text, file))
    return TomlTable(data, file=file, faults=faults, all_languages=all_languages)


def _syntax_fault(message: str, text: str, file: str) -> TemplateFault:
    found = _AT_LINE.match(message)
    line = found["line"] if found else None
    return TemplateFault(
        path="",
        code="toml_syntax",
        params={
            "line": int(line) if line else text.count("\n") + 1,
            "detail": found["detail"] if found else message,
        },
        file=file,
    )


class TomlTable:
    """One table of a TOML file. A key that nobody asked for is a fault when the table is closed.

    Each getter records a fault where the value is missing or of the wrong kind and returns a
    stand-in, so that one pass finds all faults of a file.
    """

    def __init__(
        self,
        data: Mapping[str, Any],
        *,
        file: str,
        faults: list[TemplateFault],
        all_languages: bool,
        path: str = "",
    ) -> None:
        self._data = data
        self._file = file
        self._faults = faults
        self._all_languages = all_languages
        self._path = path
        self._asked: list[str] = []

    def __contains__(self, key: object) -> bool:
        return key in self._data

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that stand in the table."""
        return tuple(self._data)

    def fault(self, key: str, code: str, **params: object) -> None:
        """Record a fault of `key`."""
        path = f"{self._path}.{key}" if self._path and key else self._path or key
        self._faults.append(TemplateFault(path=path, code=code, params=params, file=self._file))

    def close(self) -> None:
        """Record a fault for every key that was not asked for."""
        for key in self._data:
            if key not in self._asked:
                self.fault(key, "unknown_key", **advice(key, self._asked))

    def _take(self, key: str, kinds: tuple[type, ...], code: str) -> Any:
        self._asked.append(key)
        value = self._data.get(key)
        if value is None or self._is_kind(key, value, kinds, code):
            return value
        return None

    def _is_kind(self, key: str, value: object, kinds: tuple[type, ...], code: str) -> bool:
        # To Python true is a whole number; to the author of a TOML file it is none.
        if isinstance(value, kinds) and (bool in kinds or not isinstance(value, bool)):
            return True
        self.fault(key, code, found=_shown(value))
        return False

    def _require(self, key: str) -> None:
        if key not in self._data:
            self.fault(key, "missing_key")

    def string(self, key: str, default: str | None = None) -> str:
        """Return a string; without `default` the key is required."""
        value = self.optional_string(key)
        if value is None and default is None:
            self._require(key)
        return value if value is not None else default or ""

    def optional_string(self, key: str) -> str | None:
        """Return a string that holds something, or None."""
        value: str | None = self._take(key, (str,), "expected_string")
        if value is not None and not value.strip():
            self.fault(key, "empty_string")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number; without `default` the key is required."""
        value = self.optional_number(key)
        if value is None and default is None:
            self._require(key)
        return value if value is not None else default or 0.0

    def optional_number(self, key: str) -> float | None:
        """Return a number or None."""
        value = self._number(key, (int, float), "expected_number")
        return None if value is None else float(value)

    def optional_integer(self, key: str) -> int | None:
        """Return a whole number or None."""
        value = self._number(key, (int,), "expected_integer")
        return None if value is None else int(value)

    def _number(self, key: str, kinds: tuple[type, ...], code: str) -> float | None:
        value: float | None = self._take(key, kinds, code)
        # TOML knows nan, inf and whole numbers beyond what a spreadsheet holds.
        if value is not None and not abs(value) < _LARGEST:
            self.fault(key, code, found=_shown(value))
            return None
        return value

    def integer(self, key: str, default: int) -> int:
        """Return a whole number."""
        value = self.optional_integer(key)
        return default if value is None else value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value: bool | None = self._take(key, (bool,), "expected_boolean")
        return default if value is None else value

    def one_of(
        self, key: str, options: tuple[Option, ...], default: Option | None = None
    ) -> Option:
        """Return one of `options`; without `default` the key is required."""
        found = self.string(key, default)
        for option in options:
            if option == found:
                return option
        if found.strip():
            self.fault(key, "not_an_option", found=_shown(found), **advice(found, options))
        return default if default is not None else options[0]

    def several_of(self, key: str, options: tuple[Option, ...]) -> tuple[Option, ...]:
        """Return a list of some of `options`; empty where the key is missing."""
        found = self.strings(key)
        for number, word in enumerate(found):
            if word not in options:
                where = f"{key}[{number}]"
                self.fault(where, "not_an_option", found=_shown(word), **advice(word, options))
        return tuple(option for option in options if option in found)

    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of strings; empty where the key is missing."""
        items = self._take(key, (list,), "expected_list") or []
        return tuple(
            item
            for number, item in enumerate(items)
            if self._is_kind(f"{key}[{number}]", item, (str,), "expected_string")
        )

    def string_by_key(self, key: str) -> dict[str, str]:
        """Return a table of strings; empty where the key is missing."""
        table = self._take(key, (dict,), "expected_table") or {}
        return {
            name: value
            for name, value in table.items()
            if self._is_kind(f"{key}.{name}", value, (str,), "expected_string")
        }

    def numbers_by_language(self, key: str) -> dict[str, float]:
        """Return numbers for `zh` and `en`, given apart or as one for both; empty if missing."""
        if isinstance(self._data.get(key), dict):
            table = self._child(key)
            numbers = {name: table.optional_number(name) for name in ("zh", "en")}
            table.close()
            return {name: value for name, value in numbers.items() if value is not None}
        both = self.optional_number(key)
        return {} if both is None else {"zh": both, "en": both}

    def text(self, key: str, default: Text | None = None) -> Text:
        """Return a text in every language; without `default` the key is required."""
        text = self.optional_text(key)
        if text is None and default is None:
            self._require(key)
        return text or default or Text(dict.fromkeys(LANGUAGES, ""))

    def optional_text(self, key: str) -> Text | None:
        """Return a text in every language, or None."""
        self._asked.append(key)
        value = self._data.get(key)
        return None if value is None else self._text_of(key, value)

    def string_or_text(self, key: str) -> str | Text:
        """Return a string as it is, or a text in every language."""
        return self.string(key) if isinstance(self._data.get(key), str) else self.text(key)

    def texts(self, key: str) -> tuple[Text, ...]:
        """Return a list of texts; empty where the key is missing."""
        items = self._take(key, (list,), "expected_list") or []
        texts = (self._text_of(f"{key}[{number}]", item) for number, item in enumerate(items))
        return tuple(text for text in texts if text is not None)

    def _text_of(self, key: str, value: object) -> Text | None:
        if isinstance(value, str):
            if not value.strip():
                self.fault(key, "empty_string")
                return None
            value = dict.fromkeys(("en",) if self._all_languages else LANGUAGES, value)
        if not isinstance(value, dict):
            self.fault(key, "expected_text", found=_shown(value))
            return None
        table = self._nested(key, value)
        given = {name: table.optional_string(name) for name in LANGUAGES}
        table.close()
        missing = [name for name in LANGUAGES if name not in value]
        if missing and (self._all_languages or len(missing) == len(LANGUAGES)):
            self.fault(key, "missing_languages", languages=", ".join(missing))
        spare = next((wording for wording in given.values() if wording), "")
        return Text({name: wording or spare for name, wording in given.items()})

    def table(self, key: str) -> TomlTable | None:
        """Return the table at `key`, or None."""
        found = self._take(key, (dict,), "expected_table")
        return None if found is None else self._nested(key, found)

    def tables(self, key: str, *, needed: str | None = None) -> list[TomlTable]:
        """Return the tables of a list such as `[[columns]]`; empty where the key is missing.

        `needed` is the fault to record where there is none.
        """
        items = self._take(key, (list,), "expected_list") or []
        if needed and self._data.get(key, []) == []:
            self.fault(key, needed)
        return [
            self._nested(f"{key}[{number}]", item)
            for number, item in enumerate(items)
            if self._is_kind(f"{key}[{number}]", item, (dict,), "expected_table")
        ]

    def tables_by_key(self, key: str) -> dict[str, TomlTable]:
        """Return the tables below `key`, such as `[choices.stage]`, by name."""
        table = self.table(key)
        return {} if table is None else table.all_tables()

    def all_tables(self) -> dict[str, TomlTable]:
        """Return what stands in this table, where everything should be a table, by name."""
        found = {name: self.table(name) for name in self._data}
        return {name: table for name, table in found.items() if table is not None}

    def _child(self, key: str) -> TomlTable:
        self._asked.append(key)
        return self._nested(key, self._data[key])

    def _nested(self, key: str, data: Mapping[str, Any]) -> TomlTable:
        return TomlTable(
            data,
            file=self._file,
            faults=self._faults,
            all_languages=self._all_languages,
            path=f"{self._path}.{key}" if self._path else key,
        )


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."

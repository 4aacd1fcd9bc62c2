"""Plain values of a TOML file: texts, numbers, words of a list; and what is said of all others."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import advice
from ..texts import LANGUAGES, Text

# The keys and numbers that lead to a value, from the top of the file or from the value around it.
KeyPath = tuple[str | int, ...]

_LARGEST = 1e300
# What Python may find where a kind is asked for, and what is said of anything else.
_KINDS: Mapping[type, tuple[tuple[type, ...], str]] = {
    str: ((str,), "expected_string"),
    bool: ((bool,), "expected_boolean"),
    int: ((int,), "expected_integer"),
    float: ((int, float), "expected_number"),
}
PLAIN = tuple(_KINDS)


class Slip(ValueError):
    """What is wrong with a value, or below it: path, code and params, once or several times."""

    def __init__(self, *found: tuple[KeyPath, str, Mapping[str, object]]) -> None:
        super().__init__(found)
        self.found = found

    @classmethod
    def of(cls, code: str, **params: object) -> Slip:
        """Return the slip of a value itself."""
        return cls(((), code, params))


def plain(value: Any, kind: type) -> Any:
    """Return a text that holds something, a flag, or a number that a spreadsheet can hold."""
    kinds, code = _KINDS[kind]
    if value is None:
        # TOML has no such value: the key was put there because it is needed.
        raise Slip.of("missing_key")
    # To Python true is a whole number; to the author of a TOML file it is none.
    if not isinstance(value, kinds) or (isinstance(value, bool) and kind is not bool):
        raise Slip.of(code, found=shown(value))
    # TOML knows nan, inf and whole numbers without end.
    if isinstance(value, int | float) and not abs(value) < _LARGEST:
        raise Slip.of(code, found=shown(value))
    if isinstance(value, str) and not value.strip():
        raise Slip.of("empty_string")
    return kind(value)


def one_of(value: object, options: Sequence[str]) -> str:
    """Return a text that has to be one of the options."""
    found: str = plain(value, str)
    if found not in options:
        raise Slip.of("not_an_option", found=shown(found), **advice(found, options))
    return found


def text(value: object, *, all_languages: bool) -> Text:
    """Return a text in every language, given once for all or by language.

    `all_languages` makes a missing one a fault; otherwise it borrows the first that is there.
    """
    if isinstance(value, str):
        if not value.strip():
            raise Slip.of("empty_string")
        value = dict.fromkeys(("en",) if all_languages else LANGUAGES, value)
    if not isinstance(value, dict):
        raise Slip.of("expected_text", found=shown(value))
    found: list[tuple[KeyPath, str, Mapping[str, object]]] = []
    for key, wording in value.items():
        if key not in LANGUAGES:
            found.append(((key,), "unknown_key", advice(key, LANGUAGES)))
        elif not isinstance(wording, str):
            found.append(((key,), "expected_string", {"found": shown(wording)}))
        elif not wording.strip():
            found.append(((key,), "empty_string", {}))
    missing = [name for name in LANGUAGES if name not in value]
    if missing and (all_languages or len(missing) == len(LANGUAGES)):
        found.append(((), "missing_languages", {"languages": ", ".join(missing)}))
    if found:
        raise Slip(*found)
    spare = next(value[name] for name in LANGUAGES if name in value)
    return Text({name: value.get(name, spare) for name in LANGUAGES})


def shown(value: object) -> str:
    """Return a value as the file may have it, cut if it is long."""
    said = json.dumps(value, ensure_ascii=False, default=str)
    return said if len(said) <= 60 else f"{said[:57]}..."

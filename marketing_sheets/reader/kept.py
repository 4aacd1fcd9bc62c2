"""What is worked out once for a sheet or a list of the template, whatever is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TypeVar

from ..templates import Choices
from ..values import choice_spellings

__all__ = ["choice_words", "once_each"]

_Of = TypeVar("_Of")
_Result = TypeVar("_Result")

_MOST = 256  # templates come from a library; only programs that make their own have more


def once_each(work: Callable[[_Of], _Result]) -> Callable[[_Of], _Result]:
    """Let `work` be done once for each object; nobody may change what it returns."""
    known: dict[int, tuple[_Of, _Result]] = {}

    @wraps(work)
    def ask(of: _Of) -> _Result:
        found = known.get(id(of))
        # While an object is kept here no other one can have its id.
        if found is None:
            if len(known) >= _MOST:
                known.clear()
            found = known[id(of)] = of, work(of)
        return found[1]

    return ask


@once_each
def choice_words(choices: Choices) -> Mapping[str, str]:
    """Return `choice_spellings` of a list."""
    return choice_spellings(choices)

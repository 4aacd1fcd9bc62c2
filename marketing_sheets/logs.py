"""What a log is told: which verb made what, and how long it took; silent unless somebody listens.

The loggers are children of `marketing_sheets`, one a room. INFO tells what was read, computed and
written, DEBUG what was decided on the way; what is wrong stands in results and exceptions.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from time import perf_counter
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from logging import Logger

_P = ParamSpec("_P")
_R = TypeVar("_R")
_WHOLE = "marketing_sheets"


def logger_of(module: str) -> Logger:
    """Return the logger of the room of a module, told by its full name."""
    from logging import NullHandler, getLogger  # noqa: PLC0415 - help logs nothing

    whole = getLogger(_WHOLE)
    if not whole.handlers:
        whole.addHandler(NullHandler())
    return getLogger(".".join(module.split(".")[:2]))


def logged(done: str) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """Let a verb tell what it has done, with its result in one line and the seconds it took."""

    def around(verb: Callable[_P, _R]) -> Callable[_P, _R]:
        @wraps(verb)
        def told(*args: _P.args, **kwargs: _P.kwargs) -> _R:
            start = perf_counter()
            result = verb(*args, **kwargs)
            seconds = perf_counter() - start
            logger_of(verb.__module__).info("%s %.400r in %.2f s", done, result, seconds)
            return result

        return told

    return around

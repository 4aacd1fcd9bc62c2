"""No regular expression backtracks: each takes time in proportion to what it reads."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import time
from collections.abc import Callable, Iterator
from itertools import product
from types import ModuleType
from typing import Any

import pytest

import marketing_sheets

Found = re.Pattern[str] | re.Pattern[bytes]
_SCANS = r"\b{name}\s*\.\s*(?:search|sub|subn|finditer|findall|split)\b"
_SOON = 0.004  # seconds; a quadratic pattern takes longer for so many characters
_SMALL, _LARGE = 2_000, 16_000  # characters


def modules() -> Iterator[ModuleType]:
    """Load every module of the library."""
    for found in pkgutil.walk_packages(marketing_sheets.__path__, "marketing_sheets."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


def patterns() -> dict[str, tuple[Found, bool]]:
    """Return every pattern that stands in a module, and whether it is searched for anywhere."""
    everything = {module.__name__: inspect.getsource(module) for module in modules()}
    found: dict[str, tuple[Found, bool]] = {}
    for module, source in everything.items():
        for name, value in vars(importlib.import_module(module)).items():
            scan = re.compile(_SCANS.format(name=re.escape(name)))
            # A pattern in a list is used under another name.
            inside = [value] if isinstance(value, re.Pattern) else list(patterns_in(value))
            users = (source,) if name.startswith("_") else everything.values()
            is_scanned = not isinstance(value, re.Pattern) or any(map(scan.search, users))
            for number, pattern in enumerate(inside):
                found[f"{module}.{name}.{number}"] = pattern, is_scanned
    return found


def patterns_in(value: object) -> Iterator[Found]:
    """Walk the patterns in lists and tables of them."""
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | frozenset):
        for one in value:
            yield from patterns_in(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from patterns_in(one)


def characters(pattern: Found) -> list[str]:
    """Return a few characters that matter to a pattern: of its own, and one that is foreign."""
    text = (
        pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    )
    classes = {r"\d": "7", r"\s": " ", r"\w": "w", r"\S": "x"}
    chosen = dict.fromkeys(c for mark, c in classes.items() if mark in text)
    bare = re.sub(r"\\[a-zA-Z]|\(\?[:=!<>P+a-z]*", "", text)
    chosen |= dict.fromkeys(c for c in bare if c.isalnum() or c in " <>/\"'=:;,.-~#([{（【「!$")
    return [*list(chosen)[:7], "x", " "]


def hostile(pattern: Found, size: int) -> Iterator[str | bytes]:
    """Yield long texts out of what the pattern looks for, none of which ends as it should."""
    chosen = characters(pattern)
    for one, other in product(chosen, repeat=2):
        for text in ((one + other) * (size // 2), one + other * size + "\0"):
            yield text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")


def cost(use: Callable[[Any], object], text: str | bytes) -> float:
    """Return the least of three measurements, in seconds of the processor."""
    taken = []
    for _ in range(3):
        begun = time.process_time()
        use(text)
        taken.append(time.process_time() - begun)
        if taken[-1] < _SOON:
            break
    return min(taken)


def uses(pattern: Found, *, is_scanned: bool) -> list[Callable[[Any], object]]:
    """Return how a pattern is put to use."""
    if is_scanned:
        return [lambda text: sum(1 for _ in pattern.finditer(text))]
    return [pattern.match, pattern.fullmatch]


@pytest.mark.slow
def test_patterns_are_linear() -> None:
    """Eight times as much text takes no more than some fifteen times as long, whatever it holds."""
    slow = []
    for name, (pattern, is_scanned) in patterns().items():
        for use in uses(pattern, is_scanned=is_scanned):
            if any(cost(use, text) > 1 for text in hostile(pattern, 22)):
                slow.append(f"{name} is exponential: {pattern.pattern!r}")
                continue
            pairs = zip(hostile(pattern, _SMALL), hostile(pattern, _LARGE), strict=True)
            for small, large in pairs:
                before = cost(use, small)
                if before > _SOON and cost(use, large) > 15 * before:
                    slow.append(f"{name}: {pattern.pattern!r} on {small[:6]!r}")
                    break
    assert not slow, "\n".join(slow)

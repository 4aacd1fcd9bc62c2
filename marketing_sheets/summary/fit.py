"""How a text takes its room: shrunk, wrapped, or its name cut and the fact behind it kept.

Widths are of classes of characters, a little wider than the faces have them: programs and
substitutes for a face differ by 2 to 4 percent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Final

# Pixels of one point.
_PX: Final = 96 / 72
# Widths in ems. Whatever is of no class is as wide as a capital.
_CLASSES: Final = (
    ("ijl'|", 0.24),
    ("ftI.,:;!/\\[] \u00a0", 0.29),
    ('r()-"`{}*', 0.36),
    ("ckszvxyJ", 0.52),
    ("abdeghnopqu0123456789$#?_=+<>~^–LFT", 0.57),
    ("mMW%@—", 0.95),
)
_KNOWN: Final = {char: width for chars, width in _CLASSES for char in chars}
_CAPITAL: Final = 0.72
_FULL: Final = 1.02
_PICTURE: Final = 1.4
_BOLD: Final = 1.06
# What a line is higher than its font size, with Chinese and without; and points around the lines.
_LEADING, _LATIN_LEADING, _AROUND = 1.42, 1.22, 6
_CHINESE: Final = re.compile("[\u2e80-\uffdc]")
# A line may end after a blank and beside any character that is as wide as it is high.
_PIECES: Final = re.compile(r"[ \t]+|[\u2e80-\uffdc\U00020000-\U0003ffff]|[^ \t\u2e80-\uffdc]+")
_CUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text as its room shows it, its font size in points, and the lines it takes."""

    text: str
    size: float
    lines: int
    is_cut: bool = False

    @property
    def height(self) -> float:
        """The least height of its row, in points: rows are whole pixels high."""
        leading = _LEADING if _CHINESE.search(self.text) else _LATIN_LEADING
        return ceil((_AROUND + leading * self.size * self.lines) * _PX) / _PX


@lru_cache(maxsize=4096)
def _em(char: str) -> float:
    """Return the width of a character in ems."""
    if char in _KNOWN:
        return _KNOWN[char]
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return _PICTURE if char > "\U0001f000" else _FULL
    # Symbols and marks of no language come from the face of Chinese.
    return _CAPITAL if char < "\u2000" or char.isalpha() else _FULL


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text in pixels, at a font size in points."""
    ems = map(_em, text)
    # What is as wide as it is high is so in bold too.
    return sum(em * _BOLD if bold and em < 1 else em for em in ems) * size * _PX


def _lines(text: str, room: float, size: float, *, bold: bool) -> int:
    """Count the lines a text takes in a room of so many pixels; words are broken only if alone."""
    return sum(1 + _turns(part, room, size, bold=bold) for part in text.split("\n"))


def _turns(text: str, room: float, size: float, *, bold: bool) -> int:
    turns, used = 0, 0.0
    for piece in _PIECES.findall(text):
        width = width_of(piece, size, bold=bold)
        if used + width <= room:
            used += width
        elif piece.isspace():
            used = room
        elif width <= room:
            turns, used = turns + 1, width
        else:
            # Too long for any line, it is broken where the line ends.
            turns += 1 if used else 0
            used = 0.0
            for char in piece:
                step = width_of(char, size, bold=bold)
                if used and used + step > room:
                    turns, used = turns + 1, 0.0
                used += step
    return turns


def fit(
    text: str,
    room: float,
    sizes: Sequence[float],
    *,
    lines: int = 1,
    bold: bool = False,
    name: str = "",
) -> Fitted:
    """Fit a text into a room of so many pixels.

    It takes the first of the font `sizes` at which it is one line; else, at the last, up to so many
    `lines`. What is longer still is cut: the `name` in it, so that what follows stays; else its
    end.
    """
    text, name = (_plain(one, lines) for one in (text, name))
    for size in sizes:
        if "\n" not in text and width_of(text, size, bold=bold) <= room:
            return Fitted(text, size, 1)
    size = sizes[-1]

    def count(shown: str) -> int:
        if lines == 1:
            return 1 if width_of(shown, size, bold=bold) <= room else 2
        return _lines(shown, room, size, bold=bold)

    taken = count(text)
    if taken <= lines:
        return Fitted(text, size, taken)
    before, found, after = text.partition(name or text)
    if not found:
        before, found, after = "", text, ""
    if count(f"{before}{_CUT}{after}") > lines:
        # Not even the fact has room: it goes before its end.
        before, found, after = "", f"{before}{_CUT}{after}" if after else text, ""
    kept = _longest(before, found, after, count, lines)
    return Fitted(kept, size, min(lines, count(kept)), is_cut=True)


def _plain(text: str, lines: int) -> str:
    """Return a text in its lines, without empty ones; where it is to be one, blanks part them."""
    parts = text.replace("\t", " ").splitlines()
    if len(parts) > 1:
        parts = [part.strip() for part in parts if part.strip()]
    return ("\n" if lines > 1 else " ").join(parts)


def _longest(before: str, name: str, after: str, count: Callable[[str], int], lines: int) -> str:
    """Return the text with as much of the name as its lines hold."""
    least, most = 0, len(name)
    while most - least > 1:
        middle = (least + most) // 2
        shown = f"{before}{name[:middle].rstrip()}{_CUT}{after}"
        least, most = (middle, most) if count(shown) <= lines else (least, middle)
    return f"{before}{name[:least].rstrip()}{_CUT}{after}"


def size_for(
    texts: Iterable[str], room: float, sizes: Sequence[float], *, bold: bool = False
) -> float:
    """Return the first font size at which all texts of a column are one line, else the last."""
    widest = max((width_of(text, 1, bold=bold) for text in texts), default=0)
    return next((size for size in sizes if widest * size <= room), sizes[-1])


def fit_names(
    names: Sequence[str], room: float, size: float, *, lines: int = 1, bold: bool = False
) -> list[str]:
    """Fit names that stand together; those that would look alike keep what tells them apart."""
    cut = [fit(name, room, (size,), lines=lines, bold=bold).text for name in names]
    for nearest in (min, max):
        alike: dict[str, set[str]] = {}
        for name, shown in zip(names, cut, strict=True):
            alike.setdefault(shown, set()).add(name)
        for at, (name, shown) in enumerate(zip(names, cut, strict=True)):
            others = alike[shown] - {name}
            if others:
                shared = nearest(_shared(name, other) for other in others)
                same = name[:shared]
                cut[at] = fit(name, room, (size,), lines=lines, bold=bold, name=same).text
    return cut


def _shared(name: str, other: str) -> int:
    """Return with how many characters both names begin."""
    pairs = enumerate(zip(name, other, strict=False))
    return next((at for at, (one, two) in pairs if one != two), min(len(name), len(other)))

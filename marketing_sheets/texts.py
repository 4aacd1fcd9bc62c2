"""The three languages, texts in all of them, how labels are compared, and the catalogue.

The catalogue holds every sentence a person sees. Each file `workbook_templates/words/<book>.toml`
holds tables of texts; a text is a table with the keys zh-Hans, zh-Hant and en. Blanks are written
`{name}`.
"""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from .brief import Brief

Language = Literal["zh-Hans", "zh-Hant", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_LONGEST_WORD = 60  # characters
_SPACE = re.compile(r"\s+")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
# What a terminal obeys or that turns the order of letters around, and bytes that are no letters.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_ODD_BYTES = re.compile(r"[\udc80-\udcff]")
# A name with such bytes in a sentence: the second byte of a GBK character may be a letter, and two
# may look like a letter of UTF-8.
_IN_NAMES = r"\x21-\x2e\x30-\x7e\x80-\u07ff"
_ODD_NAME = re.compile(
    rf"(?<![{_IN_NAMES}\udc80-\udcff])(?:[{_IN_NAMES}]*+[\udc80-\udcff]++)++[{_IN_NAMES}]*+"
)
_EDGE = re.compile(r"^[\s*:：★●]+|(?<![\s*:：★●])[\s*:：★●]++$")


@dataclass(frozen=True, slots=True)
class Text(Brief):
    """A label or sentence in every language."""

    by_language: Mapping[Language, str]

    def __getitem__(self, language: Language) -> str:
        return self.by_language[language]

    def __bool__(self) -> bool:
        return any(self.by_language.values())

    def values(self) -> tuple[str, ...]:
        """Return the wordings, one a language."""
        return tuple(self.by_language.values())

    def _brief(self) -> tuple[object, str]:
        return " / ".join(dict.fromkeys(self.values())), ""


def listed(words: Sequence[str | Text], most: int | None = None) -> Text:
    """Put words in a line, the first `most` of many: B7、B8、…."""
    shown = [*words[:most], *(["…"] if most is not None and len(words) > most else [])]
    return Text(
        {
            language: (", " if language == "en" else "、").join(
                word[language] if isinstance(word, Text) else word for word in shown
            )
            for language in LANGUAGES
        }
    )


NO_TEXT = Text(dict.fromkeys(LANGUAGES, ""))


@cache
def _converter(name: str) -> Any:
    from opencc import OpenCC  # noqa: PLC0415 - loading takes 15 ms, English never needs it

    return OpenCC(name)


def _simplify(text: str) -> str:
    return str(_converter("t2s").convert(text))


@cache
def traditional(text: str) -> str:
    """Return Simplified words as Traditional writes them."""
    return text if text.isascii() else str(_converter("s2t").convert(text))


def fold(text: str) -> str:
    """Reduce `text` to what two spellings of the same word share.

    Width, case, blanks, line breaks, zero-width marks and Traditional/Simplified forms are
    levelled. For matching only; never for stored text.
    """
    # Words come again and again; a long text hardly does.
    return _fold_word(text) if len(text) <= _LONGEST_WORD else _folded(text)


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    text = _SPACE.sub("", text)
    return text if text.isascii() else _simplify(text)


def fold_label(text: str) -> str:
    """Fold a header: as `fold`, and without bracketed units, stars and colons at its ends.

    A header that is nothing but a bracket keeps it.
    """
    return _fold_label_word(text) if len(text) <= _LONGEST_WORD else _folded_label(text)


def _folded_label(text: str) -> str:
    folded = fold(text)
    bare = _EDGE.sub("", _BRACKETED.sub("", folded))
    return bare or folded


_fold_word = lru_cache(maxsize=65_536)(_folded)
_fold_label_word = lru_cache(maxsize=16_384)(_folded_label)


def visible(text: str) -> str:
    """Return `text` as a terminal may show it: what it would obey is spelled out, escaped.

    Line breaks and tabs stay.
    """
    return _UNSEEN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def readable_name(name: str) -> str:
    """Return a file name or path in letters, whatever system it comes from.

    A name that is no UTF-8 is read as GBK, as Chinese ZIPs have it; bytes that are neither are
    spelled out.
    """
    return "/".join(map(_readable, name.split("/"))) if _ODD_BYTES.search(name) else name


def readable_text(text: str) -> str:
    """Return a sentence with such names in it in letters."""
    if not _ODD_BYTES.search(text):
        return text
    return _ODD_NAME.sub(lambda found: _readable(found[0]), text)


def _readable(name: str) -> str:
    if not _ODD_BYTES.search(name):
        return name
    written = name.encode("utf-8", "surrogateescape")
    # What the file system calls undecodable may be UTF-8 all the same: not every system expects it.
    for encoding in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeError):
            return written.decode(encoding)
    return _ODD_BYTES.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", name)


def nearest(word: str, candidates: Mapping[str, str] | list[str]) -> str | None:
    """Return the candidate most like `word`, or None if none is near.

    `candidates` maps folded spellings to what to return, or is a list of words.
    """
    import difflib  # noqa: PLC0415 - needed only when something is wrong already

    table = candidates if isinstance(candidates, Mapping) else {fold(c): c for c in candidates}
    hits = difflib.get_close_matches(fold(word), table, n=1, cutoff=0.6)
    return table[hits[0]] if hits else None


def is_one_off(word: str, name: str) -> bool:
    """Tell whether one letter was changed, left out, added, or two stand in the wrong order."""
    if abs(len(word) - len(name)) > 1:
        return False
    start = 0
    while start < min(len(word), len(name)) and word[start] == name[start]:
        start += 1
    rest, other = word[start:], name[start:]
    swapped = rest[:2] == other[1::-1] and rest[2:] == other[2:]
    return rest[1:] == other[1:] or rest == other[1:] or rest[1:] == other or swapped


@cache
def templates_folder() -> Path:
    """Find `workbook_templates`: inside the installed package, else beside the checkout's.

    Raises FileNotFoundError if the installation is incomplete.
    """
    package = Path(__file__).parent
    installed = package / "workbook_templates"
    if installed.is_dir():
        return installed
    checkout = package.parent / "workbook_templates"
    # An unrelated folder of that name in site-packages must not be taken for ours.
    if checkout.is_dir() and (package.parent / "pyproject.toml").is_file():
        return checkout
    raise FileNotFoundError(f"workbook_templates is missing beside {package}")


@cache
def book(name: str) -> dict[str, Any]:
    """Load one book of the catalogue, `words/<name>.toml`."""
    return shared_data(f"words/{name}")


@cache
def shared_data(name: str) -> dict[str, Any]:
    """Load `<name>.toml`, words and patterns that checks look for."""
    import tomli  # noqa: PLC0415 - help asks for no words

    with (templates_folder() / f"{name}.toml").open("rb") as file:
        return tomli.load(file)


def say(book_name: str, key: str, language: Language, /, **params: object) -> str:
    """Return the text at the dotted `key` in `language`, its blanks filled from `params`."""
    node: Any = book(book_name)
    for part in key.split("."):
        node = node[part]
    text: str = node[language]
    # A name that is no UTF-8 may be in any blank, and the sentence go into a workbook.
    return readable_text(text.format_map(params)) if params else text

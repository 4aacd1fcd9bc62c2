"""Names for the parts of a split that every system takes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

__all__ = ["file_names"]

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_SPACE = re.compile(r"\s+")
# Devices of Windows, whatever the ending.
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
# File systems take 255 bytes; a Chinese character has three of them.
_LONGEST = 200
_LONGEST_LABEL = 90


def file_names(stem: str, labels: Sequence[str]) -> list[str]:
    """Return a file name per label, `<stem>-<label>.xlsx`; no two differ in capitals alone."""
    names: list[str] = []
    taken: set[str] = set()
    for label in labels:
        safe = _cut(_safe(label), _LONGEST_LABEL)
        front = _cut(stem, _LONGEST - len(safe.encode()))
        name = f"{front}-{safe}" if front else safe
        number = 1
        while _alike(numbered := name if number == 1 else f"{name} ({number})") in taken:
            number += 1
        taken.add(_alike(numbered))
        names.append(f"{numbered}.xlsx")
    return names


def _safe(label: str) -> str:
    text = _SPACE.sub(" ", _FORBIDDEN.sub("_", label)).strip(" .")
    return f"{text}_" if not text or _RESERVED.match(text) else text


def _cut(text: str, size: int) -> str:
    return text.encode()[: max(size, 0)].decode(errors="ignore").rstrip(" .")


def _alike(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()

"""The receipt of a lossless write: which parts changed, and the proof that the others did not."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

__all__ = ["PartHash", "Receipt"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHash:
    """A part and the SHA-256 of its inflated bytes; `before` is set for a changed part."""

    name: str
    sha256: str
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a write did. `position` is the tab's, counted from 1.

    The parts in `kept` have the very compressed bytes they had before. `sha256_before` and
    `sha256_after` are the whole file's.
    """

    output: Path
    sheet: str
    position: int
    replaced: bool
    changed: tuple[PartHash, ...]
    added: tuple[PartHash, ...]
    removed: tuple[PartHash, ...]
    kept: tuple[PartHash, ...]
    sha256_before: str
    sha256_after: str

    def as_json(self) -> dict[str, object]:
        """Return the receipt in plain types."""
        return {**asdict(self), "output": str(self.output)}

"""What a write did to a workbook, part by part: its receipt."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

from ..brief import Brief
from .laid_on import LaidOn


@dataclass(frozen=True, slots=True, kw_only=True)
class PartHash(Brief):
    """A part and the SHA-256 of its inflated bytes; `before` is set for a changed part."""

    name: str
    sha256: str
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutSheet(Brief):
    """A sheet that was put in. `position` is the tab's, counted from 1."""

    sheet: str
    position: int
    replaced: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Brief):
    """What a write did.

    The parts in `kept` have the very compressed bytes they had before. `sha256_before` and
    `sha256_after` are the whole file's. `lost` are comments and pictures that people had put on our
    own sheets, which are written anew.
    """

    output: Path
    sheets: tuple[PutSheet, ...]
    changed: tuple[PartHash, ...]
    added: tuple[PartHash, ...]
    removed: tuple[PartHash, ...]
    kept: tuple[PartHash, ...]
    lost: tuple[LaidOn, ...]
    sha256_before: str
    sha256_after: str

    def as_json(self) -> dict[str, object]:
        """Return the receipt in plain types."""
        return {**asdict(self), "output": str(self.output)}

    def _brief(self) -> tuple[object, str]:
        names = ", ".join(one.sheet for one in self.sheets)
        return (
            self.output.name,
            f"{names}, {len(self.changed)} parts changed, {len(self.kept)} kept",
        )

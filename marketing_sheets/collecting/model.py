"""What collecting hands on: the files read, and those left out with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ..errors import SheetsError
from ..languages import Language
from ..records import Reading
from ..wording import book, say

__all__ = ["Found", "ReadFile", "Skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that took no part: its shown name, and why.

    `code` names a sentence of `words/merge.toml` under `skipped`, or of `words/errors.toml`.
    """

    file: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def by(cls, file: str, error: SheetsError) -> Skipped:
        """Return a file that an error keeps out; sentences name it as it is shown."""
        params = error.params
        return cls(
            file=file,
            code=error.code,
            params={**params, "file": file} if "file" in params else params,
        )

    def describe(self, language: Language) -> str:
        """Say why the file took no part, and what to do."""
        if self.code in book("merge")["skipped"]:
            return say("merge", f"skipped.{self.code}", language, **self.params)
        return SheetsError(self.code, **self.params).describe(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The workbooks found, as (shown name, path) in natural order, and what was passed over.

    The shown name is the path below the folder that all of them share.
    """

    files: tuple[tuple[str, Path], ...]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadFile:
    """A workbook that was read. `file` is its shown name, which is also `reading.file`.

    `modified` is when it was last saved, in UTC, as the workbook says, else as the file system
    does. `is_cached` tells that it was not opened: its records were known from an earlier run.
    """

    file: str
    path: Path
    reading: Reading
    modified: datetime | None = None
    is_cached: bool = False

"""Find the workbooks that files, folders and globs name."""

from __future__ import annotations

import glob
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ..brief import Brief
from ..errors import SheetsError, UsageError
from ..files import GivenFile, SourceFile, StrPath, recover_folders
from ..ooxml import not_a_workbook, read_properties
from ..records import Reading
from ..texts import Language, book, fold, readable_name, say, visible

# The document property that tells what a workbook is, and its value for the output of a merge.
KIND = "kind"
MERGED = "merge"
# That of a list of what differs between two workbooks.
COMPARISON = "comparison"
# Why a file is passed over by rule, so that nothing is missing without it.
NO_LOSS = frozenset(("hidden_file", "backup", "earlier_merge", "comparison", "no_spreadsheet"))
_WORKBOOKS = (".xlsx", ".xlsm")
_BACKUP = re.compile(r"\.bak\d*$", re.IGNORECASE)
# Excel and WPS, WPS on Linux, LibreOffice: what stands around the workbook's own name.
_LOCK = re.compile(r"^(?:~\$|\.~lock\.|\.~)(?P<name>.+?)#?$")
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedFile(Brief):
    """A file that took no part: its shown name, and why.

    `code` names a sentence of `words/merge.toml` under `skipped`, or of `words/errors.toml`.
    `path` is where it lies, if it was found in a folder or by a glob.
    """

    file: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    path: Path | None = field(default=None, repr=False, compare=False)

    @classmethod
    def by(cls, file: str, error: SheetsError) -> SkippedFile:
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
    skipped: tuple[SkippedFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadFile:
    """A workbook that was read. `file` is its shown name, which is also `reading.file`.

    `modified` is when it was last saved, in UTC, as the workbook says, else as the file system
    does. `is_cached` tells that it was not opened: its records were known from an earlier run.
    """

    file: str
    path: GivenFile
    reading: Reading
    modified: datetime | None = None
    is_cached: bool = False


def find_workbooks(paths: Sequence[StrPath], *, output: Path | None = None) -> Found:
    """Find the workbooks among `paths`: files, folders with all below them, globs (also `**`).

    The result is the same whatever the order of the arguments, and each file counts once. Lock
    files, hidden files, backups, the results of earlier merges and all that is no workbook are
    passed over and listed. A hidden file, a backup or an earlier result is taken if it is named by
    its own path. `output`, if an earlier merge is there, is as if it were not.

    Raises UsageError for a path that does not exist, a glob that matches nothing, and for an
    `output` that is one of the inputs, under whatever name.
    """
    named, explicit = _distinct(map(Path, paths))
    if output is not None:
        named = _without(output, named, explicit)
    shown = shown_paths(named)
    files: list[tuple[str, Path]] = []
    skipped: list[SkippedFile] = []
    for file in sorted(named, key=lambda file: natural_order(shown[file])):
        reason = _reason(file, shown[file], is_explicit=file in explicit)
        if reason is None:
            files.append((shown[file], file))
        else:
            skipped.append(reason)
    return Found(files=tuple(files), skipped=tuple(skipped))


def named_apart(
    objects: Iterable[SourceFile], taken: Iterable[str]
) -> Iterator[tuple[str, SourceFile]]:
    """Name file objects apart from others and from `taken`, the same whatever their order."""
    names = set(taken)
    for one in sorted(objects, key=lambda one: (one.name, one.sha256)):
        number, name = 1, one.name
        while name in names:
            number += 1
            name = f"{one.name} ({number})"
        names.add(name)
        yield name, one


def _without(output: Path, named: Sequence[Path], explicit: Collection[Path]) -> list[Path]:
    """Return the files without `output`: an earlier merge that lies among them, no input."""
    try:
        target = output.stat()
    except OSError:
        return list(named)  # nothing is there yet
    kept = []
    for file in named:
        if not _is_at(file, target):
            kept.append(file)
        elif file in explicit or kind_of(file) != MERGED:
            raise UsageError("output_is_input", file=output.name)
    return kept


def _is_at(file: Path, target: os.stat_result) -> bool:
    """Whether a file is the one at `target`, by a link of any kind too."""
    try:
        return os.path.samestat(file.stat(), target)
    except OSError:
        return False


def natural_order(name: str) -> tuple[object, ...]:
    """Return a key that sorts 2月 before 10月, folder by folder; a shown name parts them by "/"."""
    return (*(tuple(_runs(part)) for part in name.split("/")), (), name)


def _runs(part: str) -> Iterator[tuple[str, int]]:
    """Yield a name as folded text and the number behind it; -1 where none follows."""
    pieces = [*_DIGITS.split(part), ""]
    for text, digits in zip(pieces[::2], pieces[1::2], strict=True):
        yield fold(text), int(digits or -1)


def _distinct(paths: Iterable[Path]) -> tuple[list[Path], set[Path]]:
    """Return the absolute paths of all files named, each file once, and those named one by one.

    A file may be named and lie in a folder that is named too, or have links to it.
    """
    names: dict[Path, set[Path]] = {}
    explicit: set[Path] = set()
    for path in paths:
        for file, is_explicit in _files(path):
            real = _real(file)
            names.setdefault(real, set()).add(_real(file.parent) / file.name)
            if is_explicit:
                explicit.add(real)
    first = {real: min(files) for real, files in names.items()}
    return list(first.values()), {first[real] for real in explicit}


def _real(path: Path) -> Path:
    """Follow links as far as they lead anywhere: one to itself is a file nobody can read."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path.absolute()


def _files(path: Path) -> Iterator[tuple[Path, bool]]:
    """Yield the files a path means, and whether it names them one by one."""
    # A folder of parts may wait beside for a split that was killed while it replaced it.
    recover_folders(path.parent)
    if path.is_dir():
        yield from _below(path)
    elif os.path.lexists(path):
        yield path, True
    elif glob.has_magic(str(path)):
        found = [Path(name) for name in _matches(str(path))]
        if not found:
            raise UsageError("no_file_matches", pattern=str(path))
        for match in found:
            # Below a folder that `**` matches, it matches every file as well.
            if match.is_dir() and "**" not in path.parts:
                yield from _below(match)
            elif not match.is_dir():
                yield match, False
    else:
        raise UsageError("path_missing", path=str(path))


def _matches(pattern: str) -> list[str]:
    return glob.glob(pattern, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute pattern


def _below(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Yield the files below a folder, but for those in hidden folders."""
    for place, folders, names in os.walk(folder):
        back = recover_folders(Path(place))
        folders[:] = [name for name in (*folders, *back) if not name.startswith(".")]
        for name in names:
            yield Path(place, name), False


def shown_paths(files: Iterable[Path]) -> dict[Path, str]:
    """Name files, given by absolute paths, by the path below the folder that all of them share."""
    files = list(files)
    if not files:
        return {}
    try:
        shared = Path(os.path.commonpath([file.parent for file in files]))
        paths = {file: file.relative_to(shared).as_posix() for file in files}
    except ValueError:  # on several drives
        paths = {file: file.as_posix() for file in files}
    # Names that are no UTF-8 are read as what they probably mean, and as their bytes where another
    # file is called that already.
    readable = Counter(map(readable_name, paths.values()))
    return {
        file: readable_name(path) if readable[readable_name(path)] == 1 else visible(path)
        for file, path in paths.items()
    }


def _reason(file: Path, shown: str, *, is_explicit: bool) -> SkippedFile | None:
    """Return why a file takes no part, if it does not."""
    lock = _LOCK.match(file.name)
    if lock is not None:
        return SkippedFile(
            file=shown,
            code="lock_file",
            params=_named(shown, workbook=lock["name"]),
            path=file,
        )
    code = None
    if file.suffix.lower() == ".xls":
        code = "legacy_xls"
    elif file.suffix.lower() not in _WORKBOOKS:
        code = "hidden_file" if file.name.startswith(".") else not_a_workbook(file.name).code
    elif not is_explicit:
        code = _unwanted(file)
    if code is None:
        return None
    return SkippedFile(file=shown, code=code, params=_named(shown), path=file)


def _unwanted(file: Path) -> str | None:
    """Return why a workbook that merely lies in a folder takes no part."""
    if file.name.startswith("."):
        return "hidden_file"
    if _BACKUP.search(file.stem):
        return "backup"
    return {MERGED: "earlier_merge", COMPARISON: "comparison"}.get(kind_of(file))


def kind_of(file: Path) -> str:
    """Return the kind that a workbook says it is of; "" where it says nothing."""
    try:
        return read_properties(file).get(KIND, "")
    except SheetsError:
        return ""  # the reader will say what is wrong with it


def _named(shown: str, **more: object) -> dict[str, object]:
    return {"file": shown, **more}

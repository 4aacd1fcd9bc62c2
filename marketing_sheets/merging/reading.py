"""Read many workbooks at once, each on its own; or on a Dask cluster that is there already."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ..errors import SheetsError, UsageError, WorkbookError
from ..files import GivenFile, SourceFile, StrPath
from ..loading import library_template, load_template, template_names
from ..logs import logger_of
from ..ooxml import open_source
from ..reader import read_inputs
from ..records import Reading
from ..template import Template
from .cache import Cache
from .packets import decode, encode
from .sources import ReadFile, SkippedFile
from .workers import processes

_LONGEST_DETAIL = 300  # characters
_PATIENCE = 10  # seconds to wait for a scheduler
FileProgress = Callable[[int, int, str], None]
# A packet, else the reading itself, else what kept the workbook from being read.
FileOutcome = bytes | Reading | SheetsError
_WORTH_IT = 4 << 20  # bytes of workbooks: less is read before other processes have started
_MOST_JOBS = 8  # unasked; each holds a workbook in memory


@contextmanager
def dask_executor(address: str) -> Iterator[Executor]:
    """Give an executor on the cluster whose scheduler listens at `address`.

    Its workers need this library and the files under the same paths. Raises UsageError where
    `distributed` is not installed or the scheduler cannot be reached.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra that few have installed
    except ImportError as error:
        raise UsageError("dask_missing") from error
    connect: Any = Client  # it has no types
    try:
        client = connect(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise UsageError("dask_unreachable", address=address, reason=reason) from error
    with client:
        # A workbook is read as often as it is asked for: it may have changed since.
        yield client.get_executor(pure=False)


def read_workbooks(
    files: Sequence[tuple[str, GivenFile]],
    *,
    template: Template | StrPath | None = None,
    as_of: date | None = None,
    executor: Executor | None = None,
    jobs: int | None = None,
    cache: Cache | None = None,
    fail_fast: bool = False,
    progress: FileProgress | None = None,
) -> tuple[list[ReadFile], list[SkippedFile]]:
    """Read workbooks, given as (shown name, file), and return them in that order.

    `template` is as for `read_inputs`. They are read on `executor`, else in `jobs` processes of
    its own (None: as many as there are processors), else one by one where there is little to read.
    An executor on other machines needs the files under the same paths. `cache` gives those that are
    known and takes up the others. A workbook that cannot be read is skipped with the reason, or
    raises its error with `fail_fast`. `progress` is told how many are done, of how many, and the
    name of the last.

    With processes of its own, a script must start them below `if __name__ == "__main__":`. Raises
    UsageError for less than one job, TemplateError for a template that cannot be used.
    """
    if jobs is not None and jobs < 1:
        raise UsageError("jobs_out_of_range", jobs=jobs)
    if template is not None and not isinstance(template, Template):
        template = load_template(template)
    task = _Task(
        files=tuple(files),
        template=template,
        sent=_sent(template),
        as_of=as_of,
        cache=cache,
        progress=progress,
        fail_fast=fail_fast,
    )
    rest = [at for at in range(len(files)) if not task.take_known(at)]
    if executor is not None:
        _read_on(executor, rest, task)
    elif jobs == 1 or not _is_worth_it(files, rest, jobs):
        for at in rest:
            task.take(at, _read(*task.order(at)))
    else:
        _read_in_processes(rest, task, jobs or _usual_jobs())
    if cache is not None and rest:
        cache.prune()
    read = [task.read[at] for at in sorted(task.read)]
    skipped = [task.skipped[at] for at in sorted(task.skipped)]
    log, known = logger_of(__name__), len(files) - len(rest)
    log.info("read %d of %d files, %d known from earlier", len(read), len(files), known)
    for one in skipped:
        log.info("left out %r: %s", one.file, one.code)
    return read, skipped


@dataclass(slots=True, kw_only=True, eq=False)
class _Task:
    """What is to be read, and what has been."""

    files: tuple[tuple[str, GivenFile], ...]
    template: Template | None
    sent: Template | str | None
    as_of: date | None
    cache: Cache | None
    progress: FileProgress | None
    fail_fast: bool
    read: dict[int, ReadFile] = field(default_factory=dict)
    skipped: dict[int, SkippedFile] = field(default_factory=dict)

    def order(self, at: int) -> tuple[str, str | bytes, Template | str | None, date | None]:
        """Return the arguments of `_read` for file number `at`."""
        name, file = self.files[at]
        where = file.whole() if isinstance(file, SourceFile) else str(file)
        return name, where, self.sent, self.as_of

    def take_known(self, at: int) -> bool:
        """Take a file out of the cache, if it is there."""
        if self.cache is None:
            return False
        name, file = self.files[at]
        try:
            with open_source(file, in_memory=False) as source:
                content = source.sha256
        except WorkbookError:
            return False  # the reader will say why
        key = self.cache.key(content, self.template, self.as_of)
        reading = self.cache.get(key, file=name, template=self._template_of)
        if reading is not None:
            self._keep(at, reading, is_cached=True)
        return reading is not None

    def take(self, at: int, answer: FileOutcome) -> None:
        """Take a worker's answer on file number `at`."""
        name, _ = self.files[at]
        if isinstance(answer, SheetsError):
            if self.fail_fast:
                answer.language = next((r.reading.language for r in self.read.values()), None)
                raise answer
            self.skipped[at] = SkippedFile.by(name, answer)
            self._tell(at)
            return
        if isinstance(answer, Reading):
            reading, packet = answer, encode(answer) if self.cache is not None else None
        else:
            reading, packet = decode(answer, file=name, template=self._template_of), answer
        if self.cache is not None and packet is not None and reading.sha256 is not None:
            key = self.cache.key(reading.sha256, self.template, self.as_of)
            self.cache.put(key, packet)
        self._keep(at, reading, is_cached=False)

    def is_open(self, at: int) -> bool:
        """Tell whether file number `at` still has to be read."""
        return at not in self.read and at not in self.skipped

    def _template_of(self, template_id: str) -> Template:
        return library_template(template_id) if self.template is None else self.template

    def _keep(self, at: int, reading: Reading, *, is_cached: bool) -> None:
        name, path = self.files[at]
        modified = reading.modified
        if modified is None and isinstance(path, Path):
            with suppress(OSError):  # gone meanwhile
                modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        self.read[at] = ReadFile(
            file=name, path=path, reading=reading, modified=modified, is_cached=is_cached
        )
        self._tell(at)

    def _tell(self, at: int) -> None:
        if self.progress is not None:
            self.progress(len(self.read) + len(self.skipped), len(self.files), self.files[at][0])


def _read(
    name: str, file: str | bytes, template: Template | str | None, as_of: date | None
) -> Reading | SheetsError:
    """Read one workbook, at a path or in bytes; whatever goes wrong concerns that one alone."""
    if isinstance(template, str):
        template = library_template(template)
    try:
        given = Path(file) if isinstance(file, str) else SourceFile(name, data=file)
        return read_inputs(given, template=template, as_of=as_of, name=name)
    except SheetsError as error:
        return error
    except MemoryError:
        return WorkbookError("no_memory", file=name)
    except Exception as error:
        detail, trace = f"{error!r}"[:_LONGEST_DETAIL], traceback.format_exc()
        return WorkbookError("unforeseen_fault", file=name, detail=detail, trace=trace)


def _read_packed(
    name: str, file: str | bytes, template: Template | str | None, as_of: date | None
) -> FileOutcome:
    """Read one workbook in another process; its reading is sent as a packet if that can be."""
    answer = _read(name, file, template, as_of)
    if isinstance(answer, SheetsError):
        return answer
    return encode(answer) or answer


def _read_on(executor: Executor, rest: Sequence[int], task: _Task) -> None:
    """Read files on an executor, each answer taken as it comes."""
    with _uninterrupted():
        orders = {executor.submit(_read_packed, *task.order(at)): at for at in rest}
    try:
        for done in as_completed(list(orders)):
            task.take(orders.pop(done), done.result())
    finally:
        for order in orders:
            order.cancel()


def _read_in_processes(rest: Sequence[int], task: _Task, jobs: int) -> None:
    """Read files in processes of our own; one that kills its process costs only itself."""
    try:
        with processes(min(jobs, len(rest))) as pool:
            _read_on(pool, rest, task)
    except BrokenExecutor:
        pending = [at for at in rest if task.is_open(at)]
        if not _can_start():
            for at in pending:
                task.take(at, _read(*task.order(at)))
            return
        while pending:
            _read_until_it_breaks(pending, task)


def _read_until_it_breaks(pending: list[int], task: _Task) -> None:
    """Read one file after the other, so that it is known which one kills the process."""
    with processes(1) as pool:
        while pending:
            try:
                _read_on(pool, pending[:1], task)
            except BrokenExecutor:
                at = pending.pop(0)
                task.take(at, WorkbookError("reader_died", file=task.files[at][0]))
                return
            pending.pop(0)


def _can_start() -> bool:
    """Tell whether processes start at all; a script without a main guard kills each at once."""
    try:
        with processes(1) as pool:
            return pool.submit(bool, 1).result()
    except BrokenExecutor:
        return False


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold back Ctrl-C, also from processes started meanwhile: they would say where they were."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _is_worth_it(
    files: Sequence[tuple[str, GivenFile]], rest: Sequence[int], jobs: int | None
) -> bool:
    """Tell whether there is more to read than it takes to start processes."""
    if len(rest) < 2 or (jobs is None and _usual_jobs() == 1):
        return False
    return jobs is not None or sum(_size(files[at][1]) for at in rest) >= _WORTH_IT


def _size(file: GivenFile) -> int:
    if isinstance(file, SourceFile):
        return file.size
    return file.stat().st_size if file.is_file() else 0


def _usual_jobs() -> int:
    return min(os.cpu_count() or 1, _MOST_JOBS)


def _sent(template: Template | None) -> Template | str | None:
    """Return what tells a worker the template: the library's own stand wherever it does."""
    if template is not None and template.id in template_names():
        return template.id if template == library_template(template.id) else template
    return template

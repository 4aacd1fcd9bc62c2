"""Where errors become sentences and exit codes, and what every command shares."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from ..errors import SheetsError, TemplateError, UsageError, WorkbookError, WorkbookExists
from ..texts import LANGUAGES, Language, say
from .help import LazyGroup, NamedChoice, click_speaks, missing
from .offers import COMPLETE, offer_templates
from .terminal import (
    Terminated,
    asked,
    asked_for,
    ended_in_order,
    is_quiet,
    is_verbose,
    keep_asked,
    not_printed,
    print_json,
    problem_lines,
    ready_streams,
    shown_stages,
    speech,
    tell,
    told_of_work,
)

if TYPE_CHECKING:
    from ..merging import SkippedFile
    from ..problems import Problem


FINE = 0
DOUBTS = 1  # found, and everything written all the same
WRONG_USAGE = 2
UNUSABLE = 3  # a file that could not be used
INTERRUPTED = 130  # what shells return for a program ended by Ctrl-C
TERMINATED = 143  # and by SIGTERM, as containers and services end what they run
FailOn = Literal["error", "warning", "never"]
_COUNTED: dict[FailOn, tuple[str, ...]] = {
    "error": ("error",),
    "warning": ("error", "warning"),
    "never": (),
}
# What is no fault of the library's, and is said by whoever runs the command.
_PASSED_ON = (
    BrokenPipeError,  # whoever was reading has read enough; click ends quietly
    SystemExit,
    GeneratorExit,
    click.ClickException,
    click.Abort,
    click.exceptions.Exit,
)
_LONGEST_DETAIL = 300  # characters

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Sentence(click.ClickException):
    """An error said in one sentence, and the exit code that goes with it."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        setattr(self, "exit_code", exit_code)  # noqa: B010 - click declares it of the class

    def show(self, file: Any = None) -> None:
        """Print the sentence, without click's "Error: "."""
        del file
        tell(self.message, err=True)


class Program(LazyGroup):
    """The whole command line: whatever happens, one exit code, and with `--json` one document."""

    def main(  # type: ignore[override]  # click's overloads differ by the mode alone
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = COMPLETE,
        *,
        standalone_mode: bool = True,
        **options: Any,
    ) -> Any:
        """Run a command; wrong usage is said in the form that was asked for."""
        words = list(sys.argv[1:] if args is None else args)
        ready_streams()
        with asked_for(words), click_speaks(speech()):
            code = self._run(words, prog_name, complete_var, options)
        if standalone_mode:
            sys.exit(code or FINE)
        return code

    def _run(
        self,
        words: list[str],
        prog_name: str | None,
        complete_var: str | None,
        options: dict[str, Any],
    ) -> Any:
        try:
            return super().main(words, prog_name, complete_var, standalone_mode=False, **options)
        except click.ClickException as raised:
            error = missing(raised) if isinstance(raised, click.MissingParameter) else raised
            if "--json" in words:
                try:
                    print_json({"error": error.format_message()})
                except WorkbookError as failed:
                    tell(failed.describe(speech()), err=True)
            else:
                shown = io.StringIO()
                error.show(shown)
                if shown.getvalue():  # a sentence of ours prints itself
                    # Where click joins sentences, none of Chinese needs the blank.
                    tell(shown.getvalue().rstrip("\n").replace("。 ", "。"), err=True)
            return error.exit_code
        except click.Abort:
            return INTERRUPTED
        except OSError as error:  # click prints its own help and version
            tell(not_printed(error).describe(speech()), err=True)
            return UNUSABLE
        finally:
            _flush()


def _flush() -> None:
    """Print what still waits; where it cannot be, the exit code must not say that all is fine."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (OSError, ValueError) as error:
        # The interpreter would try again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        tell(not_printed(error).describe(speech()), err=True)
        sys.exit(UNUSABLE)


language_option = click.option(
    "--language",
    type=NamedChoice(LANGUAGES),
    # It may stand before the command too.
    callback=lambda _context, _option, language: language or asked(),
)
template_option = click.option("--template", metavar="NAME", shell_complete=offer_templates)
json_option = click.option("--json", "as_json", is_flag=True)
fail_on_option = click.option(
    "--fail-on", type=NamedChoice(tuple(_COUNTED)), default="warning", show_default=True
)
files_argument = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH..."
)


def guarded(command: _Command) -> _Command:
    """Turn exceptions into one sentence and the right exit code, whatever they are."""

    @wraps(command)
    def run(*args: Any, verbose: int, quiet: bool, **kwargs: Any) -> Any:
        keep_asked(verbose=verbose, quiet=quiet)
        language = kwargs.get("language")
        try:
            with told_of_work(verbose), ended_in_order():
                return command(*args, **kwargs)
        except _PASSED_ON:
            raise
        except Terminated:
            sentence = Sentence(say("cli", "terminated", _spoken(language)), TERMINATED)
        except KeyboardInterrupt:
            sentence = Sentence(say("cli", "interrupted", _spoken(language)), INTERRUPTED)
        except BaseException as error:  # a panic of a parser is no Exception
            names = ("path", "file", "output", "template")
            what = next((str(kwargs[n]) for n in names if kwargs.get(n)), command.__name__)
            sentence = as_sentence(error, language, what)
        raise sentence

    run = click.option("-q", "--quiet", is_flag=True)(run)
    return click.option("-v", "--verbose", count=True)(run)  # type: ignore[return-value]  # wraps keeps the signature


def as_sentence(error: BaseException, language: Language | None, file: str) -> Sentence:
    """Return the sentence that says an error: arguments and templates are usage, files are not.

    A file that would have to be replaced is a matter of `--force`, which is usage too. `language`
    None takes that of the workbooks, as far as they were read, else the system's. `file` is what
    was worked on, for errors that name nothing.
    """
    known = error
    if isinstance(error, OSError) and not isinstance(error, SheetsError):
        reason = error.strerror or str(error)
        known = WorkbookError("os_error", file=error.filename or file, reason=reason)
    elif isinstance(error, MemoryError):
        known = WorkbookError("no_memory", file=file)
    elif not isinstance(error, SheetsError):
        known = unforeseen(error, file)
    assert isinstance(known, SheetsError)
    if is_verbose():
        import traceback

        tell("".join(traceback.format_exception(error)).rstrip(), err=True)
    is_usage = isinstance(known, UsageError | TemplateError | WorkbookExists)
    code = WRONG_USAGE if is_usage else UNUSABLE
    return Sentence(known.describe(_spoken(language, known.language)), code)


def _spoken(*known: Language | None) -> Language:
    """Return the language to speak where the template a command names has its say too."""
    stated = None if asked() or any(known) else _stated_language()
    return speech(*known, stated)


def _stated_language() -> Language | None:
    context = click.get_current_context(silent=True)
    named = None if context is None else context.params.get("template")
    if named is None:
        return None
    from ..loading import load_template

    try:
        return load_template(named).language
    except SheetsError:
        return None


def unforeseen(error: BaseException, file: str) -> WorkbookError:
    """Return the error that tells of a fault nobody thought of."""
    detail = repr(error)
    if len(detail) > _LONGEST_DETAIL:
        detail = detail[:_LONGEST_DETAIL] + "…"
    return WorkbookError("unforeseen_fault", file=file, detail=detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file: its problems, and the document or the lines to print.

    `language` is the one they are said in; places of the lines call the file as it is shown.
    """

    problems: Sequence[Problem]
    language: Language
    document: dict[str, object] = field(default_factory=dict)
    lines: Sequence[str] = ()


def found_files(
    paths: Sequence[Path], output: Path | None = None, *, in_place: bool = False
) -> tuple[list[Path], list[SkippedFile]]:
    """Return the workbooks that files, folders and globs name, and what a folder holds besides.

    What lies in the folder `output` is left out. Who writes `in_place` is told by the workbook
    itself that it is open, and needs no word of its lock. Raises UsageError where there is no
    workbook.
    """
    from ..merging import NO_LOSS, find_workbooks

    named = {path: not path.is_dir() and _is_one(path) for path in paths}
    found = find_workbooks([path for path, is_one in named.items() if not is_one])
    inside = [file for _, file in found.files if output is None or output not in file.parents]
    for path, is_one in named.items():
        folder = path.resolve() if path.is_dir() else None
        if not is_one and not any(folder in (None, *file.parents) for file in inside):
            if folder is not None:
                raise UsageError("no_workbook_in", folder=str(path))
            raise UsageError("no_file_matches", pattern=str(path))
    harmless = NO_LOSS | ({"lock_file"} if in_place else set())
    lost = [skipped for skipped in found.skipped if skipped.code not in harmless]
    files = {file.absolute(): file for file in inside}
    # As it was typed, wherever else it lies.
    files |= {path.absolute(): path for path, is_one in named.items() if is_one}
    return list(files.values()), lost


def _is_one(path: Path) -> bool:
    import glob

    return os.path.lexists(path) or not glob.has_magic(str(path))


def _shown(files: Sequence[Path]) -> list[str]:
    """Return what to call each file: its name, of several the path that tells them apart."""
    if len(files) == 1:
        return [files[0].name]
    from ..merging import shown_paths

    names = shown_paths(file.absolute() for file in files)
    return [names[file.absolute()] for file in files]


def run_files(
    files: Sequence[Path],
    work: Callable[[Path, str, Callable[[str], None]], Outcome],
    *,
    language: Language | None,
    as_json: bool,
    fail_on: FailOn = "warning",
    lost: Sequence[SkippedFile] = (),
) -> int:
    """Do `work` on each file, print what became of it, and return the exit code: the highest.

    `work` takes the file, what to call it, and what tells of its stages. One bad file must not keep
    the others from their turn: it becomes a sentence. `lost` says what files were found besides
    that are no workbooks.
    """
    documents: list[dict[str, object]] = []
    codes: list[int] = []
    said: Counter[Language] = Counter()
    for number, (file, name) in enumerate(zip(files, _shown(files), strict=True), 1):
        count = f"[{number}/{len(files)}] " if len(files) > 1 else ""
        try:
            with shown_stages(count + name, speech(language)) as show:
                outcome = work(file, name, show)
        except (KeyboardInterrupt, *_PASSED_ON):
            raise
        except BaseException as error:  # a panic of a parser is no Exception
            sentence = as_sentence(_about(error, file, name), language, name)
            codes.append(sentence.exit_code)
            if as_json:
                documents.append({"file": str(file), "error": sentence.message})
            else:
                sentence.show()
            continue
        codes.append(doubts_code(outcome.problems, fail_on))
        said[outcome.language] += 1
        documents.append({**outcome.document, "file": str(file)})
        if not as_json:
            problems = () if len(files) > 1 else counted(outcome.problems, fail_on)
            tell_lines(outcome.lines, problems, outcome.language)
    spoken = _spoken(language, *(one for one, _ in said.most_common(1)))
    for skipped in lost:
        codes.append(_lost_code(skipped, fail_on))
        told = skipped.describe(spoken)
        documents.append({"file": str(skipped.path or skipped.file), "error": told})
        if not as_json:
            tell(told, err=True)
    code = max(codes, default=FINE)
    tally = Counter(codes)
    if as_json:
        counts = {
            "files": len(codes),
            "fine": tally[FINE],
            "doubtful": tally[DOUBTS],
            "unusable": sum(count for one, count in tally.items() if one > DOUBTS),
        }
        print_json({"files": documents, "tally": counts})
        return code
    if len(codes) > 1:
        tell(_tally_line(tally, spoken))
    return code


def _lost_code(skipped: SkippedFile, fail_on: FailOn) -> int:
    """Return the exit code for a file that is no workbook, as a merge has it."""
    if skipped.code != "lock_file":
        return UNUSABLE
    # The workbook it locks was read, as it was last saved.
    return DOUBTS if fail_on == "warning" else FINE


def called(problems: Iterable[Problem], name: str) -> tuple[Problem, ...]:
    """Return problems whose places call their file by the name that tells it apart."""
    return tuple(replace(one, place=replace(one.place, file=name)) for one in problems)


def _about(error: BaseException, file: Path, name: str) -> BaseException:
    """Let an error call its file by the name that tells it apart."""
    if isinstance(error, SheetsError) and error.params.get("file") == file.name:
        error.params["file"] = name
    return error


def _tally_line(tally: Counter[int], language: Language) -> str:
    unusable = sum(count for code, count in tally.items() if code > DOUBTS)
    return say(
        "cli",
        "tally",
        language,
        files=tally.total(),
        fine=tally[FINE],
        doubtful=tally[DOUBTS],
        unusable=unusable,
    )


def counted(problems: Iterable[Problem], fail_on: FailOn) -> list[Problem]:
    """Return the problems that change the exit code."""
    return [problem for problem in problems if problem.severity in _COUNTED[fail_on]]


def doubts_code(problems: Iterable[Problem], fail_on: FailOn) -> int:
    """Return the exit code for what a command has found but not been kept by."""
    return DOUBTS if counted(problems, fail_on) else FINE


def tell_lines(
    lines: Iterable[str],
    problems: Sequence[Problem] = (),
    language: Language | None = None,
    also: Iterable[str] = (),
) -> None:
    """Print lines; where quiet is asked for, only `problems` and what `also` must be known."""
    quietly = (*problem_lines(problems, speech(language), every=True), *also)
    for line in quietly if is_quiet() else lines:
        tell(line)

"""What every command shares: options, the error boundary, progress, printed problems."""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import SheetsError, TemplateError, UsageError, WorkbookError, WorkbookExists
from ..texts import LANGUAGES, Language, say

if TYPE_CHECKING:
    from ..problems import Problem


PROBLEMS_FOUND = 1
WRONG_USAGE = 2
INTERRUPTED = 130  # what shells return for a program ended by Ctrl-C
_SHOWN_PROBLEMS = 20
_SHOWN_HINTS = 10

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Sentence(click.ClickException):
    """An error said in one sentence: something about a file."""

    exit_code = PROBLEMS_FOUND

    def show(self, file: Any = None) -> None:
        """Print the sentence, without click's "Error: "."""
        click.echo(self.message, file=file or sys.stderr)


class UsageSentence(Sentence):
    """The same about an argument or a template."""

    exit_code = WRONG_USAGE


class InterruptSentence(Sentence):
    """What is said when somebody presses Ctrl-C."""

    exit_code = INTERRUPTED


def _day(_context: click.Context, _option: click.Parameter, moment: datetime | None) -> date | None:
    if moment is None:
        return None
    if not 1990 <= moment.year <= 2100:
        error = UsageError("day_out_of_range", day=moment.date().isoformat())
        raise click.BadParameter(error.describe(speech()))
    return moment.date()


def day_option(name: str, text: str) -> Callable[[_Command], _Command]:
    """Make an option that takes a day, YYYY-MM-DD."""
    return click.option(
        name,
        type=click.DateTime(["%Y-%m-%d"]),
        callback=_day,
        metavar="YYYY-MM-DD",
        help=text,
    )


language_option = click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    help="Language to write and speak in; else the workbook's.",
)
template_option = click.option(
    "--template",
    metavar="NAME",
    help="The template, where the workbook does not tell: a name or a .toml.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
files_argument = click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)


def speech(language: Language | None = None) -> Language:
    """Return the language to speak before a workbook is known: asked for, else the system's."""
    if language is not None:
        return language
    system = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)),
        locale.getlocale()[0] or "",
    ).replace("-", "_")
    if not system.lower().startswith(("zh", "chinese")):
        return "en"
    traditional = ("TW", "HK", "MO", "Hant", "Traditional")
    return "zh-Hant" if any(mark in system for mark in traditional) else "zh-Hans"


def guarded(command: _Command) -> _Command:
    """Turn the library's exceptions into one sentence and the right exit code."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except BrokenPipeError:
            raise  # whoever was reading has read enough; click ends quietly
        except KeyboardInterrupt:
            words = say("cli", "interrupted", speech(kwargs.get("language")))
            sentence: Sentence = InterruptSentence(words)
        except (SheetsError, OSError) as error:
            sentence = as_sentence(error, kwargs.get("language"))
        if not kwargs.get("as_json"):
            raise sentence
        print_json({"error": sentence.message})
        sys.exit(sentence.exit_code)

    return run  # type: ignore[return-value]  # wraps keeps the signature


def as_sentence(error: SheetsError | OSError, language: Language | None) -> Sentence:
    """Return the sentence that says an error: arguments and templates are usage, files are not.

    A file that would have to be replaced is a matter of `--force`, which is usage too. `language`
    None takes that of the workbooks, as far as they were read, else the system's.
    """
    if not isinstance(error, SheetsError):
        file, reason = error.filename or "", error.strerror or str(error)
        error = WorkbookError("os_error", file=file, reason=reason)
    is_usage = isinstance(error, UsageError | TemplateError | WorkbookExists)
    kind = UsageSentence if is_usage else Sentence
    return kind(error.describe(speech(language or error.language)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one file: its problems, and the document or the lines to print."""

    problems: Sequence[Problem]
    document: dict[str, object] = field(default_factory=dict)
    lines: Sequence[str] = ()


def run_files(
    files: Sequence[Path],
    work: Callable[[Path, Callable[[str], None]], Outcome],
    *,
    language: Language | None,
    as_json: bool,
) -> int:
    """Do `work` on each file, print what became of it, and return the exit code.

    One bad file must not keep the others from their turn: it becomes a sentence.
    """
    documents: list[dict[str, object]] = []
    code = 0
    for number, file in enumerate(files, 1):
        count = f"[{number}/{len(files)}] " if len(files) > 1 else ""
        try:
            with shown_stages(count + file.name, speech(language)) as show:
                outcome = work(file, show)
        except (SheetsError, OSError) as error:
            sentence = as_sentence(error, language)
            code = max(code, sentence.exit_code)
            if as_json:
                documents.append({"file": str(file), "error": sentence.message})
            else:
                sentence.show()
            continue
        if are_serious(outcome.problems):
            code = max(code, PROBLEMS_FOUND)
        documents.append({**outcome.document, "file": str(file)})
        for line in outcome.lines:
            click.echo(line)
    if as_json:
        print_json({"files": documents})
    return code


@contextmanager
def shown_stages(file: str, language: Language) -> Iterator[Callable[[str], None]]:
    """Give a function that shows on a terminal what is being done; nothing elsewhere."""
    is_terminal = sys.stderr.isatty()

    def show(stage: str) -> None:
        if is_terminal:
            words = say("cli", f"stage.{stage}", language)
            click.echo(f"\r\033[K{file}  {words}", nl=False, err=True)

    try:
        yield show
    finally:
        if is_terminal:
            click.echo("\r\033[K", nl=False, err=True)


def print_json(document: object) -> None:
    """Print a document as JSON with its keys in their own order; always UTF-8."""
    text = json.dumps(document, ensure_ascii=False, indent=2, default=_plain)
    click.echo(text.encode("utf-8"))  # as bytes it meets no console encoding


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)


def problem_lines(
    problems: Sequence[Problem], language: Language, *, every: bool = False
) -> list[str]:
    """Say problems a line each, worst first; beyond twenty only their number unless `every`.

    A hundred or more of a kind in one column are one line.
    """
    from ..problems import condensed

    order = {"error": 0, "warning": 1, "info": 2}
    ranked = sorted(condensed(problems), key=lambda problem: order[problem.severity])
    shown = ranked if every else ranked[:_SHOWN_PROBLEMS]
    lines = [
        f"{say('cli', f'severity.{problem.severity}', language)} {problem.describe(language)}"
        for problem in shown
    ]
    if len(shown) < len(ranked):
        rest = sum(1 + problem.alike for problem in ranked[len(shown) :])
        lines.append(say("cli", "more_problems", language, count=rest))
    return lines


def hint_lines(hints: Sequence[Problem], language: Language) -> list[str]:
    """Say what could be written better, a line each; beyond ten only their number."""
    if not hints:
        return []
    key = "terminal.hints_one" if len(hints) == 1 else "terminal.hints"
    lines = ["", say("summary", key, language, count=len(hints))]
    lines += [f"  {hint.describe(language)}" for hint in hints[:_SHOWN_HINTS]]
    if len(hints) > _SHOWN_HINTS:
        lines.append(say("cli", "more_problems", language, count=len(hints) - _SHOWN_HINTS))
    return [*lines, ""]


def are_serious(problems: Sequence[Problem]) -> bool:
    """Whether any problem is more than information."""
    return any(problem.severity != "info" for problem in problems)

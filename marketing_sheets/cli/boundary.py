"""What every command shares: options, the error boundary, progress, printed problems."""

from __future__ import annotations

import json
import locale
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..errors import SheetsError, TemplateError, UsageError
from ..languages import LANGUAGES, Language
from ..wording import say

if TYPE_CHECKING:
    from ..problems import Problem

__all__ = [
    "PROBLEMS_FOUND",
    "WRONG_USAGE",
    "Sentence",
    "UsageSentence",
    "are_serious",
    "as_sentence",
    "day_option",
    "files_argument",
    "guarded",
    "json_option",
    "language_option",
    "print_json",
    "print_problems",
    "shown_stages",
    "speech",
]

PROBLEMS_FOUND = 1
WRONG_USAGE = 2
_SHOWN_PROBLEMS = 20

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


def day_option(name: str, text: str) -> Callable[[_Command], _Command]:
    """Make an option that takes a day, YYYY-MM-DD."""
    return click.option(
        name,
        type=click.DateTime(["%Y-%m-%d"]),
        callback=lambda _context, _option, moment: moment and moment.date(),
        metavar="YYYY-MM-DD",
        help=text,
    )


language_option = click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    help="Language to write and speak in; else the workbook's.",
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
        except SheetsError as error:
            raise as_sentence(error, speech(kwargs.get("language"))) from error

    return run  # type: ignore[return-value]  # wraps keeps the signature


def as_sentence(error: SheetsError, language: Language) -> Sentence:
    """Return the sentence that says an error: arguments and templates are usage, files are not."""
    kind = UsageSentence if isinstance(error, UsageError | TemplateError) else Sentence
    return kind(error.describe(language))


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
    """Print a document as JSON with its keys in their own order."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)


def print_problems(problems: Sequence[Problem], language: Language, *, every: bool = False) -> None:
    """Print problems a line each, worst first; beyond twenty only their number unless `every`."""
    order = {"error": 0, "warning": 1, "info": 2}
    ranked = sorted(problems, key=lambda problem: order[problem.severity])
    shown = ranked if every else ranked[:_SHOWN_PROBLEMS]
    for problem in shown:
        mark = say("cli", f"severity.{problem.severity}", language)
        click.echo(f"{mark} {problem.describe(language)}")
    if len(shown) < len(ranked):
        click.echo(say("cli", "more_problems", language, count=len(ranked) - len(shown)))


def are_serious(problems: Sequence[Problem]) -> bool:
    """Whether any problem is more than information."""
    return any(problem.severity != "info" for problem in problems)

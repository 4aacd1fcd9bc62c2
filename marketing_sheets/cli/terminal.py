"""What is printed: sentences, problems, JSON, on terminals and consoles of all kinds."""

from __future__ import annotations

import codecs
import os
import re
import shlex
import sys
import threading
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import WorkbookError
from ..texts import LANGUAGES, Language, readable_text, say, visible
from .colour import coloured, takes_colour

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..problems import Problem


_ASKED: ContextVar[Language | None] = ContextVar("asked", default=None)
_SHOWN_PROBLEMS = 20
_SHOWN_HINTS = 10
_PATIENCE = 2.0  # seconds for which nobody need be told that something is being done
# What stands for a character that a console lacks: the first that it has.
_ALIKE = {
    "✓": "√v", "●": "*", "○": "o", "■": "#", "▲": "^", "▼": "v", "×": "x", "↑": "^", "↓": "v",
    "–": "-", "—": "-", "−": "-", "›": ">", "“": '"', "”": '"', "‘": "'", "’": "'", "「": '"',
    "」": '"', "『": '"', "』": '"', "、": ",", "。": ".", "·": "-", "¥": "￥Y",
}  # fmt: skip


def ready_streams() -> None:
    """Let no sentence fail on a console that lacks a character of it, or where there is none."""
    codecs.register_error("readable", _stand_in)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # as for services, and whoever is started without a console on Windows
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
            setattr(sys, name, nowhere)
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="readable")


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = str(error.object[error.start : error.end])
    return "".join(_alike(one, error.encoding) for one in missing), error.end


def _alike(character: str, encoding: str) -> str:
    """Return something readable that the encoding has; at the worst the character's number."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKD", character)[:1])
    for candidate in (*_ALIKE.get(character, ""), plain):
        try:
            candidate.encode(encoding)
        except UnicodeError:
            continue
        return str(candidate)
    return character.encode("unicode_escape").decode()


def tell(text: object = "", *, err: bool = False) -> None:
    """Print a line; what a terminal would obey is spelled out.

    Raises WorkbookError where the output takes no more, as on a full disk.
    """
    shown = visible(readable_text(str(text)))
    has_colour = takes_colour(sys.stderr if err else sys.stdout)
    _print((coloured(shown) if has_colour else shown) + "\n", err=err, color=has_colour)


def print_json(document: object) -> None:
    """Print a document as JSON with its keys in their own order; always UTF-8."""
    import json

    hand_on(json.dumps(document, ensure_ascii=False, indent=2, default=_plain))


def hand_on(text: str) -> None:
    """Print what another program reads as it stands; always UTF-8."""
    # As bytes it meets no console encoding. A name that is no UTF-8 keeps its bytes as \udcXX.
    _print(text.encode("utf-8", "backslashreplace") + b"\n")


def _print(text: str | bytes, *, err: bool = False, color: bool | None = None) -> None:
    try:
        click.echo(text, nl=False, err=err, color=color)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise not_printed(error) from error


def is_verbose() -> bool:
    """Whether tracebacks are to be shown."""
    return bool(_asked_of_all("verbose"))


def is_quiet() -> bool:
    """Whether nothing is to be said but what changes the exit code."""
    return bool(_asked_of_all("quiet"))


def keep_asked(*, verbose: int, quiet: bool) -> None:
    """Remember what the command was told to say."""
    click.get_current_context().meta.update({f"{__name__}.verbose": verbose})
    click.get_current_context().meta.update({f"{__name__}.quiet": quiet})


def _asked_of_all(name: str) -> object:
    context = click.get_current_context(silent=True)
    return context is not None and context.meta.get(f"{__name__}.{name}")


@contextmanager
def told_of_work(verbose: int) -> Iterator[None]:
    """Tell what the library logs while a command runs: with -v its stages, with -vv all."""
    if not verbose:
        yield
        return
    import logging

    class Told(logging.Handler):
        """Where the program says everything else."""

        def emit(self, record: logging.LogRecord) -> None:
            tell(self.format(record), err=True)

    logger, handler = logging.getLogger("marketing_sheets"), Told()
    handler.setFormatter(logging.Formatter("%(relativeCreated)6d ms  %(name)s  %(message)s"))
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if verbose > 1 else logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)


class Terminated(KeyboardInterrupt):
    """The process was told to end by SIGTERM: it ends as by Ctrl-C, with everything in order."""


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let SIGTERM end what is being done in order, also as the first process of a container.

    There the kernel does not deliver it unless somebody asked for it.
    """
    import signal

    is_free = threading.current_thread() is threading.main_thread()
    if not is_free or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def end(*_: object) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def command_line(verb: str, *words: Path | str, template: str | None = None) -> str:
    """Return a command to type, its words quoted where a shell would part them."""
    named = () if template is None else ("--template", template)
    return " ".join(["marketing-sheets", verb, *map(_quoted, (*words, *named))])


def _quoted(word: Path | str) -> str:
    text = str(word)
    if re.fullmatch(r"[\w./\\:@%+,=-]+", text):
        return text
    return f'"{text}"' if os.name == "nt" else shlex.quote(text)


def not_printed(error: Exception) -> WorkbookError:
    """Return the error of an output that takes no more."""
    reason = getattr(error, "strerror", None) or str(error)
    return WorkbookError("cannot_print", file="stdout", reason=reason)


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(type(value).__name__)


@contextmanager
def asked_for(words: Sequence[str]) -> Iterator[None]:
    """Speak the language that `--language` asks for, wherever it stands in the words."""
    token = _ASKED.set(_asked_in(words))
    try:
        yield
    finally:
        _ASKED.reset(token)


def _asked_in(words: Sequence[str]) -> Language | None:
    asked = ""
    for word, after in zip(words, [*words[1:], ""], strict=False):
        name, sign, value = word.partition("=")
        if name == "--":
            break
        if name == "--language":
            asked = value if sign else after
    return next((language for language in LANGUAGES if language == asked), None)


def asked() -> Language | None:
    """Return the language that is asked for."""
    return _ASKED.get()


def speech(*known: Language | None) -> Language:
    """Return the language to speak: asked for, else the first that is known, else the system's.

    `known` are those of the workbook and of the template, None where they state none.
    """
    return next((language for language in (asked(), *known) if language), None) or _system()


def _system() -> Language:
    """Return the language of the system: of what is not Chinese, and of C and POSIX, English."""
    import locale

    system = next(
        (os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)),
        locale.getlocale()[0] or "",
    ).replace("-", "_")
    if not system.lower().startswith(("zh", "chinese")):
        return "en"
    traditional = ("TW", "HK", "MO", "Hant", "Traditional")
    return "zh-Hant" if any(mark in system for mark in traditional) else "zh-Hans"


@contextmanager
def shown_stages(file: str, language: Language) -> Iterator[Callable[..., None]]:
    """Give a function that tells what is being done: shown on a terminal if it takes its time.

    After two seconds, each second anew with how long it has taken so far; nothing elsewhere. The
    function takes the stage and, if anything can be counted, how far it is.
    """
    can_show = sys.stderr is not None and os.environ.get("TERM") != "dumb" and not is_quiet()
    if not can_show or not sys.stderr.isatty():
        yield lambda *_: None
        return
    name, began, ended = visible(readable_text(file)), time.monotonic(), threading.Event()
    stages: list[str] = []

    def show(stage: str, so_far: str = "") -> None:
        stages[:] = [f"{say('cli', f'stage.{stage}', language)} {so_far}".strip()]

    def paint() -> None:
        import signal

        if hasattr(signal, "pthread_sigmask"):
            # Ctrl-C and its like are for whoever works, who may hold it back for a while.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        wait = _PATIENCE
        while not ended.wait(wait):
            wait = 1.0
            seconds = round(time.monotonic() - began)
            click.echo(f"\r\033[K{name}  {''.join(stages)} {seconds} s", nl=False, err=True)
        if wait != _PATIENCE:
            click.echo("\r\033[K", nl=False, err=True)

    painter = threading.Thread(target=paint, daemon=True)
    painter.start()
    try:
        yield show
    finally:
        ended.set()
        painter.join()


def problem_lines(
    problems: Sequence[Problem], language: Language, *, every: bool = False
) -> list[str]:
    """Say problems a line each, worst first; beyond twenty only their number unless `every`.

    A hundred or more of a kind in one column are one line.
    """
    from ..problems import condensed

    ranked = condensed(problems)
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

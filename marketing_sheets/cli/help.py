"""The help of every command in the reader's language: `words/help.toml`, laid out as click does.

What click says of itself (usage, its errors) is looked up in `words/click.toml`.
"""

from __future__ import annotations

import gettext
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from ..texts import Language, book, fold, listed, say
from .terminal import speech

_OPENING, _CLOSING = "（「『《【“‘[", "，。、；：？！）」』》】”’…]"  # no line ends or begins with
_AS_IT_STANDS = "\b\n"  # how click marks a paragraph whose lines are not to be filled anew


def _width(text: str) -> int:
    """Return the columns that a text takes on a terminal."""
    return len(text) if text.isascii() else len(text) + sum(map(_is_wide, text))


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _words(text: str) -> Iterator[str]:
    """Part a paragraph where a line may end: at blanks, and between Chinese letters."""
    word = ""
    for letter in text:
        before = word[-1:]
        is_bound = letter in _CLOSING or before in _OPENING or ("[" in word and "]" not in word)
        if (
            word
            and not is_bound
            and (before == " " != letter or _is_wide(before) or _is_wide(letter))
        ):
            yield word
            word = ""
        word += letter
    yield word


def _filled(text: str, room: int) -> str:
    """Break a paragraph into lines of at most `room` columns."""
    if text.startswith(_AS_IT_STANDS):
        return text
    lines, line = [], ""
    for word in _words(text):
        if line and _width(line) + _width(word.rstrip()) > room:
            lines.append(line.rstrip())
            line = ""
        line += word if line else word.lstrip()
    return _AS_IT_STANDS + "\n".join([*lines, line.rstrip()])


class Formatter(click.HelpFormatter):
    """Help in lines and columns that hold for letters of two columns too."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        word = prefix or _word("Usage:") + " "
        word = word.replace("： ", "：")  # a mark of two columns has its room
        filler, start = "\0" * _width(word), len(self.buffer)
        super().write_usage(prog, args, filler)
        self.buffer[start] = self.buffer[start].replace(filler, word, 1)

    def write_heading(self, heading: str) -> None:
        """Write what stands above a list."""
        super().write_heading(heading)
        self.buffer[-1] = self.buffer[-1].replace("：:", "：")

    def write_text(self, text: str) -> None:
        """Write paragraphs."""
        room = self.width - self.current_indent
        super().write_text("\n\n".join(_filled(one, room) for one in text.split("\n\n")))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Write terms with what they mean beside them."""
        listed = list(rows)
        left = min(max(len(term) for term, _ in listed), col_max) + col_spacing
        room = max(self.width - left - 2, 10)
        filled = [(term, _filled(meaning, room)) for term, meaning in listed]
        super().write_dl(filled, col_max, col_spacing)


class Context(click.Context):
    """A command being run, which lays its help out by `Formatter`."""

    formatter_class = Formatter


class Command(click.Command):
    """A command whose help, and that of its options, stands in the words."""

    context_class = Context

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help in the language that is spoken."""
        self.explain(ctx)
        super().format_help(ctx, formatter)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return what stands behind the command in the line that tells how it is called."""
        return [_word(piece) for piece in super().collect_usage_pieces(ctx)]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer what may stand here, with its help."""
        self.explain(ctx)
        return super().shell_complete(ctx, incomplete)

    def explain(self, ctx: click.Context) -> None:
        """Put the words where click looks for them."""
        words, language = book("help"), speech()
        entry = help_entry(command_path(ctx))
        self.help = entry["text"][language]
        for option in self.get_params(ctx):
            if isinstance(option, click.Option):
                name = option_name(option)
                option.help = (entry.get("options", {}).get(name) or words["options"][name])[
                    language
                ]


class Group(Command, click.Group):
    """Commands whose help stands in the words."""

    command_class = Command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with the whole first line of its help."""
        with formatter.section(_word("Commands")):
            formatter.write_dl(self._first_lines(ctx))

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands, none of which is loaded for it, and the options."""
        self.explain(ctx)
        lines = [CompletionItem(name, help=line) for name, line in self._first_lines(ctx)]
        found = [item for item in lines if item.value.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]

    def _first_lines(self, ctx: click.Context) -> list[tuple[str, str]]:
        """Return the names of the commands, each with the first line of its help."""
        above, language = command_path(ctx), speech()
        texts = {name: help_entry([*above, name])["text"] for name in self.list_commands(ctx)}
        return [(name, text[language].strip().split("\n")[0]) for name, text in texts.items()]


class LazyGroup(Group):
    """Commands that are loaded when they are run: `homes` names the module of each, in order."""

    def __init__(self, *args: Any, homes: dict[str, str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.homes = homes

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, as people come to need them."""
        del ctx
        return list(self.homes)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command; for an unknown name all, as click looks for one that is like it."""
        for name in [cmd_name] if cmd_name in self.homes else self.homes:
            home = import_module(f".{self.homes[name]}", __package__)
            self.add_command(getattr(home, name.replace("-", "_")), name)
        return super().get_command(ctx, cmd_name)


class NamedChoice(click.Choice[str]):
    """Words to choose from, each of which may be given as people call it: 部门 for department."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word that is meant."""
        if value not in self.choices:
            word = fold(value)
            names = {fold(name): one for one in self.choices for name in _names(one).values()}
            value = names.get(word, value)
        return super().convert(value, param, ctx)

    def get_invalid_choice_message(self, value: str, ctx: click.Context | None) -> str:
        """Say what there is instead."""
        del ctx
        return say("cli", "no_such_choice", speech(), value=value, choices=self.listed())

    def listed(self) -> str:
        """Return the words, each with what people call it where that is another."""
        language = speech()
        words = {one: _names(one).get(language) for one in self.choices}
        return listed(
            [
                say("errors", "meant.called", language, id=one, label=label) if label else one
                for one, label in words.items()
            ]
        )[language]


def _names(choice: str) -> dict[Language, str]:
    """Return what people call a word to choose, by language."""
    names: dict[Language, str] = book("help")["choices"].get(choice, {})
    return names


def missing(error: click.MissingParameter) -> click.UsageError:
    """Return the error in our words: click joins its own as English has it."""
    asked = error.param
    if asked is None:
        return error
    if isinstance(asked, click.Option):
        key, name = "missing_option", " / ".join(asked.opts)
    else:
        key, name = "missing_argument", (asked.metavar or str(asked.name)).upper().rstrip(".")
    choices = ""
    if isinstance(asked.type, NamedChoice):
        choices = say("cli", "choose", speech(), choices=asked.type.listed())
    return click.UsageError(say("cli", key, speech(), name=name, choices=choices), ctx=error.ctx)


def command_path(ctx: click.Context) -> list[str]:
    """Return the names of a command and the groups it is in, without the program's."""
    names: list[str] = []
    while ctx.parent is not None:
        names.insert(0, str(ctx.command.name))
        ctx = ctx.parent
    return names


def option_name(option: click.Option) -> str:
    """Return what an option is called on the command line, without its dashes."""
    return max(option.opts, key=len).lstrip("-")


def help_entry(names: Sequence[str]) -> dict[str, Any]:
    """Return the words of a command: `text`, and `options` by name."""
    words = book("help")
    entry: dict[str, Any] = words["commands"][" ".join(names)] if names else words["program"]
    return entry


def _word(message: str) -> str:
    """Return a word of click's in the language that is spoken."""
    return _click_words(speech()).get(message, message)


def _click_words(language: Language) -> dict[str, str]:
    if language == "en":
        return {}
    return {message: words[language] for message, words in book("click").items()}


@contextmanager
def click_speaks(language: Language) -> Iterator[None]:
    """Let click say its own words in a language; what it has no words for, in English.

    Its modules bind `gettext` by name, and a catalogue of its own kind would be a binary file: so
    the names are bound to the words, and afterwards to what they were bound to before.
    """
    words = _click_words(language)

    def said(message: str) -> str:
        return words.get(message) or gettext.gettext(message)

    def counted(one: str, many: str, count: int) -> str:
        return words.get(one) or gettext.ngettext(one, many, count)

    bound = [
        (module, name, plain)
        for title, module in tuple(sys.modules.items())
        if words and title.startswith("click.")
        for name, plain in (("_", gettext.gettext), ("ngettext", gettext.ngettext))
        if getattr(module, name, None) is plain
    ]
    try:
        for module, name, _plain in bound:
            setattr(module, name, said if name == "_" else counted)
        yield
    finally:
        for module, name, plain in bound:
            setattr(module, name, plain)

"""Exceptions: what the caller must put right before anything can happen.

SheetsError
    TemplateError            a template file is wrong (file, key path)
        FormulaError         an expression of a template cannot be compiled
        UnknownTemplate      no template of that name
    WorkbookError            a workbook cannot be used
        NotAWorkbook         it is no .xlsx or .xlsm workbook
        EncryptedWorkbook    it asks for a password
        DamagedWorkbook      it cannot be opened as it is
        HostileWorkbook      opening it would exhaust the machine
        UnsupportedWorkbook  writing into it would break it (signed, shared, ...)
        UnknownWorkbook      no template claims it
        WorkbookInUse        another program holds it, or it is read-only
        WorkbookExists       the target is there already
    RecordsError             records to be filled in cannot be used
    ExcelLimitError          Excel allows no such thing (what, limit, found)
    MergeConflict            files disagree, and the merge was told to stop there
    MergeDoesNotReconcile    what a merge holds is not what was read
    SplitDoesNotReconcile    what the parts of a split hold is not what the whole holds
    UsageError               an argument makes no sense

What staff typed is never an exception; see `problems`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from .texts import LANGUAGES, NO_TEXT, Text, fold_label, listed, nearest, say

if TYPE_CHECKING:
    from .texts import Language

# What the functions take instead of the command line's options; `--template` needs no other name.
_ARGUMENTS: Final[Mapping[str, str]] = {
    "force": "overwrite=True",
    "as-of": "as_of=",
    "stage": "stage=",
    "department": "departments=",
    "on-conflict": "on_conflict=",
    "set": "form=",
}
_OPTION: Final = re.compile(rf"(?<![\w-])--({'|'.join(_ARGUMENTS)})\b(?!-)")


class SheetsError(Exception):
    """Root of all exceptions of this library.

    `code` names a sentence in `words/errors.toml`; `params` fill its blanks, each in the reader's
    language if it is a Text. `language` is that of the workbooks at fault, where it is known.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params
        self.language: Language | None = None

    def describe(self, language: Language) -> str:
        """Say the error in `language`."""
        said = {k: v[language] if isinstance(v, Text) else v for k, v in self.params.items()}
        return say("errors", self.code, language, **said)

    def __str__(self) -> str:
        """Say the error to a program's author, in English and with arguments for options."""
        return _OPTION.sub(lambda found: _ARGUMENTS[found[1]], self.describe("en"))

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.code, self.params)


def _rebuild(kind: type[SheetsError], code: str, params: dict[str, object]) -> SheetsError:
    """Let errors cross process borders although their parameters are keyword-only."""
    return kind(code, **params)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFault:
    """One thing that is wrong in a template, and the key it stands at.

    `code` names a sentence in `words/errors.toml` under `fault`; a param `near` or `known` adds
    what was probably meant or what there is. A path looks like `sheets[0].columns[3].min`; it is
    empty where the whole file is meant. `about` is the id of the innermost thing it stands in.
    """

    path: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    file: str | None = None
    about: str | None = None

    def describe(self, language: Language) -> str:
        """Say the fault in one line: file, path, what is wrong, what was probably meant."""
        sentence = say("errors", f"fault.{self.code}", language, **self.params)
        for advice in ("near", "known"):
            if advice in self.params:
                sentence += say("errors", f"advice.{advice}", language, **self.params)
        return ": ".join(part for part in (self.file, self.path, sentence) if part)

    def as_json(self, language: Language) -> dict[str, str | None]:
        """Return the fault as plain types, its line said in `language`."""
        found = {"code": self.code, "file": self.file, "path": self.path or None}
        return {**found, "message": self.describe(language)}

    def __str__(self) -> str:
        return self.describe("en")


def advice(word: str, known: Iterable[str]) -> dict[str, str]:
    """Return the params that tell the author of an unknown word what was probably meant."""
    words = sorted(known)
    near = nearest(word, words)
    if near:
        return {"near": near}
    return {"known": ", ".join(words)} if words else {}


def called(labels: Mapping[str, Text]) -> Text:
    """List ids, each with what people call it: campaign_tracker（营销活动跟踪表）、…."""
    return listed([_called(*one) if one[1] else one[0] for one in labels.items()])


def _called(name: str, label: Text) -> Text:
    return Text(
        {one: say("errors", "meant.called", one, id=name, label=label[one]) for one in LANGUAGES}
    )


def meant(name: str, known: Mapping[str, Text] | Iterable[str]) -> Text:
    """Say what a name that is none of the known ids or their labels probably means, else list them.

    Ends the sentence that it goes on with.
    """
    labels = known if isinstance(known, Mapping) else dict.fromkeys(known, NO_TEXT)
    spellings = {one: name for name, label in labels.items() for one in (name, *label.values())}
    near = nearest(name, {fold_label(one): labelled for one, labelled in spellings.items() if one})
    key, shown = ("near", {near: labels[near]}) if near else ("known", labels)
    names = called(shown)
    return Text(
        {one: say("errors", f"meant.{key}", one, **{key: names[one] or "–"}) for one in LANGUAGES}
    )


def unless_known(
    path: str, what: str, found: str | None, known: Iterable[str], **params: object
) -> Iterator[TemplateFault]:
    """Report a name that is none of the known ones; None names nothing."""
    words = tuple(known)
    if found is not None and found not in words:
        given = {"found": found, **params, **advice(found, words)}
        yield TemplateFault(path=path, code=f"unknown_{what}", params=given)


class TemplateError(SheetsError, ValueError):
    """A template says what cannot be; `params["faults"]` holds a TemplateFault for each thing."""

    @property
    def faults(self) -> tuple[TemplateFault, ...]:
        """The faults, in the order of the file; empty where no file could be read."""
        faults = self.params.get("faults", ())
        return faults if isinstance(faults, tuple) else ()

    def describe(self, language: Language) -> str:
        """Say every fault, one a line."""
        if not self.faults:
            return SheetsError.describe(self, language)
        return "\n".join(fault.describe(language) for fault in self.faults)


class FormulaError(TemplateError):
    """An expression of a template cannot be compiled."""

    def describe(self, language: Language) -> str:
        """Say what is wrong with the expression."""
        return say("errors", f"fault.{self.code}", language, **self.params)


class UnknownTemplate(TemplateError):
    """No template of that name, or no such file."""


class WorkbookError(SheetsError):
    """A workbook cannot be used; `params["file"]` names it."""


class NotAWorkbook(WorkbookError, ValueError):
    """The file is no .xlsx or .xlsm workbook."""


class EncryptedWorkbook(WorkbookError):
    """The workbook asks for a password."""


class DamagedWorkbook(WorkbookError, ValueError):
    """The workbook's package or a needed part of it is broken."""


class HostileWorkbook(WorkbookError, ValueError):
    """Opening the workbook would take absurd amounts of memory or time."""


class UnsupportedWorkbook(WorkbookError):
    """Writing into the workbook would break something in it."""


class UnknownWorkbook(WorkbookError, ValueError):
    """No template claims the workbook."""


class WorkbookInUse(WorkbookError, OSError):
    """Another program holds the file, or it is read-only."""


class WorkbookExists(WorkbookError, FileExistsError):
    """The target exists and may not be replaced."""


class RecordsError(SheetsError, ValueError):
    """A file of records cannot be matched with the template."""


class ExcelLimitError(SheetsError, ValueError):
    """Excel's own limits forbid what was asked for."""


class MergeConflict(SheetsError):
    """Files say different things of one record, and the merge was told to stop there."""


class MergeDoesNotReconcile(SheetsError):
    """Rows or amounts of a merge do not add up to what was read; nothing was written."""


class SplitDoesNotReconcile(SheetsError):
    """The parts of a split do not hold exactly what the whole holds; nothing was written."""


class UsageError(SheetsError, ValueError):
    """An argument makes no sense."""

    @classmethod
    def unknown(cls, what: str, name: str, known: Mapping[str, Text] | Iterable[str]) -> UsageError:
        """Return the error of an argument that names none of the known things."""
        return cls(f"unknown_{what}", name=name, hint=meant(name, known))


def as_language(asked: str | None, *known: Language | None) -> Language:
    """Return the language to write in: asked for, else the first known, else Simplified Chinese.

    `known` are the workbook's and then the template's, None where they state none. Raises
    UsageError for a language that is none of ours.
    """
    language = next((said for said in (asked, *known) if said is not None), LANGUAGES[0])
    for ours in LANGUAGES:
        if language == ours:
            return ours
    raise UsageError("unknown_language", language=language, known=", ".join(LANGUAGES))


@contextmanager
def said_in(language: Language | None) -> Iterator[None]:
    """Let errors be said in the language of the workbooks they are about, unless one knows it."""
    try:
        yield
    except SheetsError as error:
        error.language = error.language or language
        raise


def as_day(value: object) -> date | None:
    """Return the day of an argument: a date, a moment of any kind, or ISO text; None stays.

    Raises UsageError for anything else.
    """
    moment = as_moment(value)
    return None if moment is None else moment.date()


def needed_day(value: object) -> date:
    """Return the day of an argument that cannot be left out; see `as_day`."""
    day = as_day(value)
    if day is None:
        raise UsageError("not_a_day", value=repr(value))
    return day


def as_moment(value: object) -> datetime | None:
    """Return the moment of an argument, midnight where it names a day alone; see `as_day`."""
    if isinstance(value, str) or type(value).__name__ == "datetime64":  # numpy's prints as ISO text
        try:
            value = datetime.fromisoformat(str(value).strip())
        except ValueError:
            raise UsageError("not_a_day", value=str(value)) from None
    if isinstance(value, datetime) and value == value:  # noqa: PLR0124 - NaT differs from itself
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    if value is None:
        return None
    raise UsageError("not_a_day", value=repr(value))

"""Words that stand for something: choices, yes or no, and what a plan says in one cell.

Choices may carry a remark. `6.1物料设计完成→6.5渠道上线` names days and what is to be reached by
them; `流量不足：增加社群推广` a risk and what would be done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ..brief import Brief
from ..template import Choices
from ..texts import LANGUAGES, Text, fold, listed, nearest
from .cells import (
    Context,
    ParsedCell,
    Raw,
    as_typed,
    faulty,
    levelled,
    nothing,
    plain,
    split_remark,
)
from .dates import read_date_range
from .numerals import read_figure

# What sheets show before a status, and what people put there themselves.
_MARKS = " \t\u3000✓✔√●○◎•▲△▼▽■□◆◇★☆!！×✗✘⚠\ufe0f"
_YES = frozenset(fold(word) for word in ("是", "有", "对", "yes", "y", "true", *"√✓✔"))
_NO = frozenset(fold(word) for word in ("否", "无", "没有", "不是", "no", "n", "false", *"×✗✘x"))
# Always between two milestones; commas and 、 part them only where a digit follows, as they may
# also stand inside one.
_BETWEEN = re.compile(r"[→➜➔➡⇒⟶]|(?<![-=—–])[-=—–]++>|[;；\n\r]+|[、,，](?=\s*+\d)")
_SHORTEST_DATE, _LONGEST_DATE = 3, 30
_NUMBER = re.compile(r"[(（]?\d{1,2}[)）]?|[①-⑳]")
_EDGE = " \t\u3000:：,，、.。-–—()（）"
_NUMBERED = re.compile(r"^\s*(?:[(（]?\d{1,2}[)）]|\d{1,2}、|[①-⑳])\s*(?=\D|\d)")
_BETWEEN_RISKS = re.compile(r"[;；\n\r]+")
# A colon between digits is a time of day: 17:00.
_RESPONSE = re.compile(r"(?<!\d)[:：]|[:：](?!\d)|[→➜➔➡⇒⟶]|(?<![-=—–])[-=—–]++>|——")


def choice_spellings(choices: Choices) -> dict[str, str]:
    """Return the folded labels, ids and aliases of a list, each with the id it means.

    Where two items share a spelling the label wins over the id, and the id over the alias.
    """
    spellings: dict[str, str] = {}
    for item in choices.items:
        for label in item.label.values():
            spellings.setdefault(fold(label), item.id)
    for item in choices.items:
        spellings.setdefault(fold(item.id), item.id)
    for item in choices.items:
        for alias in item.aliases:
            spellings.setdefault(fold(alias), item.id)
    return spellings


def perhaps_spellings(choices: Choices) -> dict[str, tuple[str, ...]]:
    """Return the folded words that may mean several items of a list, each with their ids."""
    found: dict[str, tuple[str, ...]] = {}
    for item in choices.items:
        for word in item.perhaps:
            found[fold(word) or word] = (*found.get(fold(word) or word, ()), item.id)
    return found


def read_choice(raw: Raw, context: Context) -> ParsedCell:
    """Read a choice as its id; a bracket after it is a remark. Open lists keep other words."""
    typed = as_typed(raw)
    known = context.choices or {}
    for text in (typed, typed.strip(_MARKS)):
        if fold(text) in known:
            return ParsedCell(value=known[fold(text)])
    head, remark = split_remark(typed.strip(_MARKS))
    if remark and fold(head) in known:
        return ParsedCell(value=known[fold(head)], remark=remark)
    empty = nothing(typed)
    if empty is not None:
        return empty
    # 360 may well be a channel; 0.8, a tick or a date is no entry of any list.
    is_word = isinstance(raw, str) or re.fullmatch(r"\d+", typed)
    if context.choices_open and is_word:
        return ParsedCell(value=typed)
    labels = context.labels or {}
    meant = context.perhaps.get(fold(head)) or context.perhaps.get(_share(typed))
    if meant:
        return faulty("choice_unclear", candidates=listed([labels[item] for item in meant]))
    return _unknown(head, known, labels)


def _share(text: str) -> str:
    """Return the word under which lists keep a part done, 0.6 or 60 %: "%"; "" for other text."""
    figure = read_figure(plain(text))
    if figure is None or figure.counted or figure.currency:
        return ""
    return "%" if 0 < figure.amount < (100 if figure.is_percent else 1) else ""


def _unknown(word: str, known: Mapping[str, str], labels: Mapping[str, Text]) -> ParsedCell:
    near, allowed = likeliest(word, known, labels)
    return faulty("unknown_choice", nearest=near or "", allowed=allowed)


def likeliest(
    word: str, known: Mapping[str, str], labels: Mapping[str, Text]
) -> tuple[Text | None, Text]:
    """Return the entry most like `word`, if one is, and all entries in a line, that one first.

    `known` maps folded spellings to ids; an id without a label shows as it is.
    """
    near = nearest(word, known)
    ids = list(dict.fromkeys(known.values()))
    if near is not None:
        ids.remove(near)
        ids.insert(0, near)
    texts = [labels.get(item) or Text(dict.fromkeys(LANGUAGES, item)) for item in ids]
    return texts[0] if near else None, listed(texts)


def read_yes_no(raw: Raw) -> ParsedCell:
    """Read yes or no as a boolean. In such a column 无 says no; a letter x is doubtful."""
    if isinstance(raw, bool):
        return ParsedCell(value=raw)
    word = fold(as_typed(raw))
    if word in _YES:
        return ParsedCell(value=True)
    if word in _NO:
        # In checklists x is a tick as often as a cross, so its reading is told.
        return ParsedCell(value=False, note="x_taken_as_no" if word == "x" else None)
    empty = nothing(as_typed(raw))
    return faulty("not_yes_or_no") if empty is None else empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone(Brief):
    """What is to be reached on `day`, or from `day` to `until`; `part` is how it was written."""

    day: date
    until: date
    text: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk(Brief):
    """A risk and what would be done; the response is "" where none was written."""

    text: str
    response: str


def read_milestones(text: str, context: Context) -> tuple[tuple[Milestone, ...], tuple[str, ...]]:
    """Read the milestones of a plan, as written, and the parts that name no day.

    A day without a year takes the one near the campaign.
    """
    found: list[Milestone] = []
    unread: list[str] = []
    for part in _BETWEEN.split(text):
        bare = part.strip(_EDGE)
        if not bare or _NUMBER.fullmatch(bare) or nothing(part) is not None:
            continue
        milestone = _milestone(part.strip(), context)
        if milestone is None:
            unread.append(part.strip())
        else:
            found.append(milestone)
    return tuple(found), tuple(unread)


def _milestone(part: str, context: Context) -> Milestone | None:
    """Read one milestone: its date stands first, the longest that is one, or else last."""
    for dated in _heads_and_tails(part):
        when = dated[0].strip(_EDGE)
        if any(character.isdigit() for character in when):
            span = read_date_range(when, context).value
            if isinstance(span, tuple):
                day, until = span
                return Milestone(day=day, until=until, text=dated[1].strip(_EDGE), part=part)
    return None


def _heads_and_tails(part: str) -> Iterator[tuple[str, str]]:
    """Walk what may be the date of a milestone, each with the rest, the longest first."""
    longest = min(len(part), _LONGEST_DATE)
    for size in range(longest, _SHORTEST_DATE - 1, -1):
        if not _cuts_a_figure(part, size):
            yield part[:size], part[size:]
    for size in range(longest, _SHORTEST_DATE - 1, -1):
        if not _cuts_a_figure(part, len(part) - size):
            yield part[-size:], part[:-size]


def _cuts_a_figure(part: str, at: int) -> bool:
    """Tell whether a cut would make another figure of one: 6.1|0."""
    return part[at - 1 : at].isdigit() and part[at : at + 1].isdigit()


def read_risks(text: str) -> tuple[Risk, ...]:
    """Read risks with their responses: `天气：备直播；流量不足：增加推广`."""
    found = []
    for part in _BETWEEN_RISKS.split(text):
        words = _NUMBERED.sub("", part).strip(_EDGE)
        if not words or nothing(words) is not None:
            continue
        cut = _RESPONSE.search(levelled(words))
        risk, response = (words[: cut.start()], words[cut.end() :]) if cut else (words, "")
        response = response.strip(_EDGE)
        is_given = bool(response) and nothing(plain(response)) is None
        found.append(Risk(text=risk.strip(_EDGE), response=response if is_given else ""))
    return tuple(found)

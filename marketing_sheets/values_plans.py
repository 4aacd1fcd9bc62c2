"""What a plan says in one cell: milestones in order of time, risks with their responses.

`6.1物料设计完成→6.5渠道上线` names days and what is to be reached by them; `流量不足：增加社群推广`
a risk and what would be done.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from .values_cells import Context, levelled, nothing, plain
from .values_dates import read_date_range

__all__ = ["Milestone", "Risk", "read_milestones", "read_risks"]

# Always between two milestones; commas and 、 part them only where a digit follows, as they may
# also stand inside one.
_BETWEEN = re.compile(r"\s*(?:[→➜➔➡⇒⟶]|[-=—–]+>|[;；\n\r]+|[、,，](?=\s*\d))\s*")
_SHORTEST_DATE, _LONGEST_DATE = 3, 30
_NUMBER = re.compile(r"[(（]?\d{1,2}[)）]?|[①-⑳]")
_EDGE = " \t\u3000:：,，、.。-–—()（）"
_NUMBERED = re.compile(r"^\s*(?:[(（]?\d{1,2}[)）]|\d{1,2}、|[①-⑳])\s*(?=\D|\d)")
_BETWEEN_RISKS = re.compile(r"[;；\n\r]+")
# A colon between digits is a time of day: 17:00.
_RESPONSE = re.compile(r"(?<!\d)[:：]|[:：](?!\d)|[→➜➔➡⇒⟶]|[-=—–]+>|——")


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """What is to be reached on `day`, or from `day` to `until`; `part` is how it was written."""

    day: date
    until: date
    text: str
    part: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
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

"""A campaign as one message for a group chat: plain, or the body that a product's robot takes.

A group robot takes no more than so many bytes, so whole lines are left out, the least important
first, and counted. What people wrote in the workbook is shown and never obeyed: it makes no link,
no mention and no markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Final, Literal, get_args

from .alerts import Phrase, TrackedAlert
from .errors import UsageError
from .files import AnyFile, StrPath
from .records import HasReading, Reading
from .summary import (
    HEALTH_STATES,
    SEVERITY_STATES,
    Summary,
    conflicts_text,
    kind_text,
    phrase_text,
    sentence,
    sub_line,
    symbol_of,
    text_of,
    tile_texts,
    who,
    word,
)
from .template import Template
from .texts import Language, readable_text, visible
from .workbooks import summary_of

ChatProduct = Literal["dingtalk", "wecom", "feishu"]
CHAT_PRODUCTS: Final[tuple[ChatProduct, ...]] = get_args(ChatProduct)

_Role = Literal["title", "note", "text", "figure", "heading", "item"]
# More than these nobody reads in a chat.
_MOST_NEW, _MOST_RESOLVED = 20, 10
# Characters of the sentence, of another line, and of a part of an alert: so few that the lines that
# are always sent fit into the least that a robot takes.
_SENTENCE, _LINE, _PART = 300, 160, 48
# Bytes: WeCom's of the text, the others' of the whole body.
_WECOM, _BODY = 4096, 20_000
# What could begin markup, a mention or an entity, and its like of the same look that cannot.
_WIDE: Final = {ord(one): chr(ord(one) + 0xFEE0) for one in "@<>[]*_`#~&\\"}
# Programs make links of addresses by themselves: of "://", and of a dot before letters.
_SCHEME: Final = re.compile(r":(?=/)")
_DOMAIN: Final = re.compile(r"(?<=\w)\.(?=[^\W\d_])")
# The colours that WeCom and Feishu have for a verdict.
_WECOM_COLORS: Final = {"risk": "warning", "watch": "warning", "ok": "info", "none": "comment"}
_FEISHU_COLORS: Final = {"risk": "red", "watch": "orange", "ok": "green", "none": "grey"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line: what it is, the words that stand out at its beginning, and the rest."""

    role: _Role
    lead: str = ""
    text: str = ""

    def whole(self, joint: str = "  ") -> str:
        """Return the line as one text."""
        return joint.join(part for part in (self.lead, self.text) if part)


def chat_text(
    source: Summary | Reading | HasReading | AnyFile,
    *,
    product: ChatProduct | None = None,
    template: Template | StrPath | None = None,
    as_of: date | None = None,
    today: date | None = None,
    language: Language | None = None,
) -> str:
    """Say a workbook, reading, result or Summary in a message: verdict, figures, alerts, doubts.

    `product` None gives plain text; else the JSON body, in one line, that its group robot takes.
    An alert is new, or resolved, against the workbook's last Summary of an earlier day. Nothing is
    written. `language` None takes the workbook's.

    Raises UsageError for an unknown product or if no day is known to compute as of, and
    WorkbookError for a file that cannot be read.
    """
    if product is not None and product not in CHAT_PRODUCTS:
        known = ", ".join(CHAT_PRODUCTS)
        raise UsageError("unknown_chat_product", product=product, known=known)
    summary, spoken = summary_of(
        source, template=template, as_of=as_of, today=today, language=language
    )
    write = _plain if product is None else _WRITERS[product]
    return _fitted(summary, spoken, write)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A message as it is sent, and by how many bytes it is too long."""

    text: str
    excess: int


_Writer = Callable[[Sequence[_Line], Summary], _Written]


def _fitted(summary: Summary, language: Language, write: _Writer) -> str:
    """Write as many lines as fit: what is resolved gives way first, then what is new, the figures.

    The head and the counts always fit.
    """
    new, resolved = (
        [one for one in summary.alerts if one.standing == standing]
        for standing in ("new", "resolved")
    )
    counts = [len(summary.tiles), min(len(new), _MOST_NEW), min(len(resolved), _MOST_RESOLVED)]
    while True:
        lines = [
            *_head(summary, language),
            *_figures(summary, counts[0], language),
            *_alerts(summary, new, counts[1], resolved, counts[2], language=language),
        ]
        written = write(lines, summary)
        if written.excess <= 0 or not any(counts):
            return written.text
        counts[max(at for at, count in enumerate(counts) if count)] -= 1


def _head(summary: Summary, language: Language) -> list[_Line]:
    verdict = word(f"verdict.{summary.health}", language)
    said = f"{symbol_of(HEALTH_STATES[summary.health])} {verdict}".strip()
    lines = [
        _Line(role="title", lead=_cut(text_of(summary.title, language), _PART), text=said),
        _Line(role="note", text=_cut(sub_line(summary, language))),
        _Line(role="text", text=_cut(sentence(summary, language), _SENTENCE)),
    ]
    conflicts = conflicts_text(summary.merged, language)
    return [*lines, *([_Line(role="text", text=_cut(f"! {conflicts}"))] if conflicts else [])]


def _figures(summary: Summary, count: int, language: Language) -> list[_Line]:
    lines = []
    for tile in summary.tiles[:count]:
        name, value, *rest = tile_texts(tile, language)
        said = " · ".join(part for part in rest if part)
        lines.append(_Line(role="figure", lead=_cut(f"{name} {value}"), text=_cut(said)))
    return [*lines, *_more(len(summary.tiles) - count, language)]


def _alerts(
    summary: Summary,
    new: Sequence[TrackedAlert],
    most_new: int,
    resolved: Sequence[TrackedAlert],
    most_resolved: int,
    *,
    language: Language,
) -> list[_Line]:
    """Say what is new and what is resolved, a line each; the rest, and the doubts, in numbers."""
    before = max((one.day for one in summary.history if one.day < summary.as_of), default=None)
    lines = []
    # Of a first Summary all alerts are new.
    kind = "alerts" if before is None and len(new) == len(summary.alerts) else "new"
    for key, alerts, most in ((kind, new, most_new), ("resolved", resolved, most_resolved)):
        if alerts:
            text = _count(key, len(alerts), language)
            if key == "new" and before is not None:
                text = word("chat.since", language, said=text, day=before)
            lines.append(_Line(role="heading", text=text))
            lines += [_alert(one, language) for one in alerts[:most]]
            lines += _more(len(alerts) - most, language)
    if before is not None and not lines:
        lines.append(_Line(role="heading", text=word("chat.unchanged", language, day=before)))
    going_on = len(summary.alerts) - len(new) - len(resolved)
    counts = [_count("continuing", going_on, language)] if going_on else []
    uncounted = sum(one.severity == "error" for one in summary.problems)
    if summary.problems:
        counts.append(_count("doubts", len(summary.problems), language, uncounted=uncounted))
    elif summary.health != "none":
        counts.append(word("absent.no_problems", language))
    return [*lines, *(_Line(role="heading", text=one) for one in counts)]


def _count(key: str, count: int, language: Language, **more: int) -> str:
    phrase = Phrase(code=f"chat.{key}", params={"count": count, **more}, count=count)
    return phrase_text(phrase, language)


def _more(count: int, language: Language) -> list[_Line]:
    if count <= 0:
        return []
    return [_Line(role="item", text=word("chat.more", language, count=count))]


def _alert(one: TrackedAlert, language: Language) -> _Line:
    symbol = symbol_of(SEVERITY_STATES[one.severity] if one.resolved_on is None else "done")
    alert = one.alert
    kind, gap = ("", "") if alert is None else (kind_text(alert, language), alert.gap)
    said = [kind, text_of(one.what, language), text_of(gap, language)]
    text = " · ".join(_cut(part, _PART) for part in said if part)
    person = _cut(who(one.department, one.who, language), _PART)
    if person:
        text = word("chat.item", language, said=text, who=person)
    return _Line(role="item", lead=symbol, text=text)


def _cut(text: str, most: int = _LINE) -> str:
    """Return a text in one line and at most so many characters."""
    line = " ".join(visible(readable_text(text)).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _harmless(text: str) -> str:
    """Return a text that no chat program takes for anything but words."""
    return _DOMAIN.sub("．", _SCHEME.sub("：", text.translate(_WIDE)))


def _plain(lines: Sequence[_Line], summary: Summary) -> _Written:
    del summary
    texts: list[str] = []
    for before, line in zip((None, *lines), lines, strict=False):
        if before is not None and _begins_part(before, line):
            texts.append("")
        texts.append(line.whole(" " if line.role == "item" else "  "))
    return _Written(text="\n".join(texts), excess=0)


def _begins_part(before: _Line, line: _Line) -> bool:
    """Tell whether a line stands apart from the one before."""
    if line.role == "heading":
        return before.role != "heading"
    return line.role == "figure" and before.role != "figure"


def _wecom(lines: Sequence[_Line], summary: Summary) -> _Written:
    """Write WeCom's markdown, which knows no lists: a quoted line is one of a list."""
    texts = []
    for line in lines:
        lead, text = _harmless(line.lead), _harmless(line.text)
        if line.role == "title":
            texts.append(f"### {lead} {_colored(text, _WECOM_COLORS[summary.health])}")
        elif line.role == "note":
            texts.append(_colored(text, "comment"))
        elif line.role == "figure":
            texts.append(f"> **{lead}** {_colored(text, 'comment')}".rstrip())
        elif line.role == "item":
            texts.append(f"> {lead} {text}".replace("  ", " "))
        else:
            texts.append(f"\n**{text}**" if line.role == "heading" else text)
    content = "\n".join(texts)
    body = _body({"msgtype": "markdown", "markdown": {"content": content}})
    return _Written(text=body, excess=len(content.encode()) - _WECOM)


def _colored(text: str, color: str) -> str:
    return f'<font color="{color}">{text}</font>' if text else ""


def _dingtalk(lines: Sequence[_Line], summary: Summary) -> _Written:
    """Write DingTalk's markdown; its title is what the list of chats shows."""
    texts: list[str] = []
    for before, line in zip((None, *lines), lines, strict=False):
        lead, text = _harmless(line.lead), _harmless(line.text)
        is_listed = line.role in ("figure", "item")
        if before is not None:
            texts.append("\n" if is_listed and before.role in ("figure", "item") else "\n\n")
        if line.role == "title":
            texts.append(f"### {lead} {text}")
        elif line.role == "figure":
            texts.append(f"- **{lead}** {text}".rstrip())
        elif line.role == "item":
            texts.append(f"- {lead} {text}".replace("  ", " "))
        else:
            marks = {"note": f"> {text}", "heading": f"**{text}**"}
            texts.append(marks.get(line.role, text))
    del summary
    title = _harmless(lines[0].whole(" "))
    return _measured({"msgtype": "markdown", "markdown": {"title": title, "text": "".join(texts)}})


def _feishu(lines: Sequence[_Line], summary: Summary) -> _Written:
    """Write Feishu's card, of plain texts but for our own headings."""
    elements: list[dict[str, Any]] = []
    for before, line in pairwise(lines):
        text = _harmless(line.whole("\n" if line.role == "figure" else " "))
        if line.role == "heading":
            elements.append({"tag": "div", "text": {"tag": "lark_md", "content": f"**{text}**"}})
        elif line.role == "note":
            elements.append({"tag": "note", "elements": [_plain_text(text)]})
        elif line.role == "figure":
            if before.role != "figure":
                elements += [{"tag": "hr"}, {"tag": "div", "fields": []}]
            elements[-1]["fields"].append({"is_short": True, "text": _plain_text(text)})
        elif line.role == before.role == "item":
            elements[-1]["text"]["content"] += f"\n{text}"
        else:
            elements.append({"tag": "div", "text": _plain_text(text)})
    header = {
        "title": _plain_text(_harmless(lines[0].whole(" "))),
        "template": _FEISHU_COLORS[summary.health],
    }
    card = {"config": {"wide_screen_mode": True}, "header": header, "elements": elements}
    return _measured({"msg_type": "interactive", "card": card})


def _plain_text(text: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": text}


def _measured(document: Mapping[str, object]) -> _Written:
    body = _body(document)
    return _Written(text=body, excess=len(body.encode()) - _BODY)


def _body(document: Mapping[str, object]) -> str:
    """Return a body in one line, for curl takes line breaks out of what it sends."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


_WRITERS: Final[Mapping[ChatProduct, _Writer]] = {
    "dingtalk": _dingtalk,
    "wecom": _wecom,
    "feishu": _feishu,
}

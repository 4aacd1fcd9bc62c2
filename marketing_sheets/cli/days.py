"""Days in options, as people write them: 2024-06-28, 2024/6/28, 20240628, 6月28日, yesterday."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

import click

from ..texts import book, fold, say, visible
from .terminal import speech, tell

_Command = TypeVar("_Command", bound=Callable[..., Any])


class DayOption(click.ParamType):  # type: ignore[type-arg]  # generic in new releases alone
    """A day as a cell may hold it; one without a year is that within a quarter of today.

    What can be read in more than one way is refused, saying what to write.
    """

    name = "day"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Return the day that is meant."""
        if isinstance(value, date):
            return value
        text = str(value).strip()
        today = date.today()
        ago = _days_ago(text)
        if ago is not None:
            return today - timedelta(days=ago)
        from ..problems import Place, Problem
        from ..values import Context, parse

        cell = parse(text, "date", Context(period=(today, today)))
        language = speech()
        name = param.opts[0] if param is not None else self.name
        if isinstance(cell.value, date) and not cell.remark:
            is_asked = (
                ctx is None or not ctx.resilient_parsing
            )  # a shell that completes asks nothing
            if cell.note and is_asked:  # the year, or which number is the month
                said = say("cli", "day_taken", language, option=name, text=text, day=cell.value)
                tell(said, err=True)
            return cell.value
        fault = cell.fault or "not_a_date"
        params = {"column": name, **cell.params}
        problem = Problem(code=fault, place=Place(), raw=visible(text), params=params)
        hint = say("cli", f"day_hint.{'year' if fault == 'year_missing' else 'date'}", language)
        joint = " " if language == "en" else ""
        # It names the option itself.
        raise click.UsageError(problem.message(language) + joint + hint, ctx)


def _days_ago(text: str) -> int | None:
    """Return how many days before today a word such as 昨天 means."""
    words: dict[str, list[str]] = book("cli")["days_ago"]
    return next((int(ago) for ago, names in words.items() if fold(text) in names), None)


def day_option(name: str) -> Callable[[_Command], _Command]:
    """Make an option that takes a day."""
    return click.option(name, type=_DAY, metavar="DAY")


_DAY = DayOption()

"""Read what a plan's fields say in one cell: milestones, and risks with their responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from ..places import Place
from ..problems import Problem
from ..templates import Column, FormSheet, Template
from ..values import Context, Milestone, Risk, read_milestones, read_risks
from .form import FormReading
from .typed import Surroundings

__all__ = ["Plan", "read_plan", "unanswered"]

# Preparing and closing belong to a campaign.
_NEAR = timedelta(days=31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The milestones and risks of a workbook's forms, by field id, and what was doubtful."""

    milestones: Mapping[str, tuple[Milestone, ...]] = field(default_factory=dict)
    risks: Mapping[str, tuple[Risk, ...]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def read_plan(form: FormReading, template: Template, around: Surroundings) -> Plan:
    """Read the fields that hold milestones or risks.

    Milestones without a year take it from the campaign's days, else from the first day the same
    form names.
    """
    milestones: dict[str, tuple[Milestone, ...]] = {}
    risks: dict[str, tuple[Risk, ...]] = {}
    problems: list[Problem] = []
    for sheet in template.forms:
        context = Context(period=around.period or _own_period(sheet, form))
        for column in sheet.fields:
            text, place = form.values.get(column.id), form.places.get(column.id)
            if not isinstance(text, str) or place is None:
                continue
            if "milestones" in column.wording:
                milestones[column.id], unread = read_milestones(text, context)
                problems += _unread(unread, column, place, text)
                problems += _order(milestones[column.id], column, place, text)
                problems += _outside(milestones[column.id], around.period, column, place, text)
            if "responses" in column.wording:
                risks[column.id] = read_risks(text)
                problems += unanswered(risks[column.id], column, place, text)
    return Plan(milestones=milestones, risks=risks, problems=tuple(problems))


def _own_period(sheet: FormSheet, form: FormReading) -> tuple[date, date] | None:
    days = (form.values.get(column.id) for column in sheet.fields if column.type == "date")
    day = next((day for day in days if day is not None), None)
    return None if day is None else (day, day)


def unanswered(
    risks: tuple[Risk, ...], column: Column, place: Place, raw: object
) -> Iterator[Problem]:
    """Report the risks to which nothing is written in response."""
    for risk in risks:
        if not risk.response:
            yield _problem("risk_without_response", column, place, raw, part=risk.text)


def _unread(parts: tuple[str, ...], column: Column, place: Place, raw: str) -> Iterator[Problem]:
    for part in parts:
        yield _problem("milestone_unread", column, place, raw, part=part)


def _order(
    milestones: tuple[Milestone, ...], column: Column, place: Place, raw: str
) -> Iterator[Problem]:
    for earlier, later in pairwise(milestones):
        if later.day < earlier.day:
            params = {"part": later.part, "previous": earlier.part}
            yield _problem("milestones_backwards", column, place, raw, **params)


def _outside(
    milestones: tuple[Milestone, ...],
    period: tuple[date, date] | None,
    column: Column,
    place: Place,
    raw: str,
) -> Iterator[Problem]:
    if period is None:
        return
    start, end = period
    for milestone in milestones:
        if not start - _NEAR <= milestone.day <= milestone.until <= end + _NEAR:
            params = {
                "part": milestone.part,
                "day": milestone.day.isoformat(),
                "start": start.isoformat(),
                "end": end.isoformat(),
            }
            yield _problem("milestone_outside", column, place, raw, **params)


def _problem(code: str, column: Column, place: Place, raw: object, /, **params: object) -> Problem:
    given = {"column": column.label, **params}
    return Problem(code=code, place=place, column=column.id, raw=raw, params=given)

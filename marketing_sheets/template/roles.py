"""What is looked for in a workbook: columns of a sheet by the role it plays, fields of its forms.

Whatever calculates, alerts or reports asks for them by these names. `ROLE_COLUMNS` and
`FORM_FIELDS` say what each may be, `ROLE_NEEDS` without what a role means nothing; templates are
checked against them. Columns that only `metrics.toml` and `rules.toml` name stand there: a metric
or rule joins a template that has them. `workbook_templates/README.md` tells authors the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from .parts import ColumnType, RuleKind

# What a sheet may be taken for: tasks with money, tasks in time, figures by day and channel,
# metrics against their targets, issues.
Role = Literal["master", "schedule", "daily", "effect", "issues"]
ROLES: tuple[Role, ...] = get_args(Role)
# What a sheet plays by its id, in a workbook that gives the role to no sheet.
ROLES_BY_ID: Mapping[str, Role] = {
    "master_tracker": "master",
    "phase_schedule": "schedule",
    "daily_data": "daily",
    "effect_evaluation": "effect",
    "issue_log": "issues",
}


# The list whose entries are a company's own: where it names any, there are no others.
DEPARTMENTS: Final = "department"


class Record:
    """A row in any role: whose it is, why something went wrong, what is done about it."""

    OWNER: Final = "owner"  # the person an alert names
    DEPARTMENT: Final = "department"  # theirs
    CAUSE: Final = "cause"  # causes, of which the report shows the first that is filled in
    ANALYSIS: Final = "analysis"
    ISSUE: Final = "issue"
    DELAY_REASON: Final = "delay_reason"
    ACTION: Final = "action"  # measures, of which the report shows the first that is filled in
    SOLUTION: Final = "solution"


class Task(Record):
    """A task: with its money in the role master, with its time in the role schedule."""

    TASK: Final = "task"  # its name
    STAGE: Final = "stage"  # of the campaign; money and progress are told by it
    GOAL: Final = "goal"  # for the report: what it is to achieve
    MEASURES: Final = "measures"  # and the core action, where no stage stands before the task
    WEEKS: Final = "weeks"  # its period as people wrote it
    STATUS: Final = "status"  # done, cancelled, or late in the eyes of people
    PROGRESS: Final = "progress"  # the share of the work that is done
    WEIGHT: Final = "weight"  # what it counts for in the overall progress
    PLANNED_START: Final = (
        "planned_start"  # the time a stage has, of which money must not run ahead
    )
    PLANNED_END: Final = "planned_end"
    ACTUAL_END: Final = "actual_end"  # filled in: it has ended
    DELAY_DAYS: Final = "delay_days"  # days after the plan, below 0 before it
    IS_LATE: Final = "is_late"  # 1 where the sheet itself says that the task is late
    BUDGET: Final = "budget"
    SPEND: Final = "spend"
    BUDGET_USE: Final = "budget_use"  # the cell an alert points to


class Daily(Record):
    """Figures of a day, a channel, or both; the metrics of `metrics.toml` sum them up."""

    DATE: Final = "date"  # weeks and trends go by it
    CHANNEL: Final = "channel"  # channels are compared by it


class Effect(Record):
    """A metric against its target."""

    METRIC: Final = "metric"  # its name
    TARGET_VALUE: Final = "target_value"  # the target as a number
    ACTUAL: Final = "actual"  # the cell an alert points to
    ACTUAL_VALUE: Final = "actual_value"  # what was reached, as a number
    ACHIEVEMENT: Final = "achievement"  # actual / target, where the sheet has it by a formula
    DIRECTION: Final = "direction"  # lower is better
    UNIT: Final = "unit"  # money, percent or ratio; else a number
    VERDICT: Final = "verdict"  # met, close or missed


class Issue(Record):
    """An issue, open until it is solved."""

    DESCRIPTION: Final = "description"  # its name
    SEVERITY: Final = "severity"  # high ones raise alerts
    OCCURRED_ON: Final = "occurred_on"  # its age counts from here
    DUE_DATE: Final = "due_date"  # overdue after this day
    OVERDUE_DAYS: Final = "overdue_days"  # where the sheet counts them itself
    STATUS: Final = "status"  # solved
    SOLVED_ON: Final = "solved_on"  # filled in: it is solved


class Campaign:
    """The fields of the forms that figures rest on."""

    NAME: Final = "campaign_name"
    DEPARTMENT: Final = "department"  # who leads; they answer for what nobody owns
    OWNER: Final = "owner"
    START_DATE: Final = "start_date"  # its days give dates their year and time its share
    END_DATE: Final = "end_date"
    PERIOD: Final = (START_DATE, END_DATE)
    AS_OF: Final = "as_of"  # the day that figures reach up to
    BUDGET: Final = "budget"  # what the tasks are given comes out of it
    TARGET_ROAS: Final = "target_roas"
    TARGET_NEW_USERS: Final = "target_new_users"
    LIMIT_CAC: Final = "limit_cac"


@dataclass(frozen=True, slots=True)
class Sought:
    """What a column or field must be to be of use: its type, and choices that its list has."""

    types: tuple[ColumnType, ...]
    choices: tuple[str, ...] = ()


_DAY = Sought(("date",))
_MOMENT = Sought(("date", "datetime"))
_NUMBER = Sought(("integer", "number", "money", "percent", "ratio", "quantity"))
_AMOUNT = Sought(("integer", "number", "money", "quantity"))
_SHARE = Sought(("number", "percent", "quantity"))
_WORDS = Sought(("text", "long_text"))
# Rows are told apart by it.
_NAME = Sought(("text", "choice", "person", "department"))
_ANY_CHOICE = Sought(("choice",))
_AS_WRITTEN = Sought(("text", "long_text", "date_range", "week"))

_RECORD: Mapping[str, Sought] = {
    Record.OWNER: _NAME,
    Record.DEPARTMENT: _NAME,
    Record.CAUSE: _WORDS,
    Record.ANALYSIS: _WORDS,
    Record.ISSUE: _WORDS,
    Record.DELAY_REASON: _WORDS,
    Record.ACTION: _WORDS,
    Record.SOLUTION: _WORDS,
}
_TIMED: Mapping[str, Sought] = {
    Task.TASK: _WORDS,
    Task.STATUS: Sought(("choice",), ("done",)),
    Task.PROGRESS: _SHARE,
    Task.PLANNED_END: _DAY,
    Task.ACTUAL_END: _MOMENT,
    Task.DELAY_DAYS: _AMOUNT,
    Task.IS_LATE: _AMOUNT,
}
ROLE_COLUMNS: Mapping[Role, Mapping[str, Sought]] = {
    "master": {
        **_RECORD,
        **_TIMED,
        Task.STAGE: _NAME,
        Task.GOAL: _WORDS,
        Task.MEASURES: _WORDS,
        Task.WEEKS: _AS_WRITTEN,
        Task.WEIGHT: _NUMBER,
        Task.PLANNED_START: _DAY,
        Task.BUDGET: _AMOUNT,
        Task.SPEND: _AMOUNT,
        Task.BUDGET_USE: _NUMBER,
    },
    "schedule": {**_RECORD, **_TIMED},
    "daily": {**_RECORD, Daily.DATE: _DAY, Daily.CHANNEL: _NAME},
    "effect": {
        **_RECORD,
        Effect.METRIC: _WORDS,
        Effect.TARGET_VALUE: _NUMBER,
        Effect.ACTUAL: _NUMBER,
        Effect.ACTUAL_VALUE: _NUMBER,
        Effect.ACHIEVEMENT: _SHARE,
        Effect.DIRECTION: Sought(("choice",), ("lower",)),
        Effect.UNIT: _ANY_CHOICE,
        Effect.VERDICT: Sought(("choice",), ("met", "missed")),
    },
    "issues": {
        **_RECORD,
        Issue.DESCRIPTION: _WORDS,
        Issue.SEVERITY: Sought(("choice",), ("high",)),
        Issue.OCCURRED_ON: _DAY,
        Issue.DUE_DATE: _DAY,
        Issue.OVERDUE_DAYS: _AMOUNT,
        Issue.STATUS: Sought(("choice",), ("solved",)),
        Issue.SOLVED_ON: _MOMENT,
    },
}
FORM_FIELDS: Mapping[str, Sought] = {
    Campaign.NAME: _WORDS,
    Campaign.DEPARTMENT: _NAME,
    Campaign.OWNER: _NAME,
    Campaign.START_DATE: _DAY,
    Campaign.END_DATE: _DAY,
    Campaign.AS_OF: _DAY,
    Campaign.BUDGET: _AMOUNT,
    Campaign.TARGET_ROAS: _NUMBER,
    Campaign.TARGET_NEW_USERS: _AMOUNT,
    Campaign.LIMIT_CAC: _AMOUNT,
}
# Without one of each of these columns there is nothing to show of a sheet in its role.
ROLE_NEEDS: Mapping[Role, tuple[tuple[str, ...], ...]] = {
    "master": ((Task.TASK,),),
    "schedule": ((Task.TASK,),),
    "daily": (),
    "effect": (
        (Effect.METRIC,),
        (Effect.TARGET_VALUE, Effect.ACHIEVEMENT),
        (Effect.ACTUAL_VALUE, Effect.ACHIEVEMENT),
    ),
    "issues": ((Issue.DESCRIPTION,),),
}
# Where the kinds of rules that name no sheets look, and the columns they cannot do without there;
# without a role they look into every table that has them.
RULE_COLUMNS: Mapping[RuleKind, tuple[tuple[Role, ...], tuple[str, ...]]] = {
    "issue_overdue": (("issues",), (Issue.DESCRIPTION, Issue.DUE_DATE)),
    "issue_high": (("issues",), (Issue.DESCRIPTION, Issue.SEVERITY)),
    "task_late": (("master", "schedule"), (Task.TASK, Task.DELAY_DAYS)),
    "over_allocated": (("master",), (Task.TASK, Task.BUDGET)),
    "over_budget": ((), (Task.BUDGET, Task.SPEND)),
    "below_target": ((), (Effect.VERDICT,)),
    "reserve": (("master",), (Task.TASK, Task.BUDGET)),
    "burn": (("master",), (Task.BUDGET, Task.SPEND)),
}
# The field of a form that they need besides.
RULE_FIELDS: Mapping[RuleKind, str] = {
    "over_allocated": Campaign.BUDGET,
    "reserve": Campaign.BUDGET,
}

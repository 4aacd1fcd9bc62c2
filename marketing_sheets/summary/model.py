"""Everything the Summary shows, language-free: figures, phrases, places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from ..alerts import Alert, Phrase, TrackedAlert
from ..brief import Brief, counted
from ..metrics import Achievement, Allocation, Burn, Figure, IssueRow, TaskProgress
from ..problems import Place, Problem
from ..records import HistoryDay
from ..template import Chapter, Metric, ReportPlan, Verdict
from ..texts import Language, Text, say

Grain = Literal["day", "week", "month"]
Health = Literal["risk", "watch", "ok", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile(Brief):
    """A headline figure, its target, and how it stands; `state` is a look of `styles.STATES`.

    `label` is that of a template's own metric; others have their words by `id`.
    """

    id: str
    figure: Figure
    target: Phrase
    delta: Phrase | None = None
    state: str | None = None
    label: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRow(Brief):
    """The figures of one group by metric id; `others` > 0 means that many groups together."""

    name: Text | str
    figures: Mapping[str, Figure]
    count: int
    others: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTable(Brief):
    """A table's own metrics by its first choice column, whose label is `by`; None: in total only.

    `total` comes from the sums; it is None where the table has no records.
    """

    sheet: str
    by: Text | None
    metrics: tuple[Metric, ...]
    rows: tuple[OwnRow, ...]
    total: OwnRow | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOutcome(Brief):
    """What a table comes to: rows met, close, missed and without a verdict, and `over` budget."""

    sheet: str
    label: Text
    rows: int
    met: int
    close: int
    missed: int
    unjudged: int
    over: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow(Brief):
    """The figures of one channel by metric id; `others` > 0 means that many channels together."""

    name: Text | str
    figures: Mapping[str, Figure]
    cost_share: Figure
    sales_share: Figure
    verdict: Verdict | None = None
    others: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint(Brief):
    """Sales and ROAS of a day, or of a week or month by its first day."""

    day: date
    sales: float | None
    roas: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend(Brief):
    """The course of sales and ROAS; `first` and `last` are the first and last day with data."""

    grain: Grain
    points: tuple[TrendPoint, ...]
    first: date
    last: date
    undated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow(Brief):
    """Progress and money of one stage; `alarm` if it spends too fast or too much."""

    name: Text | str
    progress: TaskProgress
    burn: Burn
    alarm: bool
    others: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRow(Brief):
    """The figures of a department or campaign, or of all; ratios come from their own sums.

    `rows` counts records of all tables; `met` of `judged` evaluated metrics met their target;
    `late` counts unfinished tasks, `open` and `overdue` issues. `spend` is that of the tasks,
    `cost` that of the daily data.
    """

    name: Text | str
    rows: int
    progress: Figure
    on_time: Figure
    late: int
    budget: Figure
    spend: Figure
    used: Figure
    cost: Figure
    sales: Figure
    achieved: Figure
    roas: Figure
    met: int
    judged: int
    open: int
    overdue: int
    health: Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared(Brief):
    """Departments or campaigns side by side, the worst first, and all together."""

    rows: tuple[CompareRow, ...]
    total: CompareRow


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow(Brief):
    """One evaluated metric in each department, None where a department has no such metric."""

    name: str
    lower_is_better: bool
    cells: tuple[Achievement | None, ...]
    met: int
    judged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix(Brief):
    """Metrics by departments; the cells of a row are in the order of `departments`."""

    departments: tuple[Text | str, ...]
    rows: tuple[MatrixRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Brief):
    """A merged workbook's departments and campaigns, and where the mix reverses the picture.

    Campaigns that are each one department's own are not shown beside the departments again.
    """

    departments: Compared | None
    campaigns: Compared | None
    reversals: tuple[Phrase, ...]
    matrix: Matrix | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedFile(Brief):
    """A file that was merged: its rows, amounts by column, and what is `off` in it.

    `read` is None where the log no longer tells, after conflicts were settled.
    """

    file: str
    department: str = ""
    read: int | None = None
    merged: int = 0
    amounts: Mapping[str, float] = field(default_factory=dict)
    off: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged(Brief):
    """What became of a merge: where its log is, and about how many cells the files disagree.

    The conflicts are `listed` on a sheet. Of `doubled` of them every version stands in a row of its
    own, and all of these count in the totals. `left_out` are the files that are not in it, and why
    not; `money` are the labels of the files' amounts by column; so many `totals` were compared.
    """

    log: Place
    conflicts: int
    doubled: int
    listed: Place
    files: tuple[MergedFile, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    money: Mapping[str, Text] = field(default_factory=dict)
    totals: int = 0

    @property
    def agrees(self) -> bool:
        """Whether there are totals, and all of them are accounted for."""
        return self.totals > 0 and not any(one.off for one in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalRow(Brief):
    """A task as part of the strategy: what it is for, what is done, when, by whom, how far.

    `weeks` is its time as written, where it has no days; `state` is the look of the status,
    `progress` a fraction.
    """

    module: Text | str
    goal: str
    action: str
    who: Phrase | str
    start: date | None
    end: date | None
    weeks: str
    status: Text | str
    state: str | None
    progress: float | None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow(Brief):
    """Something that went wrong, and why, as people wrote it."""

    what: Phrase | str
    gap: Phrase | None
    cause: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRow(Brief):
    """What is still to be done about a problem, by whom, until when."""

    problem: Phrase | str
    measure: str
    who: Phrase | str
    due: date | None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow(Brief):
    """A table of the workbook, where it begins, and how many records it has."""

    label: Text
    rows: int
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNumber(Brief):
    """A number as its column shows it."""

    value: float
    number_format: str


# What a cell of the records says in a report.
PartValue = ShownNumber | Text | date | str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTable(Brief):
    """Records that a chapter of the written report shows as they stand.

    `numeric` tells of which columns the cells are numbers; `stages` name the stage of each row,
    None where the sheet has none.
    """

    chapter: Chapter
    title: Text
    heads: tuple[Text, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[PartValue, ...], ...]
    stages: tuple[PartValue, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Brief):
    """What the sheets say in words, and the chapters in which the Summary is laid out, if any.

    `issues` are the open issues with what is done about them; `advice` is all that is left to do.
    """

    chapters: tuple[Chapter, ...]
    goals: tuple[GoalRow, ...]
    issues: tuple[AdviceRow, ...]
    causes: tuple[CauseRow, ...]
    advice: tuple[AdviceRow, ...]
    sheets: tuple[SheetRow, ...]
    parts: tuple[PartTable, ...] = ()
    plan: ReportPlan = field(default_factory=ReportPlan)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCounts(Brief):
    """The rows of all sheets; they reconcile: read = used + listed."""

    read: int
    used: int
    listed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance(Brief):
    """What the Summary was made from, in which language, and with what."""

    file: str | None
    language: Language
    sha256: str | None
    template: str
    template_version: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Brief):
    """A campaign at a glance.

    `good` and `bad` are the clauses of its sentence. `absent` tells, per section without data, why
    there is none; `sections` names the sheet each section is made from; `sheets`, `severities`
    (with their state) and `verdicts` hold the labels by id. `channel_total` and `stage_total` are
    computed from the sums. `own` are tables of which the Summary knows nothing but their metrics.
    `later` counts, per sheet, the rows after `as_of`. `actions` are the alerts that stand, gravest
    first; `alerts` lists them by severity with their history, and those that are gone. `to_check`
    counts what the Review lists as open, None where the workbook has none. `history` are the days
    that the workbook keeps, `as_of` among them once anything is filled in.
    """

    title: Phrase | Text | str
    department: Phrase | Text | str
    owner: str
    start: date | None
    end: date | None
    as_of: date
    elapsed: Figure
    health: Health
    good: tuple[Phrase, ...]
    bad: tuple[Phrase, ...]
    tiles: tuple[Tile, ...]
    actions: tuple[Alert, ...]
    alerts: tuple[TrackedAlert, ...]
    metrics: tuple[Achievement, ...]
    outcomes: tuple[TableOutcome, ...]
    channels: tuple[ChannelRow, ...]
    channel_total: ChannelRow | None
    target_roas: float | None
    trend: Trend | None
    stages: tuple[StageRow, ...]
    stage_total: StageRow | None
    allocation: Allocation
    issues: tuple[IssueRow, ...]
    own: tuple[OwnTable, ...]
    later: Mapping[str, int]
    severities: Mapping[str, tuple[Text, str | None]]
    verdicts: Mapping[str, Text]
    close: float
    sheets: Mapping[str, Text]
    sections: Mapping[str, str]
    problems: tuple[Problem, ...]
    rows: RowCounts
    absent: Mapping[str, Phrase]
    source: Provenance
    report: Report
    comparison: Comparison | None = None
    channel_mix: tuple[Phrase, ...] = ()
    hints: tuple[Problem, ...] = ()
    to_check: int | None = None
    merged: Merged | None = None
    history: tuple[HistoryDay, ...] = ()

    @property
    def in_brief(self) -> str:
        """Its verdict and how many alerts stand, as its `repr` and that of its holders say it."""
        verdict = say("summary", f"verdict.{self.health}", "en").lower()
        return f"{verdict}, {counted(alert=self.actions)}"

    def _brief(self) -> tuple[object, str]:
        name = f"of {self.source.file or self.source.template} as of {self.as_of}"
        return name, f"{self.in_brief}, {counted(problem=self.problems)}"

"""The caseload as a table of weeks: what each row and cell shows, with every shape already placed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from calendars.workdays import WorkingCalendar
from service.views.drawing import Bar, Drawer
from service.views.names import Names, natural, plans_words
from service.views.weeks import DAYS, WIDTH, Weeks
from service.words import KIND_NAMES, count, day, long_day, opening, slack_words
from solver.policy.model import Policy
from solver.policy.words import PLAN_TYPE_WORDS
from solver.schema.base import MeetingKind
from solver.schema.calendar import Breach, Calendar, Meeting
from solver.schema.caseload import Caseload, Plan
from solver.series import Series, form_series

State = Literal["ok", "tight", "late", "unheld"]
"""How a meeting stands to its due date: room to postpone, little or none, later than due, not held at all."""
SEVERITY: dict[State, int] = {"ok": 0, "tight": 1, "late": 2, "unheld": 3}


@dataclass(frozen=True)
class Mark:
    """A meeting (or one that is not held, ``target`` then being its breach) within a cell."""

    state: State
    left: float
    label: str
    target: str
    text: str
    provisional: bool = False
    pinned: bool = False

    @property
    def percent(self) -> int:
        """Distance from the cell's left edge."""
        return round(100 * self.left / WIDTH)


@dataclass
class Cell:
    """One week of one row."""

    bars: list[Bar] = field(default_factory=list)
    dues: list[float] = field(default_factory=list)
    reviews: list[tuple[float, str]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """One series of a plan or of a sibling group; without one, ``none`` says why there are no meetings."""

    name: str
    size: str
    detail: str
    plans: str
    kind: MeetingKind | None
    cells: tuple[Cell, ...]
    state: State
    least: str
    none: str = ""


@dataclass(frozen=True)
class Group:
    """A worker's rows."""

    worker: str | None
    name: str
    summary: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Timeline:
    """The whole table."""

    weeks: Weeks
    groups: tuple[Group, ...]


def meeting_state(meeting: Meeting, wanted: int) -> State:
    """How the meeting stands to its due date; ``wanted`` is the slack that counts as room to postpone."""
    if meeting.breach_days:
        return "late"
    return "tight" if meeting.slack_days < wanted else "ok"


def build_timeline(
    caseload: Caseload, policy: Policy, calendar: Calendar, names: Names, working: WorkingCalendar
) -> Timeline:
    """Place every window, meeting, review and holiday on the weeks of the horizon."""
    weeks = Weeks(calendar.horizon.start, calendar.horizon.end, working)
    drawer = _Drawer(caseload, policy, calendar, names, weeks)
    rows: dict[str | None, list[Row]] = defaultdict(list)
    plans: dict[str | None, set[str]] = defaultdict(set)
    shown: set[str] = set()
    for series in form_series(caseload, policy):
        worker = next((names.worker(plan) for plan in series.plans if names.worker(plan)), None)
        rows[worker].append(drawer.row(series))
        plans[worker] |= {plan.id for plan in series.plans}
        shown |= {plan.id for plan in series.plans}
    for plan in caseload.plans:
        if plan.id not in shown:
            rows[names.worker(plan)].append(drawer.empty_row(plan))
            plans[names.worker(plan)].add(plan.id)
    workers = [person.id for person in caseload.people if person.id in rows]
    order: list[str | None] = [*workers, *([None] if None in rows else [])]
    return Timeline(weeks, tuple(_group(worker, rows[worker], len(plans[worker]), names) for worker in order))


def _group(worker: str | None, rows: list[Row], plans: int, names: Names) -> Group:
    rows.sort(key=lambda row: (-max(0, SEVERITY[row.state] - 1), natural(row.name)))
    marks = [mark for row in rows for cell in row.cells for mark in cell.marks]
    summary = [count(plans, "plan"), count(sum(mark.state != "unheld" for mark in marks), "meeting")]
    for state, words in (("late", "late"), ("unheld", "not held"), ("tight", "with little slack")):
        number = sum(mark.state == state for mark in marks)
        if number:
            summary.append(f"{number:,} {words}")
    return Group(worker, names.worker_name(worker), ", ".join(summary), tuple(rows))


class _Drawer:
    """Draws rows. Kept together because every row needs the same look-ups."""

    def __init__(
        self, caseload: Caseload, policy: Policy, calendar: Calendar, names: Names, weeks: Weeks
    ) -> None:
        self.names, self.weeks = names, weeks
        self.wanted = calendar.weights.get("slack_days_wanted", 0)
        self.horizon = calendar.horizon
        self.meetings: dict[str, list[Meeting]] = defaultdict(list)
        for meeting in sorted(calendar.meetings, key=lambda meeting: meeting.start):
            self.meetings[meeting.series].append(meeting)
        self.breaches: dict[str, list[tuple[int, Breach]]] = defaultdict(list)
        for number, breach in enumerate(calendar.breaches, start=1):
            self.breaches[breach.series].append((number, breach))
        self.drawer = Drawer(caseload, policy, weeks)

    def row(self, series: Series) -> Row:
        """Draw a series."""
        cells = self._background(series.plans)
        for meeting in self.meetings[series.id]:
            self._meeting(cells, meeting)
        for number, breach in self.breaches[series.id]:
            if breach.meeting is None:
                self._unheld(cells, number, breach)
        for review, words in self.drawer.reviews(series.plans):
            index = self.weeks.index_of(review)
            cells[index].reviews.append((self.weeks.position(review) - index * WIDTH, words))
        marks = [mark for cell in cells for mark in cell.marks]
        states: list[State] = [mark.state for mark in marks]
        state: State = max(states, key=SEVERITY.__getitem__, default="ok")
        return Row(
            name=series.id.removesuffix(f".{series.kind}"),
            size=count(len(series.plans), "plan") if len(series.plans) > 1 else "",
            detail=KIND_NAMES[series.kind],
            plans=plans_words(series.plans),
            kind=series.kind,
            cells=tuple(cells),
            state=state,
            least=self._least(self.meetings[series.id], state),
        )

    def empty_row(self, plan: Plan) -> Row:
        """Draw a plan that has no series."""
        if plan.ends is not None and plan.ends < self.horizon.start:
            why = f"Ended {long_day(plan.ends)}: no meetings."
        else:
            why = f"No meetings: the policy sets none for {PLAN_TYPE_WORDS[plan.type]}."
        return Row(plan.id, "", plan.type.replace("_", " "), plan.id, None, (), "ok", "", why)

    def _background(self, plans: tuple[Plan, ...]) -> list[Cell]:
        cells = [Cell() for _ in range(self.weeks.count)]
        self._draw(cells, self.drawer.school(plans))
        for week in self.weeks.columns:
            for weekday in week.closed:
                left = weekday * WIDTH / DAYS
                cells[week.index].bars.append(Bar("closed", left, left + WIDTH / DAYS))
        return cells

    def _meeting(self, cells: list[Cell], meeting: Meeting) -> None:
        held = meeting.start.date()
        self._draw(cells, self.drawer.meeting(meeting))
        self._due(cells, self.drawer.due(meeting.window.due))
        state = meeting_state(meeting, self.wanted)
        index = self.weeks.index_of(held)
        if not 0 <= index < self.weeks.count:
            return
        flags = [
            word for word, on in (("pinned", meeting.pinned), ("provisional", meeting.provisional)) if on
        ]
        text = (
            f"{opening(KIND_NAMES[meeting.kind])} {meeting.number}, {day(held)}, {meeting.start:%H:%M} to {meeting.end:%H:%M}, "
            f"{self.names.venue(meeting.venue)}. Due {day(meeting.window.due)}: "
            f"{slack_words(meeting.slack_days, meeting.breach_days)}"
        )
        cells[index].marks.append(
            Mark(
                state=state,
                left=self.weeks.position(held) - index * WIDTH,
                label=f"+{meeting.breach_days}" if meeting.breach_days else str(meeting.slack_days),
                target=f"m-{meeting.id}",
                text=f"{text}, {', '.join(flags)}." if flags else f"{text}.",
                provisional=meeting.provisional,
                pinned=meeting.pinned,
            )
        )

    def _unheld(self, cells: list[Cell], number: int, breach: Breach) -> None:
        shown = min(max(breach.due, self.horizon.start), self.horizon.end)
        self._draw(cells, [self.drawer.unheld(breach)])
        self._due(cells, self.drawer.due(breach.due))
        index = self.weeks.index_of(shown)
        text = f"Meeting due {day(breach.due)} is not held: see breach {number}."
        left = self.weeks.position(shown) - index * WIDTH
        cells[index].marks.append(Mark("unheld", left, "", f"breach-{number}", text))

    def _draw(self, cells: list[Cell], bars: Iterable[Bar]) -> None:
        for bar in bars:
            for index, left, right in self.weeks.pieces(bar.left, bar.right):
                cells[index].bars.append(Bar(bar.kind, left, right))

    def _due(self, cells: list[Cell], due: float | None) -> None:
        if due is not None:
            cells[int(due // WIDTH)].dues.append(due % WIDTH)

    @staticmethod
    def _least(meetings: list[Meeting], state: State) -> str:
        if state == "unheld":
            return "not held"
        if state == "late":
            return f"{max(meeting.breach_days for meeting in meetings)} late"
        return str(min((meeting.slack_days for meeting in meetings), default=""))

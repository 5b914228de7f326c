"""The rows of the caseload: what each series of meetings shows, made of what the viewer sees and of nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from service.views.drawing import BarKind, Drawer
from service.views.names import Names, natural
from service.views.weeks import DAYS, WIDTH, Weeks
from service.words import KIND_NAMES, count, long_day, opening, slack_words
from solver.derive.kpis import slack_band
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.policy.words import PLAN_TYPE_WORDS
from solver.schema.base import MeetingKind
from solver.schema.calendar import Breach, Calendar, Meeting
from solver.schema.caseload import Caseload, Plan
from solver.series import Series, form_series

State = Literal["missing", "late", "none", "tight", "ok", "past"]
"""How something due stands: no meeting at all, one that is late, one on its due date, one with little room or enough, one that
has been."""
SEVERITY: Final[dict[State, int]] = {"missing": 5, "late": 4, "none": 3, "tight": 2, "ok": 1, "past": 0}
AT_RISK: Final[frozenset[State]] = frozenset({"missing", "late", "none", "tight"})


@dataclass(frozen=True, slots=True)
class Mark:
    """A meeting, or the lack of one, in its week."""

    week: int
    weekday: int
    """0 Monday to 5, the weekend, which takes no room."""
    state: State
    label: str
    """What its shape holds: days to spare, or late."""
    meeting: str | None
    """``None``: there is none."""
    text: str
    detail: str
    """What the list says besides."""
    band: str
    """Of its slack, as in the figures; empty unless it is still to come."""
    day: date
    provisional: bool = False
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """A review, booked or due, in its week."""

    week: int
    weekday: int
    text: str


@dataclass(frozen=True, slots=True)
class Shapes:
    """Paths by kind of bar, in drawing units over all weeks."""

    bars: tuple[tuple[BarKind, str], ...]
    dues: str


@dataclass(frozen=True, slots=True)
class Row:
    """One series of a plan or of a sibling group; without any, ``why`` says why there are no meetings."""

    id: str
    name: str
    plans: tuple[str, ...]
    kind: MeetingKind | None
    detail: str
    worker: str | None
    worker_name: str
    marks: tuple[Mark, ...]
    reviews: tuple[Review, ...]
    shapes: Shapes
    holidays: str
    """Path of the days without school, alike for all rows of the same schools."""
    state: State
    words: str
    """The state in words."""
    worst: int
    """Days late or missing, or the least slack negated: the higher, the worse among rows of one state."""
    next: date | None
    """The next meeting."""
    risky: date | None
    """When the worst of it is due or held; ``None`` where nothing is at risk."""
    why: str = ""

    @property
    def states(self) -> tuple[State, ...]:
        """Those of what is due or to come."""
        return tuple(dict.fromkeys(mark.state for mark in self.marks if mark.state != "past"))

    @property
    def bands(self) -> tuple[str, ...]:
        """Slack of the meetings to come."""
        return tuple(dict.fromkeys(mark.band for mark in self.marks if mark.band))

    @property
    def search(self) -> str:
        """What is searched for by text."""
        return " ".join(dict.fromkeys((self.name, *self.plans))).lower()


def build_rows(
    caseload: Caseload,
    policy: Policy,
    seen: Calendar,
    now: datetime,
    own: Collection[str] | None,
) -> tuple[Weeks, tuple[Row, ...]]:
    """Make the rows, those at risk first.

    Parameters
    ----------
    caseload, policy
    seen
        The calendar as far as the viewer sees it.
    now
        Local wall time: meetings before it have been.
    own
        The plans whose facts the viewer may know; ``None`` for all. Of others, only what `seen` says is shown.
    """
    weeks = Weeks(seen.horizon.start, seen.horizon.end, working_calendar(caseload, policy))
    maker = _Maker(caseload, policy, seen, now, own, weeks)
    chains = form_series(caseload, policy)
    rows = [row for series in chains if (row := maker.row(series)) is not None]
    shown = {plan for row in rows for plan in row.plans}
    planned = {plan.id for series in chains for plan in series.plans}
    rows += [
        maker.empty(plan, planned=plan.id in planned)
        for plan in caseload.plans
        if plan.id not in shown and (own is None or plan.id in own)
    ]
    return weeks, tuple(sorted(rows, key=by_risk))


def by_risk(row: Row) -> tuple[object, ...]:
    """Sort key: the worst state first, within one the worst, the soonest."""
    return (row.kind is None, -SEVERITY[row.state], -row.worst, row.risky or date.max, natural(row.id))


class _Maker:
    """Makes rows. Kept together because every row needs the same look-ups."""

    def __init__(
        self,
        caseload: Caseload,
        policy: Policy,
        seen: Calendar,
        now: datetime,
        own: Collection[str] | None,
        weeks: Weeks,
    ) -> None:
        self._names, self._weeks, self._now, self._own = Names(caseload), weeks, now, own
        self._drawer = Drawer(caseload, policy, weeks)
        self._horizon = seen.horizon
        self._wanted = seen.weights.get("slack_days_wanted", 0)
        self._meetings: dict[str, list[Meeting]] = defaultdict(list)
        for meeting in sorted(seen.meetings, key=lambda one: one.start):
            self._meetings[meeting.series].append(meeting)
        self._missing: dict[str, list[Breach]] = defaultdict(list)
        for breach in seen.breaches:
            if breach.meeting is None:
                self._missing[breach.series].append(breach)

    def row(self, series: Series) -> Row | None:
        """A series; ``None`` where nothing of it is the viewer's business."""
        meetings, missing = self._meetings[series.id], self._missing[series.id]
        known = tuple(plan for plan in series.plans if self._own is None or plan.id in self._own)
        named = {plan for meeting in meetings for plan in meeting.plans} | {plan.id for plan in known}
        if self._own is not None and not (meetings or missing):
            return None
        marks = [self._mark(meeting) for meeting in meetings] + [
            self._gap(one, series.kind) for one in missing
        ]
        to_come = [meeting for meeting in meetings if meeting.start >= self._now]
        state: State = max((mark.state for mark in marks), key=SEVERITY.__getitem__, default="past")
        worker = self._worker(known, meetings)
        name = series.id.removesuffix(f".{series.kind}")
        return Row(
            id=series.id,
            name=name,
            plans=tuple(plan.id for plan in series.plans if plan.id in named),
            kind=series.kind,
            detail=opening(KIND_NAMES[series.kind]),
            worker=worker,
            worker_name=self._names.worker_name(worker),
            marks=tuple(sorted(marks, key=lambda mark: mark.day)),
            reviews=tuple(
                Review(self._weeks.index_of(day), min(day.weekday(), DAYS), words)
                for day, words in self._drawer.reviews(known)
            ),
            shapes=self._shapes(meetings, missing),
            holidays=_path((bar.left, bar.right) for bar in self._drawer.school(known)),
            state=state,
            words=_state_words(state, to_come, missing),
            worst=_worst(state, to_come, missing),
            next=to_come[0].start.date() if to_come else None,
            risky=_risky(state, marks),
        )

    def empty(self, plan: Plan, *, planned: bool) -> Row:
        """A plan without meetings, or with none that the viewer is asked to."""
        if planned:
            why = "You are asked to none of its meetings."
        elif plan.ends is not None and plan.ends < self._horizon.start:
            why = f"Ended {long_day(plan.ends)}: no meetings."
        else:
            why = f"No meetings: the policy sets none for {PLAN_TYPE_WORDS[plan.type]}."
        worker = self._names.worker(plan)
        return Row(
            plan.id, plan.id, (plan.id,), None, opening(plan.type.replace("_", " ")), worker,
            self._names.worker_name(worker), (), (), Shapes((), ""), "", "past", "No meetings", 0, None, None, why,
        )  # fmt: skip

    def _worker(self, known: Iterable[Plan], meetings: Iterable[Meeting]) -> str | None:
        """Whose the row is: of plans that the viewer knows nothing of, as far as their meetings tell."""
        worker = next((found for plan in known if (found := self._names.worker(plan)) is not None), None)
        if worker is not None:
            return worker
        for meeting in meetings:
            for place in meeting.attendees:
                person = self._names.people.get(place.for_ or place.person)
                if person is not None and person.role == "social_worker":
                    return person.id
        return None

    def _mark(self, meeting: Meeting) -> Mark:
        day, past = meeting.start.date(), meeting.start < self._now
        state: State = (
            "past" if past
            else "late" if meeting.breach_days
            else "none" if meeting.slack_days == 0
            else "tight" if meeting.slack_days < self._wanted
            else "ok"
        )  # fmt: skip
        flags = [
            word for word, on in (("pinned", meeting.pinned), ("provisional", meeting.provisional)) if on
        ]
        parts = [
            f"{opening(KIND_NAMES[meeting.kind])}, {short_day(day)} {meeting.start:%H:%M}",
            slack_words(meeting.slack_days, meeting.breach_days),
            *flags,
        ]
        return Mark(
            week=self._weeks.index_of(day),
            weekday=min(day.weekday(), DAYS),
            state=state,
            label=f"+{meeting.breach_days}" if meeting.breach_days else str(meeting.slack_days),
            meeting=meeting.id,
            text=", ".join([*parts, *(["has been"] if past else [])]),
            detail=", ".join([f"due {short_day(meeting.window.due)}", self._names.venue(meeting.venue)]),
            band="" if past else slack_band(meeting),
            day=day,
            provisional=meeting.provisional,
            pinned=meeting.pinned,
        )

    def _gap(self, breach: Breach, kind: MeetingKind) -> Mark:
        day = min(max(breach.due, self._horizon.start), self._horizon.end)
        return Mark(
            self._weeks.index_of(day), min(day.weekday(), DAYS), "missing", "×", None,
            f"No {KIND_NAMES[kind]}, due {short_day(breach.due)}", f"{count(breach.days, 'day')} without", "", day,
        )  # fmt: skip

    def _shapes(self, meetings: Iterable[Meeting], missing: Iterable[Breach]) -> Shapes:
        bars: dict[BarKind, list[tuple[float, float]]] = {"window": [], "room": [], "late": []}
        dues: list[float | None] = []
        for meeting in meetings:
            for bar in self._drawer.meeting(meeting):
                bars[bar.kind].append((bar.left, bar.right))
            dues.append(self._drawer.due(meeting.window.due))
        for breach in missing:
            bar = self._drawer.unheld(breach)
            bars[bar.kind].append((bar.left, bar.right))
            dues.append(self._drawer.due(breach.due))
        width = self._weeks.count * WIDTH
        tall: dict[BarKind, tuple[int, int]] = {"window": (18, 2), "room": (14, 10), "late": (14, 10)}
        drawn = (
            (kind, _path(((max(left, 0), min(right, width)) for left, right in stretches), *tall[kind]))
            for kind, stretches in bars.items()
        )
        return Shapes(
            tuple((kind, path) for kind, path in drawn if path),
            "".join(f"M{_short(due)} 9v20" for due in dues if due is not None),
        )


def short_day(day: date) -> str:
    """``Tue 8 Dec``: within half a year the year goes without saying."""
    return f"{day:%a} {day.day} {day:%b}"


def _state_words(state: State, to_come: list[Meeting], missing: list[Breach]) -> str:
    match state:
        case "missing":
            return f"{len(missing)} missing"
        case "late":
            return f"{count(max(one.breach_days for one in to_come), 'day')} late"
        case "none":
            return "No slack"
        case "tight" | "ok":
            return f"{count(_least(to_come), 'day')} to spare"
        case "past":
            return "None to come"


def _worst(state: State, to_come: list[Meeting], missing: list[Breach]) -> int:
    match state:
        case "missing":
            return sum(one.days for one in missing)
        case "late":
            return max(one.breach_days for one in to_come)
        case "past":
            return 0
        case _:
            return -_least(to_come)


def _risky(state: State, marks: list[Mark]) -> date | None:
    worst = {"late": max, "tight": min}.get(state)
    found = [mark for mark in marks if mark.state == state and state in AT_RISK]
    if worst is not None:
        label = worst(int(mark.label) for mark in found)
        found = [mark for mark in found if int(mark.label) == label]
    return min((mark.day for mark in found), default=None)


def _least(to_come: list[Meeting]) -> int:
    return min(one.slack_days for one in to_come)


def _path(stretches: Iterable[tuple[float, float]], top: int = 0, height: int = 38) -> str:
    return "".join(
        f"M{_short(left)} {top}h{_short(right - left)}v{height}h{_short(left - right)}z"
        for left, right in stretches
        if right > left
    )


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


__all__ = [
    "AT_RISK",
    "SEVERITY",
    "Mark",
    "Review",
    "Row",
    "State",
    "build_rows",
    "by_risk",
    "short_day",
]

"""The rows of the caseload are made: of what the viewer sees and of nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime

from service.pages.caseload_rows import AT_RISK, SEVERITY, Mark, Review, Row, State, by_risk, short_day
from service.pages.caseload_shapes import Shapes, path_of, shapes_of
from service.views.drawing import Drawer
from service.views.names import Names
from service.views.weeks import DAYS, Weeks
from service.words import KIND_NAMES, count, long_day, opening, slack_words
from solver.derive.kpis import slack_band
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.policy.words import PLAN_TYPE_WORDS
from solver.schema.base import MeetingKind
from solver.schema.calendar import Breach, Calendar, Meeting
from solver.schema.caseload import Caseload, Plan
from solver.series import Series, form_series


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
            shapes=shapes_of(self._drawer, self._weeks, meetings, missing),
            holidays=path_of((bar.left, bar.right) for bar in self._drawer.school(known)),
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


__all__ = ["build_rows"]

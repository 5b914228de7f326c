"""What needs a manager's attention: breaches, exceptions, and meetings that can't be postponed."""

from __future__ import annotations

from dataclasses import dataclass

from service.figures import series_kinds
from service.views.names import Names
from service.words import KIND_NAMES, count, day, moment, opening, trial_words
from solver.schema.base import MeetingKind
from solver.schema.calendar import Breach, Calendar, Meeting, Reason, Remedy

EXCEPTION_NAMES = {
    "report": "Written report instead of attendance",
    "absent": "Absence of someone expected",
}


@dataclass(frozen=True)
class BreachView:
    """A breach as the report shows it. ``meeting`` is the planned meeting's id, if it is held."""

    number: int
    what: str
    due: str
    outcome: str
    late: str
    proved: bool
    sources: tuple[str, ...]
    meeting: str | None
    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]
    trials: str


@dataclass(frozen=True)
class ExceptionView:
    """An exception as the report shows it."""

    meeting: str
    what: str
    when: str
    who: str
    kind: str
    reason: str
    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]
    trials: str


def breach_views(calendar: Calendar) -> tuple[BreachView, ...]:
    """Every breach, numbered in the calendar's order."""
    meetings = {meeting.id: meeting for meeting in calendar.meetings}
    kinds = series_kinds(calendar)
    return tuple(
        _breach(
            number,
            breach,
            meetings.get(breach.meeting) if breach.meeting else None,
            kinds.get(breach.series),
        )
        for number, breach in enumerate(calendar.breaches, start=1)
    )


def _breach(number: int, breach: Breach, meeting: Meeting | None, kind: MeetingKind | None) -> BreachView:
    return BreachView(
        number=number,
        what=meeting_words(meeting) if meeting else unheld_words(breach.series, kind),
        due=day(breach.due),
        outcome=moment(meeting.start) if meeting else "Not held",
        late=f"{count(breach.days, 'day')} late" if meeting else f"{count(breach.days, 'day')} without",
        proved=breach.proved,
        sources=breach.sources,
        meeting=meeting.id if meeting else None,
        reasons=breach.reasons,
        remedies=breach.remedies,
        trials=trial_words(breach),
    )


def exception_views(calendar: Calendar, names: Names) -> tuple[ExceptionView, ...]:
    """Every exception, in the calendar's order."""
    meetings = {meeting.id: meeting for meeting in calendar.meetings}
    views = []
    for exception in calendar.exceptions:
        meeting = meetings.get(exception.meeting)
        views.append(
            ExceptionView(
                meeting=exception.meeting,
                what=meeting_words(meeting) if meeting else exception.meeting,
                when=moment(meeting.start) if meeting else "",
                who=opening(names.person(exception.person)) if exception.person else "",
                kind=_kind_words(exception.kind),
                reason=exception.reason,
                reasons=exception.reasons,
                remedies=exception.remedies,
                trials=trial_words(exception),
            )
        )
    return tuple(views)


def not_looked_into(calendar: Calendar) -> int:
    """How many people are missing for whom nobody has looked for a remedy yet."""
    return sum(not is_rule(one.kind) and not one.looked_into for one in calendar.exceptions)


def is_rule(kind: str) -> bool:
    """Whether an exception's kind is the id of a rule that a pinned meeting breaks."""
    return kind not in EXCEPTION_NAMES


def _kind_words(kind: str) -> str:
    return f"Pinned meeting breaks a rule ({kind})" if is_rule(kind) else EXCEPTION_NAMES[kind]


def meeting_words(meeting: Meeting) -> str:
    """``Core group 3, plan-12``."""
    subject = meeting.series.removesuffix(f".{meeting.kind}")
    return f"{opening(KIND_NAMES[meeting.kind])} {meeting.number}, {subject}"


def unheld_words(series: str, kind: MeetingKind | None) -> str:
    """``Next core group, plan-12``."""
    if kind is None:
        return f"Next meeting, {series}"
    return f"Next {KIND_NAMES[kind]}, {series.removesuffix(f'.{kind}')}"

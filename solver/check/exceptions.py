"""What a calendar owns up to: reports, expected absences, and the rules that pinned meetings alone break."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from solver.check.report import Finding, Violation
from solver.check.view import View
from solver.schema.calendar import CalendarException

ABSENCES = ("report", "absent")
"""Kinds of exception for a place; every other kind is the id of a rule."""

Absence = tuple[str, str | None, str]
"""Meeting, person and kind."""


def required_absences(view: View) -> dict[Absence, None]:
    """Return the report or absence of everyone expected who neither comes nor sends a deputy, in calendar order."""
    required: dict[Absence, None] = {}
    for held in view.meetings:
        for attendee in held.meeting.attendees:
            place = held.place_of(attendee)
            is_expected = place is not None and place.level == "expected"
            if attendee.status == "report" or (attendee.status == "absent" and is_expected):
                required[held.id, attendee.person, attendee.status] = None
    return required


def unreported_absences(view: View) -> Iterator[Finding]:
    """Each report and each expected absence has an exception."""
    listed = {(one.meeting, one.person, one.kind) for one in view.calendar.exceptions}
    for meeting, person, kind in required_absences(view):
        if (meeting, person, kind) not in listed:
            text = f"{person} at {meeting} has the status {kind}, and the exceptions do not say so."
            yield Finding(text, (meeting,), () if person is None else (person,))


def is_reported(violation: Violation, exceptions: Sequence[CalendarException]) -> bool:
    """Whether every meeting of a violation that pinned meetings force has an exception of its rule."""
    listed = {one.meeting for one in exceptions if excuses(one, violation)}
    return violation.forced and listed >= set(violation.meetings)


def excuses(exception: CalendarException, violation: Violation) -> bool:
    """Whether an exception is of a violation's rule, one of its meetings and, if it names one, of its people."""
    return (
        exception.kind == violation.rule
        and exception.meeting in violation.meetings
        and (exception.person is None or exception.person in violation.people)
    )


def _line_manager(view: View, person: str | None) -> str | None:
    record = None if person is None else view.case.people.get(person)
    return None if record is None else record.line_manager


def unfounded_exceptions(view: View, forced: Sequence[Violation]) -> Iterator[Finding]:
    """The exceptions are those that are required and no others, each once, and each says why."""
    required = required_absences(view)
    by_rule: dict[tuple[str, str], list[Violation]] = {}
    for violation in forced:
        for meeting in violation.meetings:
            by_rule.setdefault((violation.rule, meeting), []).append(violation)
    for one in view.calendar.exceptions:
        people = () if one.person is None else (one.person,)
        known = (
            (one.meeting, one.person, one.kind) in required
            if one.kind in ABSENCES
            else any(excuses(one, violation) for violation in by_rule.get((one.kind, one.meeting), []))
        )
        if not known:
            text = f"The exceptions have {one.kind} of {one.person or 'nobody'} at {one.meeting}: there is no such."
            yield Finding(text, (one.meeting,), people)
        agrees = _line_manager(view, one.person) if one.kind == "report" else None
        if known and one.agree != agrees:
            text = (
                f"The exception {one.kind} of {one.person} at {one.meeting} is for {one.agree or 'nobody'} to agree; "
                f"it is for {agrees or 'nobody'}."
            )
            yield Finding(text, (one.meeting,), people)
        if not one.reason.strip():
            text = f"The exception {one.kind} of {one.person or 'nobody'} at {one.meeting} has no reason."
            yield Finding(text, (one.meeting,), people)
    for (meeting, person, kind), times in Counter(
        (one.meeting, one.person, one.kind) for one in view.calendar.exceptions
    ).items():
        if times > 1:
            text = f"The exception {kind} of {person or 'nobody'} at {meeting} is there {times} times."
            yield Finding(text, (meeting,), () if person is None else (person,), amount=times - 1)

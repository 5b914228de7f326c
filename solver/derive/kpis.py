"""The figures inspectors ask for, and what the calendar asks of each person.

The commonest criticisms are first core groups held late, partners missing, meetings in school hours and
short notice (readings, Scale), so these are counted. Every percentage is of 0 to 100, rounded down to one
decimal so that 100 means all, and ``None`` where there is nothing to count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from calendars.workdays import WorkingCalendar
from solver.derive.shares import (
    MINUTES_KINDS,
    median_of,
    outside_school,
    partner_shares,
    percentage,
    share,
    short_notice,
)
from solver.derive.standing import COMES_THEMSELVES, TAKES_PART, Standing, by_series, day_of, place_owner
from solver.policy.model import Policy
from solver.policy.words import ROLE_WORDS
from solver.schema.base import FAMILY_ROLES
from solver.schema.calendar import Attendee, Breach, CalendarException, Kpis, Meeting, PersonWorkload, Task
from solver.schema.caseload import Caseload, Person
from solver.series import form_series

SLACK_BANDS: Final[tuple[tuple[str, int], ...]] = (("0", 0), ("1", 1), ("2", 2), ("3-5", 5), ("6-10", 10))
"""Names of the slack histogram with the most working days in each; more is "11+", a breach "late"."""


def kpis(
    caseload: Caseload,
    policy: Policy,
    meetings: Sequence[Meeting],
    breaches: Sequence[Breach],
    exceptions: Sequence[CalendarException],
    calendar: WorkingCalendar,
    tasks: Sequence[Task] = (),
) -> Kpis:
    """Count the figures of a calendar.

    Returns
    -------
    Kpis
        ``meetings``
            Meetings in the calendar.
        ``series``
            Series with a meeting or a breach.
        ``first_core_groups``
            First core groups required: the first core group in the calendar of each series with a plan that
            has had none, and those that a breach says are not held at all.
        ``first_core_groups_in_time_percent``
            Of these, the share held on or before their due date.
        ``in_timescale_percent``
            Of all required meetings, held or not, the share held on or before their due date.
        ``slack_histogram``
            Meetings held, by working days between the meeting and its due date; "late" is after it.
        ``expected_attendance_percent``
            Of the places of level ``expected``, the share filled by the person or a deputy. A report
            doesn't count.
        ``child_attended_percent``
            Of the places of children, the share where the child comes. Children whose plan says they don't
            attend have no place and are not counted.
        ``outside_school_hours_percent``
            Of the meetings at which a child on a school's roll has a place, the share that lies outside the
            day of every such child's school, on its pupil days (without the travel allowance).
        ``deputies``, ``reports``
            Places filled by a deputy; places for which there is only a report.
        ``exceptions``, ``breaches``, ``breach_days``
            How many there are, and the breaches' days together.
        ``slack_median_days``
            The median of the meetings' working days before their due date; 0 where late.
        ``notice_median_days``, ``short_notice_percent``
            The working days from the horizon's first day, which stands for the day of planning, to each meeting: their
            median, and the share with fewer than five.
        ``partner_attendance_percent``
            Of the expected places of each agency's professionals, the share filled by the person or a deputy.
        ``minutes_due``
            Tasks of the kinds minutes, send-minutes and record, by the month they are due.
    """
    standing = Standing.of(caseload, policy)
    unheld = [breach for breach in breaches if breach.meeting is None]
    in_time = [meeting for meeting in meetings if meeting.breach_days == 0]
    first = _first_core_groups(standing, meetings)
    first_required = len(first) + _first_core_groups_unheld(standing, meetings, unheld)
    places = [entry for meeting in meetings for entry in meeting.attendees]
    notices = [calendar.working_days_between(caseload.horizon.start, day_of(meeting)) for meeting in meetings]
    children = {child.id for plan in caseload.plans for child in plan.children}
    school_meetings = [
        clear for meeting in meetings if (clear := _outside_school(standing, meeting, calendar)) is not None
    ]
    return Kpis(
        meetings=len(meetings),
        series=len({meeting.series for meeting in meetings} | {breach.series for breach in breaches}),
        first_core_groups=first_required,
        first_core_groups_in_time_percent=percentage(sum(m.breach_days == 0 for m in first), first_required),
        in_timescale_percent=percentage(len(in_time), len(meetings) + len(unheld)),
        slack_histogram=_slack_histogram(meetings),
        expected_attendance_percent=_share(
            (entry for entry in places if entry.level == "expected"), frozenset(TAKES_PART)
        ),
        child_attended_percent=_share(
            (entry for entry in places if entry.person in children), COMES_THEMSELVES
        ),
        outside_school_hours_percent=percentage(sum(school_meetings), len(school_meetings)),
        deputies=sum(entry.status == "deputy" for entry in places),
        reports=sum(entry.status == "report" for entry in places),
        exceptions=len(exceptions),
        breaches=len(breaches),
        breach_days=sum(breach.days for breach in breaches),
        slack_median_days=median_of(meeting.slack_days for meeting in meetings),
        notice_median_days=median_of(notices),
        short_notice_percent=short_notice(notices),
        partner_attendance_percent=partner_shares(_partner_places(standing, places)),
        minutes_due=_minutes_due(tasks),
    )


def _share(places: Iterable[Attendee], statuses: frozenset[str]) -> float | None:
    return share(entry.status in statuses for entry in places)


def _partner_places(standing: Standing, places: Iterable[Attendee]) -> Iterator[tuple[str, bool]]:
    """Each expected professional's place: whose it is, and whether somebody comes."""
    for entry in places:
        person = standing.people.get(place_owner(entry))
        if entry.level == "expected" and person is not None and person.role not in FAMILY_ROLES:
            yield agency_of(person), entry.status in TAKES_PART


def agency_of(person: Person) -> str:
    """Return somebody's agency or, without one, what their role is called."""
    return person.agency or ROLE_WORDS[person.role]


def _minutes_due(tasks: Iterable[Task]) -> dict[str, int]:
    counted = Counter(f"{task.due:%Y-%m}" for task in tasks if task.kind in MINUTES_KINDS)
    return dict(sorted(counted.items()))


def _first_core_groups(standing: Standing, meetings: Sequence[Meeting]) -> list[Meeting]:
    return [
        chain[0]
        for chain in by_series(meetings).values()
        if chain[0].kind == "core_group" and standing.is_first(chain[0], chain)
    ]


def _first_core_groups_unheld(
    standing: Standing, meetings: Sequence[Meeting], unheld: Sequence[Breach]
) -> int:
    """Series whose first core group is not held at all: an unheld breach and no meeting."""
    not_held = {breach.series for breach in unheld} - {meeting.series for meeting in meetings}
    return sum(
        series.id in not_held and series.first and series.kind == "core_group"
        for series in form_series(standing.caseload, standing.policy)
    )


def _slack_histogram(meetings: Sequence[Meeting]) -> dict[str, int]:
    counted = Counter(slack_band(meeting) for meeting in meetings)
    return {name: counted[name] for name in ("late", *(name for name, _ in SLACK_BANDS), "11+")}


def slack_band(meeting: Meeting) -> str:
    """Which bin of the slack histogram a meeting is counted in."""
    if meeting.breach_days > 0:
        return "late"
    return next((name for name, most in SLACK_BANDS if meeting.slack_days <= most), "11+")


def _outside_school(standing: Standing, meeting: Meeting, calendar: WorkingCalendar) -> bool | None:
    """Whether a meeting keeps clear of the pupils' school day, or ``None`` where no pupil has a place."""
    placed = {entry.person for entry in meeting.attendees}
    schools = {
        child.school
        for plan in standing.plans_of(meeting)
        for child in plan.children
        if child.school is not None and child.id in placed
    }
    if not schools:
        return None
    those = [school for school in standing.caseload.schools if school.id in schools]
    return outside_school(those, meeting.start, meeting.end, calendar)


def workload(caseload: Caseload, meetings: Sequence[Meeting]) -> tuple[PersonWorkload, ...]:
    """Count what the calendar asks of everyone who takes part in a meeting, themselves or as a deputy.

    Returns
    -------
    tuple of PersonWorkload
        The caseload's people in its order, then children without a person record in order of plans; those
        who take part in nothing are left out. ``minutes`` are those of the meeting, or of the one sitting
        the person is in.
        ``busiest_day`` is the most meetings on one day.
    """
    minutes: Counter[str] = Counter()
    days: dict[str, Counter[date]] = {}
    for meeting in meetings:
        for entry in meeting.attendees:
            if entry.status in TAKES_PART:
                minutes[entry.person] += _minutes_at(meeting, entry)
                days.setdefault(entry.person, Counter())[day_of(meeting)] += 1
    order = dict.fromkeys(
        [person.id for person in caseload.people]
        + [child.id for plan in caseload.plans for child in plan.children]
    )
    return tuple(
        PersonWorkload(
            person=person,
            meetings=days[person].total(),
            minutes=minutes[person],
            busiest_day=max(days[person].values()),
        )
        for person in order
        if person in days
    )


def _minutes_at(meeting: Meeting, entry: Attendee) -> int:
    sitting = next((sitting for sitting in meeting.sittings if sitting.id == entry.sitting), None)
    start, end = (sitting.start, sitting.end) if sitting else (meeting.start, meeting.end)
    return (end - start) // timedelta(minutes=1)

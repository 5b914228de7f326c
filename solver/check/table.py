"""Every rule that the checker applies, by id, in the order of ``solver/RULES.md``.

A rule's function bears its id as its name. Those of `OF_A_MEETING` look at one meeting at a time, those of
`OF_MEETINGS_TOGETHER` at what several ask of one person or room, those of `OF_THE_CALENDAR` at the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from solver.check import rules_attendance as attendance
from solver.check import rules_people as people
from solver.check import rules_record as record
from solver.check import rules_series as series
from solver.check import rules_tasks as tasks
from solver.check import rules_time as time
from solver.check import rules_venue as venue
from solver.check.exceptions import unreported_absences
from solver.check.held import Held
from solver.check.report import Finding
from solver.check.view import View

OF_A_MEETING: Final[tuple[tuple[str, Callable[[Held], Iterator[Finding]]], ...]] = (
    ("start.grid", time.start_grid),
    ("day.open", time.day_open),
    ("day.span", time.day_span),
    ("person.hours", people.person_hours),
    ("person.busy", people.person_busy),
    ("person.notice", people.person_notice),
    ("venue.hours", venue.venue_hours),
    ("venue.busy", venue.venue_busy),
    ("venue.features", venue.venue_features),
    ("venue.private", venue.venue_private),
    ("venue.capacity", venue.venue_capacity),
    ("venue.kind", venue.venue_kind),
    ("venue.only", venue.venue_only),
    ("venue.refused", venue.venue_refused),
    ("venue.home", venue.venue_home),
    ("venue.school", venue.venue_school),
    ("time.never", time.time_never),
    ("remote.allowed", attendance.remote_allowed),
    ("school.hours", people.school_hours),
    ("attend.essential", attendance.attend_essential),
    ("attend.place", attendance.attend_place),
    ("attend.deputy", attendance.attend_deputy),
    ("attend.report", attendance.attend_report),
    ("series.window", series.series_window),
    ("series.window", series.series_window_told),
    ("series.review_day", series.series_review_day),
    ("quorum", attendance.quorum),
    ("split", time.split),
    ("roles", attendance.roles),
    ("meeting.minutes", time.meeting_minutes),
    ("meeting.id", record.meeting_id),
    ("meeting.kind", record.meeting_kind),
    ("meeting.plans", record.meeting_plans),
    ("meeting.slack", record.meeting_slack),
    ("meeting.provisional", record.meeting_provisional),
)

OF_MEETINGS_TOGETHER: Final[tuple[tuple[str, Callable[[Iterable[Held]], Iterator[Finding]]], ...]] = (
    ("person.overlap", people.person_overlap),
    ("venue.overlap", venue.venue_overlap),
    ("person.travel", people.person_travel),
    ("person.cap", people.person_cap),
)

OF_THE_CALENDAR: Final[tuple[tuple[str, Callable[[View], Iterator[Finding]]], ...]] = (
    ("id.unknown", record.id_unknown),
    ("id.unique", record.id_unique),
    ("attend.report", unreported_absences),
    ("series.window", series.series_late),
    ("series.complete", series.series_complete),
    ("series.order", series.series_order),
    ("pinned", series.pinned),
    ("meeting.marks", series.meeting_marks),
    ("meeting.score", record.meeting_score),
    ("calendar.caseload", record.calendar_caseload),
    ("calendar.policy", record.calendar_policy),
    ("calendar.objective", record.calendar_objective),
    ("calendar.bound", record.calendar_bound),
    ("calendar.breaches", record.calendar_breaches),
    ("tasks", tasks.tasks),
)

EXCEPTIONS: Final = "calendar.exceptions"
"""Comes last, since it needs to know which rules the pinned meetings break (`exceptions.unfounded_exceptions`)."""

RULES: Final[tuple[str, ...]] = tuple(
    dict.fromkeys(
        [rule for rule, _ in OF_A_MEETING]
        + [rule for rule, _ in OF_MEETINGS_TOGETHER]
        + [rule for rule, _ in OF_THE_CALENDAR]
        + [EXCEPTIONS]
    )
)
"""The id of every rule, each once."""

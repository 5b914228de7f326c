"""For each item of the sources that says when a meeting is due: held on its last day it is in time, and on the next it is late.

The dates are worked out by hand, over Christmas (25 and 28 December 2026 and 1 January 2027 are bank holidays), over Easter
(26 and 29 March 2027), over the August bank holiday (30 August 2027) and over 29 February 2028.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from ledger_scenes import ledger_scene
from scenes import Scene, rules_of

from solver.policy import load_policy
from solver.policy.windows import working_calendar
from solver.series import form_series, next_limits


@dataclass(frozen=True)
class Due:
    """A meeting of one kind, counted from an event.

    Attributes
    ----------
    event : str
        ``last_meeting`` for a later one.
    late : date or None
        The first day after ``due`` on which meetings are held; by default the very next.
    """

    authority: str
    kind: str
    event: str
    counted_from: date
    due: date
    late: date | None = None

    @property
    def first_late_day(self) -> date:
        return self.late or self.due + timedelta(days=1)

    def scene(self, day: date) -> Scene:
        """The meeting on a day; the next one is due after the horizon's end."""
        scene = ledger_scene(
            self.authority, self.kind, {self.event: self.counted_from.isoformat()}, [f"{day}T16:00"]
        )
        start = min(self.counted_from + timedelta(days=1), self.due - timedelta(days=14))
        end = self.first_late_day + timedelta(days=7)
        scene.data["horizon"] = {"start": start.isoformat(), "end": end.isoformat()}
        return scene


def core_group(authority: str, event: str, *dates: date) -> Due:
    return Due(authority, "core_group", event, *dates)


def cin(authority: str, event: str, *dates: date) -> Due:
    return Due(authority, "cin_review", event, *dates)


def within_ten_working_days(authority: str) -> tuple[Due, ...]:
    conference = "initial_conference"
    return (
        # 22, 23, 24, 29, 30, 31 December, 4, 5, 6, 7 January.
        core_group(authority, conference, date(2026, 12, 21), date(2027, 1, 7)),
        # 16 to 19, 22 to 25, 30 and 31 March.
        core_group(authority, conference, date(2027, 3, 15), date(2027, 3, 31)),
        # 19, 20, 23 to 27, 31 August, 1, 2 September.
        core_group(authority, conference, date(2027, 8, 18), date(2027, 9, 2)),
        # 23, 24, 25, 28, 29 February, 1, 2, 3, 6, 7 March.
        core_group(authority, conference, date(2028, 2, 22), date(2028, 3, 7)),
        # The tenth is a Friday, and nobody meets before Monday.
        core_group(authority, conference, date(2026, 12, 22), date(2027, 1, 8), date(2027, 1, 11)),
    )


def every_four_weeks(authority: str) -> tuple[Due, ...]:
    return (
        core_group(authority, "last_meeting", date(2026, 12, 1), date(2026, 12, 29)),
        core_group(authority, "last_meeting", date(2027, 8, 3), date(2027, 8, 31)),
        core_group(authority, "last_meeting", date(2028, 2, 1), date(2028, 2, 29)),
        # Easter Monday: back over Good Friday to the Thursday before.
        core_group(authority, "last_meeting", date(2027, 3, 1), date(2027, 3, 25), date(2027, 3, 30)),
    )


def every_six_weeks(authority: str, kind: str, event: str = "last_meeting") -> tuple[Due, ...]:
    return (
        Due(authority, kind, event, date(2026, 11, 17), date(2026, 12, 29)),
        Due(authority, kind, event, date(2027, 2, 17), date(2027, 3, 31)),
        Due(authority, kind, event, date(2027, 7, 20), date(2027, 8, 31)),
        Due(authority, kind, event, date(2028, 1, 18), date(2028, 2, 29)),
        # 28 December 2026 is the bank holiday for Boxing Day: back to Christmas Eve.
        Due(authority, kind, event, date(2026, 11, 16), date(2026, 12, 24), date(2026, 12, 29)),
    )


CASES: dict[str, tuple[Due, ...]] = {
    "W1a": (
        # On or before the day the assessment is due, which may be a leap day or a Sunday.
        cin("wandsworth", "assessment_due", date(2028, 2, 29), date(2028, 2, 29)),
        cin("wandsworth", "assessment_due", date(2027, 1, 3), date(2026, 12, 31), date(2027, 1, 4)),
        # Of three months and 60 working days the earlier. Three months would be 2 February, 1 June and 6 March.
        cin("wandsworth", "plan_start", date(2026, 11, 2), date(2027, 1, 28)),
        cin("wandsworth", "last_meeting", date(2026, 11, 2), date(2027, 1, 28)),
        cin("wandsworth", "last_meeting", date(2027, 3, 1), date(2027, 5, 27)),
        cin("wandsworth", "last_meeting", date(2027, 12, 6), date(2028, 3, 2)),
    ),
    "W1b": (*within_ten_working_days("wandsworth"), *every_six_weeks("wandsworth", "core_group")),
    "U1": (*within_ten_working_days("south-west"), *every_four_weeks("south-west")),
    "B9": (*within_ten_working_days("barnsley"), *every_four_weeks("barnsley")),
    "B12": (
        *every_six_weeks("barnsley", "cin_review", "plan_start"),
        *every_six_weeks("barnsley", "cin_review", "assessment_due"),
    ),
    "B13": (
        *every_six_weeks("barnsley", "cin_review"),
        *every_six_weeks("barnsley", "cin_review", "plan_start"),
    ),
    "S1": within_ten_working_days("sefton"),
    "S2": every_four_weeks("sefton"),
    "C2": (
        *every_four_weeks("carefirst"),
        *every_six_weeks("carefirst", "cin_review"),
        *every_six_weeks("carefirst", "cin_review", "plan_start"),
        *every_six_weeks("carefirst", "care_team_meeting"),
        *every_six_weeks("carefirst", "care_team_meeting", "became_looked_after"),
    ),
}


@pytest.mark.parametrize("item", CASES)
def test_met_on_its_last_day_and_broken_the_day_after(item: str) -> None:
    assert any(case.late is None for case in CASES[item])
    for case in CASES[item]:
        in_time = case.scene(case.due)
        report = in_time.check()
        assert report.ok, (case, [violation.text for violation in report.violations])
        calendar = in_time.calendar()
        (meeting,) = calendar.meetings
        assert (meeting.window.due, meeting.breach_days, calendar.breaches) == (case.due, 0, ()), case

        broken = case.scene(case.first_late_day)
        calendar = broken.calendar()
        days = (case.first_late_day - case.due).days
        assert [(breach.due, breach.days) for breach in calendar.breaches] == [(case.due, days)], case
        assert days == 1 or case.late is not None
        assert broken.check(calendar).ok
        # Without a word of it, it is no calendar: the checker asks for the breach.
        untold = broken.check(calendar.model_copy(update={"breaches": ()}))
        assert rules_of(untold) == {"series.window"}, case
        assert [violation.amount for violation in untold.violations] == [days]


@pytest.mark.parametrize("item", CASES)
def test_the_solver_counts_the_same(item: str) -> None:
    for case in CASES[item]:
        scene = case.scene(case.due)
        (series,) = form_series(scene.caseload, scene.policy)
        limits = next_limits(series, None, working_calendar(scene.caseload, scene.policy))
        assert limits is not None
        assert limits.due == case.due, case
        assert item in limits.sources


def test_every_item_with_a_window_is_here() -> None:
    windows = [
        window
        for authority in ("wandsworth", "south-west", "barnsley", "sefton", "carefirst")
        for rule in load_policy(authority).meetings
        for window in rule.windows
    ]
    items = {source for window in windows for source in window.sources if ":" not in source}
    assert items == set(CASES)

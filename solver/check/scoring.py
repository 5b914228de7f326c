"""The score of section 5 of ``solver/RULES.md``, level by level."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, get_args

from solver.check.case import Case
from solver.check.held import Held
from solver.check.report import FoundBreach
from solver.check.rules_people import minutes_in_school
from solver.check.rules_time import overlap_minutes
from solver.check.rules_venue import seats_needed
from solver.check.series import Series
from solver.check.windows import slack_days
from solver.schema.calendar import Score, ScoreLevel
from solver.score import WEIGHTS

LEVELS: Final[tuple[ScoreLevel, ...]] = get_args(ScoreLevel)


def meeting_score(held: Held, crowded: int = 0) -> Score:
    """Return a meeting's own share of the score.

    Parameters
    ----------
    crowded : int
        How many social workers have this meeting beyond the meetings a day that they should have.
    """
    return {
        "breach": WEIGHTS["breach_day"] * held.breach_days,
        "attendance": attendance(held),
        "family": family(held),
        "resilience": resilience(held),
        "convenience": travel(held) + weekday(held) + spare_seats(held) + WEIGHTS["workload_day"] * crowded,
    }


def unheld_points(breach: FoundBreach) -> int:
    """Return what a missing meeting costs."""
    return WEIGHTS["breach_day"] * (breach.days + WEIGHTS["unheld_days"])


def attendance(held: Held) -> int:
    """Points for those who stay away, write a report or send a deputy."""
    points = 0
    for attendee in held.meeting.attendees:
        place = held.place_of(attendee)
        if attendee.status == "report":
            points += WEIGHTS["report"]
        elif attendee.status == "deputy":
            points += WEIGHTS["deputy"]
        elif (
            attendee.status == "absent"
            and place is not None
            and place.level == "expected"
            and place.is_family
        ):
            points += WEIGHTS["absent_family"]
        elif attendee.status == "absent" and place is not None and place.level == "invited":
            points += WEIGHTS["absent_invited"]
    return points


def family(held: Held) -> int:
    """Points for times and venues that a family did not prefer, and for joining remotely where that was not wanted."""
    points = 0
    for plan in held.plans:
        lasts = held.end - held.start
        if plan.times.prefer and not any(overlap_minutes(held, w) == lasts for w in plan.times.prefer):
            points += WEIGHTS["time_not_preferred"]
        if plan.venue.prefer and held.meeting.venue not in plan.venue.prefer:
            points += WEIGHTS["venue_not_preferred"]
    for presence in held.presences:
        place = presence.place
        if presence.is_remote and place is not None and place.remote == "if_needed":
            points += WEIGHTS["remote_family" if place.is_family else "remote_professional"]
    return points + WEIGHTS["school_hours"] * pupils_in_school_hours(held)


def pupils_in_school_hours(held: Held) -> int:
    """Count the children with a place at a meeting in their school hours, where the policy only wishes it were not."""
    clause = held.series.rule.school_hours
    if clause is None or not clause.wherever_possible:
        return 0
    return sum(
        any(minutes_in_school(held, person, *held.occupied(place.sitting), clause.travel_minutes))
        for person, place in held.places.items()
    )


def resilience(held: Held) -> int:
    """Points for little slack before the due date and for distance from the target."""
    if held.limits is None:
        return 0
    missing = max(0, WEIGHTS["slack_days_wanted"] - slack_days(held.case, held.day, held.limits.due))
    spacing = abs((held.day - held.limits.target).days)
    return WEIGHTS["slack_day"] * missing + WEIGHTS["spacing_day"] * spacing


def travel(held: Held) -> int:
    """Points for the way of everyone who comes to the room."""
    if held.venue is None:
        return 0
    return sum(
        held.case.site_minutes(presence.person, held.venue) // WEIGHTS["travel_minutes_per_point"]
        for presence in held.presences
        if not presence.is_remote
    )


def weekday(held: Held) -> int:
    """Points for another weekday than the series' previous meeting."""
    before = held.series.last_meeting if held.previous is None else held.previous.day
    if before is None or before.weekday() == held.day.weekday():
        return 0
    return WEIGHTS["weekday_changed"]


def spare_seats(held: Held) -> int:
    """Points for a room that is much too large."""
    if held.venue is None or held.venue.capacity is None:
        return 0
    spare = max(0, held.venue.capacity - seats_needed(held))
    return min(WEIGHTS["spare_seats_cap"], spare // WEIGHTS["spare_seats_per_point"])


def crowded_days(meetings: Iterable[Held]) -> dict[int, int]:
    """Count, for each meeting, the social workers who have it beyond their meetings of a good day.

    Returns
    -------
    dict of int to int
        By ``id()`` of the meeting, since a corrupted calendar may use one meeting id twice.
    """
    days: dict[tuple[str, date], dict[int, Held]] = {}
    for held in meetings:
        for presence in held.presences:
            person = held.case.people.get(presence.person)
            if person is not None and person.role == "social_worker":
                days.setdefault((person.id, held.day), {})[id(held)] = held
    crowded: dict[int, int] = {}
    for of_day in days.values():
        in_order = sorted(of_day.values(), key=lambda held: (held.meeting.start, held.id))
        for held in in_order[WEIGHTS["workload_meetings_a_day"] :]:
            crowded[id(held)] = crowded.get(id(held), 0) + 1
    return crowded


def moved(case: Case, series: Series, chain: Iterable[Held]) -> int:
    """Points for booked meetings of a series that are not pinned and that none of its meetings stands at."""
    stays = list(chain)
    loose = [booked for booked in case.booked[series.id] if not booked.pinned]
    return WEIGHTS["moved"] * sum(not any(held.stands_at(booked) for held in stays) for booked in loose)


def total(scores: Iterable[Score]) -> Score:
    """Add up scores level by level. Every level is there, also at 0."""
    listed = list(scores)
    return {level: sum(score.get(level, 0) for score in listed) for level in LEVELS}

"""Calendars for the pages of lists and figures: one of everything, with tasks, and sentences that nobody else may read.

`SECRETS` are words that stand in the caseload (names of a family, a confidential venue and where it is) and must be on no page.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

from made_calendars import made_calendar, made_policy, made_team

from service.access.views import calendar_seen
from service.store.scope import Principal, Role
from solver.schema.calendar import Breach, Calendar, CalendarException, Fairness, Reason, Remedy, Task
from solver.schema.caseload import Caseload

SECRETS = ("Testparent", "Larch Refuge", "Hidden Street")
FREE_TEXT = "The father was at the door again."
"""In what a concern asks for, and in reasons: support reads none of it."""
LONG = "Testworker Abercrombie-Featherstonehaugh Wolverhampton-Llanfairpwllgwyngyll the Younger"


@cache
def caseload(plans: int, team: str = "yew") -> Caseload:
    """A team of so many plans; its first worker has the longest of names, and limits hold for all of them."""
    made = made_team(plans)
    people = tuple(
        person.model_copy(
            update={
                "name": LONG
                if person.id == "sw-1"
                else f"Testparent {person.id}"
                if person.role == "parent"
                else person.name,
                "max_meetings_per_day": 2 if person.role == "social_worker" else None,
            }
        )
        for person in made.people
    )
    policy = made_policy().model_dump(mode="json")
    policy["references"] = {f"X{number}": f"item {number}" for number in range(1, 5)}
    return made.model_copy(
        update={"team": made.team.model_copy(update={"id": team}), "people": people, "authority": policy}
    )


@cache
def calendar(plans: int, *, flaws: bool = True) -> Calendar:
    """Its calendar, with three tasks for each meeting and one between them."""
    made = made_calendar(caseload(plans), made_policy(), flaws=flaws)
    return made.model_copy(
        update={
            "tasks": tuple(_tasks(made)),
            "fairness": Fairness(series_spread=1, proven=True, team_spread=2.5),
            "breaches": tuple(_with_secret(one) for one in made.breaches),
        }
    )


@cache
def bad_calendar(plans: int) -> Calendar:
    """Every meeting of it is late, and somebody is missing at each of them; one is pinned where it breaks a rule."""
    made = calendar(plans)
    first = made.meetings[0]
    reason = Reason(
        rule="attend.essential", sources=("X2",), text=f"Nobody can come. {FREE_TEXT}", people=("sw-1",)
    )
    remedy = Remedy(
        kind="deputy", text="Name a deputy.", start=datetime(2026, 12, 10, 10), end=datetime(2026, 12, 10, 11),
        venue="room-1", breach_days=2, costs={"attendance": -900},
    )  # fmt: skip
    return made.model_copy(
        update={
            "breaches": tuple(
                Breach(
                    series=one.series, meeting=one.id, due=one.window.due, days=3, proved=number % 2 == 0, sources=("X2", "X3"),
                    reasons=(reason,), remedies=(remedy,), tried=3, untried=1, looked_into=True,
                )
                for number, one in enumerate(made.meetings)
            ),
            "exceptions": (
                CalendarException(
                    meeting=first.id, person=None, kind="venue.hours", reason=f"The room is closed then. {FREE_TEXT}"
                ),
                *(
                    CalendarException(
                        meeting=one.id, person=one.attendees[1 + number % 2].person, kind="report" if number % 2 else "absent",
                        reason=f"They can't come. {FREE_TEXT}", agree="tm-1" if number % 2 else None, reasons=(reason,),
                        remedies=(remedy,), looked_into=number % 3 == 0,
                    )
                    for number, one in enumerate(made.meetings)
                ),
            ),
        }
    )  # fmt: skip


def principal(role: Role, person: str | None = None) -> Principal:
    """Somebody of the team."""
    return Principal("authority", f"account-{role}", role, frozenset({"yew"}), person=person)


def seen(role: Role, plans: int, person: str | None = None, *, bad: bool = False) -> Calendar:
    """The calendar, as somebody sees it."""
    return calendar_seen(
        principal(role, person), caseload(plans), bad_calendar(plans) if bad else calendar(plans)
    )


def _with_secret(breach: Breach) -> Breach:
    reasons = tuple(one.model_copy(update={"text": f"{one.text} {FREE_TEXT}"}) for one in breach.reasons)
    return breach.model_copy(update={"reasons": reasons})


def _tasks(made: Calendar) -> list[Task]:
    tasks = []
    for meeting in made.meetings:
        day = meeting.start.date()
        worker = meeting.attendees[0].person
        tasks += [
            Task(
                id=f"{meeting.id}/prepare", kind="prepare", meeting=meeting.id, owner=worker, due=day - timedelta(days=5),
                source="X1", title="Prepare the family", plans=meeting.plans, date_from="convene",
                people=(meeting.attendees[1].person,),
            ),
            Task(
                id=f"{meeting.id}/book-interpreter", kind="book-interpreter", meeting=meeting.id, owner="tm-1",
                due=day - timedelta(days=10), warn=day - timedelta(days=12), source="X1, X2", title="=Book an interpreter",
                plans=meeting.plans,
            ),
            Task(
                id=f"{meeting.id}/record", kind="record", meeting=meeting.id, owner=worker, due=day + timedelta(days=10),
                source="X2", title="Send the record", plans=meeting.plans,
            ),
        ]  # fmt: skip
    tasks.append(
        Task(
            id="plan-1/plan-concern/1", kind="plan-concern", meeting=None, owner="sw-1", due=date(2026, 12, 9), source="X3",
            title=FREE_TEXT, plans=("plan-1",),
        )
    )  # fmt: skip
    return tasks


__all__ = [
    "FREE_TEXT", "LONG", "SECRETS", "bad_calendar", "calendar", "caseload", "principal", "seen",
]  # fmt: skip

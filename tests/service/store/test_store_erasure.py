"""What is erased is gone, with all that was made of it; nothing else is, and the audit log stays whole."""

from __future__ import annotations

import json
from datetime import date

import pytest
from api_cases import Service, documents
from sqlalchemy import select

from service.store import audit, stress_results, task_marks
from service.store.engine import Store
from service.store.erasure import NothingToEraseError, erase_caseload, overdue
from service.store.scope import Scoped
from service.store.tables import (
    Audit,
    CalendarEntry,
    CaseloadVersion,
    Event,
    FeedToken,
    Idempotency,
    Job,
    Message,
    Rebooking,
    Revision,
    StressResult,
    TaskMark,
)

GONE = (CaseloadVersion, CalendarEntry, Revision, Rebooking, Event, Message, TaskMark, StressResult)


@pytest.fixture
def service(store: Store) -> Service:
    made = Service(store)
    for team in ("t", "u"):
        calendar = made.calendar(team)
        made.post(
            f"/v1/calendars/{calendar}:publish", headers={"If-Match": '"1"', "Idempotency-Key": f"p-{team}"}
        )
        made.post("/v1/feeds", json={"kind": "team", "subject": team})
        found = made.post(
            f"/v1/meetings/{made.first(team=team).id}/rebookings?calendar={calendar}",
            json={"today": "2027-01-04"},
        )
        assert found.status_code == 201, found.text
        with store.writing() as session:
            scoped = Scoped(session, made.house.office.system())
            task_marks.mark(scoped, team, f"caseload-{team}", ["a-task"], at=made.house.clock.now())
            stress_results.keep(scoped, calendar, 1, b"{}", at=made.house.clock.now())
    return made


def of_team(service: Service, team: str) -> dict[str, int]:
    counts = {}
    with service.store.reading() as session:
        calendars = set(session.scalars(select(CalendarEntry.id).where(CalendarEntry.team == team)))
        for table in (*GONE, Job, FeedToken):
            found = session.scalars(select(table)).all()
            counts[table.__tablename__] = sum(
                getattr(row, "team", None) == team or getattr(row, "calendar", None) in calendars
                for row in found
            )
    return counts


def test_a_caseload_goes_with_all_that_was_made_of_it(service: Service) -> None:
    before, theirs = of_team(service, "t"), of_team(service, "u")
    assert all(before.values())
    with service.store.writing() as session:
        scoped = Scoped(session, service.house.office.system())
        told = erase_caseload(scoped, "t", "caseload-t", at=service.house.clock.now())
    assert told["message"] == before["message"]
    after = of_team(service, "t")
    # The job that sends the team's mail isn't about one caseload; it finds nothing to send.
    assert {name for name, number in after.items() if number} <= {"job"}
    assert of_team(service, "u") == theirs
    with service.store.reading() as session:
        assert session.scalars(select(Idempotency)).all() == [], "an answer kept would hold what is gone"
        assert list(audit.flaws(session, "north")) == []
        last = session.scalars(select(Audit).order_by(Audit.number.desc()).limit(1)).one()
        assert (last.action, last.subject, last.team) == ("caseload.erase", "caseload-t", "t")
    assert service.get("/v1/calendars?team=t").json()["items"] == []


def test_what_is_not_there_is_not_erased(service: Service) -> None:
    before = of_team(service, "t")
    with service.store.writing() as session:
        scoped = Scoped(session, service.house.office.system())
        with pytest.raises(NothingToEraseError):
            erase_caseload(scoped, "t", "caseload-u", at=service.house.clock.now())
    assert of_team(service, "t") == before


def test_what_is_overdue_is_what_ended_before(service: Service) -> None:
    end = date.fromisoformat(json.loads(documents()[0])["horizon"]["end"])
    with service.store.reading() as session:
        scoped = Scoped(session, service.house.office.system())
        assert overdue(scoped, end) == []
        assert overdue(scoped, date.fromordinal(end.toordinal() + 1)) == [
            ("t", "caseload-t"),
            ("u", "caseload-u"),
        ]

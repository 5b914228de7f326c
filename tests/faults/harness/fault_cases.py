"""Made-up caseloads for the sequences: two plans, everybody and one room with a mailbox of their own."""

from __future__ import annotations

import json

from solver_cases import lone, person, plan_of, room


def domain(team: str) -> str:
    """What the addresses of a team's people end with."""
    return f"@{team}.convene.example"


def caseload(team: str, plans: int = 2) -> bytes:
    """The document of a team's caseload."""
    data = lone()
    data["id"] = f"caseload-{team}"
    data["team"] = {
        "id": team,
        "name": "Team",
        "organiser": {"name": "Team", "email": f"office@{team}-team.convene.example"},
    }
    data["people"] += [person("sw-2", "social_worker", site="hall"), person("hv-1", "health_visitor")]
    data["venues"] += [room("room-2")]
    for number in range(2, plans + 1):
        data["people"].append(person(f"mother-{number}", "parent"))
        worker = f"sw-{1 + number % 2}"
        data["plans"].append(
            plan_of(number, {"person": worker}, {"person": f"mother-{number}"}, {"person": "hv-1"})
        )
    for one in data["people"]:
        one["email"] = one["id"] + domain(team)
    data["venues"][0]["email"] = "room-1" + domain(team)
    # Plans are an authority's: no two teams have one of the same name.
    return json.dumps(data).replace('"plan-', f'"{team}-plan-').replace('"child-', f'"{team}-child-').encode()


def busy(team: str, day: int) -> bytes:
    """A calendar file of somebody who is taken for two hours."""
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//EN\r\nBEGIN:VEVENT\r\n"
        f"UID:{team}-{day}@convene.example\r\nDTSTAMP:20261101T090000Z\r\n"
        f"DTSTART:202702{day:02d}T100000Z\r\nDTEND:202702{day:02d}T120000Z\r\nSUMMARY:Taken\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()

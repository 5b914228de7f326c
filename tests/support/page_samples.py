"""How each route of the pages is asked in the matrix of every role with everybody's data: an entry for every route."""

from __future__ import annotations

from collections.abc import Callable

from access_matrix import BY_TEAM, EACH, Ask, Place, Sample
from access_world import TEAMS, WORDS, WORKER, World

PAGE = frozenset({200, 303})


def page_samples(world: World) -> dict[str, Sample]:
    """By method and path."""

    def team(path: str = "", **more: object) -> Sample:
        """A page of a team."""
        return Sample(lambda place: Ask(f"/teams/{TEAMS[place]}{path}", more), BY_TEAM, PAGE)

    def of_calendar(path: str, **more: object) -> Sample:
        """A page of a team about one calendar of theirs."""
        return Sample(
            lambda place: Ask(f"/teams/{TEAMS[place]}{path.format(world.calendars[place])}", more),
            BY_TEAM,
            PAGE,
        )

    def sent(path: str, form: Callable[[Place], dict[str, object]], fine: frozenset[int] = PAGE) -> Sample:
        """A form of a page of a team."""
        return Sample(lambda place: Ask(f"/teams/{TEAMS[place]}{path}", {"data": form(place)}), BY_TEAM, fine)

    def person(place: Place) -> str:
        return WORKER if place is Place.OWN else f"person-{WORDS[place]}"

    def of_person(path: str) -> Sample:
        """A page about one person."""
        return Sample(lambda place: Ask(f"/teams/{TEAMS[place]}{path}?person={person(place)}"), EACH, PAGE)

    def sent_of_person(path: str) -> Sample:
        """A form about one person."""
        return Sample(
            lambda place: Ask(f"/teams/{TEAMS[place]}{path}", {"data": {"person": person(place)}}), EACH, PAGE
        )

    def planned(place: Place) -> dict[str, object]:
        return {"caseload": world.caseloads[place], "seconds": "1", "how": "fresh"}

    def published(place: Place) -> dict[str, object]:
        return {"calendar": world.calendars[place], "revision": "1", "key": "k"}

    def searched_on(place: Place) -> dict[str, object]:
        # A key is for one request of an account, also where it may ask of several teams.
        return {"calendar": world.calendars[place], "key": f"on-{WORDS[place]}"}

    def of_meeting(
        path: str = "", form: dict[str, object] | None = None, fine: frozenset[int] = PAGE
    ) -> Sample:
        """A page of a meeting."""

        def ask(place: Place) -> Ask:
            there = f"/teams/{TEAMS[place]}/meetings/meeting-{WORDS[place]}{path}"
            return Ask(there, {} if form is None else {"data": form})

        return Sample(ask, EACH, fine)

    def of_rebooking(
        path: str = "", form: dict[str, object] | None = None, fine: frozenset[int] = PAGE
    ) -> Sample:
        """A page of options for a meeting."""

        def ask(place: Place) -> Ask:
            there = f"/teams/{TEAMS[place]}/rebookings/{world.rebookings[place]}{path}"
            return Ask(there, {} if form is None else {"data": form})

        return Sample(ask, EACH, fine)

    refused = frozenset({409})
    moved: dict[str, object] = {"choice": "2027-01-13T10:00 room-1", "revision": "1"}

    return {
        "GET /teams/{team}/meetings/{meeting}": of_meeting(),
        "GET /teams/{team}/meetings/{meeting}/why": of_meeting("/why"),
        "GET /teams/{team}/meetings/{meeting}/move": of_meeting("/move?start=2027-01-13T10:00"),
        "POST /teams/{team}/meetings/{meeting}/move": of_meeting("/move", moved, refused | {422}),
        "POST /teams/{team}/meetings/{meeting}/move/check": of_meeting("/move/check", moved, PAGE | {422}),
        "GET /teams/{team}/meetings/{meeting}/rebook": of_meeting("/rebook"),
        "POST /teams/{team}/meetings/{meeting}/rebook": of_meeting("/rebook", {"why": "look"}, refused),
        "GET /teams/{team}/rebookings": team("/rebookings"),
        "GET /teams/{team}/rebookings/{rebooking}": of_rebooking(),
        "POST /teams/{team}/rebookings/{rebooking}/accept": of_rebooking(
            "/accept", {"option": "1", "revision": "1"}, refused
        ),
        "POST /teams/{team}/rebookings/{rebooking}/ask": of_rebooking("/ask", {"option": "1"}),
        "POST /teams/{team}/rebookings/{rebooking}/close": of_rebooking("/close", {}),
        "POST /teams/{team}/rebookings/{rebooking}/withdraw": of_rebooking("/withdraw", {}),
        "GET /teams/{team}/mine": team("/mine"),
        "GET /teams/{team}/mine.ics": team("/mine.ics"),
        "POST /teams/{team}/rebookings/{rebooking}/again": of_rebooking("/again", {}, refused),
        "POST /teams/{team}/undo": sent("/undo", lambda _: {"revision": "1"}, refused),
        "GET /teams/{team}/undone": team("/undone?revision=1"),
        "GET /teams/{team}": team(),
        "GET /teams/{team}/week": team("/week"),
        "GET /teams/{team}/workload": team("/workload"),
        "GET /teams/{team}/tasks": team("/tasks"),
        "GET /teams/{team}/tasks.csv": team("/tasks.csv"),
        "GET /teams/{team}/tasks.ics": team("/tasks.ics"),
        "POST /teams/{team}/tasks/marks": team("/tasks/marks"),
        "GET /teams/{team}/figures": team("/figures"),
        "GET /teams/{team}/stress": team("/stress"),
        "POST /teams/{team}/stress": team("/stress"),
        "POST /teams/{team}/stress/stop": team("/stress/stop"),
        "GET /teams/{team}/breaches": team("/breaches"),
        "GET /teams/{team}/upload": team("/upload"),
        "GET /teams/{team}/upload/template.xlsx": team("/upload/template.xlsx"),
        "GET /teams/{team}/upload/caseload.xlsx": team("/upload/caseload.xlsx"),
        "POST /teams/{team}/upload": sent("/upload", lambda _: {}, frozenset({422})),
        "POST /teams/{team}/upload/store": sent("/upload/store", lambda _: {}, frozenset({422})),
        "GET /teams/{team}/publish": team("/publish"),
        "POST /teams/{team}/publish": sent("/publish", published, frozenset({409})),
        "POST /teams/{team}/plan": sent("/plan", planned),
        "POST /teams/{team}/search-on": sent("/search-on", searched_on),
        "GET /teams/{team}/compare/{calendar}": of_calendar("/compare/{}"),
        "GET /teams/{team}/history": team("/history"),
        "GET /teams/{team}/history.csv": team("/history.csv"),
        "GET /teams/{team}/preview": of_person("/preview"),
        "GET /teams/{team}/preview.ics": of_person("/preview.ics"),
        "GET /teams/{team}/feed": of_person("/feed"),
        "POST /teams/{team}/feed": sent_of_person("/feed"),
        "POST /teams/{team}/feed/revoke": sent_of_person("/feed/revoke"),
        "GET /teams/{team}/outbox": team("/outbox"),
        "GET /teams/{team}/outbox/letters": team("/outbox/letters"),
        "POST /teams/{team}/outbox/given": sent(
            "/outbox/given", lambda place: {"message": world.messages(place)}
        ),
        "GET /teams/{team}/solve/{calendar}": of_calendar("/solve/{}"),
        "POST /teams/{team}/solve/{calendar}/stop": of_calendar("/solve/{}/stop"),
    }


__all__ = ["page_samples"]

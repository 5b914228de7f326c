"""Each fault of what a caseload says: at its place, alone, with its problem and what would be right."""

from __future__ import annotations

from typing import Any

import pytest
from caseloads import small_caseload
from faulty import GONE, changed, faults_of, only_fault
from policy_cases import myshire_policy

SPLIT = {
    "plans[0].split": {"reason": "no contact"},
    "plans[0].participants[1].sitting": "A",
    "plans[0].participants[2].sitting": "B",
    "plans[1].participants[1].sitting": "A",
}
"""Makes the siblings' meetings split, without a fault."""

# fmt: off
SETTING = [
    ({"timezone": "Europe/Londn"}, "timezone", "no such time zone", '"Europe/London"'),
    ({"authority": "wandswort"}, "authority", "no built-in policy", 'Did you mean "wandsworth"?'),
    ({"nation": "WLS"}, "nation", 'The policy "wandsworth" is for ENG only.', "under authority"),
    ({"horizon.end": "2026-10-30"}, "horizon.end", "ends before it starts, on 2026-11-02", "on or after the first"),
    ({"horizon.end": "2028-11-03"}, "horizon.end", "longer than two years", "six months"),
    ({"horizon.start": "0202-11-02"}, "horizon.start", "outside 1990 to 2100", "planned"),
    ({"grid_minutes": 25}, "grid_minutes", "doesn't divide the hour", "12, 15, 20"),
    ({"team.organiser.email": "Oak Team"}, "team.organiser.email", "not an e-mail address", "one address"),
    ({"people[0].email": "a@b\r\nBcc: c@d"}, "people[0].email", "not an e-mail address", "one address"),
    ({"people[0].name": "A\nB"}, "people[0].name", "line break", "one line"),
    ({"venues[0].name": "  "}, "venues[0].name", "name is empty", "Give the name"),
]
IDS = [
    ({"people[2].id": "sw-2"}, "people[2].id", "also the id of people[1]", "its own id"),
    ({"plans[2].id": "plan-2", "booked": []}, "plans[2].id", "also the id of plans[1]", "its own id"),
    ({"venues[5].id": "room-1"}, "venues[5].id", "also the id of venues[0]", "its own id"),
    ({"sites[2].id": "hill", "venues[3].site": "hill", "travel": {}}, "sites[2].id", "of sites[1]", "its own id"),
    ({"plans[1].children[0].id": "child-1"}, "plans[1].children[0].id", "another child, plans[0].children[0]", "own"),
    ({"plans[1].children[0].id": "hv-1"}, "plans[1].children[0].id", "id of people[3], a health_visitor", "role child"),
    ({"plans[1].children[1]": {"id": "child-2", "initials": "E.F.", "date_of_birth": "2024-02-10"}},
     "plans[1].children[1].id", "in the plan twice", "Keep one entry"),
    ({"plans[2].id": "elm", "booked": []}, "plans[2].id", "sibling group that the plan is not in", "another id"),
]
REFERENCES = [
    ({"people[0].site": "townhall"}, "people[0].site", "no site with this id", 'Did you mean "town-hall"?'),
    ({"people[0].deputies[0]": "sw-22"}, "people[0].deputies[0]", "no person", 'Did you mean "sw-2"?'),
    ({"schools[0].site": "xyz"}, "schools[0].site", "no site", "add the site to sites"),
    ({"venues[0].site": "xyz"}, "venues[0].site", "no site", "add the site to sites"),
    ({"plans[0].children[0].school": "hillschool"}, "plans[0].children[0].school", "no school", '"hill-school"'),
    ({"plans[0].participants[1].person": "mother-11"}, "plans[0].participants[1].person", "no person", '"mother-1"'),
    ({"plans[0].participants[1].person": "child-1"}, "plans[0].participants[1].person", "no person record", "attends"),
    ({"plans[0].venue.only": ["room-11"]}, "plans[0].venue.only[0]", "no venue", '"room-1"'),
    ({"plans[0].venue.never[1]": "room9"}, "plans[0].venue.never[1]", "no venue", "venues"),
    ({"plans[0].venue.prefer[0]": "libraryroom"}, "plans[0].venue.prefer[0]", "no venue", '"library-room"'),
    ({"plans[2].handover.person": "sw-9"}, "plans[2].handover.person", "no person", "Did you mean"),
    ({"booked[0].plans[0]": "plan-33"}, "booked[0].plans[0]", "no plan with this id", '"plan-3"'),
    ({"booked[0].venue": "room-22"}, "booked[0].venue", "no venue", '"room-2"'),
    ({"booked[0].attendees[0].person": "sw-22"}, "booked[0].attendees[0].person", "no person", '"sw-2"'),
    ({"travel.town-halls": {"hill": 5}}, "travel.town-halls", "no site", '"town-hall"'),
    ({"travel.town-hall.hills": 5}, "travel.town-hall.hills", "no site", '"hill"'),
    ({"people[0].deputies[0]": "sw-1"}, "people[0].deputies[0]", "Nobody is their own deputy.", "colleague"),
    ({"people[0].deputies[1]": "sw-2"}, "people[0].deputies[1]", "named twice", "once"),
    ({"people[0].deputies[1]": "hv-1"}, "people[0].deputies[1]", 'this one is of "health"', "same agency"),
]
SPANS = [
    ({"people[1].hours.mon[0]": ["17:00", "09:00"]}, "people[1].hours.mon[0]", "end at 09:00", "on one day"),
    ({"venues[0].hours.mon[1]": ["17:00", "19:00"]}, "venues[0].hours.mon[1]", "overlap those from 08:00", "Join"),
    ({"people[0].busy[0].end": "2026-11-16T00:00"}, "people[0].busy[0].end", "not after", "Correct one"),
    ({"venues[1].busy[0].end": "2026-11-10T08:00"}, "venues[1].busy[0].end", "not after", "Correct one"),
    ({"schools[0].day.end": "08:00"}, "schools[0].day.end", "not after", "Correct one"),
    ({"schools[0].day": {"mon": {"start": "09:00", "end": "08:00"}}}, "schools[0].day.mon.end", "not after", "one"),
    ({"schools[0].terms[0].end": "2026-09-01"}, "schools[0].terms[0].end", "before", "Correct one"),
    ({"plans[0].times.prefer[0].end": "15:30"}, "plans[0].times.prefer[0].end", "not after", "Correct one"),
    ({"plans[2].times.never[0].days": []}, "plans[2].times.never[0].days", "no weekday", "Monday to Friday"),
    ({"plans[2].participants[2].from": "2027-04-01"}, "plans[2].participants[2].until", 'before "from"', "Correct"),
    ({"travel.town-hall.hill": -1}, "travel.town-hall.hill", "0 to 480 minutes", "minutes"),
]
DATES = [
    ({"closures[0]": "1026-12-24"}, "closures[0]", "before 1990", "year"),
    ({"plans[0].ends": "9999-12-31"}, "plans[0].ends", "more than 5 years after the horizon", "leave the field out"),
    ({"plans[0].events.reviews[0]": "2127-01-27"}, "plans[0].events.reviews[0]", "5 years", "year"),
    ({"people[0].busy[0].end": "2126-11-21T00:00"}, "people[0].busy[0].end", "5 years", "year"),
    ({"plans[0].events.initial_conference": "2027-05-01"}, "plans[0].events.initial_conference", "ahead", "hasn't"),
    ({"plans[2].events.last_meeting": "2027-10-20"}, "plans[2].events.last_meeting", "2027-04-30", "hasn't happened"),
    ({"plans[0].events.inquorate": "2027-05-01"}, "plans[0].events.inquorate", "ahead", "hasn't happened"),
    ({"plans[0].events.birth": "2062-05-01"}, "plans[0].events.birth", "more than 5 years after the horizon", "year"),
    ({"plans[0].events.other": {"court_hearing": "1926-12-01"}}, "plans[0].events.other.court_hearing", "before 1990", "year"),
    ({"plans[1].children[0].date_of_birth": "2027-05-01"}, "plans[1].children[0].date_of_birth", "ahead", "unborn"),
    ({"plans[1].children[0].date_of_birth": "2000-11-01"}, "plans[1].children[0].date_of_birth", "26 years", "birth"),
]
SCHOOLING = [
    ({"schools[0].terms": []}, "schools[0].terms", "No term of this school is in the horizon.", "publishes"),
    ({"schools[0].terms": [{"start": "2025-09-02", "end": "2025-12-18"}]}, "schools[0].terms", "No term", "Give"),
    ({"schools[0].day": {}}, "schools[0].day", "no day times", "start"),
    ({"plans[0].children[0].school": GONE}, "plans[0].children[0].school", "of school age", '"educated_elsewhere": true'),
]
A_CHILD = {"id": "child-3", "name": "Child 3", "role": "child"}
MEETINGS = [
    ({"people[10]": A_CHILD, "plans[2].participants[3]": {"person": "child-3"}},
     "plans[2].participants[3].person", "the plan's child, who comes already", "Remove"),
    ({"plans[0].minutes": 50}, "plans[0].minutes", "not a multiple of the grid of 15", "Give 45 or 60."),
    ({"plans[2].every_at_most": "6 wk"}, "plans[2].every_at_most", "not an interval", '"6 weeks"'),
    ({"team.every_at_most": {"core_group": "monthly"}}, "team.every_at_most.core_group", "not an interval", '"6 weeks"'),
    ({"plans[0].events": {}}, "plans[0].events", "no date from which the next core group", '"initial_conference"'),
    ({"plans[2].events.last_meeting": GONE}, "plans[2].events.held", "last is missing", '"last_meeting"'),
    ({"plans[2].events.held": 0}, "plans[2].events.held", "No meeting has been held", "correct one"),
    ({"plans[0].participants[5]": {"person": "sw-1"}}, "plans[0].participants[5].person", "twice", "Keep one"),
]
ONLY_EVENINGS = {"venues[3].hours": {"mon": [["16:00", "17:30"], ["18:00", "19:00"]]}}
FIT = [
    (ONLY_EVENINGS | {"plans[0].venue.only": ["library-room"], "plans[0].minutes": 105},
     "plans[0].minutes", "105 minutes, and no venue it can use is open for more than 90", "choice of venues"),
    (ONLY_EVENINGS | {"plans[0].venue.only": ["library-room"]} | SPLIT,
     "plans[0].minutes", "150 minutes, and no venue it can use is open for more than 90", "choice of venues"),
    ({"people[6].hours": {"tue": [["09:00", "10:00"], ["10:00", "10:45"]], "sat": [["09:00", "17:00"]]},
      "plans[0].minutes": 120},
     "plans[0].participants[4].person", "essential person has at most 105", "another level"),
    (SPLIT | {"plans[1].minutes": 480, "plans[1].split": {"reason": "x"}},
     "plans[1].minutes", "takes 990 minutes, and the team's day has 510", "hours of the professionals"),
]
BOOKED = [
    ({"booked[0].start": "2026-10-26T10:00", "booked[0].end": GONE}, "booked[0].start", "before", "last_meeting"),
    ({"booked[0].start": "2027-05-26T10:00", "booked[0].end": GONE}, "booked[0].start", "after the horizon", "later end"),
    ({"booked[0].end": "2026-11-26T10:00"}, "booked[0].end", "not after", "Correct one"),
    ({"booked[0].end": "2026-11-27T10:00"}, "booked[0].end", "another day", "Correct"),
    ({"booked[0].kind": "core_group"}, "booked[0].kind", "of another kind", 'Write "cin_review"'),
    ({"booked[0].series": "plan-2.cin_review"}, "booked[0].series", "not the series", '"plan-3.cin_review"'),
    ({"booked[0].plans[1]": "plan-1"}, "booked[0].plans[1]", "not held together", "each sibling group"),
    ({"booked[0].plans[1]": "plan-3"}, "booked[0].plans[1]", "named twice", "Keep one"),
    ({"booked[0].attendees[1].person": "sw-2"}, "booked[0].attendees[1].person", "named twice", "Keep one"),
    ({"booked[0].pinned": True, "booked[1]": {"plans": ["plan-3"], "start": "2026-11-26T15:00", "venue": "room-1",
      "pinned": True}}, "booked[1].start", "Another pinned meeting of the same series is on this day", "Unpin"),
    ({"booked[0].id": "m-1", "booked[1]": {"id": "m-1", "plans": ["plan-1"], "start": "2026-12-01T10:00",
      "venue": "room-1"}}, "booked[1].id", "also the id of booked[0]", "its own id"),
    ({"plans[2].ends": "2026-10-30"}, "booked[0].plans", "ended before the horizon", "`busy`"),
]
SITTINGS = [
    ({"plans[2].participants[0].sitting": "A"}, "plans[2].participants[0].sitting", "are not split", "Remove"),
    ({"plans[2].children[0].sitting": "B"}, "plans[2].children[0].sitting", "are not split", "Remove"),
    (SPLIT | {"plans[0].participants[2].sitting": None}, "plans[0].participants[2].sitting", "no sitting", '"A"'),
    (SPLIT | {"plans[1].participants[1].sitting": "B"}, "plans[1].participants[1].sitting", "another sitting in", "same"),
    (SPLIT | {"plans[0].participants[2]": {"person": "hv-2"}}, "plans[0].split", "Nobody has sitting B.", "remove the split"),
    (SPLIT | {"plans[0].participants[2].sitting": "A", "plans[0].participants[4].sitting": "B"},
     "plans[0].participants[2].sitting", "Another parent, plans[0].participants[1], has the same", "different"),
]
# fmt: on


@pytest.mark.parametrize(
    ("changes", "path", "problem", "remedy"),
    [*SETTING, *IDS, *REFERENCES, *SPANS, *DATES, *SCHOOLING, *MEETINGS, *FIT, *BOOKED, *SITTINGS],
    ids=lambda value: "&".join(value) if isinstance(value, dict) else None,
)
def test_each_fault_is_found_alone_at_its_place(
    changes: dict[str, Any], path: str, problem: str, remedy: str
) -> None:
    fault = only_fault(changed(changes))
    assert (fault.path, problem in fault.problem, remedy in fault.remedy) == (path, True, True), fault


def test_a_slip_in_an_event_of_the_authoritys_own_is_put_right() -> None:
    policy = myshire_policy(extends="england")
    window = {"applies": "event", "anchor": ["other:court_hearing"], "maximum": ["3 days"], "sources": ["T1"]}
    policy["meetings"][0]["windows"].append(window)
    data = changed(
        {"authority": policy, "plans[0].events.other": {"court_haering": "2026-12-01"}, "booked": []}
    )
    fault = only_fault(data)
    assert fault.path == "plans[0].events.other.court_haering"
    assert fault.remedy == 'Did you mean "court_hearing"? It counts from "court_hearing".'
    # The case system may well know of events that the policy doesn't ask for.
    data = changed({"authority": policy, "plans[0].events.other": {"arrest": "2026-12-01"}, "booked": []})
    assert faults_of(data) == []


def test_plans_without_any_people_are_one_fault() -> None:
    data = small_caseload(people=[])
    fault = only_fault(data)
    assert fault.path == "people"
    assert "no people" in fault.problem


ALLOWED: dict[str, dict[str, Any]] = {
    "two people are each other's deputies": {"people[1].deputies": ["sw-1"]},
    "deputies in a ring": {"people[1].deputies": ["tm-1"], "people[2].deputies": ["sw-1"]},
    "a deputy whose agency isn't given": {"people[4].agency": None},
    "an initial conference within the horizon": {"plans[0].events.initial_conference": "2026-12-08"},
    "an initial conference on the last day": {"plans[0].events.initial_conference": "2027-04-30"},
    "a first core group long overdue": {"plans[0].events.initial_conference": "2026-02-02"},
    "an unborn child": {"plans[1].children[0].date_of_birth": "2027-01-20"},
    "a care leaver": {"plans[1].children[0].date_of_birth": "2001-11-02"},
    "a horizon of one day": {"horizon": {"start": "2026-11-26", "end": "2026-11-26"}},
    "a horizon of two years": {"horizon.end": "2028-11-01"},
    "a horizon within the Christmas holiday": {
        "horizon": {"start": "2026-12-21", "end": "2026-12-31"},
        "booked": [],
    },
    "school by weekday": {"schools[0].day": {"mon": {"start": "08:45", "end": "15:15"}}},
    "no plans": {"plans": [], "booked": []},
    "nothing at all": {"plans": [], "booked": [], "people": [], "venues": [], "sites": [], "schools": [], "travel": {}},
    "one plan": {"plans[2]": GONE, "plans[1]": GONE, "booked": []},
    "an essential person with no hours at all": {"people[6].hours": {}},
    "no possible room": {"plans[0].venue.needs": ["planetarium"]},
    "a refused only room": {"plans[0].venue.only": ["room-1"], "plans[0].venue.never": ["room-1"]},
    "no venues": {"venues": [], "plans[0].venue": {}, "plans[2].venue": {}, "booked": []},
    "a pinned meeting on a Sunday at night": {
        "booked[0].pinned": True,
        "booked[0].start": "2026-11-29T21:05",
        "booked[0].end": "2026-11-29T22:05",
    },
    "a child with a person record": {"people[10]": {"id": "child-3", "name": "Child 3", "role": "child"}},
    "a child with two plans": {
        "plans[3]": {
            "id": "plan-4",
            "type": "looked_after",
            "children": [{"id": "child-2", "initials": "C.B.", "date_of_birth": "2024-02-10"}],
            "events": {"plan_start": "2026-09-01", "became_looked_after": "2026-09-01"},
            "participants": [{"person": "sw-1"}],
        }
    },
    "a child educated elsewhere": {
        "plans[0].children[0].school": GONE,
        "plans[0].children[0].educated_elsewhere": True,
    },
    "a child of school age who doesn't come": {
        "plans[0].children[0].school": GONE,
        "plans[0].children[0].attends": "if_possible",
    },
    "a child of four without a school": {
        "plans[1].children[0].attends": "yes",
        "plans[1].children[0].date_of_birth": "2021-11-03",
    },
    "siblings split together": SPLIT,
    "parents in one sitting, one after the other": SPLIT
    | {
        "plans[0].participants[2].sitting": "A",
        "plans[0].participants[1].until": "2027-01-31",
        "plans[1].participants[1].until": "2027-01-31",
        "plans[0].participants[2].from": "2027-02-01",
        "plans[0].participants[4].sitting": "B",
    },
    "a plan that ended needs no date": {"plans[0].ends": "2026-10-01", "plans[0].events": {}},
    "a zone elsewhere": {"timezone": "Europe/Dublin"},
    "a refused calendar day": {"closures": ["2026-12-25", "2026-12-25"]},
    "an interval in capitals": {"plans[2].every_at_most": "21 Days"},
    "travel given both ways": {"travel.hill": {"town-hall": 30}},
    "a booked meeting without an end": {"booked[0].end": GONE},
    "a booked meeting with its series": {"booked[0].series": "plan-3.cin_review", "booked[0].kind": "cin_review"},
    "a booked meeting of siblings": {
        "booked[0]": {"plans": ["plan-1", "plan-2"], "start": "2026-11-10T16:00", "venue": "room-1",
                      "attendees": [{"person": "child-1"}]},
    },
}  # fmt: skip


@pytest.mark.parametrize("name", ALLOWED)
def test_what_is_unusual_but_right_is_accepted(name: str) -> None:
    assert faults_of(changed(ALLOWED[name])) == []

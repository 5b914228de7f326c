"""Each fault of a caseload's form: a field, a word, a date or a number that isn't what belongs there."""

from __future__ import annotations

from typing import Any

import pytest
from faulty import GONE, changed, faults_of, only_fault, put

# fmt: off
FORM = [
    ({"nation": GONE}, "nation", 'field "nation" is missing', '"ENG", "WLS", "SCT" or "NIR"'),
    ({"plans[0].id": GONE}, "plans[0].id", 'field "id" is missing', "letters, digits"),
    ({"horizon.start": GONE}, "horizon.start", 'field "start" is missing', '"2026-12-01"'),
    ({"schools[0].day.end": GONE}, "schools[0].day.end", 'field "end" is missing', "a time of day such as"),
    ({"plans[2].handover.person": GONE}, "plans[2].handover.person", 'field "person" is missing', "an id"),
    ({"plans[2].particpants": []}, "plans[2].particpants", "no field of this name", 'Did you mean "participants"?'),
    ({"plans[2].participants[2].from_": "2026-12-01"}, "plans[2].participants[2].from_", "no field", '"from"?'),
    ({"people[0].xyzzy": 1}, "people[0].xyzzy", "no field of this name", '"busy", "deputies"'),
    ({"people[1].hours.Monday": []}, "people[1].hours.Monday", "none of those allowed", 'Did you mean "mon"?'),
    ({"schools[0].day": {"monday": {"start": "09:00", "end": "15:00"}}}, "schools[0].day.monday", "none of", '"mon"?'),
    ({"format": "convene/2"}, "format", "not a format that Convene reads", '"convene/1"'),
    ({"people[0].role": "social worker"}, "people[0].role", "none of the words", 'Did you mean "social_worker"?'),
    ({"people[0].role": "xyzzy"}, "people[0].role", "none of the words", 'Write "child", "parent"'),
    ({"plans[0].type": "child_protecton"}, "plans[0].type", "none of the words", '"child_protection"?'),
    ({"plans[0].participants[0].level": 1}, "plans[0].participants[0].level", "none of", '"essential", "expected"'),
    ({"closures[0]": "24/12/2026"}, "closures[0]", "can't be read as a date", 'Write "2026-12-24"'),
    ({"closures[0]": "2026-12-24T00:00:00"}, "closures[0]", "can't be read as a date", 'Write "2026-12-24"'),
    ({"closures[0]": "Christmas"}, "closures[0]", "can't be read as a date", '"2026-12-01"'),
    ({"closures[0]": "2026-02-30"}, "closures[0]", "no such day", '"2026-12-01"'),
    ({"closures[0]": 1798070400}, "closures[0]", "a number, where a date", '"2026-12-01"'),
    ({"closures[0]": "1798070400"}, "closures[0]", "can't be read as a date", '"2026-12-01"'),
    ({"plans[0].ends": True}, "plans[0].ends", "true or false, where a date", "leave the field out"),
    ({"horizon.start": None}, "horizon.start", "null, where a date", "Give a date"),
    ({"plans[0].events": None}, "plans[0].events", "null, where an object", "leave the field out"),
    ({"people[0].busy[0].start": "2026-11-16T00:00Z"}, "people[0].busy[0].start", "offset from UTC", "local"),
    ({"people[0].busy[0].start": "2026-11-16T00:00:30"}, "people[0].busy[0].start", "can't be read", "T00:00"),
    ({"people[0].busy[0].start": "16/11/2026 9:30"}, "people[0].busy[0].start", "can't be", '"2026-11-16T09:30"'),
    ({"people[0].busy[0].start": "2026-11-16"}, "people[0].busy[0].start", "can't be read", 'Write "2026-11-16T00:00"'),
    ({"people[0].busy[0]": "2026-11-16"}, "people[0].busy[0]", "text, where an object", '"start" and "end"'),
    ({"schools[0].day.start": "8:45"}, "schools[0].day.start", "can't be read as a time", 'Write "08:45"'),
    ({"schools[0].day.start": "0845"}, "schools[0].day.start", "can't be read as a time", 'Write "08:45"'),
    ({"schools[0].day.start": "25:00"}, "schools[0].day.start", "no such day or time", '"09:00"'),
    ({"schools[0].day.start": 845}, "schools[0].day.start", "a number, where a time", '"09:00"'),
    ({"schools[0].day": "08:45-15:15"}, "schools[0].day", "text, where", '"end": "15:15"'),
    ({"people[1].hours.mon[0]": ["09:00"]}, "people[1].hours.mon[0]", "pairs of a start and an end", '["09:00"'),
    ({"people[1].hours.mon[0]": ["09:00", "10:00", "11:00"]}, "people[1].hours.mon[0]", "pairs", "17:00"),
    ({"plans[0].minutes": "60"}, "plans[0].minutes", "text, where a whole number", "Write 60, without the quotes."),
    ({"plans[0].minutes": 60.5}, "plans[0].minutes", "a number, where a whole number", "whole number"),
    ({"plans[0].minutes": 600}, "plans[0].minutes", "more than 480", "Give 480 or less."),
    ({"grid_minutes": 1}, "grid_minutes", "less than 5", "Give 5 or more."),
    ({"plans[0].complex": "yes"}, "plans[0].complex", "text, where true or false", "true or false"),
    ({"plans[1].children": []}, "plans[1].children", "list is empty", "at least one"),
    ({"plans[0].sibling_group": "elm street"}, "plans[0].sibling_group", "not an id of letters", "wherever it is used"),
    ({"people[6].id": "x" * 81, "plans[0].participants[4]": GONE}, "people[6].id", "longer than 80", "Shorten"),
    ({"travel.a b": {}}, 'travel["a b"]', "key is not an id", "wherever it is used"),
    ({"travel.hill": 5}, "travel.hill", "a number, where an object", "an object"),
    ({"plans": {}}, "plans", "an object {...}, where a list", "a list"),
    ({"authority": 3}, "authority", "a number, where the id of a policy", "whole policy"),
    ({"team": []}, "team", "a list [...], where an object", '"organiser"'),
    ({"venues[5]": "video"}, "venues[5]", "text, where an object", '"kind"'),
]
# fmt: on


@pytest.mark.parametrize(
    ("changes", "path", "problem", "remedy"),
    FORM,
    ids=lambda value: "&".join(value) if isinstance(value, dict) else None,
)
def test_each_fault_of_form_is_found_alone_at_its_place(
    changes: dict[str, Any], path: str, problem: str, remedy: str
) -> None:
    fault = only_fault(changed(changes))
    assert (fault.path, problem in fault.problem, remedy in fault.remedy) == (path, True, True), fault


def test_a_time_with_an_offset_is_not_rewritten_for_the_author() -> None:
    fault = only_fault(changed({"people[0].busy[0].end": "2026-11-20T10:00+01:00"}))
    assert "2026-11-20" not in fault.remedy


def test_a_misspelt_list_is_one_fault_and_what_it_holds_is_not_missed() -> None:
    data = changed({})
    data["peopel"] = data.pop("people")
    fault = only_fault(data)
    assert (fault.path, fault.remedy) == ("peopel", 'Did you mean "people"?')


def test_a_misspelt_needed_field_is_not_also_missing() -> None:
    data = changed({})
    data["Nation"] = data.pop("nation")
    assert [fault.path for fault in faults_of(data)] == ["Nation"]


def test_hours_that_are_one_pair_instead_of_a_list_of_pairs() -> None:
    faults = faults_of(changed({"people[1].hours.mon": ["09:00", "17:00"]}))
    assert [fault.path for fault in faults] == ["people[1].hours.mon[0]", "people[1].hours.mon[1]"]
    assert '[["09:00", "12:30"]' in faults[0].remedy


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"[key]": 1}, '["[key]"]'),
        ({"travel.hill": {"[key]": 5}}, 'travel.hill["[key]"]'),
        ({"schools[0].day": {"DaySpan": {"start": "09:00", "end": "15:00"}}}, "schools[0].day.DaySpan"),
        ({"authority": {"str": 1}}, "authority.str"),
    ],
)
def test_a_key_named_like_a_mark_of_the_reader_is_still_that_key(changes: dict[str, Any], path: str) -> None:
    data = changed({})
    for place, value in changes.items():
        if place == "[key]":
            data[place] = value
        else:
            put(data, place, value)
    assert path in [fault.path for fault in faults_of(data)]


FOLLOWED = {
    "an item that can't be read is no unknown id": ({"people[1].role": "boss"}, "people[1].role"),
    "nor is one whose id is missing": ({"people[1].id": GONE}, "people[1].id"),
    "nor is one that has a number for an id": ({"venues[1].id": 2, "booked": []}, "venues[1].id"),
    "an item that is no object": ({"venues[1]": 2}, "venues[1]"),
    "a date that can't be read is no missing date": ({"plans[0].events.initial_conference": "x"}, None),
    "a misspelt date is no missing date": (
        {"plans[2].events": {"last_meetng": "2026-10-20", "held": 2}},
        "plans[2].events.last_meetng",
    ),
    "terms that can't be read": ({"schools[0].terms": "see the website"}, None),
    "one term that can't be read": ({"schools[0].terms": [{"start": "2026-09-01", "end": "Xmas"}]}, "schools[0].terms[0].end"),
    "a school that can't be read": ({"plans[0].children[0].school": 7}, None),
    "attends that can't be read": ({"plans[0].children[0].attends": "maybe", "plans[0].children[0].school": GONE},
                                   "plans[0].children[0].attends"),
    "a horizon that can't be read": ({"horizon.end": "soon"}, None),
    "a horizon the wrong way round": ({"horizon": {"start": "2030-01-01", "end": "2029-01-01"}}, "horizon.end"),
    "a policy that can't be read": ({"authority": None}, None),
    "a nation that can't be read": ({"nation": "Wales"}, None),
    "a type that can't be read": ({"plans[2].type": "cin"}, None),
    "a role that can't be read": (
        {"people[7].role": "mum", "plans[0].split": {"reason": "x"}, "plans[0].participants[2].sitting": "B",
         "plans[0].participants[1].sitting": "A", "plans[1].participants[1].sitting": "A"},
        "people[7].role",
    ),
    "a sitting that can't be read": (
        {"plans[0].split": {"reason": "x"}, "plans[0].participants[2].sitting": "B",
         "plans[0].participants[1].sitting": "C", "plans[1].participants[1].sitting": "A"},
        "plans[0].participants[1].sitting",
    ),
    "hours that can't be read": ({"people[6].hours": {"mon": [["09:00", "09:15"], ["9", "17:00"]]}}, "people[6].hours.mon[1][0]"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLLOWED)
def test_nothing_is_said_that_only_follows_from_another_fault(name: str) -> None:
    changes, path = FOLLOWED[name]
    assert only_fault(changed(changes)).path == (path or next(iter(changes)))

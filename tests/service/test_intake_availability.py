"""Busy times and terms put into a caseload: what is replaced, what stays, whose meetings are known."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from calendar_files import event, ics
from caseloads import small_caseload
from hypothesis import given, settings
from hypothesis import strategies as st
from ics_cases import calendar as calendar_of
from ics_cases import meeting, place, split_meeting

from calendars.busy import Busy, BusyTimes
from calendars.terms import Terms
from service.intake.availability import (
    Target,
    TargetError,
    own_meetings,
    read_busy,
    replace_source,
    replace_terms,
    sources_of,
)
from solver.schema.base import Span
from solver.schema.caseload import Caseload

BY_HAND = Span(start=datetime(2026, 12, 1, 9), end=datetime(2026, 12, 1, 10))


def caseload() -> Caseload:
    """The small caseload with one busy time of its first person entered by hand."""
    data = Caseload.model_validate(small_caseload())
    first = data.people[0].model_copy(update={"busy": (BY_HAND,)})
    return data.model_copy(update={"people": (first, *data.people[1:])})


SOMEBODY = Target("person", caseload().people[0].id)


def busy(*hours: int, kind: str = "busy") -> BusyTimes:
    stretches = [Busy(datetime(2026, 12, 2, k), datetime(2026, 12, 2, k, 30), kind) for k in hours]  # type: ignore[arg-type]
    return BusyTimes(tuple(stretches))


def test_a_source_is_replaced_whole_and_nothing_else_is() -> None:
    start = caseload()
    once, first = replace_source(start, SOMEBODY, "a.ics", busy(9, 11), tentative=True)
    both, _ = replace_source(once, SOMEBODY, "b.ics", busy(15), tentative=True)
    again, second = replace_source(both, SOMEBODY, "a.ics", busy(11, 13), tentative=True)
    assert (first.added, first.removed) == (2, 0)
    assert (second.added, second.removed, second.stretches) == (1, 1, 2)
    assert [(span.source, span.start.hour) for span in again.people[0].busy] == [
        (None, 9),
        ("a.ics", 11),
        ("a.ics", 13),
        ("b.ics", 15),
    ]
    assert sources_of(again, SOMEBODY) == ["a.ics", "b.ics"]
    assert again.people[1:] == start.people[1:]
    assert start.people[0].busy == (BY_HAND,)


def test_a_source_is_forgotten() -> None:
    start = caseload()
    once, _ = replace_source(start, SOMEBODY, "a.ics", busy(9, 11), tentative=True)
    gone, change = replace_source(once, SOMEBODY, "a.ics", None, tentative=True)
    assert gone == start
    assert (change.removed, change.first) == (2, None)


def test_tentative_time_counts_or_not() -> None:
    for tentative, number in ((True, 2), (False, 0)):
        after, change = replace_source(
            caseload(), SOMEBODY, "a", busy(9, 11, kind="tentative"), tentative=tentative
        )
        assert len(after.people[0].busy) == 1 + number
        assert (change.tentative, change.stretches) == (2, number)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sets(st.integers(0, 22), max_size=4)), max_size=6))
def test_the_last_of_each_source_is_what_counts(reads: list[tuple[str, set[int]]]) -> None:
    after = caseload()
    last: dict[str, set[int]] = {}
    for name, hours in reads:
        after, change = replace_source(after, SOMEBODY, name, busy(*hours), tentative=True)
        assert change.added == len(hours - last.get(name, set()))
        assert change.removed == len(last.get(name, set()) - hours)
        last[name] = hours
    found = {(span.source, span.start.hour) for span in after.people[0].busy if span.source}
    assert found == {(name, hour) for name, hours in last.items() for hour in hours}
    assert BY_HAND in after.people[0].busy


def test_a_room_has_a_calendar_too() -> None:
    start = caseload()
    room = start.venues[0].id
    after, _ = replace_source(start, Target("venue", room), "room.ics", busy(9), tentative=True)
    assert [span.source for span in after.venues[0].busy] == ["room.ics"]


def test_nobody_of_that_id() -> None:
    with pytest.raises(TargetError, match="There is no person nobody"):
        replace_source(caseload(), Target("person", "nobody"), "a", busy(9), tentative=True)
    with pytest.raises(TargetError, match="There is no school nobody") as raised:
        replace_terms(caseload(), "nobody", Terms((), ()))
    assert raised.value.known == ("hill-school",)


def test_terms_are_replaced_whole() -> None:
    terms = ((date(2026, 9, 2), date(2026, 12, 18)), (date(2027, 1, 5), date(2027, 4, 1)))
    after, change = replace_terms(caseload(), "hill-school", Terms(terms, (date(2026, 11, 27),)))
    school = after.schools[0]
    assert tuple((one.start, one.end) for one in school.terms) == terms
    assert school.closed == (date(2026, 11, 27),)
    assert change.closed_added == (date(2026, 11, 27),)
    assert date(2027, 1, 4) in change.closed_removed
    assert change.changed
    same, nothing = replace_terms(after, "hill-school", Terms(terms, (date(2026, 11, 27),)))
    assert same == after
    assert not nothing.changed


def test_whose_meetings_are_whose() -> None:
    standing = calendar_of(
        meeting(1, "2026-11-10T10:00", place("sw-1"), place("hv-1", "report"), place("mother-1", "absent")),
        split_meeting(2, "2026-12-10T10:00"),
    )
    second = [(datetime(2026, 12, 10, 10), datetime(2026, 12, 10, 11))]
    third = [(datetime(2026, 12, 10, 11, 30), datetime(2026, 12, 10, 12, 30))]
    whole = [(datetime(2026, 12, 10, 10), datetime(2026, 12, 10, 12, 30))]
    first = [(datetime(2026, 11, 10, 10), datetime(2026, 11, 10, 11))]
    assert own_meetings(standing, Target("person", "sw-1")) == first + whole
    assert own_meetings(standing, Target("person", "hv-1")) == whole
    assert own_meetings(standing, Target("person", "mother-1")) == second
    assert own_meetings(standing, Target("person", "father-1")) == third
    assert own_meetings(standing, Target("venue", "room")) == first + whole


def test_only_the_horizon_is_read_in_the_zone_of_the_caseload() -> None:
    data = ics(
        event("DTSTART:20261101T233000Z", "DURATION:PT1H", uid="before"),
        event("DTSTART:20260501T090000Z", "DURATION:PT1H", "RRULE:FREQ=MONTHLY", uid="monthly"),
    )
    found = read_busy(caseload(), SOMEBODY, data, is_ours=lambda uid: uid == "x")
    assert found.stretches[0] == Busy(datetime(2026, 11, 2), datetime(2026, 11, 2, 0, 30), "busy")
    # The first of a month at 09:00 UTC, which is 10:00 by the clock on the wall in April.
    assert [one.start for one in found.stretches[1:]] == [
        datetime(2026, 12, 1, 9),
        datetime(2027, 1, 1, 9),
        datetime(2027, 2, 1, 9),
        datetime(2027, 3, 1, 9),
        datetime(2027, 4, 1, 10),
    ]

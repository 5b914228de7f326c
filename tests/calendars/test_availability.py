from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.availability import DAY_MINUTES, Availability, MinuteSpan, check_span, join_spans
from calendars.workdays import WEEKDAYS, Weekday

MONDAY = date(2026, 10, 5)
SATURDAY = date(2026, 10, 10)
MIDNIGHT = datetime(2026, 10, 5)
OFFICE: dict[Weekday, tuple[MinuteSpan, ...]] = dict.fromkeys(
    WEEKDAYS[:5], ((9 * 60, 12 * 60), (12 * 60, 17 * 60))
)


def at(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute)


def minutes(offset: int) -> datetime:
    return MIDNIGHT + timedelta(minutes=offset)


@st.composite
def availabilities(draw: st.DrawFn) -> tuple[Availability, set[int]]:
    """A fortnight's availability, and its free minutes counted one by one from `MIDNIGHT`."""
    span = st.tuples(st.integers(0, DAY_MINUTES - 1), st.integers(1, DAY_MINUTES)).filter(
        lambda s: s[0] < s[1]
    )
    hours = draw(
        st.none()
        | st.dictionaries(st.sampled_from(WEEKDAYS), st.lists(span, max_size=3).map(tuple), max_size=7)
    )
    starts = st.integers(-2 * DAY_MINUTES, 14 * DAY_MINUTES)
    lengths = st.integers(0, 300) | st.integers(0, 4 * DAY_MINUTES)
    busy = [
        (start, start + length) for start, length in draw(st.lists(st.tuples(starts, lengths), max_size=6))
    ]
    free: set[int] = set()
    for day in range(14):
        for low, high in [(0, DAY_MINUTES)] if hours is None else hours.get(WEEKDAYS[day % 7], ()):
            free.update(range(day * DAY_MINUTES + low, day * DAY_MINUTES + high))
    for low, high in busy:
        free.difference_update(range(low, high))
    return Availability(hours, [(minutes(low), minutes(high)) for low, high in busy]), free


def test_hours_that_touch_are_one_stretch() -> None:
    person = Availability(OFFICE)
    assert person.free(MONDAY) == ((540, 1020),)
    assert person.is_free(at(11, 30), at(12, 30))
    assert join_spans([(720, 1020), (540, 720), (600, 610), (1100, 1200)]) == ((540, 1020), (1100, 1200))


def test_a_gap_in_the_hours_is_not_free() -> None:
    person = Availability({"mon": [(13 * 60, 17 * 60), (9 * 60, 12 * 60)]})
    assert person.free(MONDAY) == ((540, 720), (780, 1020))
    assert person.is_free(at(11), at(12))
    assert not person.is_free(at(11, 30), at(12, 30))
    assert not person.is_free(at(11), at(14))


def test_an_absent_day_is_not_available() -> None:
    assert Availability(OFFICE).free(SATURDAY) == ()
    assert not Availability(OFFICE).is_free(at(10, day=SATURDAY), at(11, day=SATURDAY))
    assert Availability({}).free(MONDAY) == ()


def test_without_hours_any_time_is_free() -> None:
    anyone = Availability()
    assert anyone.free(SATURDAY) == ((0, DAY_MINUTES),)
    assert anyone.is_free(at(22), at(23) + timedelta(days=3))


def test_busy_times_are_half_open() -> None:
    person = Availability(OFFICE, [(at(10), at(11))])
    assert person.free(MONDAY) == ((540, 600), (660, 1020))
    assert person.is_free(at(9), at(10))
    assert person.is_free(at(11), at(12))
    assert not person.is_free(at(9, 45), at(10, 15))
    assert not person.is_free(at(10, 15), at(10, 30))


def test_busy_times_overlap_and_come_in_any_order() -> None:
    person = Availability(OFFICE, [(at(14), at(15)), (at(10), at(12)), (at(11), at(14)), (at(8), at(9, 30))])
    assert person.free(MONDAY) == ((570, 600), (900, 1020))


def test_leave_spans_days_and_nights() -> None:
    leave = (at(12), at(10, day=MONDAY + timedelta(days=9)))
    person = Availability(OFFICE, [leave])
    assert person.free(MONDAY) == ((540, 720),)
    assert all(person.free(MONDAY + timedelta(days=i)) == () for i in range(1, 9))
    assert person.free(MONDAY + timedelta(days=9)) == ((600, 1020),)


def test_a_busy_time_until_midnight_leaves_the_next_day() -> None:
    person = Availability(None, [(at(18), at(0, day=MONDAY + timedelta(days=1)))])
    assert person.free(MONDAY) == ((0, 1080),)
    assert person.free(MONDAY + timedelta(days=1)) == ((0, DAY_MINUTES),)


def test_a_minute_partly_taken_is_taken() -> None:
    person = Availability(None, [(at(10) + timedelta(seconds=30), at(11) + timedelta(seconds=1))])
    assert person.free(MONDAY) == ((0, 600), (661, DAY_MINUTES))


def test_a_busy_time_without_length_takes_nothing() -> None:
    assert Availability(OFFICE, [(at(10), at(10))]).free(MONDAY) == ((540, 1020),)


def test_over_midnight_is_free_where_both_days_are() -> None:
    person = Availability({"mon": [(20 * 60, DAY_MINUTES)], "tue": [(0, 60)]})
    tuesday = MONDAY + timedelta(days=1)
    assert person.is_free(at(23), at(1, day=tuesday))
    assert not person.is_free(at(23), at(1, 1, day=tuesday))
    assert person.is_free(at(23), at(0, day=tuesday))


def test_a_slot_is_free_only_if_all_of_it_is() -> None:
    person = Availability(OFFICE, [(at(10, 10), at(10, 20))])
    slots = person.free_slots([MONDAY, SATURDAY], 8 * 60 + 45, 15, 8)
    assert slots.dtype == np.bool_
    # 08:45 is before the hours; 10:00 and 10:15 are both touched by the busy ten minutes.
    assert slots.tolist() == [[False, True, True, True, True, False, False, True], [False] * 8]


def test_slots_beside_a_busy_time_are_free() -> None:
    person = Availability(None, [(at(10), at(10, 15))])
    assert person.free_slots([MONDAY], 9 * 60 + 45, 15, 3).tolist() == [[True, False, True]]


def test_no_days_and_no_slots() -> None:
    assert Availability(OFFICE).free_slots([], 540, 15, 4).shape == (0, 4)
    assert Availability(OFFICE).free_slots([MONDAY], 540, 15, 0).shape == (1, 0)


def test_asking_does_not_change_the_answer() -> None:
    person = Availability(OFFICE)
    person.free_slots([MONDAY], 540, 60, 2)[:] = False
    assert person.free_slots([MONDAY], 540, 60, 2).all()


@given(availabilities())
def test_free_stretches_are_exactly_the_free_minutes(case: tuple[Availability, set[int]]) -> None:
    person, free = case
    for day in range(14):
        spans = person.free(MONDAY + timedelta(days=day))
        assert all(a_end < b_start for (_, a_end), (b_start, _) in pairwise(spans))
        counted = {day * DAY_MINUTES + minute for low, high in spans for minute in range(low, high)}
        assert counted == {minute for minute in free if minute // DAY_MINUTES == day}


@given(availabilities(), st.integers(0, 13 * DAY_MINUTES), st.integers(1, 600) | st.integers(1, DAY_MINUTES))
def test_a_stretch_is_free_if_every_minute_is(
    case: tuple[Availability, set[int]], start: int, length: int
) -> None:
    person, free = case
    expected = free.issuperset(range(start, start + length))
    assert person.is_free(minutes(start), minutes(start + length)) is expected


@given(
    availabilities(),
    st.lists(st.integers(0, 13), max_size=6),
    st.sampled_from([5, 7, 15, 30, 60]),
    st.integers(0, 40),
    st.data(),
)
def test_slots_agree_with_stretches(
    case: tuple[Availability, set[int]], numbers: list[int], slot: int, slots: int, data: st.DataObject
) -> None:
    person, _ = case
    slots = min(slots, DAY_MINUTES // slot)
    first = data.draw(st.integers(0, DAY_MINUTES - slots * slot))
    days = [MONDAY + timedelta(days=number) for number in numbers]
    answer = person.free_slots(days, first, slot, slots)
    assert answer.shape == (len(days), slots)
    for row, number in enumerate(numbers):
        for column in range(slots):
            start = minutes(number * DAY_MINUTES + first + column * slot)
            assert answer[row, column] == person.is_free(start, start + timedelta(minutes=slot))


@pytest.mark.parametrize("span", [(600, 600), (700, 600), (-1, 600), (600, DAY_MINUTES + 1)])
def test_what_is_no_stretch_of_a_day_is_refused(span: MinuteSpan) -> None:
    with pytest.raises(
        ValueError, match=f"an opening on tue is {span[0]} to {span[1]}: it must start before"
    ):
        Availability({"tue": [span]})


def test_a_stretch_of_a_day_is_returned() -> None:
    assert check_span((0, DAY_MINUTES), "a day") == (0, DAY_MINUTES)


def test_bad_busy_times_are_refused() -> None:
    with pytest.raises(ValueError, match="before its start at 2026-10-05 11:00:00: give the start first"):
        Availability(None, [(at(11), at(10))])
    with pytest.raises(ValueError, match="carries an offset: give local wall time"):
        Availability(None, [(at(10).replace(tzinfo=UTC), at(11).replace(tzinfo=UTC))])


def test_bad_questions_are_refused() -> None:
    with pytest.raises(ValueError, match="has no length"):
        Availability().is_free(at(10), at(10))
    with pytest.raises(ValueError, match="carries an offset"):
        Availability().is_free(at(10).replace(tzinfo=UTC), at(11).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("first", "slot", "slots"), [(-15, 15, 4), (0, 0, 4), (0, 15, -1), (0, 15, 97), (1430, 15, 1)]
)
def test_slots_stay_in_the_day(first: int, slot: int, slots: int) -> None:
    with pytest.raises(ValueError, match="don't fit in a day"):
        Availability().free_slots([MONDAY], first, slot, slots)

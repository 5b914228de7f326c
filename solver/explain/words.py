"""How people, days and hours are called in an explanation.

Professionals go by name, family members by their part and id: an explanation may lie open on a desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from solver.policy.words import ROLE_WORDS, day_words, listed_words
from solver.schema.base import FAMILY_ROLES, WEEKDAYS, Hours, Span, format_clock
from solver.schema.caseload import Person

MOST_NAMED: Final = 4
"""Things that are listed; of the others only how many there are."""


def name_of(people: Mapping[str, Person], person_id: str) -> str:
    """Name a person in a sentence; a family member by their part, a child without a record as a child."""
    person = people.get(person_id)
    if person is None:
        return f"child {person_id}"
    if person.role in FAMILY_ROLES:
        return f"{ROLE_WORDS[person.role]} {person_id}"
    return f"{person.name} ({person_id})"


def opening(text: str) -> str:
    """Write a text as it opens a sentence."""
    return text[:1].upper() + text[1:]


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """``1 meeting``, ``3,000 meetings``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def short_list(words: Sequence[str], noun: str = "") -> str:
    """The first few, and how many more there are."""
    if len(words) <= MOST_NAMED:
        return listed_words(words)
    more = len(words) - MOST_NAMED + 1
    return listed_words([*words[: MOST_NAMED - 1], f"{more} more{f' {noun}' if noun else ''}"])


def any_of(words: Sequence[str]) -> str:
    """``room-1, room-2 or room-3``; of many only the first few."""
    if len(words) <= MOST_NAMED:
        return listed_words(words, "or")
    return f"{', '.join(words[: MOST_NAMED - 1])} or {len(words) - MOST_NAMED + 1} more"


def span_of_days(first: date, last: date) -> str:
    """``on Tue 5 May 2027``, ``from Mon 4 to Fri 8 Jan 2027``."""
    if first == last:
        return f"on {day_words(first)}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"from {first:%a} {first.day} {first:%b}{year} to {day_words(last)}"


def span_words(span: Span) -> str:
    """Say when somebody is away: whole days without their hours."""
    start, end = span.start, span.end
    if end - start < timedelta(days=1):
        return f"on {day_words(start.date())} from {start:%H:%M} to {end:%H:%M}"
    last = (end - timedelta(minutes=1)).date()
    words = span_of_days(start.date(), last)
    hours = [
        f"{word} {moment:%H:%M}"
        for word, moment, whole in (("from", start, "00:00"), ("to", end, "00:00"))
        if f"{moment:%H:%M}" != whole
    ]
    return f"{words} ({', '.join(hours)})" if hours else words


def moment_words(moment: datetime) -> str:
    """``Tue 12 May 2027 at 14:00``."""
    return f"{day_words(moment.date())} at {moment:%H:%M}"


def days_list(days: Iterable[date]) -> str:
    """``5 May and 7 May 2027``; of many only the first few."""
    rows = sorted(days)
    return short_list([f"{day.day} {day:%b} {day.year}" for day in rows], "days")


def hours_words(hours: Hours) -> str:
    """``Mon to Wed 09:00 to 17:00, Fri 09:00 to 12:00``."""
    by_times: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for i, weekday in enumerate(WEEKDAYS):
        if hours.get(weekday):
            by_times.setdefault(hours[weekday], []).append(i)
    parts = []
    for spans, days in by_times.items():
        times = listed_words([f"{format_clock(start)} to {format_clock(end)}" for start, end in spans])
        parts.append(f"{_weekdays(days)} {times}")
    return ", ".join(parts)


def _weekdays(days: list[int]) -> str:
    names = [WEEKDAYS[i].title() for i in days]
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{names[0]} to {names[-1]}"
    return listed_words(names)

"""School years of the shape that English schools have: three terms, three half-terms, five INSET days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def monday_from(day: date) -> date:
    """The first Monday on or after ``day``."""
    return day + DAY * (-day.weekday() % 7)


def last_monday(year: int, month: int) -> date:
    """The last Monday of a month of 31 days."""
    last = date(year, month, 31)
    return last - DAY * last.weekday()


def easter(year: int) -> date:
    """Easter Sunday (the anonymous Gregorian computus; Meeus, Astronomical Algorithms, chapter 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    s = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * s) // 451
    month, day = divmod(h + s - 7 * m + 114, 31)
    return date(year, month, day + 1)


@dataclass(frozen=True)
class SchoolYear:
    """One school's year: terms (both days inclusive) and the days closed within them."""

    terms: tuple[tuple[date, date], ...]
    closed: tuple[date, ...]


def week_days(monday: date, weeks: int = 1) -> list[date]:
    """Monday to Friday of the weeks from ``monday``."""
    return [monday + WEEK * week + DAY * day for week in range(weeks) for day in range(5)]


def school_year(autumn: int, rng: Random) -> SchoolYear:
    """A school's year from September of ``autumn``.

    The dates follow the pattern of 2026/27 and 2027/28; a school starts or ends a term some days from it, may
    have two weeks off in October, and sets its own INSET days.
    """
    year = autumn + 1
    september = monday_from(date(autumn, 9, 1)) if date(autumn, 9, 1).weekday() > 2 else date(autumn, 9, 1)
    autumn_start = september + DAY * rng.randrange(3)
    christmas = date(autumn, 12, 20)
    autumn_end = christmas - DAY * ((christmas.weekday() - 4) % 7) - DAY * rng.choice((0, 0, 0, 1))
    new_year = monday_from(date(year, 1, 3))
    # New Year's Day on a Saturday moves its bank holiday to Monday the 3rd.
    spring_start = new_year + DAY * (rng.choice((0, 0, 1)) if new_year.day > 3 else 1)
    sunday = easter(year)
    if sunday < date(year, 4, 4):
        spring_end, summer_start = sunday - 3 * DAY, sunday + 15 * DAY
    elif sunday < date(year, 4, 11):
        spring_end, summer_start = sunday - 9 * DAY, sunday + 8 * DAY
    else:
        spring_end, summer_start = sunday - 16 * DAY, sunday + 2 * DAY
    spring_end -= DAY * rng.choice((0, 0, 0, 1))
    july = date(year, 7, 25)
    summer_end = july - DAY * ((july.weekday() - 2) % 7) + DAY * rng.choice((-1, 0, 0, 1, 2))
    october = last_monday(autumn, 10)
    long_october = rng.random() < 0.15
    february, may = monday_from(date(year, 2, 12)), last_monday(year, 5)
    closed = set(week_days(october - WEEK, 2) if long_october else week_days(october))
    closed |= set(week_days(february)) | set(week_days(may))
    inset = [
        autumn_start,
        spring_start,
        october + WEEK if rng.random() < 0.5 else october - DAY * (10 if long_october else 3),
        february + WEEK if rng.random() < 0.5 else february - 3 * DAY,
        monday_from(date(year, 6, 14)) + DAY * rng.choice((0, 3, 4)),
    ]
    closed.update(inset)
    return SchoolYear(
        ((autumn_start, autumn_end), (spring_start, spring_end), (summer_start, summer_end)),
        tuple(sorted(closed)),
    )


def school_years(start: date, end: date, rng: Random) -> SchoolYear:
    """The years that ``start`` to ``end`` touches, cut to the terms that matter to them."""
    first = start.year if start >= date(start.year, 9, 1) else start.year - 1
    last = end.year if end >= date(end.year, 8, 1) else end.year - 1
    years = [school_year(autumn, rng) for autumn in range(first, last + 1)]
    terms = tuple(
        term for year in years for term in year.terms if term[1] >= start and term[0] <= end + 4 * WEEK
    )
    closed = tuple(day for year in years for day in year.closed if any(a <= day <= b for a, b in terms))
    return SchoolYear(terms, closed)


def holidays_between(year: SchoolYear, start: date, end: date) -> list[tuple[date, date]]:
    """Runs of at least five weekdays from ``start`` to ``end`` without school, both ends inclusive."""
    off = [
        day
        for day in (start + DAY * n for n in range((end - start).days + 1))
        if day.weekday() < 5 and (day in year.closed or not any(a <= day <= b for a, b in year.terms))
    ]
    runs: list[list[date]] = []
    for day in off:
        if runs and (day - runs[-1][-1]).days <= 3:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [(run[0], run[-1]) for run in runs if len(run) >= 5]

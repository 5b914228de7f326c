"""Dates as people write them in tables: ISO, day first, or in words. Never month first."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NAME: Final = re.compile(
    r"^(mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\b[\s,.]*", re.IGNORECASE
)
_ISO: Final = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:[T ]00:00(?::00)?(?:\.0+)?Z?)?")
_NUMBERS: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})(?: 00:00(?::00)?)?")
_WORDS: Final = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[\s\-]+(?:of\s+)?([a-z]{3,9})\.?(?:[\s,\-]+(\d{4}|\d{2}))?", re.IGNORECASE
)
_BETWEEN: Final = re.compile(r"\s+(?:to|until|till|-|–|—)\s+|\s*[–—]\s*", re.IGNORECASE)


def written_date(text: str, *, year: int | None = None) -> date:
    """The date that a text is.

    Parameters
    ----------
    text
        Such as ``2026-09-03``, ``03/09/2026`` (day first), ``3 Sep 26`` or ``Thursday 3rd September 2026``.
    year
        For a text that gives none.

    Raises
    ------
    ValueError
        It is no date, has no year, or its weekday is another's. The message is for whoever wrote the text.
    """
    plain = " ".join(text.split())
    weekday = _DAY_NAME.match(plain)
    rest = plain[weekday.end() :] if weekday else plain
    found = _numbers(rest, year)
    if weekday and _DAYS[found.weekday()] != weekday[1][:3].lower():
        raise ValueError(f"{found:%d/%m/%Y} is a {found:%A}: correct the date or the day of the week")
    return found


def written_dates(text: str) -> tuple[date, date]:
    """First and last date of a text such as ``26 to 30 October 2026``; both the same where it is a single date.

    Raises
    ------
    ValueError
        As `written_date`, or the last is before the first.
    """
    parts = _BETWEEN.split(" ".join(text.split()))
    if len(parts) > 2:
        raise ValueError("there are more than two dates: give a first and a last one")
    last = written_date(parts[-1])
    if len(parts) == 1:
        return last, last
    first_text = (
        parts[0]
        if re.search(r"[a-z]{3}|[/.\-]", _DAY_NAME.sub("", parts[0]), re.IGNORECASE)
        else f"{parts[0]} {_MONTHS[last.month - 1]}"
    )
    first = written_date(first_text, year=last.year)
    if first > last:
        raise ValueError("the last date is before the first: give the first one first")
    return first, last


def _numbers(text: str, year: int | None) -> date:
    if match := _ISO.fullmatch(text):
        return _made(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMBERS.fullmatch(text):
        if int(match[2]) > 12:
            raise ValueError("there is no such month: write the day first, as in 03/09/2026, or 2026-09-03")
        return _made(_year(match[3]), int(match[2]), int(match[1]))
    if match := _WORDS.fullmatch(text):
        month = match[2].lower()[:3]
        if month in _MONTHS:
            if match[3] is None and year is None:
                raise ValueError("the date has no year: write it out, as in 3 September 2026")
            number = _year(match[3]) if match[3] is not None else year or 0
            return _made(number, _MONTHS.index(month) + 1, int(match[1]))
    raise ValueError("this is no date: write it as 2026-09-03 or 03/09/2026")


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)


def _made(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("there is no such day: write it as 2026-09-03 or 03/09/2026") from None


__all__ = ["written_date", "written_dates"]

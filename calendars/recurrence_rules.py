"""Rules of recurrence (RFC 5545 section 3.3.10), looked at before they are followed.

``dateutil``, which follows them, would count seconds for years, look for a 30th of February until the year 9999, and
begin at the first birthday of somebody born in 1604.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import prod
from typing import Final

from dateutil.rrule import rrulestr
from icalendar.prop import vRecur

from calendars.content_lines import CalendarFileError

MOST_REPEATS: Final = 100_000
"""Of one rule, in the time that is asked about, or from its start where it counts its times."""
_UNIT: Final = {
    "SECONDLY": 1,
    "MINUTELY": 60,
    "HOURLY": 3600,
    "DAILY": 86_400,
    "WEEKLY": 7 * 86_400,
    "MONTHLY": 28 * 86_400,
    "YEARLY": 365 * 86_400,
}
_PERIOD_COST: Final = {"WEEKLY": 6, "MONTHLY": 6, "YEARLY": 25, "DAILY": 2}
_REPEAT_COST: Final = 40
_COST: Final = 200
"""Of a rule, of each of its periods (6 where none is given) and of each time: in about microseconds."""
_SUBDAILY: Final = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_LONG_FILTERS: Final = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS")
_RANGES: Final = {
    "BYSECOND": (0, 60),
    "BYMINUTE": (0, 59),
    "BYHOUR": (0, 23),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYMONTH": (1, 12),
    "BYSETPOS": (-366, 366),
    "INTERVAL": (1, 100_000),
}
_KNOWN: Final = frozenset(_RANGES) | {"FREQ", "UNTIL", "COUNT", "BYDAY", "WKST", "RSCALE", "SKIP"}
_MOST_VALUES: Final = 400
_NEVER: Final = "the rule of its repeats is never met"
_LAST: Final = datetime(9999, 12, 31)


@dataclass(slots=True)
class Budget:
    """The work that one file may cause, in about microseconds. The same file always costs the same."""

    left: int = 20_000_000

    def spend(self, amount: int, line: int | None) -> None:
        """Take from what is left.

        Raises
        ------
        CalendarFileError
            When nothing is left.
        """
        self.left -= amount
        if self.left < 0:
            raise CalendarFileError(
                "the events repeat too often to be counted",
                "export a shorter span, without what repeats so",
                line=line,
            )


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that can be followed."""

    value: vRecur
    frequency: str
    interval: int

    @classmethod
    def of(cls, value: object) -> Rule | str:
        """The rule of a property, or why it can't be followed."""
        frequencies = value.get("FREQ", []) if isinstance(value, vRecur) else []
        if not isinstance(value, vRecur) or len(frequencies) != 1:
            return "the rule of its repeats can't be read"
        frequency = str(frequencies[0]).upper()
        if frequency not in _UNIT or not _KNOWN.issuperset(str(name).upper() for name in value):
            return "the rule of its repeats can't be read"
        if not _in_range(value):
            return "the rule of its repeats has a number that means nothing"
        if str(value.get("RSCALE", ["GREGORIAN"])[0]).upper() != "GREGORIAN" or "SKIP" in value:
            return "the rule of its repeats is of another kind of calendar (RFC 7529)"
        if frequency in _SUBDAILY and any(name in value for name in _LONG_FILTERS):
            return "the rule of its repeats is one that no calendar program makes"
        return cls(value, frequency, int(value.get("INTERVAL", [1])[0]))

    def brought_forward(self, start: datetime, earliest: datetime) -> datetime:
        """The latest start, by the clock on the wall, from which the rule goes on just as from its own.

        Parameters
        ----------
        start
            Where the rule starts; naive, or in any zone.
        earliest
            Naive. What is returned is before it, unless `start` is not.
        """
        ahead = earliest - start.replace(tzinfo=None)
        if "COUNT" in self.value or ahead <= timedelta(0):
            return start
        if self.frequency == "YEARLY":
            years = (earliest.year - start.year - 1) // self.interval * self.interval
            is_leap_day = (start.month, start.day) == (2, 29)
            return start if years <= 0 or is_leap_day else start.replace(year=start.year + years)
        if self.frequency == "MONTHLY":
            months = (earliest.year - start.year) * 12 + earliest.month - start.month - 1
            months = months // self.interval * self.interval
            if months <= 0 or start.day > 28:
                return start
            year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
            return start.replace(year=year, month=month + 1)
        period = timedelta(seconds=_UNIT[self.frequency] * self.interval)
        return start + max(0, ahead // period - 1) * period

    def charge(self, start: datetime, stop: datetime, budget: Budget, line: int | None) -> str | None:
        """Take the rule's work from the budget; returns why it can't be followed after all, if so.

        Parameters
        ----------
        start, stop
            Naive: where the rule starts, and until when it is followed.
        budget
            What the file may still cost.
        line
            For errors.

        Raises
        ------
        CalendarFileError
            It repeats too often.
        """
        period = timedelta(seconds=_UNIT[self.frequency] * self.interval)
        periods = self._periods(start, stop, period)
        repeats = periods * self._each()
        if repeats > MOST_REPEATS:
            raise CalendarFileError(
                f"an event repeats more than {MOST_REPEATS:,} times",
                "leave it out, or let it end sooner",
                line=line,
            )
        each = _PERIOD_COST.get(self.frequency, 6)
        budget.spend(_COST + periods * each + repeats * _REPEAT_COST, line)
        try:
            met = not self._filtered() or self._ever(start)
        except ValueError:
            # Found to be so before anything was tried.
            return _NEVER
        if met:
            return None
        budget.spend((_LAST - start) // period * each, line)
        return _NEVER

    def _filtered(self) -> bool:
        return any(str(name).upper().startswith("BY") for name in self.value)

    def _periods(self, start: datetime, stop: datetime, period: timedelta) -> int:
        """How many periods there are until the rule's end or the end of what is asked."""
        until = self.value.get("UNTIL", [None])[0]
        if isinstance(until, date):
            day = until if not isinstance(until, datetime) else until.date()
            stop = min(stop, datetime.combine(day, datetime.max.time()) + timedelta(days=2))
        periods = max(0, (stop - start) // period) + 1
        count = int(self.value.get("COUNT", [0])[0])
        # Without a filter every period is an occurrence, and so is counted.
        return min(periods, count) if count > 0 and not self._filtered() else periods

    def _each(self) -> int:
        """How many times a period has at most."""
        number = {name: len(self.value.get(name, ())) for name in _RANGES} | {
            "BYDAY": len(self.value.get("BYDAY", ()))
        }
        days = {
            "WEEKLY": number["BYDAY"],
            "MONTHLY": number["BYDAY"] * 5 + number["BYMONTHDAY"],
            "YEARLY": number["BYDAY"] * 53
            + number["BYMONTHDAY"] * 12
            + number["BYYEARDAY"]
            + number["BYWEEKNO"] * 7
            + number["BYMONTH"],
        }.get(self.frequency, 1)
        times = prod(max(1, number[name]) for name in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        return min(366, max(1, days)) * times

    def _ever(self, start: datetime) -> bool:
        """Whether the rule is met at all. Dates repeat, so one that is met once goes on being met."""
        endless = {
            name: value for name, value in self.value.items() if str(name).upper() not in ("UNTIL", "COUNT")
        }
        text: bytes = vRecur(endless).to_ical()  # type: ignore[no-untyped-call]
        return next(iter(rrulestr(text.decode(), dtstart=start)), None) is not None


def _in_range(value: vRecur) -> bool:
    for name, (least, most) in _RANGES.items():
        given = value.get(name, [])
        numbers = [int(one) for one in (given if isinstance(given, list) else [given])]
        if len(numbers) > _MOST_VALUES:
            return False
        if any(not least <= one <= most or (least < 0 and one == 0) for one in numbers):
            return False
    return True


__all__ = ["MOST_REPEATS", "Budget", "Rule"]

"""Options for one meeting of a calendar that stands: one pass over its series, everything else where it is.

Every start and venue of every day worth looking at is evaluated, so the first option is the best there is: fewest breach
points; then least lacking in attendance; then least disruption; then by family, resilience, stability and convenience.
*Disruption*: everybody who comes or was to come to a meeting that moves is asked, and counts 8, 4, 2 or 1 points with fewer
than 2, 5, 10 or with more working days of notice, up to the earlier of the old and the new day.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from solver.policy.model import Policy
from solver.rebook.ranked import Key, Ranked
from solver.rebook.ranking import Pass
from solver.rebook.telling import Telling, Told, tracked
from solver.rebook.wording import why_here
from solver.replan.focus import Focus
from solver.schema.calendar import Calendar, Meeting, Score
from solver.schema.caseload import Caseload
from solver.schema.diff import Slot
from solver.schema.options import Option, Rebooking

SHOWN: Final = 8
"""Options unless another number is asked for."""


class CannotMoveError(ValueError):
    """The calendar has no such meeting, or it is one that doesn't move; the text says so."""


@dataclass(frozen=True)
class Found:
    """An option with what accepting it means.

    Attributes
    ----------
    option : Option
    meetings : tuple of Meeting
        All meetings of the series as they then are: workload isn't charged, nobody chairs yet.
    kept : tuple of int
        For each of them the position in the calendar's chain of the meeting that stands there; -1: none does.
    """

    option: Option
    meetings: tuple[Meeting, ...]
    kept: tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    """The options for one meeting: as they are shown, and as they can be accepted."""

    rebooking: Rebooking
    found: tuple[Found, ...]


class Desk:
    """Where meetings of one calendar are rebooked.

    Parameters
    ----------
    caseload : Caseload
        With the facts of now.
    policy : Policy
    calendar : Calendar
    today : date, optional
        Notice is counted from here; meetings before it stay, and nothing moves to it or to a day before. The horizon's first
        day, if not given.

    Attributes
    ----------
    focus : Focus
    telling : Telling
    """

    def __init__(
        self, caseload: Caseload, policy: Policy, calendar: Calendar, *, today: date | None = None
    ) -> None:
        self.caseload = caseload
        self.policy = policy
        self.calendar = calendar
        self.today = today or caseload.horizon.start
        self.focus = Focus(caseload, policy, calendar)
        self.telling = Telling(caseload, policy, calendar, self.focus.working, self.today)
        self._by_id = {meeting.id: meeting for meeting in calendar.meetings}
        self._noticed = {
            person.id: self.focus.working.add_working_days(self.today, person.notice_working_days)
            for person in caseload.people
            if person.notice_working_days
        }

    def options(
        self,
        meeting_id: str,
        *,
        without: Collection[str] = (),
        stay: bool = False,
        at: datetime | None = None,
        venue: str | None = None,
        n: int = SHOWN,
    ) -> Answer:
        """Find the options for a meeting.

        Parameters
        ----------
        meeting_id : str
        without : collection of str
            People who don't come to it, whatever their diaries say.
        stay : bool
            Whether it may stay at its time, in another room or with others there; else it has to move.
        at : datetime, optional
            Look at no other start.
        venue : str, optional
            Look at no other venue.
        n : int
            Most options.

        Raises
        ------
        CannotMoveError
        """
        meeting, series = self.movable(meeting_id)
        own = self.focus.meetings[series]
        look = Pass(
            self.focus.on([series]),
            own,
            next(i for i, one in enumerate(own) if one.id == meeting_id),
            today=self.today,
            without=frozenset(without),
            stay=stay,
            at=at,
            venue=venue,
            noticed=self._noticed,
            booked=self.telling.booked_at(series),
            each=self.telling.each,
        )
        ranking = look.rank()
        # Numbered alike however many are shown, as they are accepted by number.
        both = (*ranking.best, ranking.again) if ranking.again is not None else ranking.best
        chosen = sorted(both, key=lambda one: one.key)[:n]
        now = self.telling.points_now(series, own)
        found: list[Found] = []
        above: Key | None = None
        for number, one in enumerate(chosen, 1):
            found.append(self._write(number, look, own, one, now, above))
            above = one.key
        days = {one.day for one in chosen}
        rebooking = Rebooking(
            meeting=meeting.id,
            series=meeting.series,
            kind=meeting.kind,
            revision=self.calendar.revision,
            now=Slot(start=meeting.start, end=meeting.end, venue=meeting.venue),
            stands=look.stands,
            options=tuple(one.option for one in found),
            other_days=len({one.day for one in ranking.best} - days),
            other_places=ranking.count - len(chosen),
            outcome="options" if found else "none",
        )
        return Answer(rebooking, tuple(found))

    def movable(self, meeting_id: str) -> tuple[Meeting, str]:
        """Return a meeting that can be moved, and its series.

        Raises
        ------
        CannotMoveError
        """
        meeting = self._by_id.get(meeting_id)
        if meeting is None:
            raise CannotMoveError(f"The calendar has no meeting {meeting_id}.")
        series = next(
            (name for name, own in self.focus.meetings.items() if any(one.id == meeting_id for one in own)),
            None,
        )
        if series is None:
            why = next((one.reason for one in self.focus.dropped if one.meeting == meeting_id), "")
            raise CannotMoveError(f"{meeting_id} has no place in the caseload any more. {why}".strip())
        if meeting.pinned:
            raise CannotMoveError(f"{meeting_id} is pinned: it stays where it is.")
        if meeting.start.date() < self.today:
            raise CannotMoveError(f"{meeting_id} was before {self.today}: it stays where it was.")
        return meeting, series

    def _write(
        self,
        number: int,
        look: Pass,
        own: Sequence[Meeting],
        ranked: Ranked,
        now: Score,
        above: Key | None,
    ) -> Found:
        decoded, kept, at = look.write(ranked)
        series = decoded.meetings[at].series
        after = self.telling.points(series, decoded.meetings, own, sum(one.points for one in decoded.unheld))
        levels: Score = {level: after[level] - now[level] for level in after}
        same = tracked(own, decoded.meetings, kept, look.target, at)
        told = self.telling.tell(own[look.target].id, own, same, levels)
        return Found(_option(number, same[at], told, why_here(above, ranked.key)), decoded.meetings, kept)


def rebook_options(
    caseload: Caseload,
    policy: Policy,
    calendar: Calendar,
    meeting_id: str,
    *,
    without: Collection[str] = (),
    today: date | None = None,
    stay: bool = False,
    n: int = SHOWN,
) -> Rebooking:
    """Find the options for one meeting of a calendar; see `Desk.options`. For several meetings keep a `Desk`."""
    desk = Desk(caseload, policy, calendar, today=today)
    return desk.options(meeting_id, without=without, stay=stay, n=n).rebooking


def _option(number: int, meeting: Meeting, told: Told, why: str) -> Option:
    return Option(
        number=number,
        start=meeting.start,
        end=meeting.end,
        venue=meeting.venue,
        window=meeting.window,
        breach_days=meeting.breach_days,
        slack_days=meeting.slack_days,
        attendees=meeting.attendees,
        attendance=told.attendance,
        asked=told.asked,
        disruption=told.disruption,
        also=told.also,
        levels=told.levels,
        why=why,
    )

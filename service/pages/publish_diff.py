"""What changes from one calendar to another, in words: for whoever is about to publish, and for whoever looks back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from service.figures import series_kinds
from service.views.attention import meeting_words, unheld_words
from service.views.names import Names
from service.words import count, day, moment, opening, slack_words
from solver.replan.diff import diff_calendars
from solver.schema.calendar import Breach, Calendar, Meeting
from solver.schema.caseload import Caseload
from solver.schema.diff import AttendanceChange, CalendarDiff, MeetingChange, Presence, RoleChange, Slot

_STATUS: Final = {
    "attending": "comes",
    "remote": "joins online",
    "deputy": "comes as a deputy",
    "report": "sends a written report",
    "absent": "doesn’t come",
}
_ROLE: Final = {"chair": "chairs", "minutes": "takes the minutes"}


@dataclass(frozen=True, slots=True)
class Row:
    """A meeting that is new, elsewhere, gone, or held otherwise."""

    meeting: str
    what: str
    """``Core group 3, plan-12``."""
    before: str
    place_before: str
    after: str
    place: str
    slack: str
    people: tuple[str, ...]
    """Who is told of it."""
    changes: tuple[str, ...]
    """Of who comes, in sentences."""
    days: int
    """From today until it is, or was to be: the nearer of the two."""


@dataclass(frozen=True, slots=True)
class DiffView:
    """All that changes."""

    moved: tuple[Row, ...]
    added: tuple[Row, ...]
    gone: tuple[Row, ...]
    otherwise: tuple[Row, ...]
    """When and where they were, with others."""
    worse: tuple[str, ...]
    """Late or missing now, and not before."""
    better: tuple[str, ...]
    same: int

    @property
    def empty(self) -> bool:
        """Whether nothing at all is otherwise."""
        return not (self.moved or self.added or self.gone or self.otherwise or self.worse or self.better)

    @property
    def rows(self) -> tuple[Row, ...]:
        """All meetings of it."""
        return (*self.moved, *self.added, *self.gone, *self.otherwise)


def diff_view(
    before: Calendar | None, after: Calendar, caseloads: Iterable[Caseload], *, now: datetime
) -> DiffView:
    """What changes, as somebody may see it.

    Parameters
    ----------
    before, after
        As far as they are the business of who looks. ``None``: nothing was there before.
    caseloads
        That they answer; the one that counts first.
    now
        Aware, in the team's zone.
    """
    nothing = after.model_copy(update={"meetings": (), "breaches": (), "exceptions": ()})
    return _Words(before or nothing, after, caseloads, now).view()


class _Words:
    def __init__(
        self, before: Calendar, after: Calendar, caseloads: Iterable[Caseload], now: datetime
    ) -> None:
        self._names = [Names(caseload) for caseload in caseloads]
        self._after = after
        self._diff: CalendarDiff = diff_calendars(before, after)
        self._meetings: dict[str, Meeting] = {one.id: one for one in (*before.meetings, *after.meetings)}
        self._kinds = series_kinds(before) | series_kinds(after)
        self._today = now.date()

    def view(self) -> DiffView:
        diff = self._diff
        moved = {one.meeting for one in diff.moved}
        others: dict[str, list[str]] = defaultdict(list)
        for place in diff.attendance:
            others[place.meeting].append(self._attendance(place))
        for role in diff.roles:
            others[role.meeting].append(self._role(role))
        return DiffView(
            moved=tuple(self._row(one, others.get(one.meeting, ())) for one in diff.moved),
            added=tuple(self._row(one) for one in diff.added),
            gone=tuple(self._row(one) for one in diff.cancelled),
            otherwise=tuple(
                self._standing(self._meetings[one], changes)
                for one, changes in others.items()
                if one not in moved
            ),
            worse=tuple(self._breach(one) for one in diff.breaches_new),
            better=tuple(self._breach(one) for one in diff.breaches_gone),
            same=diff.same,
        )

    def _row(self, change: MeetingChange, others: Iterable[str] = ()) -> Row:
        meeting = self._meetings[change.meeting]
        slots = [slot for slot in (change.before, change.after) if slot is not None]
        return Row(
            meeting=change.meeting,
            what=meeting_words(meeting),
            before=_when(change.before),
            place_before=self._place(change.before),
            after=_when(change.after),
            place=self._place(change.after),
            slack=""
            if change.after is None
            else slack_words(change.slack_after or 0, change.breach_days_after or 0),
            people=self._people(change.people),
            changes=tuple(others),
            days=self._days(slots),
        )

    def _standing(self, meeting: Meeting, changes: Iterable[str]) -> Row:
        slot = Slot(start=meeting.start, end=meeting.end, venue=meeting.venue)
        where, what = self._place(slot), meeting_words(meeting)
        days = self._days([slot])
        return Row(meeting.id, what, "", "", _when(slot), where, "", (), tuple(changes), days)

    def _days(self, slots: Iterable[Slot]) -> int:
        """Until the nearer one that is still to come; below 0 where all have been."""
        days = [(slot.start.date() - self._today).days for slot in slots]
        return min((one for one in days if one >= 0), default=max(days))

    def _attendance(self, change: AttendanceChange) -> str:
        whose = self._person(change.person)
        if change.after is None:
            return f"{whose} is not asked any more."
        now = _presence(change.after)
        if change.after.person != change.person:
            return f"{self._person(change.after.person)} comes for {whose}."
        if change.before is None:
            return f"{whose} is asked as well, and {now}."
        return f"{whose} {now}; before: {self._before(change.before, change.person)}."

    def _before(self, presence: Presence, whose: str) -> str:
        if presence.person != whose:
            return f"{self._person(presence.person)} came for them"
        return _presence(presence)

    def _role(self, change: RoleChange) -> str:
        does = _ROLE[change.role]
        if change.after is None:
            return f"Nobody {does} any more."
        before = "" if change.before is None else f", instead of {self._person(change.before)}"
        return f"{self._person(change.after)} {does}{before}."

    def _breach(self, breach: Breach) -> str:
        held = self._meetings.get(breach.meeting or "")
        what = meeting_words(held) if held else unheld_words(breach.series, self._kinds.get(breach.series))
        how = f"{count(breach.days, 'day')} late" if breach.meeting else "not held"
        return f"{what}: {how}, due {day(breach.due)}"

    def _people(self, people: Iterable[str]) -> tuple[str, ...]:
        named = [self._person(one) for one in people]
        return tuple(
            f"{one} ({named.count(one)})" if named.count(one) > 1 else one for one in dict.fromkeys(named)
        )

    def _person(self, person: str) -> str:
        known = next((names for names in self._names if person in names.people), self._names[0])
        return opening(known.person(person))

    def _place(self, slot: Slot | None) -> str:
        if slot is None:
            return ""
        known = (names.venue(slot.venue) for names in self._names)
        return opening(next((name for name in known if name != slot.venue), slot.venue))


def _when(slot: Slot | None) -> str:
    return "" if slot is None else f"{moment(slot.start)} to {slot.end:%H:%M}"


def _presence(presence: Presence) -> str:
    remotely = presence.status == "deputy" and presence.remote
    return f"{_STATUS[presence.status]}{' online' if remotely else ''}"


__all__ = ["DiffView", "Row", "diff_view"]

"""A made-up team that is planned again every week, with whatever happens to it meanwhile."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

from solver.check import check_calendar
from solver.generate import generate
from solver.generate.shape import Congestion
from solver.plan import plan
from solver.policy import load_policy
from solver.policy.model import Policy
from solver.policy.windows import working_calendar
from solver.repair.disruption import Disruption, not_standing
from solver.repair.repair import Repaired, RepairLimits, repair
from solver.schema.calendar import Calendar, Meeting
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError
from solver.schema.load import load_caseload

Json = dict[str, Any]
WEEK: Final = timedelta(days=7)
ROUNDS: Final = 1


@dataclass
class Team:
    """A team in some week.

    Parameters
    ----------
    plans, seed, congestion
        Of the team to begin with. A third of its plans come only later, one by one.

    Attributes
    ----------
    data : dict
        The caseload of now.
    calendar : Calendar
        Published.
    moved : list of int
        Meetings moved in each week so far.
    unproved : int
        Weeks without a proof.
    """

    plans: int
    seed: int
    congestion: Congestion = "typical"
    data: Json = field(init=False)
    calendar: Calendar = field(init=False)
    moved: list[int] = field(default_factory=list)
    unproved: int = 0

    def __post_init__(self) -> None:
        whole = generate(self.plans, self.seed, congestion=self.congestion)
        self.policy: Policy = load_policy(whole.authority)
        self.data = whole.model_dump(mode="json", by_alias=True)
        for school in self.data["schools"]:
            school["terms"].append({"start": "2027-09-02", "end": "2027-12-17"})
        families: dict[str, list[Json]] = {}
        for one in self.data["plans"]:
            families.setdefault(one["sibling_group"] or one["id"], []).append(one)
        groups = list(families.values())
        later = max(1, len(groups) // 3)
        self._waiting = groups[:later]
        self._weeks = 0
        self._held: set[str] = set()
        self.data["plans"] = [one for group in groups[later:] for one in group]
        self.calendar = plan(self.caseload, self.policy, deterministic=2, seed=self.seed)

    @property
    def caseload(self) -> Caseload:
        return load_caseload(json.dumps(self.data).encode())

    @property
    def today(self) -> date:
        return date.fromisoformat(self.data["horizon"]["start"])

    # --- what happens ------------------------------------------------------------------------------

    def happens(self, event: str, chance: random.Random) -> None:
        """Let something happen; nothing, where the caseload would be refused with it."""
        before = copy.deepcopy(self.data), list(self._waiting)
        EVENTS[event](self, chance)
        try:
            load_caseload(json.dumps(self.data).encode())
        except CaseloadError:
            self.data, self._waiting = before

    def _a_meeting(self, chance: random.Random, weeks: int) -> Meeting | None:
        soon = [one for one in self.calendar.meetings if one.start.date() <= self.today + weeks * WEEK]
        return chance.choice(soon) if soon else None

    def _away(self, person: str, first: date, days: int) -> None:
        for one in self.data["people"]:
            if one["id"] == person:
                last = first + timedelta(days=days)
                one["busy"] = [*one["busy"], {"start": f"{first}T00:00", "end": f"{last}T00:00"}]

    def sickness(self, chance: random.Random) -> None:
        """Somebody who was to come to a meeting soon is ill that day."""
        meeting = self._a_meeting(chance, 3)
        if meeting is not None and meeting.attendees:
            self._away(chance.choice(meeting.attendees).person, meeting.start.date(), 1)

    def leave(self, chance: random.Random) -> None:
        """A professional is away for one to three weeks."""
        who = chance.choice([one["id"] for one in self.data["people"] if one["agency"]])
        self._away(who, self.today + timedelta(days=chance.randint(3, 80)), 7 * chance.randint(1, 3))

    def room_closed(self, chance: random.Random) -> None:
        """A room in use is closed for some days."""
        meeting = self._a_meeting(chance, 12)
        if meeting is None:
            return
        for one in self.data["venues"]:
            if one["id"] == meeting.venue and one["kind"] != "virtual":
                first = meeting.start.date()
                last = first + timedelta(days=chance.randint(1, 10))
                one["busy"] = [*one["busy"], {"start": f"{first}T00:00", "end": f"{last}T00:00"}]

    def new_plan(self, chance: random.Random) -> None:
        """A family comes to the team, with its dates as many weeks later as have gone by."""
        if not self._waiting:
            return
        for one in self._waiting.pop():
            for name, value in one["events"].items():
                if isinstance(value, str):
                    one["events"][name] = _later(value, self._weeks)
            one["events"]["reviews"] = [_later(day, self._weeks) for day in one["events"]["reviews"]]
            self.data["plans"].append(one)

    def plan_ends(self, chance: random.Random) -> None:
        """A plan is to end in the next weeks; a few at least go on."""
        going_on = [one for one in self.data["plans"] if one["ends"] is None]
        if len(going_on) > 3:
            chance.choice(going_on)["ends"] = str(self.today + timedelta(days=chance.randint(0, 60)))

    def review_moved(self, chance: random.Random) -> None:
        """A review is some days sooner or later than it was to be."""
        dated = [one for one in self.data["plans"] if one["events"]["reviews"]]
        if dated:
            events = chance.choice(dated)["events"]
            day = date.fromisoformat(events["reviews"][-1]) + timedelta(days=chance.randint(-14, 14))
            if day > self.today:
                events["reviews"][-1] = str(day)

    # --- the next week -----------------------------------------------------------------------------

    def next_week(self, *, fixed_days: int | None = None) -> Repaired:
        """Hold the week's meetings, let a week go by, and plan again; checks what has to hold whatever happened.

        Parameters
        ----------
        fixed_days : int, optional
            Meetings up to so many days from the new Monday stay come what may.
        """
        before = self.calendar
        self._hold_until(self.today + WEEK)
        self.data["horizon"] = {name: _later(day, 1) for name, day in self.data["horizon"].items()}
        self._weeks += 1
        caseload = self.caseload
        fixed = None if fixed_days is None else self.today + timedelta(days=fixed_days)
        found = repair(
            caseload, self.policy, before, fixed_until=fixed, limits=RepairLimits(rounds=ROUNDS, workers=1)
        )
        self._everything_holds(found, caseload, fixed)
        self.calendar = found.calendar
        self.moved.append(len(found.moved))
        self.unproved += not found.proved
        return found

    def _hold_until(self, monday: date) -> None:
        plans = {one["id"]: one for one in self.data["plans"]}
        for meeting in self.calendar.meetings:
            if meeting.start.date() >= monday:
                continue
            self._held.add(meeting.id)
            for name in meeting.plans:
                events = plans[name]["events"]
                events["last_meeting"] = str(meeting.start.date())
                events["held"] = meeting.number
        for one in plans.values():
            events = one["events"]
            past = [day for day in events["reviews"] if day < str(monday)]
            if past and past == events["reviews"]:
                events["last_review"] = max(past)
                events["reviews"] = [_later(max(past), 25)]

    def _everything_holds(self, found: Repaired, caseload: Caseload, fixed: date | None) -> None:
        before, after = self.calendar, found.calendar
        report = check_calendar(found.caseload, self.policy, after)
        assert report.ok, report.violations
        assert after.revision == before.revision + 1
        dropped = {one.meeting for one in found.dropped}
        new = {meeting.id: meeting for meeting in after.meetings}
        assert len(new) == len(after.meetings)
        assert all(meeting.start.date() >= self.today for meeting in after.meetings)
        # Whoever was at a meeting has its id in their diary: no other may have it.
        assert self._held.isdisjoint(new)
        gone = [one for one in not_standing(before, after.meetings) if one.id not in dropped]
        assert sorted(one.id for one in gone) == sorted(found.moved)
        for old in before.meetings:
            if old.id in dropped or old.id in found.moved:
                continue
            # What stands has its id still, and nothing pinned has moved.
            assert (new[old.id].start, new[old.id].venue) == (old.start, old.venue)
        for old in gone:
            assert not old.pinned
            assert fixed is None or old.start.date() > fixed
        # Whatever has moved has its id still, unless its series has fewer meetings than before.
        for series in {one.series for one in gone}:
            lost = [one.id for one in gone if one.series == series and one.id not in new]
            fresh = [one for one in after.meetings if one.series == series and one.id not in _ids(before)]
            assert not (lost and fresh)
        weights = Disruption(before, self.today, working_calendar(caseload, self.policy))
        assert sum(weights.of(one) for one in gone) == found.disruption
        if found.proved:
            assert found.disruption == found.least_disruption
        if not gone:
            assert found.disruption == 0


EVENTS: Final[dict[str, Callable[[Team, random.Random], None]]] = {
    "sickness": Team.sickness,
    "leave": Team.leave,
    "room closed": Team.room_closed,
    "new plan": Team.new_plan,
    "plan ends": Team.plan_ends,
    "review moved": Team.review_moved,
}


def _ids(calendar: Calendar) -> set[str]:
    return {meeting.id for meeting in calendar.meetings}


def _later(day: str, weeks: int) -> str:
    return str(datetime.fromisoformat(day).date() + weeks * WEEK)

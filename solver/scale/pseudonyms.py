"""A caseload without anybody's name in it, that compiles to the same arrays: what leaves this machine.

Ids become tokens numbered in order of appearance, names and every other free text are left out, and dates of birth, which no
rule of planning reads, become the first day of the horizon. What planning does read stays: roles, hours, dates, places' kinds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from itertools import count

from solver.policy.clause import OTHER_EVENT
from solver.policy.model import Policy
from solver.policy.windows import rule_for
from solver.schema.caseload import (
    BookedAttendee,
    BookedMeeting,
    Caseload,
    Child,
    Events,
    Organiser,
    Participant,
    Person,
    Plan,
    School,
    Site,
    Split,
    Team,
    Venue,
)
from solver.series import birthday

INLINE_POLICY = "inline"
"""What stands for a policy that was written out in the caseload. The policy itself is sent beside the caseload."""
_KNOWN_FEATURES = frozenset({"private", "hybrid"})
_BLANK = "-"


class _Tokens:
    """Tokens of one kind of id, by order of first appearance."""

    def __init__(self, prefix: str, taken: Collection[str], names: dict[str, str]) -> None:
        self._prefix = prefix
        self._taken = taken
        self._names = names
        self._known: dict[str, str] = {}
        self._numbers = count(1)

    def __call__(self, name: str) -> str:
        token = self._known.get(name)
        if token is None:
            # A token that is somebody's id would say nothing about them, but could be taken for theirs.
            token = next(
                token for number in self._numbers if (token := f"{self._prefix}{number}") not in self._taken
            )
            self._known[name] = token
            self._names[token] = name
        return token

    def optional(self, name: str | None) -> str | None:
        return None if name is None else self(name)

    def each(self, names: Collection[str]) -> tuple[str, ...]:
        return tuple(self(name) for name in names)


class _Pseudonymiser:
    def __init__(self, caseload: Caseload, policy: Policy) -> None:
        self.names: dict[str, str] = {}
        taken = _ids(caseload)
        self._caseload, self._policy = caseload, policy
        self._person = _Tokens("p", taken, self.names)
        # A plan without a sibling group is a group of its own, under its own id.
        self._plan = _Tokens("c", taken, self.names)
        self._venue = _Tokens("v", taken, self.names)
        self._school = _Tokens("s", taken, self.names)
        self._site = _Tokens("l", taken, self.names)
        self._meeting = _Tokens("m", taken, self.names)
        self._feature = _Tokens("f", taken, {})
        wanted = {name for rule in policy.meetings if rule.venue for name in rule.venue.features}
        self._kept_features = _KNOWN_FEATURES | wanted
        self._kept_events = {
            event.removeprefix(OTHER_EVENT)
            for event in (
                *(event for rule in policy.meetings for window in rule.windows for event in window.anchor),
                *(review.anchor for review in policy.reviews),
            )
            if event.startswith(OTHER_EVENT)
        }

    def caseload(self) -> Caseload:
        whole = self._caseload
        return whole.model_copy(
            update={
                "id": "caseload",
                "authority": whole.authority if isinstance(whole.authority, str) else INLINE_POLICY,
                "team": Team(
                    id="team",
                    name=_BLANK,
                    organiser=Organiser(name=_BLANK, email=_BLANK),
                    every_at_most=whole.team.every_at_most,
                ),
                "people": tuple(self._of_person(person) for person in whole.people),
                "schools": tuple(self._of_school(school) for school in whole.schools),
                "sites": tuple(self._of_site(site) for site in whole.sites),
                "venues": tuple(self._of_venue(venue) for venue in whole.venues),
                "plans": tuple(self._of_plan(plan) for plan in whole.plans),
                "travel": {
                    self._site(a): {self._site(b): minutes for b, minutes in row.items()}
                    for a, row in whole.travel.items()
                },
                "booked": tuple(self._of_booked(meeting) for meeting in whole.booked),
                "held": (),
            }
        )

    def _of_person(self, person: Person) -> Person:
        return Person(
            id=self._person(person.id),
            name=_BLANK,
            role=person.role,
            site=self._site.optional(person.site),
            hours=person.hours,
            busy=person.busy,
            deputies=self._person.each(person.deputies),
            notice_working_days=person.notice_working_days,
            remote=person.remote,
            max_meetings_per_day=person.max_meetings_per_day,
        )

    def _of_school(self, school: School) -> School:
        return School(
            id=self._school(school.id),
            name=_BLANK,
            site=self._site.optional(school.site),
            day=school.day,
            terms=school.terms,
            closed=school.closed,
        )

    def _of_site(self, site: Site) -> Site:
        return Site(id=self._site(site.id), name=_BLANK, travel_minutes=site.travel_minutes)

    def _of_venue(self, venue: Venue) -> Venue:
        return Venue(
            id=self._venue(venue.id),
            name=_BLANK,
            kind=venue.kind,
            site=self._site.optional(venue.site),
            capacity=venue.capacity,
            features=self._features(venue.features),
            hours=venue.hours,
            busy=venue.busy,
            confidential=venue.confidential,
        )

    def _features(self, features: Collection[str]) -> tuple[str, ...]:
        """Features are free words too: only those that the rules and the policy know are sent as they are."""
        return tuple(name if name in self._kept_features else self._feature(name) for name in features)

    def _of_events(self, events: Events) -> Events:
        """An authority's own events have free names: only those that windows count from are sent."""
        kept = {name: day for name, day in events.other.items() if name in self._kept_events}
        return events.model_copy(update={"other": kept})

    def _of_plan(self, plan: Plan) -> Plan:
        wishes = plan.venue
        return Plan(
            id=self._plan(plan.id),
            type=plan.type,
            sibling_group=self._plan.optional(plan.sibling_group),
            children=tuple(self._of_child(plan, child) for child in plan.children),
            events=self._of_events(plan.events),
            ends=plan.ends,
            complex=plan.complex,
            every_at_most=plan.every_at_most,
            minutes=plan.minutes,
            schedule_review=plan.schedule_review,
            review_minutes=plan.review_minutes,
            participants=tuple(self._of_participant(part) for part in plan.participants),
            venue=wishes.model_copy(
                update={
                    "needs": self._features(wishes.needs),
                    "only": self._venue.each(wishes.only),
                    "never": self._venue.each(wishes.never),
                    "prefer": self._venue.each(wishes.prefer),
                }
            ),
            times=plan.times,
            split=None if plan.split is None else Split(reason=_BLANK),
            handover=None
            if plan.handover is None
            else plan.handover.model_copy(update={"person": self._person(plan.handover.person)}),
        )

    def _born(self, plan: Plan, child: Child) -> date:
        """A day that makes the child as old as the policy asks on the same days of the horizon: its own only if it must be."""
        horizon = self._caseload.horizon
        rules = [rule_for(plan, self._policy)]
        if plan.schedule_review:
            rules += [rule for rule in self._policy.review_meetings if plan.type in rule.plan_types]
        ages = {None if rule is None or rule.child is None else rule.child.from_age for rule in rules}
        if len(ages) > 1:
            return child.date_of_birth
        (age,) = ages
        if age is None or birthday(child.date_of_birth, age) > horizon.end:
            return horizon.end if age is not None else horizon.start
        if birthday(child.date_of_birth, age) > horizon.start:
            return child.date_of_birth
        return date(horizon.start.year - age - 1, 1, 1)

    def _of_child(self, plan: Plan, child: Child) -> Child:
        return Child(
            id=self._person(child.id),
            initials=_BLANK,
            date_of_birth=self._born(plan, child),
            school=self._school.optional(child.school),
            attends=child.attends,
            sitting=child.sitting,
        )

    def _of_participant(self, part: Participant) -> Participant:
        return part.model_copy(update={"person": self._person(part.person)})

    def _of_booked(self, meeting: BookedMeeting) -> BookedMeeting:
        series = meeting.series
        if series is not None:
            group, _, kind = series.rpartition(".")
            series = f"{self._plan(group)}.{kind}" if group else self._plan(series)
        return BookedMeeting(
            id=self._meeting.optional(meeting.id),
            series=series,
            kind=meeting.kind,
            plans=self._plan.each(meeting.plans),
            start=meeting.start,
            end=meeting.end,
            venue=self._venue(meeting.venue),
            pinned=meeting.pinned,
            attendees=tuple(
                BookedAttendee(person=self._person(one.person), sitting=one.sitting)
                for one in meeting.attendees
            ),
        )


def pseudonymise(caseload: Caseload, policy: Policy) -> tuple[Caseload, Mapping[str, str]]:
    """Replace everything in a caseload that names somebody or something.

    Parameters
    ----------
    caseload : Caseload
        Validated.
    policy : Policy
        Says which features of venues it asks for; other features become tokens too.

    Returns
    -------
    caseload : Caseload
        Compiles to the same arrays. An ``authority`` written out is left out; a built-in policy's id stays.
    names : dict
        Token to id of each person, child, plan, sibling group, venue, school, site and booked meeting. A series is
        ``<token of the plan or group>.<kind>``.
    """
    work = _Pseudonymiser(caseload, policy)
    return work.caseload(), work.names


def _ids(caseload: Caseload) -> frozenset[str]:
    """Everything that stands in the caseload as an id."""
    found = {item.id for items in (caseload.people, caseload.schools, caseload.sites) for item in items}
    found |= {item.id for items in (caseload.venues, caseload.plans) for item in items}
    found |= {plan.sibling_group for plan in caseload.plans if plan.sibling_group is not None}
    found |= {child.id for plan in caseload.plans for child in plan.children}
    return frozenset(found | {meeting.id for meeting in caseload.booked if meeting.id is not None})

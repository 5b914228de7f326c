"""Where a team meets: its offices and their rooms, community centres, the health centre, homes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Final

from calendars.workdays import WorkingCalendar
from solver.generate.draft import WORK_WEEK, clock, span, weekly
from solver.generate.names import address
from solver.generate.schools import SchoolMaker, SchoolPlace
from solver.generate.shape import Shape, scaled, school_count
from solver.schema.base import Span
from solver.schema.caseload import Site, Venue

VIRTUAL_ID: Final = "virtual-1"
SHARED_CENTRES: Final = 0.5
"""Rooms of community centres that neighbours share, for each that they would have if each were alone."""
NEEDS: Final = ("step_free", "ground_floor", "breastfeeding", "changing_place", "hearing_loop", "quiet")
"""What families may need of a room. The large room of each office has all of it."""


@dataclass(eq=False)
class Locality:
    """A part of town whose teams share rooms, secondary schools and the people of partner agencies."""

    areas: list[Area]
    civic: Site
    centres: list[Site] = field(default_factory=list)
    rooms: list[Venue] = field(default_factory=list)
    """Rooms of the civic centre, then those of community centres."""

    room_minutes: float = 0
    """A week's, that its teams' meetings take of these rooms where rooms are short."""

    @property
    def sites(self) -> list[Site]:
        """Those of the rooms."""
        return [self.civic, *self.centres]

    @property
    def plans(self) -> int:
        """Of all its teams."""
        return sum(area.plans for area in self.areas)

    @property
    def schools(self) -> list[SchoolPlace]:
        """Schools that take children from the whole locality: one of each area's secondary schools."""
        secondary = ([place for place in area.schools if place.secondary] for area in self.areas)
        return [places[-1] for places in secondary if places]


@dataclass(eq=False)
class Area:
    """Where one team works."""

    number: int
    plans: int
    clinic: Site
    """The health centre, where health visitors and school nurses are based."""
    offices: list[Site] = field(default_factory=list)
    centres: list[Site] = field(default_factory=list)
    rooms: list[Venue] = field(default_factory=list)
    """Office rooms, each office's large one first, and rooms of community centres."""
    schools: list[SchoolPlace] = field(default_factory=list)
    locality: Locality | None = None
    """What it shares with its neighbours, if it has any."""

    @property
    def sites(self) -> list[Site]:
        """All but those of the schools."""
        return [*self.offices, *self.centres, self.clinic]

    def office_rooms(self) -> list[Venue]:
        """The team's own rooms."""
        return [room for room in self.rooms if room.kind == "office"]

    def rooms_near(self) -> list[Venue]:
        """Its own rooms and those that it shares."""
        return [*self.rooms, *(self.locality.rooms if self.locality else ())]

    def schools_near(self) -> list[SchoolPlace]:
        """Its own schools and those of its neighbours that take its children too."""
        shared = self.locality.schools if self.locality else []
        return [*self.schools, *(place for place in shared if place not in self.schools)]


class Places:
    """Sites and rooms of the whole authority, made area by area with ids counted through."""

    def __init__(self, rng: Random, shape: Shape, start: date, end: date, calendar: WorkingCalendar) -> None:
        self._rng, self._shape = rng, shape
        self._days = calendar.open_days(start, end)
        self._schools = SchoolMaker(rng, start, end, self.address)
        self._offices = self._rooms = self._centres = self._clinics = self._civic = self._streets = 0

    def area(self, number: int, plans: int, *, alone: bool) -> Area:
        """The places of one team.

        Parameters
        ----------
        alone : whether it has no neighbours to share rooms with.
        """
        shape = self._shape
        self._clinics += 1
        area = Area(number, plans, clinic=self._site("clinic", "Example Health Centre", self._clinics))
        rooms = scaled(shape.rooms if alone else shape.own_rooms, plans, least=1 if plans <= 40 else 2)
        # Neighbours go to the civic centre with what a family needs, unless rooms are short everywhere.
        large = alone or shape.room_use is not None
        for share in [rooms] if rooms < 4 else [rooms - rooms // 3, rooms // 3]:
            self._offices += 1
            site = self._site("office", "Example Council Office", self._offices)
            area.offices.append(site)
            area.rooms += [
                self._office_room(site, large=large and position == 0) for position in range(share)
            ]
        for _ in range(scaled(shape.community_rooms, plans, least=0) if alone else 0):
            area.rooms.append(self._community_room(area.centres))
        area.schools = self._schools.schools(school_count(plans))
        return area

    def locality(self, areas: list[Area]) -> Locality:
        """What neighbouring teams share; the areas know it from then on."""
        self._civic += 1
        site = self._site("civic", "Example Civic Centre", self._civic)
        shared = Locality(areas, site)
        shared.rooms = [self._civic_room(site) for _ in range(scaled(self._shape.civic_rooms, shared.plans))]
        for _ in range(scaled(self._shape.community_rooms * SHARED_CENTRES, shared.plans, least=0)):
            shared.rooms.append(self._community_room(shared.centres))
        for area in areas:
            area.locality = shared
        return shared

    def virtual(self) -> Venue:
        """The video meeting, which holds any number at once."""
        return Venue(id=VIRTUAL_ID, name="Video meeting", kind="virtual")

    def home(self, number: str, needs: tuple[str, ...], *, confidential: bool) -> Venue:
        """A family's home, which only its own plans may name. It has what the family needs."""
        return Venue(
            id=f"home-{number}",
            name=f"Home of family {number}",
            kind="family_home",
            address=self.address(),
            capacity=10,
            features=needs,
            confidential=confidential,
        )

    def placement(self, number: str, needs: tuple[str, ...]) -> Venue:
        """A looked-after child's placement, whose address is protected."""
        return Venue(
            id=f"placement-{number}",
            name=f"Placement {number}",
            kind="placement",
            address=self.address(),
            capacity=10,
            features=needs,
            confidential=True,
        )

    def address(self) -> str:
        """The next address."""
        self._streets += 1
        return address(self._streets)

    def _site(self, prefix: str, name: str, number: int) -> Site:
        minutes = self._rng.choice((10, 15, 15, 20))
        return Site(id=f"{prefix}-{number}", name=f"{name} {number}", travel_minutes=minutes)

    def _office_room(self, site: Site, *, large: bool) -> Venue:
        rng = self._rng
        self._rooms += 1
        if large:
            features = ["private", "hybrid", *NEEDS]
        else:
            chances = {"hybrid": 0.7, "step_free": 0.7, "quiet": 0.4, "breastfeeding": 0.4, "parking": 0.5}
            features = ["private", *(name for name, chance in chances.items() if rng.random() < chance)]
        return Venue(
            id=f"room-{self._rooms}",
            name=f"Meeting room {self._rooms}",
            kind="office",
            site=site.id,
            address=self.address(),
            capacity=20 if large else rng.choice((8, 10, 12)),
            features=tuple(features),
            hours=weekly(clock(8, 30), clock(18)) if large else weekly(clock(9), clock(17, 30)),
            # The large room is the one every family fits, so other services get less of it.
            busy=self._bookings(self._shape.room_booked * (0.6 if large else 1.0)),
        )

    def _civic_room(self, site: Site) -> Venue:
        self._rooms += 1
        return Venue(
            id=f"room-{self._rooms}",
            name=f"Civic room {self._rooms}",
            kind="community",
            site=site.id,
            address=self.address(),
            capacity=self._rng.choice((14, 20)),
            features=("private", "hybrid", *NEEDS),
            hours=weekly(clock(9), clock(17, 30)),
            busy=self._bookings(self._shape.room_booked),
        )

    def _community_room(self, centres: list[Site]) -> Venue:
        self._centres += 1
        site = self._site("centre", "Example Community Centre", self._centres)
        centres.append(site)
        return Venue(
            id=f"community-{self._centres}",
            name=f"Room at community centre {self._centres}",
            kind="community",
            site=site.id,
            address=self.address(),
            capacity=self._rng.choice((8, 10, 14)),
            features=("private", "step_free", "ground_floor", "breastfeeding", "changing_place", "hybrid"),
            hours=weekly(clock(9, 30), clock(17), self._rng.sample(WORK_WEEK, 3)),
        )

    def _bookings(self, chance: float) -> tuple[Span, ...]:
        halves = ((clock(9), clock(12, 30)), (clock(13), clock(17)))
        return tuple(span(day, *half) for day in self._days for half in halves if self._rng.random() < chance)


def travel(areas: list[Area]) -> dict[str, dict[str, int]]:
    """The few journeys that are shorter than the sites' allowances: within a team's own part of town."""
    minutes: dict[str, dict[str, int]] = {}
    for area in areas:
        first, *others = area.offices
        near = [*others, area.clinic, *([area.locality.civic] if area.locality else [])]
        minutes[first.id] = dict.fromkeys([site.id for site in near], 15)
    return minutes

"""Which rooms a meeting may be in, in the order in which somebody who books by hand would try them."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.peers.diary import Diaries
from solver.schema.base import HOME_KINDS, PRIVATE_KINDS
from solver.schema.caseload import Caseload, Plan, Venue
from solver.series import Place, Series


class Rooms:
    """The rooms of a caseload."""

    def __init__(self, caseload: Caseload, diaries: Diaries) -> None:
        self._venues = caseload.venues
        self._diaries = diaries
        self._school_sites = {school.site for school in caseload.schools if school.site is not None}
        self._site_of_school = {school.id: school.site for school in caseload.schools}
        # The same for every day on which a meeting is tried, and an authority has hundreds of rooms.
        self._found: dict[tuple[str, tuple[str, ...], str | None, int], list[Venue]] = {}

    def for_meeting(self, series: Series, plans: Sequence[Plan], places: Sequence[Place]) -> list[Venue]:
        """Lawful rooms: those the family prefers first, then the nearest to the worker, then the smallest."""
        worker = next((place.person for place in places if place.role == "social_worker"), None)
        seats = sum(place.remote != "yes" for place in places)
        key = (series.id, tuple(plan.id for plan in plans), worker, seats)
        if key not in self._found:
            self._found[key] = self._sorted(series, plans, worker, seats)
        return self._found[key]

    def _sorted(self, series: Series, plans: Sequence[Plan], worker: str | None, seats: int) -> list[Venue]:
        def order(venue: Venue) -> tuple[int, bool, int, int, str]:
            wished = sum(venue.id in plan.venue.prefer for plan in plans)
            minutes = self._diaries.minutes_to(worker, venue)
            return (-wished, venue.kind == "virtual", minutes, venue.capacity or seats, venue.id)

        allowed = [venue for venue in self._venues if self._is_allowed(venue, series, plans, seats)]
        return sorted(allowed, key=order)

    def _is_allowed(self, venue: Venue, series: Series, plans: Sequence[Plan], seats: int) -> bool:
        clause = series.rule.venue
        features, kinds = set(venue.features), [plan.venue.kinds for plan in plans]
        if clause is not None:
            kinds.append(clause.kinds)
            if not features >= set(clause.features):
                return False
        named = all(venue.id in (*plan.venue.only, *plan.venue.prefer) for plan in plans)
        return (
            all(features >= set(plan.venue.needs) for plan in plans)
            and ("private" in features or venue.kind in PRIVATE_KINDS)
            and (venue.capacity is None or venue.capacity >= seats)
            and all(not some or venue.kind in some for some in kinds)
            and all(not plan.venue.only or venue.id in plan.venue.only for plan in plans)
            and not any(venue.id in plan.venue.never for plan in plans)
            and (named or not (venue.kind in HOME_KINDS or venue.confidential))
            and (named or not self._is_a_school(venue) or self._has_a_pupil(venue, plans))
        )

    def _is_a_school(self, venue: Venue) -> bool:
        return venue.kind in ("school", "nursery") and venue.site in self._school_sites

    def _has_a_pupil(self, venue: Venue, plans: Sequence[Plan]) -> bool:
        rolls = (child.school for plan in plans for child in plan.children if child.school is not None)
        return any(self._site_of_school[school] == venue.site for school in rolls)

"""Which venues a meeting may use (RULES section 4, the ``venue.*`` rules)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from solver.policy.model import MeetingRule
from solver.schema.base import HOME_KINDS, PRIVATE_KINDS, VenueKind
from solver.schema.caseload import Caseload, Plan, Venue
from solver.series import Place

NO_SITE_MINUTES = 15
"""Travel allowance of a venue that names no site."""


@dataclass(frozen=True)
class Refusal:
    """Why a venue can't be used: the rule, and the fact in words."""

    rule: str
    text: str


class VenueRules:
    """Decides venues for a caseload.

    Parameters
    ----------
    caseload : Caseload
    """

    def __init__(self, caseload: Caseload) -> None:
        self.venues: Mapping[str, Venue] = {venue.id: venue for venue in caseload.venues}
        self._schools_of_site: dict[str, set[str]] = {}
        for school in caseload.schools:
            if school.site is not None:
                self._schools_of_site.setdefault(school.site, set()).add(school.id)

    def refusal(
        self, venue: Venue, rule: MeetingRule, plans: Sequence[Plan], places: Sequence[Place]
    ) -> Refusal | None:
        """Return the first rule that keeps this meeting out of the venue, or ``None``."""
        return next(self.refusals(venue, rule, plans, places), None)

    def refusals(
        self, venue: Venue, rule: MeetingRule, plans: Sequence[Plan], places: Sequence[Place]
    ) -> Iterator[Refusal]:
        """Give every rule that keeps this meeting out of the venue."""
        needs = {feature for plan in plans for feature in plan.venue.needs}
        kinds = rule.venue.kinds if rule.venue else ()
        if rule.venue:
            needs |= set(rule.venue.features)
        missing = sorted(needs - set(venue.features))
        if missing:
            yield Refusal("venue.features", f"it has no {', '.join(missing)}")
        if "private" not in venue.features and venue.kind not in PRIVATE_KINDS:
            yield Refusal("venue.private", "it isn't private")
        if (kinds and venue.kind not in kinds) or any(
            plan.venue.kinds and venue.kind not in plan.venue.kinds for plan in plans
        ):
            yield Refusal("venue.kind", f"{_article(venue.kind)} isn't allowed")
        if any(venue.id in plan.venue.never for plan in plans):
            yield Refusal("venue.refused", "the family refused it")
        if any(plan.venue.only and venue.id not in plan.venue.only for plan in plans):
            yield Refusal("venue.only", "only other venues are allowed")
        named = all(venue.id in plan.venue.only or venue.id in plan.venue.prefer for plan in plans)
        if (venue.kind in HOME_KINDS or venue.confidential) and not named:
            yield Refusal("venue.home", "it is another family's or confidential")
        if venue.kind in ("school", "nursery") and venue.site is not None and not named:
            schools = self._schools_of_site.get(venue.site, set())
            on_roll = {child.school for plan in plans for child in plan.children}
            if schools and not schools & on_roll:
                yield Refusal("venue.school", "none of the children is on roll there")
        seats = seats_needed(places)
        if venue.capacity is not None and venue.capacity < seats:
            yield Refusal("venue.capacity", f"it seats {venue.capacity} and {seats} are invited")


def _article(kind: VenueKind) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind.replace('_', ' ')}"


def seats_needed(places: Sequence[Place]) -> int:
    """Seats a room must have: everyone invited except those who always join remotely."""
    return sum(place.remote != "yes" for place in places)

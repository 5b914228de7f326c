"""Places people travel to: sites, and how long it takes each person to reach them (RULES ``person.travel``)."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from solver.problem.tables import Ints
from solver.problem.venues import NO_SITE_MINUTES
from solver.schema.caseload import Caseload


class Travel:
    """The sites of a caseload by index.

    Parameters
    ----------
    caseload : Caseload
    elsewhere : collection of str
        Sites of meetings that the caseload doesn't have, as ``Use.site`` names them.

    Attributes
    ----------
    sites : list of str
        Ids; a venue without a site is a site of its own.
    minutes : [sites, sites]
        Explicit travel times, -1 where the allowances count.
    site_of : dict
        Venue id to site index, -1 for a virtual venue.
    """

    def __init__(self, caseload: Caseload, elsewhere: Collection[str] = ()) -> None:
        ids = [site.id for site in caseload.sites]
        # A venue without a site is a site of its own.
        ids += [
            f"venue:{venue.id}" for venue in caseload.venues if venue.site is None and venue.kind != "virtual"
        ]
        ids += sorted(set(elsewhere) - {"", *ids})
        self.sites = ids
        index = {site: i for i, site in enumerate(ids)}
        self._allowances = [site.travel_minutes for site in caseload.sites]
        self._allowances += [NO_SITE_MINUTES] * (len(ids) - len(self._allowances))
        self._based = {person.id: person.site for person in caseload.people}
        self.minutes: Ints = np.full((len(ids), len(ids)), -1, dtype=np.int32)
        for a, row in caseload.travel.items():
            for b, minutes in row.items():
                if a in index and b in index:
                    self.minutes[index[a], index[b]] = minutes
        for a, row in caseload.travel.items():
            for b in row:
                if a in index and b in index and self.minutes[index[b], index[a]] < 0:
                    self.minutes[index[b], index[a]] = self.minutes[index[a], index[b]]
        self.site_of = {
            venue.id: -1 if venue.kind == "virtual" else index[venue.site or f"venue:{venue.id}"]
            for venue in caseload.venues
        }

    def allowance(self, person_id: str, site: int) -> int:
        """Minutes the person needs to reach a site, 0 at their own and for a virtual venue."""
        base = self._based.get(person_id)
        if site < 0 or (base is not None and self.sites[site] == base):
            return 0
        return self._allowances[site]

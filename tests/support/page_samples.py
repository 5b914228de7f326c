"""How each route of the pages is asked in the matrix of every role with everybody's data: an entry for every route."""

from __future__ import annotations

from access_matrix import BY_TEAM, Ask, Sample
from access_world import TEAMS, World

PAGE = frozenset({200, 303})


def page_samples(world: World) -> dict[str, Sample]:
    """By method and path."""

    def team(path: str = "", **more: object) -> Sample:
        """A page of a team."""
        return Sample(lambda place: Ask(f"/teams/{TEAMS[place]}{path}", more), BY_TEAM, PAGE)

    return {
        "GET /teams/{team}": team(),
    }


__all__ = ["page_samples"]

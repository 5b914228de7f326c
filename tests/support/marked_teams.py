"""Teams whose data is full of words that are nobody else's, so that whatever of it comes out elsewhere is seen."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import patch

import httpx
from caseload_pages import team_of
from made_calendars import made_calendar
from page_states import all_wrong, with_tasks
from web_world import World

from service.access.views import own_plans
from service.store.accounts import add_tenant
from solver.policy.load import load_policy
from solver.schema.caseload import Caseload

OWN: Final = "Ownmark"
"""In what a team has."""
REST: Final = "Restmark"
"""In the plans of that team which its worker has no part in."""
FREE: Final = "Freemark"
"""In sentences about families, which business support doesn't see."""
OTHER: Final = "Othermark"
"""In what another team of the authority has."""
FOREIGN: Final = "Foreignmark"
"""In what another authority has."""
WORKER: Final = "sw-1"
_SAYS: Final = frozenset({"name", "address", "initials", "agency", "about", "aliases", "directions"})
_FREE: Final = frozenset({"text", "reason", "reasons", "remedies", "about"})
_IDS: Final = ("plan-", "child-", "carer-", "family-", "hv-", "dsl-", "room-", "school-", "made-team-")


@dataclass
class Marked:
    """A team, and the ids of what it has."""

    team: str
    ids: dict[str, list[str]] = field(default_factory=dict)


def marked_teams(world: World) -> dict[str, Marked]:
    """A team of one's own, another one of the authority, and one of another authority, in a world."""
    made = {OWN: _give(world, "yew", OWN), OTHER: _give(world, "oak", OTHER)}
    with world.store.writing() as session:
        add_tenant(session, "south", f"South {FOREIGN}", world.clock.now())
    with patch("web_world.TENANT", "south"):
        made[FOREIGN] = _give(world, "ash", FOREIGN)
    return made


def _give(world: World, team: str, mark: str) -> Marked:
    world.team(team, f"{team} {mark}")
    world.is_person(f"worker@{team}.example", WORKER)
    caseload = _marked(team_of(24, team)[0], mark)
    calendar = with_tasks(all_wrong(made_calendar(caseload, load_policy(caseload.authority))))
    data = _said(json.loads(calendar.model_dump_json(by_alias=True)), lambda name: name in _FREE, FREE)
    data = _said(data, lambda name: name in _FREE, mark)
    for task in data["tasks"]:
        if task["kind"] == "disagreement":
            task["title"] += f" {FREE}"
    entry = world.give(caseload, type(calendar).model_validate(data))
    own = own_plans(caseload, WORKER)
    rest = next(one for one in calendar.meetings if not own.intersection(one.plans))
    mine = next(one for one in calendar.meetings if own.issuperset(one.plans))
    return Marked(team, {"calendar": [entry], "meeting": [mine.id, rest.id], "rebooking": ["0" * 32]})


def _marked(caseload: Caseload, mark: str) -> Caseload:
    """The caseload with the mark in everything that says something, and what the worker has no part in with one more."""
    own = own_plans(caseload, WORKER)
    rest = [plan for plan in caseload.plans if plan.id not in own]
    names = {name for plan in rest for name in (plan.id, plan.sibling_group) if name}
    names |= {child.id for plan in rest for child in plan.children}
    names |= {part.person for plan in rest for part in plan.participants if part.person.startswith("carer-")}
    text = caseload.model_dump_json(by_alias=True)
    for start in _IDS:
        text = text.replace(f'"{start}', f'"{start}{mark}-')
    for name in sorted(names, key=len, reverse=True):
        start, _, number = name.rpartition("-")
        text = text.replace(f'"{start}-{mark}-{number}"', f'"{start}-{mark}-{REST}-{number}"')
    data = _said(json.loads(text), lambda name: name in _SAYS, mark)
    for one in data["people"]:
        if REST in one["id"]:
            one["name"] += REST
    data["team"]["name"] = f"Team {mark}"
    return Caseload.model_validate(data)


def _said(value: Any, is_marked: Callable[[str], bool], mark: str, at: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _said(one, is_marked, mark, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_said(one, is_marked, mark, at) for one in value]
    if isinstance(value, str) and is_marked(at):
        return value[:6] if at == "initials" else f"{value} {mark}"
    return value


def told(answer: httpx.Response) -> str:
    """Everything that an answer tells: its headers, its text, what is in its files."""
    headers = "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
    if answer.content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
            return headers + "\n".join(
                packed.read(name).decode("utf-8", "replace") for name in packed.namelist()
            )
    return headers + answer.text


__all__ = ["FOREIGN", "FREE", "OTHER", "OWN", "REST", "Marked", "marked_teams", "told"]

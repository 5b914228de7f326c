"""Every role at every route of an application, with data of their own and of others, held against the matrix.

What a route needs to be asked is given as a `Sample`. A route that declares no action, or has no sample, is a fault of its own:
nobody can add one without saying who may use it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import httpx
from asgi_client import AsgiClient
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from service.access.authentication import Declared, Require
from service.access.rights import Action, Reach, reach_of
from service.store.scope import Role


class Place(Enum):
    """Where what is asked for is, as it stands to those who ask."""

    OWN = "what the worker takes part in, in their team"
    TEAM = "the rest of that team"
    OTHER_TEAM = "another team of the authority"
    OTHER_TENANT = "another authority"
    NOWHERE = "nowhere"


EACH = (Place.OWN, Place.TEAM, Place.OTHER_TEAM, Place.OTHER_TENANT, Place.NOWHERE)
"""A route about a meeting or a person."""
BY_TEAM = (Place.OWN, Place.OTHER_TEAM, Place.OTHER_TENANT, Place.NOWHERE)
"""A route about a whole calendar or caseload."""
BY_TENANT = (Place.OWN, Place.OTHER_TENANT, Place.NOWHERE)
"""A route about what is the authority's."""
HERE = (Place.OWN,)
"""A route that lists, or is about nothing in particular."""


@dataclass(frozen=True)
class Endpoint:
    """A route, and what it declares."""

    method: str
    path: str
    declared: Require | Declared

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Ask:
    """A request of a route."""

    path: str
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sample:
    """How a route is asked."""

    ask: Callable[[Place], Ask]
    places: tuple[Place, ...]
    fine: frozenset[int] = frozenset({200, 201, 202, 204})
    """What says that it was allowed; a refusal for another reason than rights is among it where nothing should change."""


@dataclass(frozen=True)
class Caller:
    """Somebody who asks."""

    name: str
    role: Role
    headers: Mapping[str, str]
    all_teams: bool = False
    unseen: tuple[str, ...] = ()
    """What no answer may hold for them."""


def endpoints(app: FastAPI, *, without: frozenset[str] = frozenset({"/openapi.json"})) -> list[Endpoint]:
    """Every route of an application.

    Raises
    ------
    AssertionError
        For one that declares no action, or two.
    """
    found = []
    for context in iter_route_contexts(app.routes):
        if context.path in without:
            continue
        calls = _calls(getattr(context, "dependant", None))
        declared = {call for call in calls if isinstance(call, Require | Declared)}
        assert len(declared) == 1, f"{context.methods} {context.path} declares {declared or 'no action'}"
        (one,) = declared
        found += [Endpoint(method, str(context.path), one) for method in sorted(context.methods or ())]
    return found


def _calls(dependant: Any) -> Iterator[Any]:
    for one in () if dependant is None else dependant.dependencies:
        yield one.call
        yield from _calls(one)


def expected(caller: Caller, action: Action, place: Place, places: tuple[Place, ...]) -> str:
    """What the matrix says: ``fine``, ``forbidden`` or ``missing``."""
    how_far = reach_of(caller.role, action)
    if how_far is Reach.NO:
        return "forbidden"
    if place in (Place.NOWHERE, Place.OTHER_TENANT):
        return "missing"
    if place is Place.OTHER_TEAM:
        return "fine" if caller.all_teams else "missing"
    if place is Place.TEAM and how_far is Reach.OWN and places == EACH:
        return "missing"
    return "fine"


def told(answer: httpx.Response, sample: Sample) -> str:
    """What an answer says."""
    names = {401: "nobody", 403: "forbidden", 404: "missing"}
    return names.get(
        answer.status_code, "fine" if answer.status_code in sample.fine else f"{answer.status_code}"
    )


def faults(
    client: AsgiClient, found: list[Endpoint], samples: Mapping[str, Sample], callers: list[Caller]
) -> list[str]:
    """Where answers aren't what the matrix says, each in a line."""
    wrong = []
    for endpoint in found:
        if not isinstance(endpoint.declared, Require):
            continue
        sample = samples.get(str(endpoint))
        if sample is None:
            wrong.append(f"{endpoint} has no sample")
            continue
        missing: set[bytes] = set()
        for place in sample.places:
            nobody = _send(client, endpoint, sample.ask(place), {})
            if nobody.status_code != 401:
                wrong.append(f"{endpoint}, {place.name}: nobody gets {nobody.status_code}")
            for caller in callers:
                answer = _send(client, endpoint, sample.ask(place), caller.headers)
                want = expected(caller, endpoint.declared.action, place, sample.places)
                got = told(answer, sample)
                if got != want:
                    gets = f"{caller.name} gets {got}, and should get {want}: {answer.text[:200]}"
                    wrong.append(f"{endpoint}, {place.name}: {gets}")
                if got == "missing":
                    missing.add(answer.content)
                wrong += [
                    f"{endpoint}, {place.name}: {caller.name} is told of {word}"
                    for word in caller.unseen
                    if word in answer.text
                ]
        if len(missing) > 1:
            wrong.append(f"{endpoint}: what is another's is answered otherwise than what isn't there")
    return wrong


def scope_faults(
    client: AsgiClient,
    found: list[Endpoint],
    samples: Mapping[str, Sample],
    headers: Callable[[tuple[str, ...]], Mapping[str, str]],
    actions: tuple[Action, ...],
) -> list[str]:
    """Where a key with one scope can't do what it is for, or one with all others can.

    Parameters
    ----------
    client, found, samples
    headers
        Of a key with these scopes.
    actions
        All that the key's account may do.
    """
    wrong = []
    for endpoint in found:
        sample = samples.get(str(endpoint))
        if (
            not isinstance(endpoint.declared, Require)
            or sample is None
            or endpoint.declared.action not in actions
        ):
            continue
        action = endpoint.declared.action
        just = _send(client, endpoint, sample.ask(Place.OWN), headers((action,)))
        others = _send(
            client, endpoint, sample.ask(Place.OWN), headers(tuple(one for one in actions if one != action))
        )
        if told(just, sample) != "fine":
            wrong.append(f"{endpoint}: the scope {action} alone gets {just.status_code}")
        if others.status_code != 403:
            wrong.append(f"{endpoint}: every scope but {action} gets {others.status_code}")
    return wrong


def _send(client: AsgiClient, endpoint: Endpoint, ask: Ask, headers: Mapping[str, str]) -> httpx.Response:
    more = dict(ask.more)
    sent = dict(more.pop("headers", {})) | dict(headers)
    return client.request(endpoint.method, ask.path, headers=sent, **more)

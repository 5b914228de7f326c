"""What each role may do: one table, and the questions that are asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, get_args

from service.store.scope import Principal, Role

Action = Literal[
    "caseload.write",
    "caseload.read",
    "calendar.plan",
    "calendar.read",
    "calendar.publish",
    "meeting.read",
    "meeting.check",
    "meeting.move",
    "rebooking.ask",
    "rebooking.read",
    "rebooking.accept",
    "availability.write",
    "reply.write",
    "message.read",
    "message.settle",
    "feed.grant",
    "feed.read",
    "task.read",
    "task.mark",
    "kpi.read",
    "audit.read",
    "webhook.manage",
    "account.manage",
    "metrics.read",
]
"""What can be done. What comes before the dot is a family of actions, such as ``calendar``."""
Caller = Role | Literal["attendee"]
"""A role, or somebody with a feed's token and nothing else."""


class Reach(Enum):
    """Of which data somebody may do a thing."""

    NO = "–"
    """Of none."""
    TEAM = "team"
    """Of their teams."""
    OWN = "own"
    """Of their teams, and there only of what they themselves take part in (see ``service.access.views``)."""
    BARE = "bare"
    """Of their teams, without free text (see ``service.access.views``)."""
    TENANT = "all"
    """Of the authority: no family's data."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the matrix."""

    action: Action
    manager: Reach
    worker: Reach
    support: Reach
    integrator: Reach
    auditor: Reach
    admin: Reach
    attendee: Reach
    because: str = ""
    """Where it isn't obvious."""

    def reach(self, role: Caller) -> Reach:
        """How far a role reaches."""
        if role == "system":
            return Reach.TENANT
        reach: Reach = getattr(self, role)
        return reach


_NO, _TEAM, _OWN, _BARE, _TENANT = Reach.NO, Reach.TEAM, Reach.OWN, Reach.BARE, Reach.TENANT
# fmt: off
MATRIX: Final = (
    #    action                manager  worker support integr. auditor  admin    attendee
    Rule("caseload.write",     _TEAM,   _NO,   _NO,    _TEAM,  _NO,     _NO,     _NO),
    Rule("caseload.read",      _TEAM,   _NO,   _NO,    _TEAM,  _TEAM,   _NO,     _NO,
         "A caseload says of every child why there is a plan: workers and support see calendars, made from it."),
    Rule("calendar.plan",      _TEAM,   _NO,   _NO,    _TEAM,  _NO,     _NO,     _NO,
         "To start a plan, and to stop it and keep the best."),
    Rule("calendar.read",      _TEAM,   _OWN,  _BARE,  _TEAM,  _TEAM,   _NO,     _NO,
         "With its states, events, explanation and differences."),
    Rule("calendar.publish",   _TEAM,   _NO,   _NO,    _TEAM,  _NO,     _NO,     _NO,
         "Families and other agencies are bound by it: the manager answers for it, or the case system where it has the scope."),
    Rule("meeting.read",       _TEAM,   _OWN,  _BARE,  _TEAM,  _TEAM,   _NO,     _NO),
    Rule("meeting.check",      _TEAM,   _NO,   _BARE,  _TEAM,  _NO,     _NO,     _NO,
         "Its verdict names what else is in the way, so it isn't for those who see their own plans alone."),
    Rule("meeting.move",       _TEAM,   _NO,   _NO,    _TEAM,  _NO,     _NO,     _NO),
    Rule("rebooking.ask",      _TEAM,   _OWN,  _BARE,  _TEAM,  _NO,     _NO,     _NO,
         "Whoever can't come asks for options; it changes nothing."),
    Rule("rebooking.read",     _TEAM,   _OWN,  _BARE,  _TEAM,  _TEAM,   _NO,     _NO),
    Rule("rebooking.accept",   _TEAM,   _NO,   _NO,    _TEAM,  _NO,     _NO,     _NO,
         "It moves other people's meetings: the manager decides, or the case system for them."),
    Rule("availability.write", _TEAM,   _OWN,  _TEAM,  _TEAM,  _NO,     _NO,     _NO,
         "A worker gives their own hours and nobody else's."),
    Rule("reply.write",        _TEAM,   _NO,   _TEAM,  _TEAM,  _NO,     _NO,     _NO,
         "For those who watch the team's mailbox: a reply speaks for whoever it says it is from."),
    Rule("message.read",       _TEAM,   _NO,   _TEAM,  _TEAM,  _NO,     _NO,     _NO,
         "Whoever prints letters and looks after refused mail reads what its recipients read, and no more."),
    Rule("message.settle",     _TEAM,   _NO,   _TEAM,  _TEAM,  _NO,     _NO,     _NO,
         "To say that a letter was handed over."),
    Rule("feed.grant",         _TEAM,   _OWN,  _NO,    _TEAM,  _NO,     _NO,     _NO,
         "A worker makes and revokes the token of their own feed; every other one opens somebody else's calendar."),
    Rule("feed.read",          _NO,     _NO,   _NO,    _NO,    _NO,     _NO,     _OWN,
         "By the feed's token alone, whoever asks: a calendar program has no account."),
    Rule("task.read",          _TEAM,   _OWN,  _BARE,  _TEAM,  _TEAM,   _NO,     _NO),
    Rule("task.mark",          _TEAM,   _OWN,  _BARE,  _TEAM,  _NO,     _NO,     _NO,
         "To say that a task was done, or wasn't after all: for a worker those that they owe. "
         "The case system knows of minutes that were sent from there."),
    Rule("kpi.read",           _TEAM,   _TEAM, _TEAM,  _TEAM,  _TEAM,   _NO,     _NO,
         "Counts and shares of a whole team, without anybody's name: whoever works in it may know how it does."),
    Rule("audit.read",         _TEAM,   _NO,   _NO,    _NO,    _TEAM,   _NO,     _NO,
         "Says who looked at which child's plan. Not for an admin, who could then watch colleagues, and no program needs it."),
    Rule("webhook.manage",     _NO,     _NO,   _NO,    _TENANT, _NO,    _TENANT, _NO,
         "It tells ids to an address outside: whoever runs the integration does that."),
    Rule("account.manage",     _NO,     _NO,   _NO,    _NO,    _NO,     _TENANT, _NO,
         "Accounts, keys and teams. Whoever gives rights to families' data has none to it."),
    Rule("metrics.read",       _NO,     _NO,   _NO,    _TENANT, _TENANT, _TENANT, _NO,
         "Counts and times of the service, nobody's data."),
)
# fmt: on
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
ROLES: Final[tuple[Caller, ...]] = (
    "manager", "worker", "support", "integrator", "auditor", "admin", "attendee",
)  # fmt: skip
"""The columns of the matrix. ``system``, the service at work for itself, may do everything and is nobody's account."""
_BY_ACTION: Final = {rule.action: rule for rule in MATRIX}


def reach(principal: Principal, action: Action) -> Reach:
    """Of which data somebody may do a thing, by their role and the scopes of what they signed in with."""
    return reach_of(principal.role, action) if _in_scope(principal.scopes, action) else Reach.NO


def reach_of(role: Caller, action: Action) -> Reach:
    """Of which data a role may do a thing, whatever the scopes."""
    return _BY_ACTION[action].reach(role)


def may(principal: Principal, action: Action) -> bool:
    """Whether somebody may do a thing to any data at all; to which is what `reach` and the store say."""
    return reach(principal, action) is not Reach.NO


def may_for_person(principal: Principal, action: Action, person: str) -> bool:
    """Whether somebody may do a thing that is about a person of their teams: give their hours, make their feed's token."""
    how_far = reach(principal, action)
    if how_far is Reach.OWN:
        return principal.person is not None and principal.person == person
    return how_far is not Reach.NO


def scopes_of(role: Caller) -> tuple[str, ...]:
    """The scopes that a key or token of a role can be narrowed to: actions, and ``family.*`` for all of a family."""
    actions = [rule.action for rule in MATRIX if rule.reach(role) is not Reach.NO]
    return (*dict.fromkeys(f"{_family(action)}.*" for action in actions), *actions)


def known_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """Those scopes that are ours, whoever may have them."""
    families = {f"{_family(action)}.*" for action in ACTIONS}
    return frozenset(scopes) & (families | {*ACTIONS})


def unknown_scopes(scopes: Iterable[str], role: Caller) -> tuple[str, ...]:
    """Those scopes that mean nothing for a role, in the order given."""
    known = set(scopes_of(role))
    return tuple(scope for scope in scopes if scope not in known)


def _in_scope(scopes: frozenset[str], action: Action) -> bool:
    return not scopes or action in scopes or f"{_family(action)}.*" in scopes


def _family(action: str) -> str:
    return action.partition(".")[0]


__all__ = [
    "ACTIONS", "MATRIX", "ROLES", "Action", "Caller", "Reach", "Rule", "known_scopes", "may", "may_for_person", "reach",
    "reach_of", "scopes_of", "unknown_scopes",
]  # fmt: skip

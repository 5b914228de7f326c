"""The frame of the caseload: horizon, grid, time zone, policy's nations, the mailbox, and people at all."""

from __future__ import annotations

import re
from datetime import date, timedelta
from zoneinfo import available_timezones

from solver.policy.load import builtin_policies, load_policy
from solver.schema.faults import Path, did_you_mean
from solver.schema.validation.case import Case

FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2100, 12, 31)
"""Dates outside these are slips of the pen, and the bank holidays aren't known."""
LONGEST_HORIZON = timedelta(days=731)
_EMAIL = re.compile(r"[^@\s<>\"',;:\x00-\x1f\x7f]+@[^@\s<>\"',;:\x00-\x1f\x7f]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_horizon(case: Case) -> None:
    """From 1990 on, at least one day and at most two years."""
    start, end = case.caseload.horizon.start, case.caseload.horizon.end
    for name, day in (("start", start), ("end", end)):
        if not FIRST_DAY <= day <= LAST_DAY:
            problem = f"This date is outside {FIRST_DAY.year} to {LAST_DAY.year}."
            case.report(("horizon", name), problem, "Give the dates that are to be planned.")
    depends = [("horizon", "start")]
    if end < start:
        problem = f"The horizon ends before it starts, on {start}."
        remedy = "Give the last date that is to be planned, on or after the first."
        case.report(("horizon", "end"), problem, remedy, depends=depends)
    elif end - start >= LONGEST_HORIZON:
        problem = "The horizon is longer than two years."
        case.report(("horizon", "end"), problem, "Give an earlier end: six months is usual.", depends=depends)


def check_grid(case: Case) -> None:
    """Starts fall on the same minutes of every hour."""
    if 60 % case.caseload.grid_minutes:
        problem = "The grid doesn't divide the hour."
        case.report(("grid_minutes",), problem, "Give 5, 6, 10, 12, 15, 20, 30 or 60.")


def check_timezone(case: Case) -> None:
    """Any zone of the time zone database; every nation of the UK is in Europe/London."""
    zone, known = case.caseload.timezone, available_timezones()
    if zone not in known:
        remedy = did_you_mean(zone, known, 'For the United Kingdom write "Europe/London".')
        case.report(("timezone",), "There is no such time zone.", remedy)


def check_nation(case: Case) -> None:
    """A policy is made for the law of certain nations."""
    policy, nation = case.policy, case.caseload.nation
    if policy is not None and nation not in policy.nations:
        serving = _policies_for(nation)
        if serving:
            remedy = f"Choose a policy for {nation}: {', '.join(serving)}; or correct the nation."
        else:
            remedy = (
                f"No built-in policy is for {nation}: write one out under authority, or correct the nation."
            )
        problem = f'The policy "{policy.id}" is for {" and ".join(policy.nations)} only.'
        case.report(("nation",), problem, remedy, depends=[("authority",)])


def check_people_at_all(case: Case) -> None:
    """Plans without a single person are half an export."""
    if case.caseload.plans and not case.caseload.people:
        problem = "There are plans but no people."
        case.report(("people",), problem, "Give the people who come to the plans' meetings.")


def check_texts(case: Case) -> None:
    """Addresses that mail can be sent to, and names on one line: both go into invites."""
    organiser = case.caseload.team.organiser
    _email(case, ("team", "organiser", "email"), organiser.email)
    _name(case, ("team", "organiser", "name"), organiser.name)
    _name(case, ("team", "name"), case.caseload.team.name)
    for place, person in enumerate(case.caseload.people):
        _name(case, ("people", place, "name"), person.name)
        if person.email is not None:
            _email(case, ("people", place, "email"), person.email)
        for number, alias in enumerate(person.aliases):
            _email(case, ("people", place, "aliases", number), alias)
    for place, venue in enumerate(case.caseload.venues):
        if venue.email is not None:
            _email(case, ("venues", place, "email"), venue.email)
    for collection in ("schools", "sites", "venues"):
        for place, item in enumerate(getattr(case.caseload, collection)):
            _name(case, (collection, place, "name"), item.name)


def _email(case: Case, path: Path, email: str) -> None:
    if not _EMAIL.fullmatch(email):
        problem = "This is not an e-mail address."
        case.report(path, problem, 'Give one address such as "team@council.example", without a name.')


def _name(case: Case, path: Path, name: str) -> None:
    if not name.strip():
        case.report(path, "The name is empty.", "Give the name that people know.")
    elif _CONTROL.search(name):
        case.report(path, "The name holds a line break or a control character.", "Write it on one line.")


def _policies_for(nation: str) -> list[str]:
    """Return the ids of the built-in policies for a nation."""
    return [name for name in builtin_policies() if nation in load_policy(name).nations]

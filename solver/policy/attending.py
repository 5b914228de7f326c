"""What a policy says of who attends and chairs that can't be meant: roles named twice, clauses that never apply."""

from __future__ import annotations

from collections.abc import Iterator

from solver.policy.model import KindDefaults, MeetingRule
from solver.schema.base import Role
from solver.schema.faults import Path, show
from solver.schema.findings import Finding


def attending_findings(path: Path, part: MeetingRule | KindDefaults) -> Iterator[Finding]:
    """Find what is wrong with the attendance, the slots, the children and the chairing of one part of a policy.

    Parameters
    ----------
    path : Path
        Of the part.
    part : MeetingRule or KindDefaults
        As it was written.
    """
    yield from _roles(path, part)
    yield from _slots(path, part)
    yield from _child(path, part)
    yield from _chairing(path, part)


def _roles(path: Path, part: MeetingRule | KindDefaults) -> Iterator[Finding]:
    said: dict[Role, int] = {}
    for place, clause in enumerate(part.attendance):
        for role in clause.roles:
            if role in said:
                first = part.attendance[said[role]]
                yield Finding(
                    (*path, "attendance", place, "roles"),
                    show(role),
                    f"{role} is {clause.level} here, and attendance[{said[role]}] already says {first.level}."
                    if clause.level != first.level
                    else f"attendance[{said[role]}] already says so.",
                    "Name each role once.",
                )
            said.setdefault(role, place)


def _slots(path: Path, part: MeetingRule | KindDefaults) -> Iterator[Finding]:
    said = {role: f"attendance[{at}]" for at, clause in enumerate(part.attendance) for role in clause.roles}
    names: dict[str, int] = {}
    for place, slot in enumerate(part.slots):
        for role in slot.roles:
            if role in said:
                yield Finding(
                    (*path, "slots", place, "roles"),
                    show(role),
                    f"{said[role]} already says how much {role} is needed.",
                    "Name each role once, either in the attendance or in a slot.",
                )
            said.setdefault(role, f"slots[{place}]")
        if slot.name in names:
            yield Finding(
                (*path, "slots", place, "name"),
                show(slot.name),
                f"slots[{names[slot.name]}] already has this name.",
                "Put all roles that can represent one thing into one slot, or give this one a name of its own.",
            )
        names.setdefault(slot.name, place)


def _child(path: Path, part: MeetingRule | KindDefaults) -> Iterator[Finding]:
    clause = part.child
    if (
        clause is not None
        and clause.from_age is None
        and clause.instead is None
        and clause.level == "invited"
    ):
        yield Finding(
            (*path, "child"),
            "",
            "This says what holds without it: a child who may come is invited.",
            "Leave it out, or say from_age, level or instead.",
        )


def _chairing(path: Path, part: MeetingRule | KindDefaults) -> Iterator[Finding]:
    said: dict[str, int] = {}
    for place, clause in enumerate(part.chairing):
        before = next((said[at] for at in ("always", clause.at) if at in said), None)
        if before is None and {"first", "later"} <= said.keys():
            before = said["later"]
        if before is not None:
            yield Finding(
                (*path, "chairing", place, "at"),
                show(clause.at),
                f"chairing[{before}] comes before it and applies to the same meetings, so this one never does.",
                "Put what holds for some meetings before what holds for all, and each of them once.",
            )
        said.setdefault(clause.at, place)

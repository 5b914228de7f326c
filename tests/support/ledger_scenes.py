"""One plan's meetings under a built-in policy, everyone there, to be broken in one place at a time.

It is the first plan of ``scenes``: child 1 (eleven years old, on roll at school 1, attends), their social worker, health
visitor, mother and teacher, room-1 at the hall, from 4 January to 26 February 2027.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scenes import Meet, Scene

from solver.policy import load_policy


def plan_type_of(authority: str, kind: str) -> str:
    """The type of plan whose meetings are of a kind."""
    return next(rule.plan_types[0] for rule in load_policy(authority).meetings if rule.kind == kind)


def ledger_scene(authority: str, kind: str, events: dict[str, Any], starts: Sequence[str]) -> Scene:
    """The plan with these events, and its meetings at these times in room-1."""
    scene = Scene(policy=load_policy(authority))
    scene.data["authority"] = authority
    plan = scene.plan(1)
    plan["type"] = plan_type_of(authority, kind)
    plan["events"] = dict(events)
    scene.data["plans"] = [plan]
    scene.meets = [Meet(f"plan-1.{kind}", start, "room-1") for start in starts]
    return scene

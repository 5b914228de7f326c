"""From an authority's id, or a policy written out in the caseload, to the policy with its layer under it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from solver.policy.faults import findings_of
from solver.policy.layers import complete
from solver.policy.model import MeetingRule, Policy
from solver.policy.window_meaning import version_findings
from solver.schema.base import REVIEW_KINDS
from solver.schema.faults import Fault, did_you_mean, listed, show
from solver.schema.findings import Finding, to_faults

LAYERS: frozenset[str] = frozenset({"england"})
"""Built-in files that are no authority's policy but stand under one."""


class PolicyError(ValueError):
    """A policy that can't be used.

    Attributes
    ----------
    faults : tuple of Fault
        Everything wrong with it; never empty.
    """

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        count = len(self.faults)
        head = "1 fault in the policy:" if count == 1 else f"{count} faults in the policy:"
        return "\n".join([head, *(line for fault in self.faults for line in fault.lines())])


def builtin_policies() -> list[str]:
    """Return the ids of the authorities whose policies are built in, in alphabetical order."""
    return sorted(name for name in _builtin_files() if name not in LAYERS)


def load_policy(authority: str | Mapping[str, Any]) -> Policy:
    """Load a policy, complete with the layer it extends.

    Parameters
    ----------
    authority : str or mapping
        The id of a built-in policy, or a whole policy in the shape of the files in ``solver/policies``.

    Raises
    ------
    PolicyError
        With every fault found: an unknown id, a word the language doesn't have, a meeting without windows.
    """
    if isinstance(authority, str):
        return _builtin(authority)
    return build_policy(authority)


def build_policy(data: Mapping[str, Any]) -> Policy:
    """Build a policy from its data: the model, then the layer under it, then what is still missing.

    Raises
    ------
    PolicyError
        With every fault found.
    """
    policy, findings = read_policy(data)
    if policy is None or findings:
        raise PolicyError(to_faults(findings, data))
    return policy


def read_policy(data: Mapping[str, Any]) -> tuple[Policy | None, list[Finding]]:
    """Read a policy as far as it can be read, with everything that keeps it from being used.

    Returns
    -------
    policy
        Complete with its layer; ``None`` where the model refuses it.
    findings
        None where the policy can be used.
    """
    try:
        own = Policy.model_validate(dict(data))
    except ValidationError as error:
        return None, findings_of(error, data)
    findings = list(_twice(own.meetings))
    layer: Policy | None = None
    if own.extends is not None:
        if own.extends in _builtin_files() and own.extends != own.id:
            layer = _builtin(own.extends)
        else:
            findings.append(_unknown_layer(own))
    policy = complete(own, layer)
    if layer is not None or own.extends is None:
        findings.extend(_unfinished(policy))
        findings.extend(version_findings(own, policy))
    return policy, findings


@cache
def _builtin_files() -> Mapping[str, str]:
    """Text of each built-in file by its id."""
    folder = files("solver") / "policies"
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


@cache
def _builtin(name: str) -> Policy:
    text = _builtin_files().get(name)
    if text is None:
        known = builtin_policies()
        remedy = did_you_mean(name, known, f"The built-in policies are {listed(known)}.")
        raise PolicyError(
            [Fault("authority", show(name), "There is no built-in policy with this id.", remedy)]
        )
    return build_policy(tomllib.loads(text))


def _unknown_layer(policy: Policy) -> Finding:
    known = [name for name in _builtin_files() if name != policy.id]
    return Finding(
        ("extends",),
        show(policy.extends),
        "There is no policy with this id to extend.",
        did_you_mean(policy.extends or "", known, f"It can be {listed(known)}."),
    )


def _twice(meetings: tuple[MeetingRule, ...]) -> Iterable[Finding]:
    """Find the meetings that can't be told apart: a plan has one kind of meeting, and a kind one rule."""
    kinds: dict[str, int] = {}
    types: dict[str, int] = {}
    for place, rule in enumerate(meetings):
        if rule.kind in kinds:
            yield Finding(
                ("meetings", place, "kind"),
                show(rule.kind),
                f"meetings[{kinds[rule.kind]}] is already about this kind of meeting.",
                "Put both into one [[meetings]], with all their plan_types.",
            )
        kinds.setdefault(rule.kind, place)
        for plan_type in rule.plan_types if rule.kind not in REVIEW_KINDS.values() else ():
            if plan_type in types:
                yield Finding(
                    ("meetings", place, "plan_types"),
                    show(plan_type),
                    f"meetings[{types[plan_type]}] is already for plans of this type.",
                    "Give each plan type to one kind of meeting.",
                )
            types.setdefault(plan_type, place)


def _unfinished(policy: Policy) -> Iterable[Finding]:
    for place, rule in enumerate(policy.meetings):
        said = {window.applies for window in rule.windows}
        if "first" not in said:
            yield Finding(
                ("meetings", place, "windows"),
                "",
                f"Nothing says when the first {rule.name.lower()} is due, neither here nor in a layer below.",
                'Add a [[meetings.windows]] with applies = "first", an anchor and a maximum.',
            )
        if rule.once and "later" in said:
            yield Finding(
                ("meetings", place, "once"),
                show(rule.once),
                f"The {rule.name.lower()} is held once, and yet a window says when the next is due.",
                'Leave out either once or the window with applies = "later".',
            )

"""From a file to a caseload that can be planned, or to everything that is wrong with it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path as FilePath
from typing import Any

from solver.policy.load import PolicyError, load_policy
from solver.policy.model import Policy
from solver.schema.caseload import Caseload
from solver.schema.faults import CaseloadError, Fault, show
from solver.schema.findings import to_faults
from solver.schema.reading import parse_json, read_bytes
from solver.schema.salvage import Draft, read_draft
from solver.schema.validate import run_checks
from solver.schema.validation.case import Case


def load_caseload(source: FilePath | bytes | str) -> Caseload:
    """Read and validate a caseload.

    Parameters
    ----------
    source : Path, bytes or str
        A file by its path, or its content as bytes.

    Raises
    ------
    CaseloadError
        With every fault there is: of the form, of the policy, and of what doesn't hang together in the part
        that can be read.
    """
    data, flaws = parse_json(read_bytes(source))
    _refuse_calendar(data)
    draft = read_draft(data, flaws)
    policy, policy_faults = _policy(draft)
    case = Case(draft.caseload, policy, document=data, touched=draft.touched, origin=draft.origin)
    run_checks(case)
    faults = to_faults([*draft.findings, *case.findings], data)
    if faults or policy_faults:
        raise CaseloadError([*policy_faults, *faults])
    return draft.caseload


def canonical_json(caseload: Caseload) -> bytes:
    """Write a caseload in the one form that equal ones share: all fields, sorted, no spaces, UTF-8."""
    data = caseload.model_dump(mode="json", by_alias=True)
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def digest(caseload: Caseload) -> str:
    """Return the SHA-256 of the caseload's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(caseload)).hexdigest()


def _refuse_calendar(data: dict[str, Any]) -> None:
    """Say so once where somebody gave the answer instead of the question."""
    if "meetings" in data and "caseload" in data and "people" not in data:
        remedy = "Give the caseload file, which has the people and the plans."
        raise CaseloadError([Fault("", show(data), "This is a calendar, not a caseload.", remedy)])


def _policy(draft: Draft) -> tuple[Policy | None, list[Fault]]:
    authority = draft.caseload.authority
    if any(path[0] == "authority" for path in draft.touched):
        return None, []
    try:
        return load_policy(authority), []
    except PolicyError as error:
        inline = not isinstance(authority, str)
        return None, [_inside(fault) if inline else fault for fault in error.faults]


def _inside(fault: Fault) -> Fault:
    """Place a fault of a policy that is written out in the caseload."""
    path = f"authority.{fault.path}" if fault.path else "authority"
    return Fault(path, fault.value, fault.problem, fault.remedy)

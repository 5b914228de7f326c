"""Caseloads with something wrong, and what is said of them."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

from caseloads import small_caseload

from solver.schema.faults import CaseloadError, Fault
from solver.schema.load import load_caseload

Json = dict[str, Any]
GONE = object()
"""As a value in `put`: take out what is there."""
_STEP = re.compile(r"\[([0-9]+)\]|\.?([^.\[\]]+)")


def put(data: Json, path: str, value: Any) -> Json:
    """Put a value at a path such as ``plans[0].minutes``, or take it out; a list is extended at its end."""
    steps: list[Any] = [int(number) if number else name for number, name in _STEP.findall(path)]
    holder: Any = data
    for step, following in pairwise(steps):
        if isinstance(holder, dict):
            holder.setdefault(step, [] if isinstance(following, int) else {})
        holder = holder[step]
    last = steps[-1]
    if value is GONE:
        del holder[last]
    elif isinstance(holder, list) and last == len(holder):
        holder.append(value)
    else:
        holder[last] = value
    return data


def changed(changes: dict[str, Any]) -> Json:
    """Return the small caseload with values put at paths."""
    data = small_caseload()
    for path, value in changes.items():
        put(data, path, value)
    return data


def faults_of(data: Json) -> list[Fault]:
    """Load JSON data and return what is said to be wrong with it."""
    return faults_of_bytes(json.dumps(data).encode())


def faults_of_bytes(data: bytes) -> list[Fault]:
    """Load the bytes of a file and return what is said to be wrong with them."""
    try:
        load_caseload(data)
    except CaseloadError as error:
        return list(error.faults)
    return []


def only_fault(data: Json) -> Fault:
    """Return the one fault of the data."""
    faults = faults_of(data)
    assert len(faults) == 1, [str(fault) for fault in faults]
    return faults[0]

"""Why there is no calendar, or none as good as was asked for, as problem documents (RFC 9457)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

_KIND: Final = "urn:convene:problem:"
_STEP: Final = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]]+)')


def invalid(faults: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    """The caseload can't be planned: every fault, each as (path, problem, remedy)."""
    errors = [
        {"pointer": pointer_of(path), "detail": problem, "remedy": remedy} for path, problem, remedy in faults
    ]
    return {
        "type": f"{_KIND}invalid-caseload",
        "title": "The caseload can't be planned",
        "status": 422,
        "detail": "Mend what errors lists, store the caseload again and ask for a calendar of that version.",
        "errors": errors,
    }


def beyond(text: str) -> dict[str, Any]:
    """The caseload is beyond the solver's limits."""
    return {
        "type": f"{_KIND}beyond-limits",
        "title": "The caseload is beyond what can be planned in one go",
        "status": 422,
        "detail": f"This caseload can't be planned: {text}.",
    }


def broken_off(attempts: int, detail: str, *, kept: bool) -> dict[str, Any]:
    """Every attempt was broken off."""
    times = "once" if attempts == 1 else f"{attempts} times"
    told = f"It was begun {times} and never came to its end: at last, {detail}."
    more = (
        "The best calendar found until then was kept."
        if kept
        else "Ask for it again; if it fails again, report it with this calendar's id."
    )
    return {
        "type": f"{_KIND}planning-broken-off",
        "title": "Planning was broken off",
        "status": 500,
        "detail": f"{told} {more}",
    }


def memory(*, kept: bool) -> dict[str, Any]:
    """It took more memory than it may."""
    more = "The best calendar found until then was kept." if kept else "Allow more, or plan fewer at a time."
    return {
        "type": f"{_KIND}planning-needs-memory",
        "title": "Planning took more memory than it may",
        "status": 500,
        "detail": f"The worker's settings allow a search so much and no more. {more}",
    }


def fault(*, kept: bool) -> dict[str, Any]:
    """A fault of Convene's own."""
    more = (
        "The best calendar found until then was kept."
        if kept
        else "Another seed may do; report it with this calendar's id."
    )
    return {
        "type": f"{_KIND}planning-failed",
        "title": "Planning failed",
        "status": 500,
        "detail": f"This is a fault of Convene, not of the caseload. {more}",
    }


def stopped_early() -> dict[str, Any]:
    """It was stopped before there was any calendar."""
    return {
        "type": f"{_KIND}stopped-early",
        "title": "Stopped before there was a calendar",
        "status": 409,
        "detail": "Nothing had been found yet that could be kept. Ask for it again.",
    }


def pointer_of(path: str) -> str:
    """A fault's path, such as ``plans[3].id``, as a JSON pointer (RFC 6901): ``#/plans/3/id``."""
    steps = []
    for quoted, index, name in _STEP.findall(path):
        step = index or name or re.sub(r"\\(.)", r"\1", quoted)
        steps.append(step.replace("~", "~0").replace("/", "~1"))
    return "#" + "".join(f"/{step}" for step in steps)


__all__ = ["beyond", "broken_off", "fault", "invalid", "memory", "pointer_of", "stopped_early"]

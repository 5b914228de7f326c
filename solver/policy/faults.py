"""What the model refuses, in the words of somebody who writes a policy."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from solver.schema.faults import Fault, did_you_mean, format_path, show


def faults_of(error: ValidationError) -> list[Fault]:
    """Turn every refusal of the model into a fault, in the order of the document."""
    return [_fault(detail) for detail in error.errors(include_url=False)]


def _fault(detail: ErrorDetails) -> Fault:
    path = tuple(detail["loc"])
    context: dict[str, Any] = dict(detail.get("ctx") or {})
    value = show(detail["input"])
    match detail["type"]:
        case "missing":
            return Fault(format_path(path), "", "This is missing.", "Add it.")
        case "extra_forbidden":
            return Fault(format_path(path), value, "The policy language has no such word.", "Remove it.")
        case "literal_error":
            expected = str(context.get("expected", ""))
            known = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
            remedy = did_you_mean(str(detail["input"]), known, f"It must be {expected}.")
            return Fault(format_path(path), value, "This is not a word of the policy language.", remedy)
        case "value_error":
            return Fault(
                format_path(path), value, "This can't be read.", f"{str(context.get('error', '')).strip()}."
            )
        case _:
            return Fault(format_path(path), value, "This is not what belongs here.", f"{detail['msg']}.")

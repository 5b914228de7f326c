"""What a caller sees of a calendar that stands: everything that is answered about it is made from this."""

from __future__ import annotations

import json
from typing import Any

from service.access.views import calendar_seen, rebooking_seen
from service.store.calendars import Standing
from service.store.scope import Principal
from solver.schema.calendar import Calendar
from solver.schema.options import Rebooking


def seen_of(principal: Principal, standing: Standing) -> Calendar:
    """The calendar, as far as it is the caller's business."""
    return calendar_seen(principal, standing.caseload, standing.calendar)


def options_seen(principal: Principal, standing: Standing, document: bytes) -> dict[str, Any]:
    """Options for a meeting, likewise."""
    rebooking = Rebooking.model_validate_json(document)
    seen = rebooking_seen(principal, standing.caseload, standing.calendar, rebooking)
    told: dict[str, Any] = json.loads(seen.model_dump_json(by_alias=True))
    return told


__all__ = ["options_seen", "seen_of"]

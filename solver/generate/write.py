"""A caseload as JSON text."""

from __future__ import annotations

import json

from solver.schema.caseload import Caseload


def to_json(caseload: Caseload) -> bytes:
    """The caseload as indented JSON, fields by their names in the format; what is at its default is left out.

    The time zone and the grid are always written: they change the meaning of every time. The text depends on
    the caseload alone: the same one gives the same bytes everywhere.
    """
    data = caseload.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude_none=True)
    head = {"format": caseload.format, "id": caseload.id, "timezone": caseload.timezone}
    data = head | data | {"grid_minutes": caseload.grid_minutes}
    order = [name for name in type(caseload).model_fields if name in data]
    return (json.dumps({name: data[name] for name in order}, indent=2, ensure_ascii=False) + "\n").encode()

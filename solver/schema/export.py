"""The JSON Schemas of the two outward documents, for those who write a caseload or read a calendar.

``python -m solver.schema.export`` writes them beside this module; with ``--check`` it only says whether they
are what the models say.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from solver.schema.calendar import Calendar
from solver.schema.caseload import Caseload

FOLDER: Final = Path(__file__).parent
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class _Untitled(GenerateJsonSchema):
    """Leaves out the titles of fields, which only repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - as in its base
        return False


class _Written(_Untitled):
    """For what is always written in full: every field is required."""

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ARG002 - as in its base
        return True


def schemas() -> dict[str, str]:
    """Return the text of each schema by its file name.

    The caseload's is of what is read, where fields with a default may be left out; the calendar's is of what
    is written, where every field is there.
    """
    caseload = Caseload.model_json_schema(by_alias=True, schema_generator=_Untitled)
    calendar = Calendar.model_json_schema(by_alias=True, mode="serialization", schema_generator=_Written)
    return {
        "caseload.schema.json": _text("urn:convene:schema:1:caseload", caseload),
        "calendar.schema.json": _text("urn:convene:schema:1:calendar", calendar),
    }


def stale(folder: Path = FOLDER) -> list[str]:
    """Return the names of the files that are missing or not what the models say."""
    return [
        name
        for name, text in schemas().items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]


def main(arguments: Sequence[str], folder: Path = FOLDER) -> int:
    """Write the schemas, or with ``--check`` compare them; return the exit code."""
    if list(arguments) == ["--check"]:
        old = stale(folder)
        if old:
            print(f"Not up to date: {', '.join(old)}. Run python -m solver.schema.export.")
        return 1 if old else 0
    if arguments:
        print("Usage: python -m solver.schema.export [--check]")
        return 2
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


def _text(identifier: str, schema: dict[str, Any]) -> str:
    whole = {"$schema": DIALECT, "$id": identifier, **schema}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What `convene availability` is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    caseload: str
    calendar: str | None
    kind: Literal["person", "venue", "school"]
    id: str
    sources: tuple[str, ...]
    caldav: str | None
    collection: str | None
    named: str | None
    forget: tuple[str, ...]
    allow_private: bool
    tentative: bool
    today: date | None
    as_json: bool
    output: Path | None


__all__ = ["Request"]

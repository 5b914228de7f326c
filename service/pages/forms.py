"""Forms: what was filled in, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody sent from a page. Its token has been looked at by `service.access.authentication`."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field, without the spaces around it."""
        return next(iter(self.fields.get(name, ())), default).strip()

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a field, such as of boxes that were ticked."""
        return self.fields.get(name, ())

    def number(self, name: str) -> int | None:
        """A field's whole number; ``None`` if it is none."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


async def form_of(request: Request) -> Form:
    """The form that was sent; an empty one for what is none."""
    if (
        request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        != "application/x-www-form-urlencoded"
    ):
        return Form()
    text = (await request.body()).decode("utf-8", "replace")
    return Form({name: tuple(values) for name, values in parse_qs(text, keep_blank_values=True).items()})


Sent = Annotated[Form, Depends(form_of)]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a form: said above it, and at its field."""

    field: str
    """Id of the field on the page."""
    text: str


__all__ = ["Fault", "Form", "Sent", "form_of"]

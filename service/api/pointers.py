"""JSON pointers (RFC 6901) to what is wrong with a request, which repeat no word of whoever sent it.

Names of fields that aren't known, and keys that callers choose, may be anything, such as somebody's name: a pointer ends above
them. Those that `openapi.json` and policies have are everybody's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final

from solver.policy.model import Policy

_STEP: Final = re.compile(r"\[(?P<place>[0-9]+)\]|\.?(?P<word>[A-Za-z0-9_][A-Za-z0-9_\-]*)")
_PLACES: Final = frozenset({"body", "query", "path", "header", "cookie"})
"""Of a request, as the framework calls them."""


def pointer(steps: Iterable[str | int]) -> str:
    """The pointer of what steps lead to, or of what holds the first of them that isn't known."""
    text = ""
    for step in steps:
        if isinstance(step, str) and step not in _words():
            break
        text += f"/{step}" if isinstance(step, int) else "/" + _escaped(step)
    return text


def steps_of(path: str) -> Iterator[str | int]:
    """The steps of a path such as ``plans[3].participants[1].person`` (`solver.schema.faults.format_path`).

    They end before one in quotes: no field of ours needs them.
    """
    at = 0
    while (step := _STEP.match(path, at)) is not None:
        at = step.end()
        yield step["word"] if step["place"] is None else int(step["place"])


def _escaped(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


@cache
def _words() -> frozenset[str]:
    """Every name of a field or a parameter, and every word that a field may be, for those are keys at times."""
    # Imported late: it describes what problems look like, and so imports what imports this.
    from service.api.document import committed  # noqa: PLC0415

    return _PLACES.union(_named(committed()), _named(Policy.model_json_schema()))


def _named(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _named(one)
    elif isinstance(schema, dict):
        if isinstance(properties := schema.get("properties"), dict):
            yield from properties
        if isinstance(words := schema.get("enum"), list):
            yield from (word for word in words if isinstance(word, str))
        if isinstance(name := schema.get("name"), str) and "in" in schema:
            yield name
        for name, one in schema.items():
            if name not in ("example", "examples"):
                yield from _named(one)


__all__ = ["pointer", "steps_of"]

"""Every clause of a policy with its place in it."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from solver.policy.clause import Clause
from solver.policy.model import KindDefaults, Policy
from solver.schema.faults import Path


def clauses(policy: Policy) -> Iterator[tuple[Path, Clause]]:
    """Visit every clause, those within another after it, each with its path from the top of the policy."""
    return _within(policy, ())


def cited(policy: Policy) -> dict[str, list[Path]]:
    """Return each id that some clause names as its source, with the places of those clauses."""
    found: dict[str, list[Path]] = {}
    for path, clause in clauses(policy):
        for source in clause.sources:
            found.setdefault(source, []).append(path)
    return found


def sources_of(part: Clause | KindDefaults) -> list[str]:
    """Return every id that a part of a policy names, in its order."""
    return [source for _, clause in _within(part, ()) for source in clause.sources]


def _within(value: object, path: Path) -> Iterator[tuple[Path, Clause]]:
    if isinstance(value, Clause):
        yield path, value
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _within(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from _within(item, (*path, place))

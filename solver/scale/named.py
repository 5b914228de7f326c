"""From the tokens that workers know to ids, and back."""

from __future__ import annotations

from collections.abc import Mapping

from solver.problem.uses import Use
from solver.scale.held import Held


def resource_tokens(tokens: Mapping[str, str]) -> dict[tuple[str, ...], str]:
    """Kind and id of people and venues, which may well have the same ids, to token."""
    kinds = {"p": "person", "v": "venue"}
    return {(kinds[token[0]], name): token for token, name in tokens.items() if token[0] in kinds}


def named_held(held: Held, tokens: Mapping[str, str]) -> Held:
    """Return a meeting with its venue's id."""
    return held._replace(venue=tokens[held.venue])


def named_use(use: Use, tokens: Mapping[str, str]) -> Use:
    """Return a use with the ids of who or what, and where."""
    kind, token = use.resource.split(":", 1)
    site = use.site
    if site.startswith("venue:"):
        site = f"venue:{tokens[site.split(':', 1)[1]]}"
    elif site:
        site = tokens[site]
    return use._replace(resource=f"{kind}:{tokens[token]}", site=site)

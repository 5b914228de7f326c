"""From the tokens that workers know to ids, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

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


def hidden_uses(uses: Iterable[Use], tokens: Mapping[str, str]) -> list[Use]:
    """Return what stands with tokens instead of ids.

    A venue that the worker doesn't know may be where somebody is: it becomes a site that nobody else can tell from another.
    """
    resources = resource_tokens(tokens)
    sites = {name: token for token, name in tokens.items() if token[0] == "l"}
    strange: dict[str, str] = {}
    hidden = []
    for use in uses:
        kind, name = use.resource.split(":", 1)
        site = use.site
        if site.startswith("venue:"):
            token = resources.get(("venue", site.split(":", 1)[1]))
            site = f"venue:{token or strange.setdefault(site, f'elsewhere{len(strange) + 1}')}"
        elif site:
            site = sites[site]
        hidden.append(use._replace(resource=f"{kind}:{resources[kind, name]}", site=site))
    return hidden

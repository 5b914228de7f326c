"""What a browser takes: packed answers, pages."""

from __future__ import annotations

from fastapi import Request


def accepted(request: Request, coding: str) -> bool:
    """Whether a content coding may be used (RFC 9110 section 12.5.3)."""
    return _weights(request, "Accept-Encoding").get(coding, 0.0) > 0


def wants_page(request: Request) -> bool:
    """Whether somebody looks at it in a browser, rather than a program."""
    return _weights(request, "Accept").get("text/html", 0.0) > 0


def _weights(request: Request, header: str) -> dict[str, float]:
    found = {}
    for part in ",".join(request.headers.getlist(header)).split(","):
        name, *parameters = (word.strip().lower() for word in part.split(";"))
        weight = 1.0
        for one in parameters:
            if one.startswith("q="):
                try:
                    weight = float(one[2:])
                except ValueError:
                    weight = 0.0
        if name:
            found[name] = weight
    return found


__all__ = ["accepted", "wants_page"]

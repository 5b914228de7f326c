"""Sending browsers on, to addresses of ours alone."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request, Response


def to(address: str) -> Response:
    """Send a browser on; whatever it sent isn't sent again."""
    return Response(None, 303, {"Location": address})


def own_address(address: str) -> str:
    """An address of ours to go on to; the start page for any other."""
    # Browsers take a backslash for a stroke, and leave out control characters, before they see whose address it is.
    plain = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if plain and address.isprintable() and len(address) <= 1024 else "/"


def came_from(request: Request) -> str | None:
    """The page of ours that a form was on; ``None`` if the browser doesn't say, or it was none of ours."""
    try:
        parts = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return None
    if not parts.netloc or parts.netloc != request.headers.get("Host"):
        return None
    path = own_address(parts.path + (f"?{parts.query}" if parts.query else ""))
    return None if path.startswith("/sign-in") else path


__all__ = ["came_from", "own_address", "to"]

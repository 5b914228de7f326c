"""Scripts and styles: their names, and their files, which never change under a name."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response

from service.access.authentication import open_to_all
from service.api.context import not_found
from service.pages.accepting import accepted

FOLDER: Final = Path(__file__).resolve().parent / "static"
_TYPES: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_PACKED: Final = (("br", ".br"), ("gzip", ".gz"))

router = APIRouter(prefix="/static", include_in_schema=False)
_Anybody = Annotated[None, Depends(open_to_all("scripts and styles are nobody's data"))]


@cache
def manifest() -> dict[str, str]:
    """File by name, such as ``main.css``.

    Raises
    ------
    RuntimeError
        If they haven't been built.
    """
    path = FOLDER / "manifest.json"
    if not path.is_file():
        raise RuntimeError(
            "the pages' scripts and styles haven't been built: run python service/pages/assets/bundle.py"
        )
    found: dict[str, str] = json.loads(path.read_text())
    return found


def asset(name: str) -> str:
    """Address of a script or style."""
    return f"/static/{manifest()[name]}"


def has_asset(name: str) -> bool:
    """Whether there is a script or style of that name."""
    return name in manifest()


@router.get("/{file}")
def read_static(request: Request, file: str, _: _Anybody) -> Response:
    """Return a script or style, as small as the browser takes it."""
    if file not in manifest().values():
        raise not_found()
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    path = FOLDER / file
    for coding, ending in _PACKED:
        if accepted(request, coding):
            headers["Content-Encoding"] = coding
            path = FOLDER / (file + ending)
            break
    return Response(path.read_bytes(), 200, headers, _TYPES[Path(file).suffix])


__all__ = ["FOLDER", "asset", "has_asset", "manifest", "router"]

"""What goes to the process that reads, and comes back from it: a header and documents, in one piece of bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

_LENGTH: Final = 8


class ParcelError(ValueError):
    """Not what was packed: it broke off."""


def pack(header: Mapping[str, Any], documents: Mapping[str, bytes]) -> bytes:
    """Put a header and documents together."""
    sizes = {name: len(one) for name, one in documents.items()}
    # In ASCII, so that also half a character, as JSON can have it, comes across.
    head = json.dumps({"header": header, "documents": sizes}).encode()
    return b"".join((len(head).to_bytes(_LENGTH), head, *documents.values()))


def unpack(data: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Take apart what `pack` put together.

    Raises
    ------
    ParcelError
    """
    begin = _LENGTH + int.from_bytes(data[:_LENGTH])
    if len(data) < max(begin, _LENGTH + 1):
        raise ParcelError
    head = json.loads(data[_LENGTH:begin])
    documents = {}
    for name, size in head["documents"].items():
        documents[name] = data[begin : begin + size]
        begin += size
    if begin != len(data):
        raise ParcelError
    return head["header"], documents


__all__ = ["ParcelError", "pack", "unpack"]

"""Forms with files (multipart/form-data, RFC 7578), read from a body that is at hand whole.

A form's token is looked for in the first field and the first octets alone, so that it is known whether a page of ours sent the
form before anything else of it is looked at.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MEDIA_TYPE: Final = "multipart/form-data"
MOST_PARTS: Final = 200
_MOST_NAME: Final = 120
_MOST_HEADERS: Final = 8
_HEADER_OCTETS: Final = 2_048

# Its warnings repeat what was sent.
logging.getLogger("python_multipart").setLevel(logging.CRITICAL + 1)


class MultipartError(ValueError):
    """A body that is no such form. What is wrong isn't said: nobody but a browser writes them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a form."""

    name: str
    file: str | None
    """What the file is called, without folders; ``None`` for a field that is none. Empty where none was chosen."""
    data: bytes

    @property
    def text(self) -> str:
        """The value of a field that is no file."""
        return self.data.decode("utf-8", "replace")


def parts_of(body: bytes, content_type: str, *, most: int = MOST_PARTS) -> list[Part]:
    """Take a form apart.

    Parameters
    ----------
    body
    content_type
        Of the request.
    most
        Parts that it may have.

    Raises
    ------
    MultipartError
    """
    found = _Parts(most)
    _parse(found, body, content_type)
    if not found.ended:
        raise MultipartError("it breaks off")
    return found.parts


def first_field(body: bytes, content_type: str, name: str) -> str | None:
    """The first field of a form, if it has this name.

    Parameters
    ----------
    body
        As much of it as may be looked at: it may break off.
    content_type
    name
    """
    found = _Parts(1)
    with suppress(MultipartError):
        # There is more after the first, or it breaks off: what counts is whether that one was whole.
        _parse(found, body, content_type)
    first = next(iter(found.parts), None)
    return first.text if first is not None and first.name == name and first.file is None else None


class _Parts:
    """Collects what the parser finds."""

    def __init__(self, most: int) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._most = most
        self._data = bytearray()
        self._headers: dict[bytes, bytes] = {}
        self._field, self._value = b"", b""

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_field,
            "on_header_value": self._on_value,
            "on_header_end": self._on_header,
            "on_part_data": self._on_data,
            "on_part_end": self._on_part,
            "on_end": self._on_end,
        }

    def _begin(self) -> None:
        if len(self.parts) == self._most:
            raise MultipartError("it has too many parts")
        self._data, self._headers = bytearray(), {}

    def _on_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _on_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header(self) -> None:
        self._headers[self._field.lower()] = self._value
        self._field, self._value = b"", b""

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._data += memoryview(data)[start:end]

    def _on_part(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        if kind != b"form-data" or b"name" not in options:
            raise MultipartError("a part has no name")
        file = options.get(b"filename")
        if b"content-transfer-encoding" in self._headers or b"filename*" in options:
            raise MultipartError("no browser sends this")
        self.parts.append(
            Part(
                _text(options[b"name"]), None if file is None else _file_name(_text(file)), bytes(self._data)
            )
        )

    def _on_end(self) -> None:
        self.ended = True


def _parse(found: _Parts, body: bytes, content_type: str) -> None:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != MEDIA_TYPE.encode() or not boundary:
        raise MultipartError("it is no such form")
    try:
        parser = MultipartParser(
            boundary, found.callbacks(), max_header_count=_MOST_HEADERS, max_header_size=_HEADER_OCTETS
        )
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise MultipartError("it can't be taken apart") from None


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _file_name(text: str) -> str:
    """A file's own name, fit to be shown: some browsers send folders along."""
    name = text.replace("\\", "/").rpartition("/")[2]
    shown = "".join(one if one.isprintable() else "�" for one in name)
    if len(shown) <= _MOST_NAME:
        return shown
    # What it is by its ending counts.
    return shown[: _MOST_NAME - 11] + "…" + shown[-10:]


__all__ = ["MEDIA_TYPE", "MOST_PARTS", "MultipartError", "Part", "first_field", "parts_of"]

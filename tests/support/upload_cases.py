"""Forms with files as a browser sends them, and uploads read as the page has them read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from caseloads import small_caseload
from workbooks import book, plain_sheets

from service.uploads import child
from service.uploads.parcels import pack, unpack
from service.uploads.reading import Answer, Bounds, Readers

BOUNDARY: Final = "----formboundary7MA4YWxkTrZu0gW"
CONTENT_TYPE: Final = f"multipart/form-data; boundary={BOUNDARY}"
TODAY: Final = date(2026, 12, 1)
TEAM: Final = small_caseload()["team"]["id"]


class HereReaders(Readers):
    """Reads in this process, which is quicker, and in the same way otherwise."""

    def _asked(self, parcel: bytes) -> Answer:
        data, documents = unpack(pack(*child.read(*unpack(parcel))))
        return Answer(data.pop("kind"), data, documents)


def form(files: Sequence[tuple[str, bytes]] = (), fields: Sequence[tuple[str, str]] = ()) -> bytes:
    """A form: its fields first, then files in the field "file"."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + text.encode()
        for name, text in fields
    ]
    parts += [
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: x/y\r\n\r\n'.encode()
        + data
        for name, data in files
    ]
    edge = f"--{BOUNDARY}".encode()
    return b"".join(edge + b"\r\n" + part + b"\r\n" for part in parts) + edge + b"--\r\n"


def read(
    *files: tuple[str, bytes],
    fields: Sequence[tuple[str, str]] = (),
    team: str = TEAM,
    before: bytes | None = None,
    most: int = 20_000_000,
    bounds: Bounds | None = None,
    readers: Readers | None = None,
) -> Answer:
    """Have an upload read in a process of its own."""
    reading = readers or Readers(bounds=bounds)
    return reading.read(form(files, fields), CONTENT_TYPE, team=team, today=TODAY, most=most, before=before)


def workbook(data: dict[str, Any] | None = None) -> bytes:
    """The small caseload, or another one, as a workbook."""
    return book(plain_sheets(data))

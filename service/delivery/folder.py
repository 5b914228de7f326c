"""The folder of a team's invites: each message as ``.ics`` and ``.eml`` below its recipient, and a list of them."""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from service.delivery.addressees import BY_HAND, VENUE, Addressees
from service.delivery.issued import Issued
from service.delivery.ledger import Ledger
from service.output.files import OutputError, write_file
from service.output.ics_files import PEOPLE, ROOMS, file_names

LIST: Final = "invites.json"


def write_messages(
    folder: Path, ledger: Ledger, messages: Iterable[Issued], revision: int, known: Iterable[str]
) -> dict[int, str]:
    """Write messages that are due as files.

    Parameters
    ----------
    folder
        Of the invites; it is there.
    ledger
        That the messages are of.
    messages
        In state ``due``.
    revision
        Of the calendar: the folder ``revision-3`` gets the files.
    known
        Every recipient there may be, so that each has the same folder in every run.

    Returns
    -------
    dict
        The path of each message's ``.eml`` within the folder, by its id, with the ``.ics`` beside it; of a letter's
        ``.txt``.

    Raises
    ------
    OutputError
        If a file can't be written. What was written until then is right, and is written again next time.
    """
    messages = tuple(messages)
    names = _folders([*known, *(one.recipient for one in messages)])
    written: dict[int, str] = {}
    taken: set[str] = set()
    for one in messages:
        place = Path(f"revision-{revision}") / names[one.recipient]
        name = f"{one.reference}-{one.told.start:%Y%m%d}-{one.method.lower()}-{one.sequence}"
        if (place / name).as_posix() in taken:
            name = f"{name}-{one.uid[:8]}"
        taken.add((place / name).as_posix())
        content = ledger.content(one.id)
        try:
            (folder / place).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"{folder / place} can't be made ({error.strerror}): name another directory"
            ) from error
        kind = "txt" if one.address == BY_HAND else "eml"
        if kind == "eml":
            write_file(folder / place / f"{name}.ics", calendar_part(content))
        write_file(folder / place / f"{name}.{kind}", content)
        written[one.id] = (place / f"{name}.{kind}").as_posix()
    return written


def calendar_part(mail: bytes) -> bytes:
    """The calendar file that a mail of ours carries, byte for byte."""
    for part in email.message_from_bytes(mail, policy=email.policy.SMTP).walk():
        if part.get_content_type() == "application/ics":
            return bytes(part.get_payload(decode=True))
    raise ValueError("the mail has no calendar part")


def write_list(
    folder: Path,
    messages: Iterable[dict[str, Any]],
    people: Addressees,
    left: Sequence[dict[str, Any]],
    revision: int,
) -> None:
    """Write what a run did, for other programs.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    document = {
        "revision": revision,
        "messages": list(messages),
        "unreachable": [
            {"recipient": one.recipient, "why": one.why, "meetings": one.meetings}
            for one in people.unreachable
        ],
        "left": list(left),
    }
    write_file(folder / LIST, (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode())


def _folders(recipients: Iterable[str]) -> dict[str, str]:
    recipients = tuple(recipients)
    people = file_names(one for one in recipients if not one.startswith(VENUE))
    rooms = file_names(one.removeprefix(VENUE) for one in recipients if one.startswith(VENUE))
    found = {one: f"{PEOPLE}/{name}" for one, name in people.items()}
    return found | {VENUE + one: f"{ROOMS}/{name}" for one, name in rooms.items()}


__all__ = ["LIST", "calendar_part", "write_list", "write_messages"]

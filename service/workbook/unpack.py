"""A workbook as it comes from outside, unpacked within bounds and looked through before anything else reads it.

A workbook is a zip file of XML. Each part is unpacked by hand, so that a zip bomb ends at the bound and not in memory; a
document type (and with it every entity) is refused; and what was looked at is packed again, without macros, pictures and
links to other files, so that the reader gets those bytes and no others.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from xml.parsers import expat

from service.workbook.limits import CELLS, COLUMNS, FILE_BYTES, MEMBERS, UNPACKED_BYTES, refusal, too_large
from service.workbook.load import WorkbookError

_OLD = b"\xd0\xcf\x11\xe0"
_STEP = 1 << 16
_DROPPED = (
    "externalLinks",
    "media",
    "drawings",
    "embeddings",
    "activeX",
    "charts",
    "customXml",
    "printerSettings",
)
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_SAVE = "Open it in a spreadsheet program, and save it again as an Excel workbook (.xlsx)."


@dataclass
class Looked:
    """What a look through a sheet found.

    Attributes
    ----------
    rows, columns : int
        How far it reaches.
    unworked : set
        Cells (row from 1, column from 0) with a formula that has no value.
    failed : set
        Cells whose formula has failed.
    """

    rows: int = 0
    columns: int = 0
    unworked: set[tuple[int, int]] = field(default_factory=set)
    failed: set[tuple[int, int]] = field(default_factory=set)


def unpack(data: bytes, name: str) -> tuple[bytes, dict[str, Looked]]:
    """Unpack a workbook, look through it, and pack it again.

    Parameters
    ----------
    data : bytes
    name : str
        What the file is called in messages.

    Returns
    -------
    bytes
        A zip file that holds nothing but parts that were looked through.
    dict
        What was found in each sheet, by the name of its part.

    Raises
    ------
    WorkbookError
    """
    if len(data) > FILE_BYTES:
        raise too_large(name, f"{FILE_BYTES // 1_000_000} MB")
    if data.startswith(_OLD):
        problem = "This is an old Excel file (.xls), or one with a password."
        raise refusal(name, problem, "Save it as an Excel workbook (.xlsx) without a password.")
    if not data.startswith(b"PK"):
        raise refusal(
            name, "This is not an Excel workbook.", "Give an .xlsx file, or a folder of .csv files."
        )
    again = io.BytesIO()
    looked: dict[str, Looked] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(again, "w") as clean:
            if len(archive.infolist()) > MEMBERS:
                raise too_large(name, f"{MEMBERS} parts")
            left = UNPACKED_BYTES
            seen: set[str] = set()
            for member in archive.infolist():
                part = member.filename
                if not _wanted(part):
                    continue
                if part.lower() in seen:
                    raise refusal(name, "A part of this workbook is there twice.", _SAVE)
                seen.add(part.lower())
                content = _content(archive, member, left, name)
                left -= len(content)
                looked[part] = _looked_through(content, name)
                clean.writestr(part, content)
    except WorkbookError:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
        ValueError,
    ) as error:
        raise refusal(name, "This workbook is damaged, or has a password.", _SAVE) from error
    if sum(one.rows * one.columns for one in looked.values()) > CELLS:
        raise too_large(name, f"{CELLS // 1_000_000} million cells, the empty ones between others counted")
    return again.getvalue(), looked


def _wanted(part: str) -> bool:
    return part.lower().endswith((".xml", ".rels")) and not any(step in _DROPPED for step in part.split("/"))


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int, name: str) -> bytes:
    """Unpack one part, and stop where it gets too large, whatever it says of its size."""
    parts = []
    with archive.open(member) as source:
        while chunk := source.read(_STEP):
            most -= len(chunk)
            if most < 0:
                raise too_large(name, f"{UNPACKED_BYTES // 1_000_000} MB when unpacked")
            parts.append(chunk)
    return b"".join(parts)


def _looked_through(content: bytes, name: str) -> Looked:
    """Look through one part: XML without a document type, and of a sheet how far it reaches and what formulas gave."""
    look = _Look(name)
    try:
        look.parser.Parse(content, True)
    except expat.ExpatError as error:
        raise look.damaged("is not XML") from error
    return look.found


class _Look:
    def __init__(self, name: str) -> None:
        self.name = name
        self.found = Looked()
        self.row = 0
        self.column = -1
        self.formula = self.value = self.error = False
        self.depth = 0
        # Names of elements count without their name spaces: what reads the workbook later may not heed them either.
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.XmlDeclHandler = self._declared
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.buffer_text = True

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.lower() not in ("utf-8", "utf8", "us-ascii"):
            raise self.damaged("is not in UTF-8")

    def damaged(self, what: str) -> WorkbookError:
        return refusal(self.name, f"This workbook is damaged: a part of it {what}.", _SAVE)

    def _doctype(self, *_: object) -> None:
        raise refusal(
            self.name, "This workbook holds a document type, which no spreadsheet program writes.", _SAVE
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > 100:
            raise self.damaged("is nested too deeply")
        local = tag.rpartition(" ")[2]
        if local == "row":
            said = attributes.get("r", str(self.row + 1))
            if not (said.isascii() and said.isdecimal() and len(said) < 8):
                raise self.damaged("has a row without a number")
            self.row, self.column = int(said), -1
        elif local == "c":
            self._cell(attributes)
        elif local == "f":
            self.formula = True
        elif local == "v":
            self.parser.CharacterDataHandler = self._text
        elif local == "is":
            self.value = True

    def _cell(self, attributes: dict[str, str]) -> None:
        said = attributes.get("r")
        match = _REFERENCE.fullmatch(said or "")
        if said is None:
            self.column += 1
        elif match is None:
            raise self.damaged("has a cell in no column")
        else:
            column = 0
            for letter in match[1]:
                column = column * 26 + ord(letter) - 64
            self.column, self.row = column - 1, int(match[2])
        # An empty text is a value as well: a formula may give one.
        self.formula, self.value = False, attributes.get("t") == "str"
        self.error = attributes.get("t") == "e"
        found = self.found
        found.rows, found.columns = max(found.rows, self.row), max(found.columns, self.column + 1)
        if found.columns > COLUMNS:
            raise too_large(self.name, f"{COLUMNS} columns in a sheet")
        if found.rows * found.columns > CELLS:
            raise too_large(
                self.name, f"{CELLS // 1_000_000} million cells, the empty ones between others counted"
            )

    def _text(self, text: str) -> None:
        self.value = self.value or bool(text.strip())

    def _end(self, tag: str) -> None:
        self.depth -= 1
        local = tag.rpartition(" ")[2]
        if local == "v":
            self.parser.CharacterDataHandler = None
        elif local == "c":
            if self.error:
                self.found.failed.add((self.row, self.column))
            elif self.formula and not self.value:
                self.found.unworked.add((self.row, self.column))

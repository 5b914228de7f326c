"""libical through ctypes: what it says of a calendar file. Debian has it as ``libical3``."""

from __future__ import annotations

import ctypes
import ctypes.util
import os

import pytest


def library(name: str) -> ctypes.CDLL:
    found = ctypes.util.find_library(name)
    if found is None:
        missing = f"lib{name} is not there: apt-get install libical3"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return ctypes.CDLL(found)


class Libical:
    """The few functions we call, with their types."""

    def __init__(self) -> None:
        ical, checks = library("ical"), library("icalss")
        self.parse = ical.icalparser_parse_string
        self.parse.argtypes, self.parse.restype = [ctypes.c_char_p], ctypes.c_void_p
        self.check = ical.icalrestriction_check
        self.check.argtypes, self.check.restype = [ctypes.c_void_p], ctypes.c_int
        self.errors = ical.icalcomponent_count_errors
        self.errors.argtypes, self.errors.restype = [ctypes.c_void_p], ctypes.c_int
        self.free = ical.icalcomponent_free
        self.free.argtypes, self.free.restype = [ctypes.c_void_p], None
        self.name = ical.icalproperty_enum_to_string
        self.name.argtypes, self.name.restype = [ctypes.c_int], ctypes.c_char_p
        self.classify = checks.icalclassify
        self.classify.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p]
        self.classify.restype = ctypes.c_int

    def verdict(
        self, content: bytes, earlier: bytes | None = None, *, user: str = "nobody@convene.example"
    ) -> tuple[bool, int, str]:
        """Whether the restrictions hold, how many errors parsing left, and what it takes the file for.

        `earlier` is what the user, known by their mailbox, has of the meeting already.
        """
        component = self.parse(content)
        assert component, "libical cannot parse it at all"
        before = self.parse(earlier) if earlier is not None else None
        try:
            kind = self.name(self.classify(component, before, user.encode())) or b""
            return bool(self.check(component)), self.errors(component), kind.decode()
        finally:
            self.free(component)
            if before:
                self.free(before)

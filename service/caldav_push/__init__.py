"""Keeping somebody's meetings in a CalDAV collection of theirs. See README.md beside this."""

"""Calendars that people subscribe to: their content, who may fetch it, and how it is answered. See README.md beside this."""

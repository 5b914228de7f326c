"""Time and its file formats: working days, intervals, school days, availability, iCalendar. Knows nothing of plans."""

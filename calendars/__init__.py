"""Time and its file formats: working days, intervals, schools, availability, iCalendar. Knows no plans."""

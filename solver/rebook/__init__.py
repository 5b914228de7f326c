"""Options for meetings of a calendar that stands, and the calendar in which one of them is accepted."""

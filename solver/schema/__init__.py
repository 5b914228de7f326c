"""The outward documents: the caseload that comes in and the calendar that goes out."""

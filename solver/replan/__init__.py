"""What becomes of a calendar that stands already: planned again, and compared."""

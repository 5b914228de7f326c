"""What becomes of a calendar that stands already: how it differs from another."""

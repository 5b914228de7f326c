"""What comes from outside about people's time: their calendars, rooms' calendars, schools' terms. See README.md beside this."""

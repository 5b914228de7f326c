"""How good Convene's calendars are, how soon, and against what. README.md has the protocol."""

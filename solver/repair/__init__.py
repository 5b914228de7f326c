"""The smallest disruption by which a calendar becomes lawful again, and the calendar that has it."""

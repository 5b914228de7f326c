"""A caseload too large for one search: shards of it, the tasks they become, and what runs the tasks."""

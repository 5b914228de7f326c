"""Work that outlives a request: a queue in the database, workers, and the process that solves (README.md)."""

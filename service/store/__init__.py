"""What the service keeps: caseloads, calendars and their revisions, jobs, messages, keys, the audit log.

SQLAlchemy on SQLite or PostgreSQL. One transaction a request; queries live in this package alone, and each of them goes
through `service.store.scope`.
"""

"""The HTTP API under ``/v1``: routers, each over small protocols that say what it needs."""
